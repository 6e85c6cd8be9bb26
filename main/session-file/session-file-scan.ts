/** Reads a session file without an index: block after block, up to the first that is not as it was written. */
import type { CallId } from '../contract/ids.ts'
import { blockIndexOf, indexInBlock } from '../trace/call-block.ts'
import type { ReturnedTimes } from '../trace/call-store.ts'
import { OUTCOMES } from '../trace/events.ts'
import { Trace } from '../trace/trace.ts'
import type { BlockFileReader, FoundBlock, Offset } from './block-file.ts'
import { ByteSource, MalformedBytes } from './bytes.ts'
import { readCallRange, readTouchedBlocks } from './call-codec.ts'
import { BLOCK_TYPES } from './file-block.ts'
import type { FileDetails } from './file-parts.ts'
import { decodePart } from './file-parts.ts'
import { readLeftOut } from './left-out-codec.ts'
import type { SessionFile } from './open-session-file.ts'
import { CONSOLE, DETAILS } from './part-schemas.ts'
import { endRunning, takeConsole, takeDetails, useBlocks } from './restore-trace.ts'
import type { StoredBlock } from './stored-blocks.ts'
import { noteStored } from './stored-blocks.ts'

const RUNNING = OUTCOMES.indexOf('running')
/** Calls that are counted before the clock is looked at. */
const STRIDE = 1024

/** Work that stops now and then, where the trace is in order. */
type Steps = Generator<void, void>

/** A trace that grows as the file is read: calls whose end lies further on run until it has been read. */
export class SessionFileScan implements SessionFile {
  readonly trace: Trace
  readonly session: unknown
  readonly isComplete = false
  readonly sizeBytes: number
  readonly close: () => void
  readonly #reader: BlockFileReader
  readonly #stored: StoredBlock[] = []
  readonly #steps: Steps
  /** What the imports took together that each running call of the guest has made: the file says it of those that have ended. */
  readonly #importTimes = new Map<CallId, ReturnedTimes>()
  /** The host's part of calls in which the guest was suspended when details were written. */
  readonly #suspended = new Map<CallId, number>()
  #offset: Offset
  #endNs = 0

