/** Files that arrive as bytes: kept in a folder of the process's own, as a guest and its host module need. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { makeTemporaryFolder } from './temporary-folders.ts'

/** Gone when the inspector closes. */
export class Uploads {
  readonly #temporaryFolder: string
  #root: string | null = null
  #count = 0

  /** They lie in a folder of their own in `temporaryFolder`. */
  constructor(temporaryFolder: string) {
    this.#temporaryFolder = temporaryFolder
  }

  /** Writes files of one drop into a new folder, and returns their paths in the same order. */
  async store(files: readonly { name: string; bytes: Uint8Array }[]): Promise<string[]> {
    this.#root ??= makeTemporaryFolder(this.#temporaryFolder, 'files')
    const folder = join(this.#root, String(++this.#count))
    await mkdir(folder)
    return Promise.all(
      files.map(async ({ name, bytes }, index) => {
        // A name from a client is a name, never a path.
        const path = join(folder, basename(name.replaceAll('\\', '/')) || `file-${index}`)
        await writeFile(path, bytes)
        return path
      }),
    )
  }

  async remove(): Promise<void> {
    if (this.#root !== null) await rm(this.#root, { recursive: true, force: true })
  }
}
