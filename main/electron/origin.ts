/** The scheme that the window's page is served by. */
export const APP_SCHEME = 'app'
/** The page that the window shows; the only address that it may ever be at. */
export const START_URL = `${APP_SCHEME}://inspector/index.html`

const start = new URL(START_URL)

/** Whether `url` belongs to the inspector's own page. (`URL.origin` is opaque for schemes that Node does not know.) */
export function isOwnUrl(url: string): boolean {
  const parsed = URL.canParse(url) ? new URL(url) : null
  return parsed !== null && parsed.protocol === start.protocol && parsed.host === start.host
}

/** Whether `url` is the start page, whatever stands after `#` or `?`. */
export function isStartUrl(url: string): boolean {
  return isOwnUrl(url) && new URL(url).pathname === start.pathname
}
