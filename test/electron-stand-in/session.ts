import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { getBrowser } from './browser.ts'
import { fail } from './fatal.ts'
import { toAppUrl } from './protocol.ts'
import { createEvent, makeStrict, StrictEmitter } from './strict.ts'

type RequestHandler = (
  contents: unknown,
  permission: string,
  respond: (granted: boolean) => void,
  details: object,
) => void
type CheckHandler = (contents: unknown, permission: string, origin: string, details: object) => boolean

/** Electron's name of a permission, and the browser's. */
const PERMISSIONS: [name: string, descriptor: Record<string, unknown>][] = [
  ['clipboard-read', { name: 'clipboard-read' }],
  ['clipboard-sanitized-write', { name: 'clipboard-write' }],
  ['display-capture', { name: 'display-capture' }],
  ['geolocation', { name: 'geolocation' }],
  ['idle-detection', { name: 'idle-detection' }],
  ['local-fonts', { name: 'local-fonts' }],
  ['media', { name: 'camera' }],
  ['media', { name: 'microphone' }],
  ['midi', { name: 'midi' }],
  ['midiSysex', { name: 'midi', sysex: true }],
  ['notifications', { name: 'notifications' }],
  ['persistent-storage', { name: 'persistent-storage' }],
  ['screen-wake-lock', { name: 'screen-wake-lock' }],
  ['window-management', { name: 'window-management' }],
]

/** Where the next download goes, as the user would say in the dialog; set by the test. */
export const downloads: { nextPath: string | null; forbidden: string[]; saved: string[] } = {
  nextPath: null,
  forbidden: [],
  saved: [],
}

class Session extends StrictEmitter {
  private requestHandler: RequestHandler | null = null
  private checkHandler: CheckHandler | null = null

  constructor() {
    super('session', ['will-download'])
  }

  setPermissionRequestHandler(handler: RequestHandler | null): void {
    this.requestHandler = handler
  }

  setPermissionCheckHandler(handler: CheckHandler | null): void {
    this.checkHandler = handler
  }

  /** The headless browser has no devices to choose from. */
  setDevicePermissionHandler(_handler: (() => boolean) | null): void {}

  /**
   * Asks the handlers about every permission that the browser knows, and tells it the answers: it cannot ask
   * back. Without a handler Electron grants everything.
   */
  async applyPermissions(contents: unknown, origin: string, browserOrigin: string): Promise<void> {
    const { connection } = await getBrowser()
    for (const [permission, descriptor] of PERMISSIONS) {
      const granted = await this.askRequestHandler(contents, permission)
      const checked = this.checkHandler?.(contents, permission, origin, {}) ?? true
      if (granted !== checked) fail(`The two permission handlers disagree about ${permission}.`)
      await connection.browser.send('Browser.setPermission', {
        permission: descriptor,
        setting: granted ? 'granted' : 'denied',
        origin: browserOrigin,
      })
    }
  }

  private askRequestHandler(contents: unknown, permission: string): Promise<boolean> {
    const { requestHandler } = this
    if (!requestHandler) return Promise.resolve(true)
    return new Promise((resolve) => requestHandler(contents, permission, resolve, {}))
  }
}

export const defaultSession = makeStrict('session', new Session())

/** Reports the browser's downloads as the session's, and saves those that nobody forbids. */
export async function watchDownloads(contents: unknown): Promise<void> {
  const { connection, profileFolder } = await getBrowser()
  const folder = join(profileFolder, 'stand-in-downloads')
  mkdirSync(folder, { recursive: true })
  await connection.browser.send('Browser.setDownloadBehavior', {
    behavior: 'allowAndName',
    downloadPath: folder,
    eventsEnabled: true,
  })
  const paths = new Map<string, string>()
  connection.browser.on('Browser.downloadWillBegin', ({ guid, url, suggestedFilename }) => {
    const event = createEvent()
    const item = makeStrict('DownloadItem', {
      getURL: () => toAppUrl(url),
      getFilename: () => suggestedFilename,
    })
    defaultSession.emit('will-download', event, item, contents)
    if (event.defaultPrevented) {
      downloads.forbidden.push(url)
      void connection.browser.send('Browser.cancelDownload', { guid })
      return
    }
    if (!downloads.nextPath) fail(`Nobody answers the dialog for saving ${url}.`)
    paths.set(guid, downloads.nextPath)
    downloads.nextPath = null
  })
  connection.browser.on('Browser.downloadProgress', ({ guid, state }) => {
    const path = paths.get(guid)
    if (state !== 'completed' || !path) return
    copyFileSync(join(folder, guid), path)
    downloads.saved.push(path)
  })
}
