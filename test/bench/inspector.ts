/** The inspector as benchmarks measure it: with real workers, and without what a user has set. */
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Inspector } from '../../main/inspector/api.ts'
import { createInspector } from '../../main/inspector/inspector.ts'

const ROOT = resolve(import.meta.dirname, '../..')
/** The program that answers SQL. */
export const QUERY_PROCESS_URL = pathToFileURL(join(ROOT, 'main/sql/query-process.ts'))

export function createBenchInspector(): Inspector {
  return createInspector({
    workerUrl: pathToFileURL(join(ROOT, 'main/host/worker.ts')),
    queryProcessUrl: QUERY_PROCESS_URL,
    guestsFolder: join(ROOT, 'guests'),
    settingsFolder: null,
    version: 'bench',
  })
}
