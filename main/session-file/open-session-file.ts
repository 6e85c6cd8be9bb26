/** Opens session files: by their index, or without one by reading all that is intact, piece by piece. */
import { makeError } from '../contract/error-codes.ts'
import type { InspectorError, Result } from '../contract/result.ts'
import { failure, success } from '../contract/result.ts'
import type { CallId } from '../contract/ids.ts'
import { MalformedTimeline } from '../trace/timeline/saved-timeline.ts'
import { Trace } from '../trace/trace.ts'
import type { FoundBlock, Offset } from './block-file.ts'
import { BlockFileReader } from './block-file.ts'
import { blockIndexOf } from '../trace/call-block.ts'
import { ByteSource, MalformedBytes } from './bytes.ts'
import { BLOCK_TYPES, HEADER_BYTES } from './file-block.ts'
import type { FileIndex } from './file-parts.ts'
import { decodePart, SESSION_FORMAT_VERSION } from './file-parts.ts'
import { CONSOLE, DETAILS, HEAD, INDEX } from './part-schemas.ts'
import { endRunning, takeConsole, takeDetails, useBlocks } from './restore-trace.ts'
import { SessionFileScan } from './session-file-scan.ts'
import { readTimeline } from './timeline-codec.ts'

/** The last block of a file that was closed. */
const END_PAYLOAD_BYTES = 16
const END_BYTES = HEADER_BYTES + END_PAYLOAD_BYTES

/** A session file that is open. */
export interface SessionFile {
  readonly trace: Trace
  /** What {@link FileHead} says of the session. */
  readonly session: unknown
  /** On the session's clock: when it was closed, or the last that is known of it. */
  readonly endNs: number
  /** Whether it was closed: otherwise it has what was written up to some moment. */
  readonly isComplete: boolean
  /** Bytes at the end that could not be read; 0 where all could. */
  readonly lostBytes: number
  readonly sizeBytes: number
  /** Bytes that {@link SessionFile.advance} has not come to; 0 where the trace has all that there is. */
  readonly unreadBytes: number
  /** Reads on for so long, about; returns whether there is nothing left to read. Throws what the file system throws. */
  advance(sliceMs: number): boolean
  close(): void
}

/**
 * Opens a session file, and reads it to its end where it has no index. Memory for its calls is limited as that of any
 * trace; the rest is read when it is asked for. Fails with SESSION_FILE_UNREADABLE, SESSION_FILE_INVALID or
 * SESSION_FILE_NEWER.
 */
export function openSessionFile(path: string, limitBytes: number): Result<SessionFile> {
  const begun = beginSessionFile(path, limitBytes)
  if (!begun.ok) return begun
  try {
    begun.value.advance(Infinity)
    return begun
  } catch (thrown) {
    begun.value.close()
    return failure(describeReadFailure(thrown, path))
  }
}

/** Opens a session file as {@link openSessionFile} does; of one without an index nothing has been read but its head. */
export function beginSessionFile(path: string, limitBytes: number): Result<SessionFile> {
  const location = { file: path }
  let reader: BlockFileReader
  try {
    reader = new BlockFileReader(path)
  } catch (thrown) {
    return failure(describeReadFailure(thrown, path))
  }
  try {
    const head = reader.read(0)
    const part = head?.header.type === BLOCK_TYPES.head ? decodePart(HEAD, head.payload) : null
    if (!head || !part) {
      reader.close()
      return failure(makeError('SESSION_FILE_INVALID', { location }))
    }
    if (part.version > SESSION_FORMAT_VERSION) {
      reader.close()
      const why = `It has version ${part.version} of the format; this program reads ${SESSION_FORMAT_VERSION}.`
      return failure(makeError('SESSION_FILE_NEWER', { why, location }))
    }
    return success(
      openByIndex(reader, limitBytes, part.session) ??
        new SessionFileScan(reader, limitBytes, head.nextOffset, part.session),
    )
  } catch (thrown) {
    reader.close()
    if (!(thrown instanceof MalformedBytes)) return failure(describeReadFailure(thrown, path))
    return failure(
      makeError('SESSION_FILE_INVALID', { why: `Its first block: ${thrown.message}.`, location }),
    )
  }
}

