import { app } from './app.ts'

type Handler = (request: Request) => Response | Promise<Response>

interface Privileges {
  standard?: boolean
  secure?: boolean
  supportFetchAPI?: boolean
}

const handlers = new Map<string, Handler>()
const schemes = new Map<string, Privileges>()

/** Chromium cannot navigate to schemes that it was not built with: each host of such a scheme is a host of its own here. */
const HOST_SUFFIX = '.electron-stand-in.test'

export const protocol = {
  registerSchemesAsPrivileged(list: { scheme: string; privileges: Privileges }[]): void {
    if (app.isReady())
      throw new Error('protocol.registerSchemesAsPrivileged has to be called before app is ready.')
    for (const { scheme, privileges } of list) schemes.set(scheme, privileges)
  },

  handle(scheme: string, handler: Handler): void {
    if (!app.isReady()) throw new Error('protocol.handle can be called only when app is ready.')
    const privileges = schemes.get(scheme)
    // A scheme without these is no origin, and its pages are not what is served to them here.
    if (!privileges?.standard || !privileges.secure)
      throw new Error(`The scheme ${scheme} is not standard and secure.`)
    handlers.set(scheme, handler)
  },
}

/** The address by which Chromium knows a page of a handled scheme; other addresses stay as they are. */
export function toBrowserUrl(url: string): string {
  const parsed = new URL(url)
  const scheme = parsed.protocol.slice(0, -1)
  if (!handlers.has(scheme)) return url
  return `https://${scheme}.${parsed.host}${HOST_SUFFIX}${parsed.pathname}${parsed.search}${parsed.hash}`
}

/** The address by which the application knows what Chromium calls `url`. */
export function toAppUrl(url: string): string {
  const outer = url.startsWith('blob:') ? 'blob:' : ''
  const [, scheme, host, rest] =
    /^(?:blob:)?https:\/\/([^./]+)\.([^/]+?)\.electron-stand-in\.test(.*)$/.exec(url) ?? []
  return scheme ? `${outer}${scheme}://${host}${rest}` : url
}

/** Answers a request of the page as the application's handler does; null where there is no handler. */
export async function answerRequest(
  url: string,
  method: string,
  headers: HeadersInit,
): Promise<Response | null> {
  const appUrl = toAppUrl(url)
  const handler = handlers.get(new URL(appUrl).protocol.slice(0, -1))
  return handler ? await handler(new Request(appUrl, { method, headers })) : null
}
