/** How a test reaches what Electron's user would: menus, dialogs, the Dock, the task manager. */
import { app, strictApp } from './app.ts'
import { getBrowser } from './browser.ts'
import { BrowserWindow } from './browser-window.ts'
import { dialogs, listMenuItems, nativeTheme } from './desktop.ts'
import { downloads } from './session.ts'
import { createEvent } from './strict.ts'
import { outsideRequests } from './web-contents.ts'

/** What a test can ask for, with what it gives and gets. */
const commands = {
  debuggerUrl: async () => (await getBrowser()).debuggerUrl,
  quit: () => app.quit(),
  menuItems: () =>
    listMenuItems().map(({ id, label, role, accelerator, enabled }) => ({
      id,
      label,
      role,
      accelerator,
      enabled,
    })),
  chooseMenuItem(label: string) {
    const item = listMenuItems().find((each) => each.label === label)
    if (!item || item.enabled === false) throw new Error(`The menu has no item "${label}" to choose.`)
    if (item.click) item.click()
    else if (item.role === 'reload') findWindow().webContents.reload()
    else if (item.role === 'close') findWindow().close()
    else throw new Error(`The stand-in does not carry out the menu role "${item.role}".`)
  },
  answerOpenDialog: (paths: string[]) => void dialogs.openAnswers.push(paths),
  dialogsShown: () => dialogs.shown,
  saveNextDownload: (path: string) => void (downloads.nextPath = path),
  downloads: () => downloads,
  outsideRequests: () => outsideRequests,
  openFile: (path: string) => strictApp.emit('open-file', createEvent(), path),
  activate: () => strictApp.emit('activate', createEvent(), app.windows.size > 0),
  crashPage: () => findWindow().webContents.forcefullyCrashRenderer(),
  useDarkColors(dark: boolean) {
    nativeTheme.shouldUseDarkColors = dark
    nativeTheme.emit('updated')
  },
  closeWindow: () => void findWindow().close(),
  windowState() {
    const window = findWindow()
    return {
      visible: window.visible,
      backgroundColor: window.backgroundColor,
      bounds: window.getNormalBounds(),
      maximized: window.isMaximized(),
      url: window.webContents.getURL(),
    }
  },
}

export type ControlCommands = typeof commands
export interface ControlRequest {
  id: number
  command: keyof ControlCommands
  argument: unknown
}
export type ControlReply = { id: number; value: unknown } | { id: number; error: string }

/** Answers the test that started this process, and ends with it. */
export function obeyParent(): void {
  process.on('message', (request: ControlRequest) => {
    const command = commands[request.command] as (argument: unknown) => unknown
    Promise.resolve()
      .then(() => command(request.argument))
      .then(
        (value) => process.send?.({ id: request.id, value } satisfies ControlReply),
        (error: Error) => process.send?.({ id: request.id, error: error.message } satisfies ControlReply),
      )
  })
  process.once('disconnect', () => app.exit(0))
}

function findWindow(): BrowserWindow {
  const [window] = app.windows
  if (!(window instanceof BrowserWindow)) throw new Error('There is no window.')
  return window
}
