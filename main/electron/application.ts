import { app, Menu } from 'electron'
import type { BrowserWindow } from 'electron'
import type { RecentGuest } from '../contract/guests.ts'
import type { OpenRequest } from '../inspector/api.ts'
import { createInspector } from '../inspector/inspector.ts'
import { connectPage } from './connection.ts'
import { buildMenu } from './menu.ts'
import { chooseFiles, openFiles } from './open-files.ts'
import { parseOpenRequests } from './open-requests.ts'
import { serveRenderer } from './protocol.ts'
import { openWindow } from './window.ts'

export interface ApplicationOptions {
  workerUrl: URL
  queryProcessUrl: URL
  guestsFolder: string
  rendererFolder: string
  preloadPath: string
}

/**
 * Starts the inspector, its window and its menu, once Electron is ready. Returns a function that opens a guest
 * and shows it; without a request it opens the bundled guest to start with.
 */
export function startApplication(options: ApplicationOptions): (request?: OpenRequest) => Promise<void> {
  const settingsFolder = app.getPath('userData')
  const inspector = createInspector({
    workerUrl: options.workerUrl,
    queryProcessUrl: options.queryProcessUrl,
    guestsFolder: options.guestsFolder,
    settingsFolder,
    version: app.getVersion(),
  })
  const pageConnected = Promise.withResolvers<void>()
  let window: BrowserWindow | null = null

  function showWindow(): void {
    if (window) {
      if (window.isMinimized()) window.restore()
      window.focus()
      return
    }
    const opened = openWindow({
      preloadPath: options.preloadPath,
      settingsFolder,
      connect(contents) {
        connectPage(inspector, contents)
        pageConnected.resolve()
      },
    })
    opened.on('closed', () => (window = null))
    window = opened
  }

  async function open(request?: OpenRequest): Promise<void> {
    const opened = await (request ? inspector.open(request) : inspector.service.openExample({ name: 'sum' }))
    if (opened.ok) return
    // Nobody hears of a failure before there is a page.
    await pageConnected.promise
    inspector.reportProblem(opened.error)
  }

  function showMenu(recentGuests: readonly RecentGuest[]): void {
    const template = buildMenu({
      platform: process.platform,
      recentGuests,
      actions: {
        async openFiles() {
          const paths = await chooseFiles(window)
          if (paths.length === 0) return
          showWindow()
          await openFiles(inspector, paths)
        },
        async openRecent({ path, hostPath }) {
          showWindow()
          await openFiles(inspector, hostPath ? [path, hostPath] : [path])
        },
        send: (command) => inspector.sendMenuCommand(command),
      },
    })
    Menu.setApplicationMenu(Menu.buildFromTemplate(template))
  }

  serveRenderer(options.rendererFolder)
  const attached = inspector.service.attach()
  showMenu(attached.ok ? attached.value.recentGuests : [])
  inspector.subscribe({ recentGuestsChanged: showMenu })
  showWindow()

  app.on('activate', showWindow)
  app.on('second-instance', (_event, _arguments, _folder, data) => {
    showWindow()
    for (const request of parseOpenRequests(data) ?? []) void open(request)
  })
  // On macOS an application stays without a window, and so do its sessions.
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  let closed = false
  app.on('will-quit', (event) => {
    if (closed) return
    event.preventDefault()
    void inspector.close().finally(() => {
      closed = true
      app.quit()
    })
  })
  return open
}
