import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Inspector, InspectorOptions } from '../../main/inspector/api.ts'
import { createInspector } from '../../main/inspector/inspector.ts'

export const ROOT = resolve(import.meta.dirname, '../..')
export const GUESTS_FOLDER = join(ROOT, 'guests')

/** A real inspector, which whoever starts it closes. */
export function createTestInspector(options: Partial<InspectorOptions> = {}): Inspector {
  return createInspector({
    workerUrl: pathToFileURL(join(ROOT, 'main/host/worker.ts')),
    queryProcessUrl: pathToFileURL(join(ROOT, 'main/sql/query-process.ts')),
    guestsFolder: GUESTS_FOLDER,
    settingsFolder: null,
    version: '0.0.0',
    ...options,
  })
}
