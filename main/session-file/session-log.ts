/** Writes a trace into a session file as it grows, so that memory need not hold all of it. */
import type { InspectorError } from '../contract/result.ts'
import type { CallBlock } from '../trace/call-block.ts'
import { BLOCK_LENGTH, blockIndexOf } from '../trace/call-block.ts'
import type { TraceLog } from '../trace/trace-log.ts'
import type { Trace } from '../trace/trace.ts'
import { BlockFileWriter } from './block-file.ts'
import { ByteSink } from './bytes.ts'
import { writeCalls, writeChanges } from './call-codec.ts'
import { DetailWriter } from './detail-writer.ts'
import { describeWriteFailure } from './failures.ts'
import { BLOCK_TYPES } from './file-block.ts'
import { encodePart, SESSION_FORMAT_VERSION } from './file-parts.ts'
import { writeLeftOut } from './left-out-codec.ts'
import type { StoredBlock } from './stored-blocks.ts'
import { writeTimeline } from './timeline-codec.ts'
import { createLoader, isWholeIn, lastIdOfBlock, noteStored } from './stored-blocks.ts'

const IS_TRIED_AGAIN = 'It is tried again every second, and memory keeps what it has.'
/** What was recorded is on the disk after so long. */
const FLUSH_INTERVAL_MS = 1000
/** Blocks of calls that are written in one turn, so that clients are answered in between. */
const BLOCKS_PER_TURN = 8
/** With more than so much not written the reader of the ring waits, and with it, in the end, the guest. */
const WAITING_LIMIT_BYTES = 32 * 1024 * 1024
const WAITING_LIMIT_CALLS = 16 * BLOCK_LENGTH
/** Where the newest calls are kept: what waits stays in memory, so it may be this share of the trace's limit at most. */
const WAITING_SHARE = 1 / 8

/** The session whose trace it is. */
export interface LoggedSession {
  /** What the file says of it, now and at the end. */
  describe: () => unknown
  /** On its clock. */
  nowNs: () => number
}

/** What follows the calls in a file that is closed. */
interface Summary {
  index: Uint8Array
  timeline: Uint8Array
}

/** One for each trace that has a file. */
export class SessionLog implements TraceLog {
  readonly details: DetailWriter
  readonly #trace: Trace
  readonly #session: LoggedSession
  readonly #writer: BlockFileWriter
  readonly #sink = new ByteSink()
  readonly #stored: StoredBlock[] = []
  readonly #timer: NodeJS.Timeout
  #isEnded = false

