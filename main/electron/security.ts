import { app } from 'electron'
import type { Session, WebContents } from 'electron'
import { isOwnUrl, isStartUrl } from './origin.ts'

/** Refuses what the window has no use for, in every web contents that ever comes to be. */
export function denyByDefault(): void {
  app.on('web-contents-created', (_, contents) => {
    denyNavigation(contents)
    denyPermissions(contents.session)
    denyDownloads(contents.session)
  })
}

function denyNavigation(contents: WebContents): void {
  // The page may load itself again. Dropped files, links and frames lead elsewhere.
  contents.on('will-frame-navigate', (details) => {
    if (!details.isMainFrame || !isStartUrl(details.url)) details.preventDefault()
  })
  contents.on('will-redirect', (details) => details.preventDefault())
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
}

/** Copying to the clipboard is the one permission that the page has; Chromium asks for a key press or click as well. */
function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((contents, permission, respond) =>
    respond(permission === 'clipboard-sanitized-write' && isOwnUrl(contents.getURL())),
  )
  session.setPermissionCheckHandler(
    (_, permission, requestingOrigin) =>
      permission === 'clipboard-sanitized-write' && isOwnUrl(requestingOrigin),
  )
  session.setDevicePermissionHandler(() => false)
}

const guardedSessions = new WeakSet<Session>()

/** Exports leave as blobs that the page itself made. */
function denyDownloads(session: Session): void {
  if (guardedSessions.has(session)) return
  guardedSessions.add(session)
  session.on('will-download', (event, item) => {
    const url = item.getURL()
    if (!url.startsWith('blob:') || !isOwnUrl(url.slice('blob:'.length))) event.preventDefault()
  })
}
