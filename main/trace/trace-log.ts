/** What a trace needs of the file that it is written to. */
import type { CallId } from '../contract/ids.ts'

/** What a file has to be told of that it does not see by itself. */
export interface DetailLog {
  /** The text of a reference is known. */
  notePreview(handle: number): void
  /** It is known why a call failed. */
  noteFailed(id: CallId): void
  /** There are readings of a call. */
  noteDecoded(id: CallId): void
  /** The calls of a block were given up. */
  noteLeftOut(blockIndex: number): void
}

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
  /** Hears what is known besides the calls. */
  readonly details: DetailLog
  /** Writes the blocks of calls that are full. */
  write(): void
}
