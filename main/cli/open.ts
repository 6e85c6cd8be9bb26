import { makeError } from '../contract/error-codes.ts'
import type { OpenRequest } from '../inspector/api.ts'
import { hasDesktop } from './browser.ts'
import { startChild, whenEnded } from './children.ts'
import type { Command } from './command-line.ts'
import { downloadElectron } from './electron-download.ts'
import { findElectronBinary, findElectronPackage } from './electron-package.ts'
import type { Interruption } from './interruption.ts'
import { whenAborted } from './interruption.ts'
import { STATUS, printError, printNotice } from './output.ts'
import type { ProgramPaths } from './paths.ts'
import { makeDefaultRequest, makeOpenRequest, serve } from './serve.ts'

/** An Electron that fails within this time of its start has shown no window that anybody worked in. */
const START_FAILURE_MS = 10_000
/** How long Electron may take to close its windows after Ctrl-C. */
const CLOSE_LIMIT_MS = 3000

/**
 * Opens the desktop window, or says in one line why not and serves the inspector to a browser. Answers with the
 * exit status.
 */
export async function open(
  command: Extract<Command, { verb: 'open' }>,
  paths: ProgramPaths,
  interruption: Interruption,
): Promise<number> {
  const request = makeOpenRequest(command) ?? makeDefaultRequest(paths)
  const binary = await prepareElectron(paths, interruption.signal)
  const status = binary === null ? null : await runElectron(binary, request, paths, interruption)
  if (status !== null) return status
  if (interruption.signal.aborted) return interruption.status
  return serve({ request, opensBrowser: true }, paths, interruption)
}

/** The path of Electron's binary, downloaded where that is possible; null, and a line about it, where not. */
async function prepareElectron(paths: ProgramPaths, signal: AbortSignal): Promise<string | null> {
  const electron = findElectronPackage(paths.rootFolder)
  const installed = electron && findElectronBinary(electron)
  if (!hasDesktop()) {
    if (installed)
      printNotice('There is no display for the desktop window; a browser shows the inspector instead.')
    else printMissing('There is no display for its window either.')
    return null
  }
  if (installed) return installed
  if (!electron) {
    printMissing('Its npm package is not installed either.')
    return null
  }
  const failed = await downloadElectron(electron, signal)
  if (signal.aborted) return null
  const binary = findElectronBinary(electron)
  if (!binary) printMissing(failed ?? 'Its download left no binary behind.')
  return binary
}

function printMissing(why: string): void {
  const fix =
    'To get it, run `npx install-electron` where it can be downloaded. A browser shows the inspector instead.'
  printError(makeError('ELECTRON_MISSING', { why, fix }))
}

/** Runs the desktop application to its end. Answers with the exit status, or with null where it does not start. */
async function runElectron(
  binary: string,
  request: OpenRequest,
  paths: ProgramPaths,
  interruption: Interruption,
): Promise<number | null> {
  const { ELECTRON_RUN_AS_NODE: _asNode, ...env } = process.env
  const hostArguments = request.hostPath === undefined ? [] : ['--host', request.hostPath]
  const newestArguments = request.keepsNewest === true ? ['--keep-newest'] : []
  const startMs = performance.now()
  const child = startChild(binary, [paths.rootFolder, request.path, ...hostArguments, ...newestArguments], {
    stdio: 'inherit',
    env,
  })
  const ended = whenEnded(child)
  void whenAborted(interruption.signal).then(() => {
    child.kill('SIGTERM')
    setTimeout(() => child.kill('SIGKILL'), CLOSE_LIMIT_MS).unref()
  })
  const { status, signal, error } = await ended
  if (interruption.signal.aborted) {
    return interruption.status === STATUS.cancelled ? STATUS.ok : interruption.status
  }
  if (status === 0) return STATUS.ok
  const how = error ? error.message : signal ? `signal ${signal}` : `status ${status}`
  if (performance.now() - startMs > START_FAILURE_MS) {
    printNotice(`Electron ended with ${how}.`)
    return STATUS.failed
  }
  printNotice(`Electron does not start here (${how}). A browser shows the inspector instead.`)
  return null
}