  /** `from` is where the first block behind the head begins. */
  constructor(reader: BlockFileReader, limitBytes: number, from: Offset, session: unknown) {
    this.session = session
    this.sizeBytes = reader.sizeBytes
    this.close = () => reader.close()
    this.#reader = reader
    this.#offset = from
    this.trace = new Trace(limitBytes)
    this.trace.isBeingRead = true
    useBlocks(this.trace, reader, this.#stored)
    this.#steps = this.#read()
  }

  get endNs(): number {
    return this.#endNs
  }

  get lostBytes(): number {
    return this.trace.isBeingRead ? 0 : Math.max(0, this.sizeBytes - this.#offset)
  }

  get unreadBytes(): number {
    // It is not 0 before the calls that never ended have been ended.
    return this.trace.isBeingRead ? Math.max(1, this.sizeBytes - this.#offset) : 0
  }

  advance(sliceMs: number): boolean {
    const untilMs = performance.now() + sliceMs
    try {
      while (this.trace.isBeingRead) {
        if (this.#steps.next().done) this.#finish()
        if (performance.now() >= untilMs) break
      }
    } catch (thrown) {
      this.#finish()
      throw thrown
    }
    return !this.trace.isBeingRead
  }

  *#read(): Steps {
    for (let sequence = 1; ; sequence++) {
      const found = this.#reader.read(this.#offset)
      if (found?.header.sequence !== sequence) break
      const isTaken = yield* this.#tryToTake(found)
      // Blocks of calls are read by the trace, which shows those that cannot be read as lost.
      if (this.#reader.failure !== null) throw this.#reader.failure
      if (!isTaken) break
      this.#offset = found.nextOffset
      yield
    }
  }

  /** What is in the trace is all that there is. */
  #finish(): void {
    const { calls } = this.trace
    const ids = [...calls.running].sort((a, b) => a - b)
    calls.running.clear()
    // The host's part of a call that hangs may end later than anything else that the file knows.
    for (const id of ids) this.#noteEnd(calls.startOf(id) + (this.#suspended.get(id) ?? 0))
    this.trace.isBeingRead = false
    const [importTimes, suspended] = [this.#importTimes, this.#suspended]
    endRunning(this.trace, { ids, importTimes, suspended }, this.#endNs)
  }

  /** Whether it was as it should be. */
  *#tryToTake({ header, payload }: FoundBlock): Generator<void, boolean> {
    try {
      yield* this.#take(header.type, payload, this.#offset)
      return true
    } catch (thrown) {
      if (!(thrown instanceof MalformedBytes)) throw thrown
      return false
    }
  }

  *#take(type: number, payload: Uint8Array, offset: Offset): Steps {
    if (type === BLOCK_TYPES.details) this.#takeDetails(decodePart(DETAILS, payload))
    else if (type === BLOCK_TYPES.console) takeConsole(this.trace, decodePart(CONSOLE, payload))
    else if (type === BLOCK_TYPES.calls) yield* this.#takeCalls(new ByteSource(payload), offset)
    else if (type === BLOCK_TYPES.leftOut) yield* this.#takeLeftOut(new ByteSource(payload), offset)
    else if (type === BLOCK_TYPES.changes) yield* this.#takeChanges(new ByteSource(payload), offset)
  }

  #takeDetails(details: FileDetails): void {
    takeDetails(this.trace, details)
    this.#noteEnd(details.writtenNs ?? 0)
    for (const [id, hostNs] of details.suspended ?? []) this.#suspended.set(id, hostNs)
  }

  *#takeCalls(source: ByteSource, offset: Offset): Steps {
    const { calls } = this.trace
    const { firstId, count } = readCallRange(source)
    if (firstId !== calls.callCount + 1) throw new MalformedBytes(`calls are missing before #${firstId}`)
    const blockIndex = blockIndexOf(firstId)
    noteStored(this.#stored, blockIndex, offset, 0)
    calls.blocks.reload(blockIndex)
    yield
    const block = calls.blocks.block(firstId)
    if (block.isDamaged) throw new MalformedBytes('its calls cannot be read')
    this.#stored[blockIndex]!.startNs ||= block.starts[indexInBlock(firstId)]!
    for (let id = firstId; id < firstId + count; id++) {
      if (id % STRIDE === 0) yield
      const index = indexInBlock(id)
      this.#addRow(id, block.roots[index]!)
      if (!calls.isKnown(id)) this.trace.countLeftOut(1)
      else if (block.outcomes[index] === RUNNING) {
        calls.running.add(id)
        this.#noteEnd(block.starts[index]!)
      } else this.#count(id)
    }
  }

  /** Calls of a block that was given up, some of which may have been written before. */
  *#takeLeftOut(source: ByteSource, offset: Offset): Steps {
    const { calls } = this.trace
    const range = readCallRange(source)
    const lastId = range.firstId + range.count - 1
    const nextId = calls.callCount + 1
    if (nextId < range.firstId || nextId > lastId) throw new MalformedBytes(`the next call is #${nextId}`)
    const { startNs, roots } = readLeftOut(source, range)
    const blockIndex = blockIndexOf(range.firstId)
    noteStored(this.#stored, blockIndex, offset, startNs)
    calls.blocks.reload(blockIndex)
    for (const id of calls.running) if (blockIndexOf(id) === blockIndex) this.#forget(id)
    this.trace.leaveOutBlock(blockIndex)
    for (let id = nextId; id <= lastId; id++) {
      if (id % STRIDE === 0) yield
      this.#addRow(id, roots[indexInBlock(id)]!)
    }
  }

  /** Top-level calls are numbered as they come. */
  #addRow(id: CallId, root: number): void {
    const { order } = this.trace.calls
    if (root > order.rootCount) throw new MalformedBytes(`there is no top-level call ${root} yet`)
    order.add(id, root === order.rootCount ? null : root)
  }

  *#takeChanges(source: ByteSource, offset: Offset): Steps {
    const { calls } = this.trace
    const touched = new Set(readTouchedBlocks(source))
    for (const blockIndex of touched) {
      if (this.#stored[blockIndex] === undefined) throw new MalformedBytes(`there is no block ${blockIndex}`)
      noteStored(this.#stored, blockIndex, offset, 0)
      calls.blocks.reload(blockIndex)
      const ids = [...calls.running].filter((id) => blockIndexOf(id) === blockIndex)
      for (const id of ids) {
        if (calls.outcomeOf(id) === 'running') continue
        this.#forget(id)
        this.#count(id)
      }
      yield
    }
  }

  #count(id: CallId): void {
    const { calls } = this.trace
    this.trace.count(id)
    const times = calls.timesOf(id, 0)
    if (calls.kindOf(id) === 'import') this.#addToParent(calls.parentOf(id), times)
    this.#noteEnd(calls.startOf(id) + times.totalNs)
  }

  /** It runs no more. */
  #forget(id: CallId): void {
    this.trace.calls.running.delete(id)
    this.#importTimes.delete(id)
    this.#suspended.delete(id)
  }

  #addToParent(parent: CallId | null, { hostNs, suspendedNs }: ReturnedTimes): void {
    const { calls } = this.trace
    if (parent === null || !calls.running.has(parent) || calls.kindOf(parent) === 'import') return
    const times = this.#importTimes.get(parent)
    if (times === undefined) {
      this.#importTimes.set(parent, { hostNs, suspendedNs })
      return
    }
    times.hostNs += hostNs
    times.suspendedNs += suspendedNs
  }

  #noteEnd(atNs: number): void {
    this.#endNs = Math.max(this.#endNs, atNs)
  }
}
