import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The project's folder. */
export const ROOT = join(import.meta.dirname, '../..')

/** Makes a folder for one test's files. The system clears it. */
export function makeTempFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `jspi-inspector-e2e-${name}-`))
}

/** A bundled guest's file: `guestFile('sum/sum.wasm')`. */
export function guestFile(path: string): string {
  return join(ROOT, 'guests', path)
}