  /**
   * Begins a file with what the trace has. Throws what the file system throws. `onFailure` hears when it cannot be
   * written, and null when it can again.
   */
  constructor(
    trace: Trace,
    path: string,
    session: LoggedSession,
    onFailure: (error: InspectorError | null) => void,
  ) {
    this.#trace = trace
    this.#session = session
    this.#writer = new BlockFileWriter(path, (failure) =>
      onFailure(failure && describeWriteFailure(failure, path, IS_TRIED_AGAIN)),
    )
    const { calls } = trace
    this.details = new DetailWriter(trace, this.#writer)
    calls.blocks.setSource({
      load: createLoader(calls, this.#stored, (offset) => this.#writer.read(offset)),
      mayGo: (block, blockIndex) => this.#mayGo(block, blockIndex),
      limitBytes: trace.blockLimitBytes,
    })
    this.#writer.append(
      BLOCK_TYPES.head,
      encodePart({
        format: 'jspi-inspector session',
        version: SESSION_FORMAT_VERSION,
        session: session.describe(),
      }),
    )
    this.#timer = setInterval(() => {
      if (!this.#hasRoom) return
      this.flush()
      // So that of a process that is killed it is known how long its calls had been waiting.
      if (trace.calls.running.size > 0 && !this.isFailing) this.details.writeTime(session.nowNs())
    }, FLUSH_INTERVAL_MS)
    this.#timer.unref()
  }

  get path(): string {
    return this.#writer.path
  }

  /** Bytes of the file, with what waits to be written. */
  get sizeBytes(): number {
    return this.#writer.writtenBytes + this.#writer.waitingBytes
  }

  get isFailing(): boolean {
    return this.#writer.failure !== null
  }

  get isWaiting(): boolean {
    const { calls } = this.#trace
    return this.#writer.waitingBytes > 0 || calls.callCount - calls.written.count >= BLOCK_LENGTH
  }

  /** Whether so much waits that nothing should be added for a moment. */
  get isBehind(): boolean {
    if (this.isFailing) return false
    const { calls } = this.#trace
    return (
      this.#writer.waitingBytes > WAITING_LIMIT_BYTES ||
      calls.callCount - calls.written.count > WAITING_LIMIT_CALLS
    )
  }

  /** Whether more may wait. Where the guest is slowed instead, {@link isBehind} sees to it. */
  get #hasRoom(): boolean {
    const { keepsNewest, limitBytes } = this.#trace
    const roomBytes = Math.min(WAITING_LIMIT_BYTES, WAITING_SHARE * limitBytes)
    return !keepsNewest || this.#writer.waitingBytes <= roomBytes
  }

  /** Writes the blocks of calls that are full; nothing where the file has come to its end. */
  write(): void {
    if (this.#hasRoom && !this.#isEnded) this.#writeCalls(false)
  }

  /** Writes all that there is, or as much of it as one turn has time for. */
  flush(): void {
    this.#writeCalls(true)
  }

  /** Writes what is left and the index, and closes the file. The trace cannot be read from it any more. */
  async finish(endNs: number): Promise<void> {
    this.#end()
    await this.#writeAll()
    this.#appendSummary(this.#writer, this.#encodeSummary(endNs))
    await this.close()
  }

  /** Makes a whole session file of what there is now, at another path. Throws what the file system throws. */
  async copy(path: string, endNs: number): Promise<void> {
    await this.#writeAll()
    const summary = this.#encodeSummary(endNs)
    const copy = BlockFileWriter.continue(path, await this.#writer.copy(path))
    this.#appendSummary(copy, summary)
    await copy.close()
    if (copy.failure) throw copy.failure
  }

  /** Closes the file as it is. */
  async close(): Promise<void> {
    this.#end()
    await this.#writer.close()
  }

  async remove(): Promise<void> {
    this.#end()
    await this.#writer.remove()
  }

  #end(): void {
    this.#isEnded = true
    clearInterval(this.#timer)
  }

  /** Of all that there is; everything that it names has been handed to the writer. */
  #encodeSummary(endNs: number): Summary {
    const { calls, timeline } = this.#trace
    while (calls.written.count < calls.callCount || this.details.hasMore) this.flush()
    const sink = new ByteSink()
    writeTimeline(sink, timeline.save())
    const index = encodePart({
      blocks: this.#stored,
      details: this.details.detailOffsets,
      console: this.details.consoleOffsets,
      running: [...calls.running],
      importTimes: [...calls.running]
        .filter((id) => calls.kindOf(id) !== 'import')
        .map((id) => [id, calls.importTimesOf(id)]),
      endNs,
      session: this.#session.describe(),
      slowedNs: this.#trace.slowing.totalNs,
      ...this.#trace.save(),
    })
    return { index, timeline: sink.written }
  }

  #appendSummary(writer: BlockFileWriter, { index, timeline }: Summary): void {
    const timelineOffset = writer.append(BLOCK_TYPES.timeline, timeline)
    const indexOffset = writer.append(BLOCK_TYPES.index, index)
    this.#sink.clear()
    this.#sink.f64(indexOffset)
    this.#sink.f64(timelineOffset)
    writer.append(BLOCK_TYPES.end, this.#sink.written)
  }

  #mayGo(block: CallBlock, blockIndex: number): boolean {
    if (block.runningCount > 0 || block.changedCount > 0) return false
    const last = this.#stored[blockIndex]?.offsets.at(-1)
    return last !== undefined && last < this.#writer.writtenBytes && isWholeIn(this.#trace.calls, blockIndex)
  }

  /** Writes nearly all that there is, with time for others in between. */
  async #writeAll(): Promise<void> {
    const { calls } = this.#trace
    do {
      this.flush()
      await this.#writer.whenIdle()
      if (this.#writer.failure) throw this.#writer.failure
    } while (calls.written.count + BLOCK_LENGTH < calls.callCount || this.details.hasMore)
  }

  #writeCalls(isForced: boolean): void {
    if (this.isFailing) return
    const { calls } = this.#trace
    const { blocks } = calls
    for (let written = 0; written < BLOCKS_PER_TURN && calls.written.count < calls.callCount; written++) {
      const firstId = calls.written.count + 1
      const lastId = lastIdOfBlock(firstId)
      if (lastId > calls.callCount && !isForced) break
      const count = Math.min(lastId, calls.callCount) - calls.written.count
      const isLeftOut = blocks.leftOut.has(blockIndexOf(firstId))
      this.#sink.clear()
      if (isLeftOut) writeLeftOut(this.#sink, blocks.block(firstId), blockIndexOf(firstId))
      else {
        this.details.writeDetails()
        writeCalls(this.#sink, blocks, calls, { firstId, count })
      }
      const type = isLeftOut ? BLOCK_TYPES.leftOut : BLOCK_TYPES.calls
      const offset = this.#writer.append(type, this.#sink.written)
      noteStored(this.#stored, blockIndexOf(firstId), offset, calls.startOf(firstId))
      calls.written.count += count
    }
    if (isForced || calls.written.changedCount >= BLOCK_LENGTH) this.#writeChanges()
    if (isForced) this.details.writeTurn()
  }

  #writeChanges(): void {
    const { calls } = this.#trace
    if (calls.written.changedCount === 0) return
    this.#sink.clear()
    const touched = writeChanges(this.#sink, calls.blocks, calls, calls.written.takeChanged())
    const offset = this.#writer.append(BLOCK_TYPES.changes, this.#sink.written)
    for (const blockIndex of touched) noteStored(this.#stored, blockIndex, offset, 0)
  }
}
