/** What a trace needs of the file that it is written to. */
import type { CallId } from '../contract/model.ts'

/** A session file that is being written: see main/session-file. */
export interface TraceLog {
  /** Bytes of the file, with what waits to be written. */
  readonly sizeBytes: number
  /** Whether it cannot be written at present. */
  readonly isFailing: boolean
  /** Whether anything waits to be written. */
  readonly isWaiting: boolean
  /** Whether so much waits that nothing should be added for a moment. */
  readonly isBehind: boolean
  notePreview(handle: number): void
  noteFailed(id: CallId): void
  noteDecoded(id: CallId): void
  /** The calls of a block were given up. */
  noteLeftOut(blockIndex: number): void
  /** Writes the blocks of calls that are full. */
  write(): void
}
