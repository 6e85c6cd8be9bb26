import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * Opens `url` in the user's browser where there is a desktop to show it on. Never fails: whether a browser came
 * up cannot be known from here, and the address has been printed.
 */
export function openInBrowser(url: string): void {
  const opener = findOpener()
  if (!opener) return
  const [program, ...args] = opener
  // Detached: the browser is the user's, and outlives this program.
  const child = spawn(program, [...args, url], { detached: true, stdio: 'ignore' })
  child.on('error', () => {})
  child.unref()
}

/** Whether windows can be shown. */
export function hasDesktop(): boolean {
  if (process.platform === 'linux') return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
  // Over SSH a window would open on the screen of the machine, where nobody may be.
  return !process.env.SSH_CONNECTION
}

function findOpener(): [program: string, ...args: string[]] | null {
  if (!hasDesktop()) return null
  if (process.platform === 'darwin') return ['open']
  // The empty text is the title that `start` takes the first quoted argument for.
  if (process.platform === 'win32') return ['cmd', '/c', 'start', '']
  return isOnPath('xdg-open') ? ['xdg-open'] : null
}

function isOnPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
