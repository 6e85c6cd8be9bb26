/** Files that arrive as bytes: kept in a folder of the process's own, as a guest and its host module need. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { makeError } from '../contract/error-codes.ts'
import type { Result } from '../contract/result.ts'
import { failure, success } from '../contract/result.ts'
import { makeTemporaryFolder } from './temporary-folders.ts'

/** Of a name, on most systems. */
const NAME_LIMIT_BYTES = 255

/** Gone when the inspector closes. */
export class Uploads {
  readonly #temporaryFolder: string
  #root: string | null = null
  #count = 0

  /** They lie in a folder of their own in `temporaryFolder`. */
  constructor(temporaryFolder: string) {
    this.#temporaryFolder = temporaryFolder
  }

  /** Writes files of one drop into a new folder, and returns their paths in the same order. Fails with UPLOAD_FAILED. */
  async store(files: readonly { name: string; bytes: Uint8Array }[]): Promise<Result<string[]>> {
    try {
      this.#root ??= makeTemporaryFolder(this.#temporaryFolder, 'files')
      const folder = join(this.#root, String(++this.#count))
      await mkdir(folder)
      const taken = new Set<string>()
      const paths: string[] = []
      for (const [index, { name, bytes }] of files.entries()) {
        const safeName = makeName(name, index)
        // Two of one name were in two folders.
        const isTaken = taken.has(safeName.toLowerCase())
        taken.add(safeName.toLowerCase())
        const own = isTaken ? await mkdtemp(join(folder, 'another-')) : folder
        const path = join(own, safeName)
        await writeFile(path, bytes)
        paths.push(path)
      }
      return success(paths)
    } catch (thrown) {
      return failure(makeError('UPLOAD_FAILED', { why: `${(thrown as Error).message}.` }))
    }
  }

  async remove(): Promise<void> {
    if (this.#root !== null) await rm(this.#root, { recursive: true, force: true })
  }
}

/** A name from a client is a name, never a path, and its system may allow others than this one does. */
function makeName(name: string, index: number): string {
  // eslint-disable-next-line no-control-regex -- these it is about
  let safeName = basename(name.replaceAll('\\', '/')).replaceAll(/[\u0000-\u001f]/g, '_')
  if (['', '.', '..'].includes(safeName)) return `file-${index}`
  // What a file is stands at the end of its name.
  while (Buffer.byteLength(safeName) > NAME_LIMIT_BYTES) safeName = [...safeName].slice(1).join('')
  return safeName
}
