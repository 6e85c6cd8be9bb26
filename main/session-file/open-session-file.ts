/** Opens session files: by their index, or without one by reading all that is intact. */
import { makeError } from '../contract/error-codes.ts'
import type { CallId } from '../contract/model.ts'
import type { Result } from '../contract/result.ts'
import { failure, success } from '../contract/result.ts'
import { blockIndexOf, indexInBlock } from '../trace/call-block.ts'
import { OUTCOMES } from '../trace/events.ts'
import { Trace } from '../trace/trace.ts'
import type { Offset } from './block-file.ts'
import { BlockFileReader } from './block-file.ts'
import { ByteSource, MalformedBytes } from './bytes.ts'
import { readCallRange, readTouchedBlocks } from './call-codec.ts'
import { BLOCK_TYPES, HEADER_BYTES } from './file-block.ts'
import type { FileConsole, FileDetails, FileHead, FileIndex } from './file-parts.ts'
import { decodePart, SESSION_FORMAT_VERSION } from './file-parts.ts'
import type { StoredBlock } from './stored-blocks.ts'
import { readLeftOut } from './left-out-codec.ts'
import { readTimeline } from './timeline-codec.ts'
import { createLoader, noteStored } from './stored-blocks.ts'

const RUNNING = OUTCOMES.indexOf('running')
/** The last block of a file that was closed. */
const END_PAYLOAD_BYTES = 16
const END_BYTES = HEADER_BYTES + END_PAYLOAD_BYTES

/** A session file that is open. */
export interface SessionFile {
  trace: Trace
  /** What {@link FileHead} says of the session. */
  session: unknown
  /** On the session's clock: when it was closed, or the last that is known of it. */
  endNs: number
  /** Whether it was closed: otherwise it has what was written up to some moment. */
  isComplete: boolean
  /** Bytes at the end that could not be read; 0 where all could. */
  lostBytes: number
  sizeBytes: number
  close(): void
}

/**
 * Opens a session file. Memory for its calls is limited as that of any trace; the rest is read when it is asked for.
 * Fails with SESSION_FILE_UNREADABLE, SESSION_FILE_INVALID or SESSION_FILE_NEWER.
 */
export function openSessionFile(path: string, limitBytes: number): Result<SessionFile> {
  const location = { file: path }
  let reader: BlockFileReader
  try {
    reader = new BlockFileReader(path)
  } catch (thrown) {
    return failure(makeError('SESSION_FILE_UNREADABLE', { why: `${(thrown as Error).message}.`, location }))
  }
  try {
    const head = reader.read(0)
    const part = head?.header.type === BLOCK_TYPES.head ? decodePart<FileHead>(head.payload) : null
    if (!head || part?.format !== 'jspi-inspector session') {
      reader.close()
      return failure(makeError('SESSION_FILE_INVALID', { location }))
    }
    if (part.version > SESSION_FORMAT_VERSION) {
      reader.close()
      const why = `It has version ${part.version} of the format; this program reads ${SESSION_FORMAT_VERSION}.`
      return failure(makeError('SESSION_FILE_NEWER', { why, location }))
    }
    const loaded = loadByIndex(reader, limitBytes) ?? new Scan(reader, limitBytes).run(head.nextOffset)
    return success({
      session: part.session,
      ...loaded,
      sizeBytes: reader.sizeBytes,
      close: () => reader.close(),
    })
  } catch (thrown) {
    reader.close()
    return failure(makeError('SESSION_FILE_UNREADABLE', { why: `${(thrown as Error).message}.`, location }))
  }
}

type Loaded = Pick<SessionFile, 'trace' | 'endNs' | 'isComplete' | 'lostBytes'> &
  Partial<Pick<SessionFile, 'session'>>

