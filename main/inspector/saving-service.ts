/** The part of the service that hands sessions over as files. */
import { open, rm } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { makeError } from '../contract/error-codes.ts'
import type { Result } from '../contract/result.ts'
import { failure, success } from '../contract/result.ts'
import type { FilePiece, InspectorService } from '../contract/service.ts'
import { describeWriteFailure } from '../session-file/failures.ts'
import { describeReadFailure } from '../session-file/open-session-file.ts'
import type { OpenedSession, Sessions } from './sessions.ts'

/** Bytes in a piece. */
const PIECE_BYTES = 1024 * 1024
/** A client that asks for no further piece for so long is gone. */
const IDLE_MS = 60_000
/** Copies that there are at most; the oldest goes for another. */
const COPY_LIMIT = 8

/** A file that is being handed over, and is gone afterwards. */
interface Copy {
  copyId: number
  path: string
  file: FileHandle
  sizeBytes: number
  idle: NodeJS.Timeout
}

interface SavingService {
  service: Pick<InspectorService, 'readSessionFile'>
  /** Gives up what is being handed over. */
  close(): Promise<void>
}

/** Makes a file when a client begins to read it. It is handed over to the end, also if its session is closed meanwhile. */
export function createSavingService(sessions: Sessions): SavingService {
  const copies = new Map<number, Copy>()
  let copyCount = 0

  async function remove({ copyId, path, file, idle }: Copy): Promise<void> {
    if (!copies.delete(copyId)) return
    clearTimeout(idle)
    await file.close()
    await rm(path, { force: true })
  }

  async function make(session: OpenedSession): Promise<Result<Copy>> {
    let path = ''
    try {
      path = sessions.files.reserve()
      const saved = await session.save(path)
      if (!saved.ok) return saved
      const file = await open(path)
      const copyId = ++copyCount
      const idle = setTimeout(() => void remove(copy), IDLE_MS).unref()
      const copy = { copyId, path, file, sizeBytes: (await file.stat()).size, idle }
      copies.set(copyId, copy)
      const [oldest] = copies.values()
      if (oldest && copies.size > COPY_LIMIT) await remove(oldest)
      return success(copy)
    } catch (thrown) {
      // On a full disk its part would be in the way.
      await rm(path, { force: true }).catch(() => {})
      return failure(describeWriteFailure(thrown as NodeJS.ErrnoException, path))
    }
  }

  async function readPiece({ copyId, file, sizeBytes }: Copy, offset: number): Promise<FilePiece> {
    const bytes = new Uint8Array(Math.min(PIECE_BYTES, Math.max(0, sizeBytes - offset)))
    const { bytesRead } = await file.read(bytes, 0, bytes.length, offset)
    const end = offset + bytesRead
    const isLast = bytesRead === 0 || end >= sizeBytes
    return {
      bytes: bytes.subarray(0, bytesRead),
      copyId,
      nextOffset: isLast ? null : end,
      totalBytes: sizeBytes,
    }
  }

  function find(copyId: number): Result<Copy> {
    const copy = copies.get(copyId)
    if (copy) return success(copy)
    const why = 'Nothing was asked of it for a minute, or too many others were.'
    return failure(makeError('SESSION_COPY_GONE', { why }))
  }

  async function begin(sessionId: string): Promise<Result<Copy>> {
    const found = sessions.find(sessionId)
    return found.ok ? make(found.value) : found
  }

  return {
    service: {
      async readSessionFile({ sessionId, offset, copyId }) {
        const found = copyId === undefined ? await begin(sessionId) : find(copyId)
        if (!found.ok) return found
        found.value.idle.refresh()
        try {
          const piece = await readPiece(found.value, offset)
          if (piece.nextOffset === null) await remove(found.value)
          return success(piece)
        } catch (thrown) {
          return failure(describeReadFailure(thrown, found.value.path))
        }
      },
    },
    async close() {
      await Promise.all([...copies.values()].map(remove))
    },
  }
}
