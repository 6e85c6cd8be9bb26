/** The part of the service that hands sessions over as files. */
import { open, rm } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { makeError } from '../contract/error-codes.ts'
import type { SessionId } from '../contract/ids.ts'
import type { Result } from '../contract/result.ts'
import { failure, success } from '../contract/result.ts'
import type { FilePiece, InspectorService } from '../contract/service.ts'
import { describeWriteFailure } from '../session-file/failures.ts'
import type { OpenedSession, Sessions } from './sessions.ts'

/** Bytes in a piece. */
const PIECE_BYTES = 1024 * 1024

/** A file that is being handed over, and is gone afterwards. */
interface Copy {
  path: string
  file: FileHandle
  sizeBytes: number
}

/** Makes a file when a client begins to read it; one for each session. */
export function createSavingService(sessions: Sessions): Pick<InspectorService, 'readSessionFile'> {
  const copies = new Map<SessionId, Copy>()

  async function remove(sessionId: SessionId): Promise<void> {
    const copy = copies.get(sessionId)
    copies.delete(sessionId)
    if (!copy) return
    await copy.file.close()
    await rm(copy.path, { force: true })
  }

  async function make(session: OpenedSession): Promise<Result<Copy>> {
    await remove(session.sessionId)
    let path = ''
    try {
      path = sessions.files.reserve()
      await session.save(path)
      const file = await open(path)
      const copy = { path, file, sizeBytes: (await file.stat()).size }
      copies.set(session.sessionId, copy)
      return success(copy)
    } catch (thrown) {
      return failure(describeWriteFailure(thrown as NodeJS.ErrnoException, path))
    }
  }

  async function readPiece({ file, sizeBytes }: Copy, offset: number): Promise<FilePiece> {
    const bytes = new Uint8Array(Math.min(PIECE_BYTES, Math.max(0, sizeBytes - offset)))
    const { bytesRead } = await file.read(bytes, 0, bytes.length, offset)
    const end = offset + bytesRead
    const isLast = bytesRead === 0 || end >= sizeBytes
    return { bytes: bytes.subarray(0, bytesRead), nextOffset: isLast ? null : end, totalBytes: sizeBytes }
  }

  return {
    async readSessionFile({ sessionId, offset }) {
      const found = sessions.find(sessionId)
      if (!found.ok) return found
      const copy = copies.get(sessionId)
      if (offset > 0 && !copy) {
        return failure(makeError('SESSION_FILE_UNREADABLE', { why: 'Another client reads it by now.' }))
      }
      const made = offset > 0 && copy ? success(copy) : await make(found.value)
      if (!made.ok) return made
      const piece = await readPiece(made.value, offset)
      if (piece.nextOffset === null) await remove(sessionId)
      return success(piece)
    },
  }
}
