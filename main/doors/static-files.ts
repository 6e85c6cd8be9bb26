import { createReadStream } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'

const CONTENT_TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
}

/** The headers of every answer; `port` is that of the service, which the page may connect to. */
export function makeSecurityHeaders(port: number): Record<string, string> {
  return {
    'Content-Security-Policy': [
      "default-src 'none'",
      "script-src 'self'",
      // The terminal and the virtual tables place what they draw by inline styles.
      "style-src 'self' 'unsafe-inline'",
      "img-src 'self' data:",
      "font-src 'self' data:",
      // Not every browser counts ws: as 'self'.
      `connect-src 'self' ws://127.0.0.1:${port} ws://localhost:${port}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    'Cache-Control': 'no-store',
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
  }
}

/**
 * Answers a request for a file below `folder`; `/` is its index.html. What lies outside, also by way of a
 * symbolic link, is not found. The headers that every answer carries are set already.
 */
export async function serveFile(
  folder: string,
  urlPath: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const file = await findFile(folder, urlPath)
  if (!file) {
    answer(response, 404, 'NOT_FOUND: There is no such file.')
    return
  }
  response.writeHead(200, {
    'Content-Length': file.sizeBytes,
    'Content-Type': CONTENT_TYPES[extname(file.path)] ?? 'application/octet-stream',
  })
  if (request.method === 'HEAD') {
    response.end()
    return
  }
  // A reader that goes away halfway is no failure of ours.
  await pipeline(createReadStream(file.path), response).catch(() => response.destroy())
}

/** Answers with one line of text. */
export function answer(response: ServerResponse, status: number, line: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' })
  response.end(`${line}\n`)
}

async function findFile(
  folder: string,
  urlPath: string,
): Promise<{ path: string; sizeBytes: number } | null> {
  try {
    const decoded = decodeURIComponent(urlPath)
    // On Windows a backslash separates folders, and a colon names a drive or a stream.
    if (/[\0\\:]/.test(decoded)) return null
    const root = await realpath(folder)
    const path = await realpath(join(root, decoded === '/' ? 'index.html' : decoded))
    if (!path.startsWith(root + sep)) return null
    const { size, isFile } = await stat(path).then((found) => ({ size: found.size, isFile: found.isFile() }))
    return isFile ? { path, sizeBytes: size } : null
  } catch {
    return null
  }
}
