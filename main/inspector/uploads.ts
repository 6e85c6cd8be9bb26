/** Files that arrive as bytes: kept in a folder of the process's own, as a guest and its host module need. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

/** Gone when the inspector closes. */
export class Uploads {
  #root: Promise<string> | null = null
  #count = 0

  /** Writes files of one drop into a new folder, and returns their paths in the same order. */
  async store(files: readonly { name: string; bytes: Uint8Array }[]): Promise<string[]> {
    this.#root ??= mkdtemp(join(tmpdir(), 'jspi-inspector-'))
    const folder = join(await this.#root, String(++this.#count))
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
    if (this.#root) await rm(await this.#root, { recursive: true, force: true })
  }
}
