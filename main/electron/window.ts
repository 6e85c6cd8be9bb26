import { join } from 'node:path'
import { BrowserWindow, dialog, nativeTheme } from 'electron'
import type { WebContents } from 'electron'
import { START_URL } from './origin.ts'
import { readPlacement, savePlacement } from './window-bounds.ts'

/** `--bg` of renderer/styles/tokens.css, so that nothing flashes before the page has drawn. */
const BACKGROUND = { light: '#ffffff', dark: '#1b1c20' }
/** More crashes of the page than this within the span, and it is not loaded again without asking. */
const CRASH_LIMIT = 3
const CRASH_SPAN_MS = 60_000

export interface WindowOptions {
  preloadPath: string
  settingsFolder: string
  /** Called whenever the page has loaded: gives it a connection. */
  connect(contents: WebContents): void
}

/** Opens the inspector's window. It is shown once it has something to show. */
export function openWindow(options: WindowOptions): BrowserWindow {
  const placementFile = join(options.settingsFolder, 'window.json')
  const { bounds, maximized } = readPlacement(placementFile)
  const window = new BrowserWindow({
    ...bounds,
    minWidth: 640,
    minHeight: 400,
    show: false,
    title: 'JSPI Inspector',
    backgroundColor: chooseBackground(),
    webPreferences: {
      preload: options.preloadPath,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      navigateOnDragDrop: false,
      // A word that the page shows is nobody else's business.
      spellcheck: false,
    },
  })
  const followTheme = () => window.setBackgroundColor(chooseBackground())
  nativeTheme.on('updated', followTheme)
  window.once('ready-to-show', () => {
    if (maximized) window.maximize()
    window.show()
  })
  window.on('close', () => savePlacement(placementFile, window))
  window.on('closed', () => nativeTheme.off('updated', followTheme))
  window.webContents.on('dom-ready', () => options.connect(window.webContents))
  recoverFromCrashes(window)
  void window.loadURL(START_URL)
  return window
}

function chooseBackground(): string {
  return nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light
}

/** Sessions live in this process, so a page that is loaded again finds everything as it was. */
function recoverFromCrashes(window: BrowserWindow): void {
  let crashTimesMs: number[] = []
  window.webContents.on('render-process-gone', (_, details) => {
    if (details.reason === 'clean-exit') return
    const nowMs = performance.now()
    crashTimesMs = [...crashTimesMs.filter((timeMs) => nowMs - timeMs < CRASH_SPAN_MS), nowMs]
    // Electron is still taking the old process down.
    setImmediate(() => {
      if (window.isDestroyed()) return
      if (crashTimesMs.length < CRASH_LIMIT) window.webContents.reload()
      else void askToReload(window, details.reason)
    })
  })
}

async function askToReload(window: BrowserWindow, reason: string): Promise<void> {
  const answer = await dialog.showMessageBox(window, {
    type: 'error',
    message: 'The window keeps failing.',
    detail: `Its process ended ${CRASH_LIMIT} times within a minute (${reason}). The sessions still run.`,
    buttons: ['Load again', 'Close'],
    defaultId: 0,
    cancelId: 1,
  })
  if (window.isDestroyed()) return
  if (answer.response === 0) window.webContents.reload()
  else window.destroy()
}
