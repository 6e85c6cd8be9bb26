/** The file in which the process that answers SQL is given calls: a database that SQLite opens as it is. */
import { rmSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { CallId } from '../contract/ids.ts'
import { CallCells } from '../sql/call-cells.ts'
import type { PageChunk } from '../sql/table-file.ts'
import { TableFile } from '../sql/table-file.ts'
import { describeTable } from '../sql/tables.ts'
import type { CallStore } from '../trace/call-store.ts'
import { makeTemporaryFolder } from './temporary-folders.ts'

/** Calls that are written in one turn of the event loop: some milliseconds. */
const SLICE_CALLS = 4000

/** Lies in a folder of its own, which nobody but the user can open. */
export class CallsFile {
  readonly path: string
  readonly #folder: string

  /** Makes the folder, in `temporaryFolder`. Throws what the file system throws. */
  constructor(temporaryFolder: string) {
    this.#folder = makeTemporaryFolder(temporaryFolder, 'sql')
    this.path = join(this.#folder, 'calls.db')
  }

  /**
   * Writes `count` calls, `idAt` says which, in order of their ids and as they stand at `nowNs`. `goOn` hears after each
   * slice how many have been, and says whether there is any use in the others. Returns those that are too large to be
   * written so. Throws what the file system throws.
   */
  async write(
    calls: CallStore,
    nowNs: number,
    count: number,
    idAt: (index: number) => CallId,
    goOn: (doneCount: number) => boolean,
  ): Promise<CallId[]> {
    const table = new TableFile()
    const cells = new CallCells(calls)
    const large: CallId[] = []
    const file = await open(this.path, 'wx', 0o600)
    try {
      for (let done = 0; done < count;) {
        const end = Math.min(count, done + SLICE_CALLS)
        cells.begin(nowNs)
        for (; done < end; done++) {
          const id = idAt(done)
          if (!table.add(id, cells.write(id))) large.push(id)
        }
        await writeChunks(file, table.take())
        await nextTurn()
        if (!goOn(done)) break
      }
      await writeChunks(file, table.end('calls', describeTable('calls')))
    } finally {
      await file.close()
    }
    return large
  }

  /** Says whether it is gone: Windows keeps what somebody has open. */
  remove(): boolean {
    try {
      rmSync(this.#folder, { recursive: true, force: true })
      return true
    } catch {
      return false
    }
  }
}

async function writeChunks(file: FileHandle, chunks: readonly PageChunk[]): Promise<void> {
  for (const { offsetBytes, bytes } of chunks) {
    for (let at = 0; at < bytes.length;) {
      const { bytesWritten } = await file.write(bytes, at, bytes.length - at, offsetBytes + at)
      at += bytesWritten
    }
  }
}
