/** An inspector in a process of its own, to be killed. */
import type { ChildProcessByStdio } from 'node:child_process'
import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { onTestFinished } from 'vitest'
import { GUESTS_FOLDER, ROOT } from './inspector.ts'

const toUrl = (path: string): string => JSON.stringify(pathToFileURL(join(ROOT, path)).href)

/**
 * Starts one whose temporary files lie in `temporaryFolder`, and runs `program`, a module in which it is `inspector`. What
 * that prints can be read. It is killed at the end of the test, if not before.
 */
export function spawnInspector(
  temporaryFolder: string,
  program: string,
  traceLimitBytes?: number,
): ChildProcessByStdio<null, Readable, null> {
  const options = {
    guestsFolder: GUESTS_FOLDER,
    settingsFolder: null,
    version: '0.0.0',
    temporaryFolder,
    traceLimitBytes,
  }
  const module = `
    import { createInspector } from ${toUrl('main/inspector/inspector.ts')}
    const inspector = createInspector({
      ...${JSON.stringify(options)},
      workerUrl: new URL(${toUrl('main/host/worker.ts')}),
      queryProcessUrl: new URL(${toUrl('main/sql/query-process.ts')}),
    })
    ${program}`
  const child = spawn(process.execPath, ['--input-type=module', '-e', module], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}
