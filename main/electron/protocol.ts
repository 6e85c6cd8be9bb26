import { readFile } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { protocol } from 'electron'
import { APP_SCHEME, isOwnUrl } from './origin.ts'

const CONTENT_TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.woff2': 'font/woff2',
}

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  // xterm writes its colours and the virtual table its offsets as inline styles.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const SECURITY_HEADERS = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}

/** Makes the app's scheme an origin like https. Electron allows that only before it is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: APP_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
}

/** Serves the built renderer, and nothing else, to the app's scheme. */
export function serveRenderer(folder: string): void {
  protocol.handle(APP_SCHEME, async (request) => {
    if (request.method !== 'GET') return respondWith(405, 'Only GET is served.')
    const path = isOwnUrl(request.url) ? resolveFile(folder, new URL(request.url).pathname) : null
    const contentType = path && CONTENT_TYPES[extname(path)]
    if (!path || !contentType) return respondWith(404, 'There is no such file.')
    try {
      // Electron takes a Node buffer as the body only as a plain array of bytes.
      const body = new Uint8Array(await readFile(path))
      return new Response(body, { headers: { ...SECURITY_HEADERS, 'Content-Type': contentType } })
    } catch {
      return respondWith(404, 'There is no such file.')
    }
  })
}

/** The file below `folder` that a URL's path names, or null where it leads out of the folder. */
function resolveFile(folder: string, urlPath: string): string | null {
  let decoded: string
  try {
    decoded = decodeURIComponent(urlPath)
  } catch {
    return null
  }
  // A colon would name a drive or a stream on Windows.
  if (/[\0\\:]/.test(decoded)) return null
  const path = join(folder, decoded)
  return path.startsWith(folder + sep) ? path : null
}

function respondWith(status: number, text: string): Response {
  return new Response(text, {
    status,
    headers: { ...SECURITY_HEADERS, 'Content-Type': 'text/plain; charset=utf-8' },
  })
}
