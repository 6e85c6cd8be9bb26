import { dirname } from 'node:path'
import { dialog } from 'electron'
import type { BrowserWindow } from 'electron'
import type { Inspector } from '../inspector/api.ts'

let lastFolder: string | undefined

/** Lets the user choose guests and host modules, and returns their paths; none if the dialog is left. */
export async function chooseFiles(window: BrowserWindow | null): Promise<string[]> {
  const options: Electron.OpenDialogOptions = {
    title: 'Open a guest',
    ...(lastFolder && { defaultPath: lastFolder }),
    filters: [
      { name: 'Guests, host modules and sessions', extensions: ['wasm', 'wat', 'ts', 'js', 'mjs', 'jspi'] },
      { name: 'All files', extensions: ['*'] },
    ],
    properties: ['openFile', 'multiSelections'],
  }
  const { canceled, filePaths } = await (window
    ? dialog.showOpenDialog(window, options)
    : dialog.showOpenDialog(options))
  if (canceled || !filePaths[0]) return []
  lastFolder = dirname(filePaths[0])
  return filePaths
}

/**
 * Opens files as if they had been dropped on the window: a host module that has not been allowed before waits
 * for the user's permission.
 */
export async function openFiles(inspector: Inspector, paths: readonly string[]): Promise<void> {
  const opened = await inspector.service.openFiles({ files: paths.map((path) => ({ path })) })
  if (!opened.ok) inspector.reportProblem(opened.error)
}