function loadByIndex(reader: BlockFileReader, limitBytes: number): Loaded | null {
  const end = readEnd(reader)
  const index = end && readIndex(reader, end.indexOffset)
  if (index === null) return null
  const trace = new Trace(limitBytes)
  for (const offset of index.details) {
    const found = reader.read(offset)
    if (found?.header.type !== BLOCK_TYPES.details) return null
    takeDetails(trace, decodePart<FileDetails>(found.payload))
  }
  for (const offset of index.console) {
    const found = reader.read(offset)
    if (found?.header.type !== BLOCK_TYPES.console) return null
    takeConsole(trace, decodePart<FileConsole>(found.payload))
  }
  trace.restore(index)
  useBlocks(trace, reader, index.blocks)
  restoreTimeline(trace, reader.read(end!.timelineOffset))
  endRunning(trace, index.running, index.endNs)
  return { trace, endNs: index.endNs, isComplete: true, lostBytes: 0, session: index.session }
}

/** Where the last block says that the summary is. */
function readEnd(reader: BlockFileReader): { indexOffset: Offset; timelineOffset: Offset } | null {
  const end = reader.read(reader.sizeBytes - END_BYTES)
  if (end?.header.type !== BLOCK_TYPES.end || end.payload.length !== END_PAYLOAD_BYTES) return null
  const source = new ByteSource(end.payload)
  return { indexOffset: source.f64(), timelineOffset: source.f64() }
}

/** Without it the timeline is built from the calls. */
function restoreTimeline(trace: Trace, found: ReturnType<BlockFileReader['read']>): void {
  if (found?.header.type === BLOCK_TYPES.timeline) trace.timeline.restore(readTimeline(found.payload))
}

function readIndex(reader: BlockFileReader, offset: Offset): FileIndex | null {
  const found = reader.read(offset)
  return found?.header.type === BLOCK_TYPES.index ? decodePart<FileIndex>(found.payload) : null
}

function useBlocks(trace: Trace, reader: BlockFileReader, stored: readonly StoredBlock[]): void {
  const { calls } = trace
  calls.blocks.setSource(
    {
      load: createLoader(calls, stored, (offset) => reader.read(offset)),
      mayGo: (block) => block.changedCount === 0,
      limitBytes: trace.blockLimitBytes,
    },
    stored.length,
  )
}

/** Calls whose end is not in the file: it was not written any more. */
function endRunning(trace: Trace, running: Iterable<CallId>, endNs: number): void {
  const { calls } = trace
  for (const id of running) calls.adopt(id)
  trace.endRunning('cancelled', makeError('SESSION_FILE_INCOMPLETE'), endNs)
}

function takeDetails({ calls }: Trace, details: FileDetails): void {
  for (const [functionIndex, definition] of details.definitions ?? []) {
    calls.definitions[functionIndex] = definition
  }
  for (const [handle, text] of details.previews ?? []) calls.previews.set(handle, text)
  calls.errors.restore(details.errors ?? [], details.failed ?? [])
  for (const stack of details.stacks ?? []) calls.stacks.add(stack)
  for (const [id, texts] of details.decoded ?? []) calls.decoded.restore(id, texts)
  for (const known of details.overlaps ?? []) calls.overlaps.restore(known)
  for (const id of details.scattered ?? []) calls.scattered.add(id)
}

function takeConsole({ console }: Trace, { lines }: FileConsole): void {
  for (const { text, index: _, ...line } of lines) console.append(text, line)
}

/** Reads block after block, up to the first that is not as it was written. */
class Scan {
  readonly #reader: BlockFileReader
  readonly #trace: Trace
  readonly #stored: StoredBlock[] = []
  readonly #running = new Set<CallId>()
  #endNs = 0