/** What the file system has thrown, as SESSION_FILE_UNREADABLE. */
export function describeReadFailure(thrown: unknown, path: string): InspectorError {
  return makeError('SESSION_FILE_UNREADABLE', {
    why: `${(thrown as Error).message}.`,
    location: { file: path },
  })
}

/** Null where there is no index, or one that cannot be that of the file. */
function openByIndex(reader: BlockFileReader, limitBytes: number, session: unknown): SessionFile | null {
  try {
    return restoreByIndex(reader, limitBytes, session)
  } catch (thrown) {
    if (thrown instanceof MalformedBytes || thrown instanceof MalformedTimeline) return null
    throw thrown
  }
}

function restoreByIndex(reader: BlockFileReader, limitBytes: number, session: unknown): SessionFile | null {
  const end = readEnd(reader)
  const index = end && readIndex(reader, end.indexOffset)
  if (index === null) return null
  checkIndex(index)
  const trace = new Trace(limitBytes)
  const { running: ids, importTimes = [] } = index
  const running = new Set(ids)
  const suspended = new Map<CallId, number>()
  for (const offset of index.details) {
    const found = reader.read(offset)
    if (found?.header.type !== BLOCK_TYPES.details) return null
    const details = decodePart(DETAILS, found.payload)
    takeDetails(trace, details)
    for (const [id, hostNs] of details.suspended ?? []) if (running.has(id)) suspended.set(id, hostNs)
  }
  for (const offset of index.console) {
    const found = reader.read(offset)
    if (found?.header.type !== BLOCK_TYPES.console) return null
    takeConsole(trace, decodePart(CONSOLE, found.payload))
  }
  trace.restore(index)
  trace.slowing.restore(index.slowedNs ?? 0)
  useBlocks(trace, reader, index.blocks)
  restoreTimeline(trace, ids, reader.read(end!.timelineOffset))
  endRunning(trace, { ids, importTimes, suspended }, index.endNs)
  return {
    trace,
    session: index.session ?? session,
    endNs: index.endNs,
    isComplete: true,
    lostBytes: 0,
    sizeBytes: reader.sizeBytes,
    unreadBytes: 0,
    advance: () => true,
    close: () => reader.close(),
  }
}

/** Where the last block says that the summary is. */
function readEnd(reader: BlockFileReader): { indexOffset: Offset; timelineOffset: Offset } | null {
  const end = reader.read(reader.sizeBytes - END_BYTES)
  if (end?.header.type !== BLOCK_TYPES.end || end.payload.length !== END_PAYLOAD_BYTES) return null
  const source = new ByteSource(end.payload)
  return { indexOffset: source.f64(), timelineOffset: source.f64() }
}

/** Without it the timeline is built from the calls. */
function restoreTimeline({ timeline }: Trace, running: CallId[], found: FoundBlock | null): void {
  if (found?.header.type === BLOCK_TYPES.timeline) timeline.restore(readTimeline(found.payload), running)
}

/** Whether it says of all calls where they are, and of no others anything. Throws {@link MalformedBytes}. */
function checkIndex({ blocks, order: { callCount }, running, importTimes = [] }: FileIndex): void {
  const blockCount = callCount === 0 ? 0 : blockIndexOf(callCount) + 1
  if (blocks.length !== blockCount) throw new MalformedBytes(`there are ${blocks.length} blocks`)
  const ids = new Set(running)
  if (ids.size < running.length) throw new MalformedBytes('a call runs twice')
  for (const id of ids) if (id < 1 || id > callCount) throw new MalformedBytes(`there is no call #${id}`)
  for (const [id] of importTimes) if (!ids.has(id)) throw new MalformedBytes(`call #${id} has ended`)
}

function readIndex(reader: BlockFileReader, offset: Offset): FileIndex | null {
  const found = reader.read(offset)
  return found?.header.type === BLOCK_TYPES.index ? decodePart(INDEX, found.payload) : null
}
