import { join, resolve } from 'node:path'
import type { OpenRequest } from '../inspector/api.ts'
import { readGuestFile } from '../inspector/guest-file.ts'
import { createInspector } from '../inspector/inspector.ts'
import { isSessionFileName } from '../inspector/session-files.ts'
import { startBrowserDoor } from '../doors/web-socket.ts'
import { openInBrowser } from './browser.ts'
import { whenAborted } from './interruption.ts'
import type { Interruption } from './interruption.ts'
import { STATUS, printError, printNotice, printResult } from './output.ts'
import type { ProgramPaths } from './paths.ts'
import { findSettingsFolder } from './settings-folder.ts'

export interface ServeOptions {
  request: OpenRequest | null
  port?: number
  opensBrowser: boolean
}

/** Serves the inspector to a browser until it is interrupted, and answers with the exit status. */
export async function serve(
  options: ServeOptions,
  paths: ProgramPaths,
  interruption: Interruption,
): Promise<number> {
  const { request, port, opensBrowser } = options
  const read = request && !isSessionFileName(request.path) ? await readGuestFile(request.path) : null
  if (read && !read.ok) {
    printError(read.error)
    return STATUS.unusable
  }
  const inspector = createInspector({ ...paths, settingsFolder: findSettingsFolder() })
  try {
    const started = await startBrowserDoor({
      inspector,
      rendererFolder: paths.rendererFolder,
      ...(port !== undefined && { port }),
    })
    if (!started.ok) {
      printError(started.error)
      return STATUS.unusable
    }
    const door = started.value
    printResult(door.url)
    printNotice('This is the address of the inspector, for a browser on this machine. Ctrl-C ends it.')
    // Not awaited: a guest may take its time to start, or never be ready; the page shows that.
    if (request)
      void inspector.open(request).then((opened) => !opened.ok && inspector.reportProblem(opened.error))
    if (opensBrowser) openInBrowser(door.createOpeningUrl())
    await whenAborted(interruption.signal)
    await door.close()
    // Ctrl-C is the ordinary way to end it.
    return interruption.status === STATUS.cancelled ? STATUS.ok : interruption.status
  } finally {
    await inspector.close()
  }
}

/** What `open` and `serve` are to show. Paths count from the folder in which the program was started. */
export function makeOpenRequest(command: {
  guest?: string
  host?: string
  keepsNewest: boolean
}): OpenRequest | null {
  if (command.guest === undefined) return null
  return {
    path: resolve(command.guest),
    ...(command.host !== undefined && { hostPath: resolve(command.host) }),
    ...(command.keepsNewest && { keepsNewest: true }),
  }
}

/** The bundled guest that is shown when none is named. */
export function makeDefaultRequest(paths: ProgramPaths): OpenRequest {
  return { path: join(paths.guestsFolder, 'sum/sum.wasm') }
}