  constructor(reader: BlockFileReader, limitBytes: number) {
    this.#reader = reader
    this.#trace = new Trace(limitBytes)
    useBlocks(this.#trace, reader, this.#stored)
  }

  run(from: Offset): Loaded {
    let offset = from
    for (let sequence = 1; ; sequence++) {
      const found = this.#reader.read(offset)
      if (found?.header.sequence !== sequence) break
      try {
        this.#take(found.header.type, found.payload, offset)
      } catch (thrown) {
        if (!(thrown instanceof MalformedBytes || thrown instanceof SyntaxError)) throw thrown
        break
      }
      offset = found.nextOffset
    }
    for (const id of this.#running) this.#noteEnd(this.#trace.calls.startOf(id))
    endRunning(
      this.#trace,
      [...this.#running].sort((a, b) => a - b),
      this.#endNs,
    )
    const lostBytes = Math.max(0, this.#reader.sizeBytes - offset)
    return { trace: this.#trace, endNs: this.#endNs, isComplete: false, lostBytes }
  }

  #take(type: number, payload: Uint8Array, offset: Offset): void {
    if (type === BLOCK_TYPES.details) takeDetails(this.#trace, decodePart<FileDetails>(payload))
    else if (type === BLOCK_TYPES.console) takeConsole(this.#trace, decodePart<FileConsole>(payload))
    else if (type === BLOCK_TYPES.calls) this.#takeCalls(new ByteSource(payload), offset)
    else if (type === BLOCK_TYPES.leftOut) this.#takeLeftOut(new ByteSource(payload), offset)
    else if (type === BLOCK_TYPES.changes) this.#takeChanges(new ByteSource(payload), offset)
  }

  #takeCalls(source: ByteSource, offset: Offset): void {
    const { calls } = this.#trace
    const { firstId, count } = readCallRange(source)
    if (firstId !== calls.callCount + 1) throw new MalformedBytes(`calls are missing before #${firstId}`)
    const blockIndex = blockIndexOf(firstId)
    noteStored(this.#stored, blockIndex, offset, 0)
    calls.blocks.reload(blockIndex)
    const block = calls.blocks.block(firstId)
    if (block.isDamaged) throw new MalformedBytes('its calls cannot be read')
    this.#stored[blockIndex]!.startNs ||= block.starts[indexInBlock(firstId)]!
    for (let id = firstId; id < firstId + count; id++) {
      const index = indexInBlock(id)
      this.#addRow(id, block.roots[index]!)
      if (!calls.isKnown(id)) this.#trace.countLeftOut(1)
      else if (block.outcomes[index] === RUNNING) this.#running.add(id)
      else this.#count(id)
    }
  }

  /** Calls of a block that was given up, some of which may have been written before. */
  #takeLeftOut(source: ByteSource, offset: Offset): void {
    const { calls } = this.#trace
    const range = readCallRange(source)
    const lastId = range.firstId + range.count - 1
    const nextId = calls.callCount + 1
    if (nextId < range.firstId || nextId > lastId) throw new MalformedBytes(`the next call is #${nextId}`)
    const { startNs, roots } = readLeftOut(source, range)
    const blockIndex = blockIndexOf(range.firstId)
    noteStored(this.#stored, blockIndex, offset, startNs)
    calls.blocks.reload(blockIndex)
    for (let id = nextId; id <= lastId; id++) {
      this.#addRow(id, roots[indexInBlock(id)]!)
    }
    for (const id of this.#running) if (blockIndexOf(id) === blockIndex) this.#running.delete(id)
    this.#trace.leaveOutBlock(blockIndex)
  }

  /** Top-level calls are numbered as they come. */
  #addRow(id: CallId, root: number): void {
    const { order } = this.#trace.calls
    order.add(id, root === order.rootCount ? null : root)
  }

  #takeChanges(source: ByteSource, offset: Offset): void {
    const { calls } = this.#trace
    const touched = new Set(readTouchedBlocks(source))
    for (const blockIndex of touched) {
      if (this.#stored[blockIndex] === undefined) throw new MalformedBytes(`there is no block ${blockIndex}`)
      noteStored(this.#stored, blockIndex, offset, 0)
      calls.blocks.reload(blockIndex)
    }
    for (const id of this.#running) {
      if (!touched.has(blockIndexOf(id)) || calls.outcomeOf(id) === 'running') continue
      this.#running.delete(id)
      this.#count(id)
    }
  }

  #count(id: CallId): void {
    this.#trace.count(id)
    const { totalNs } = this.#trace.calls.timesOf(id, 0)
    this.#noteEnd(this.#trace.calls.startOf(id) + totalNs)
  }

  #noteEnd(atNs: number): void {
    this.#endNs = Math.max(this.#endNs, atNs)
  }
}
