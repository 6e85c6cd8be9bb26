/** The trace of one session: its calls and its console, and what sums up over them. */
import type { CallOutcome } from '../contract/calls.ts'
import type { CallId } from '../contract/ids.ts'
import type { ConsoleLine, TimingRow, TraceStatus } from '../contract/traces.ts'
import type { InspectorError } from '../contract/result.ts'
import { idsOfBlock } from './call-block.ts'
import type { SavedOrder } from './call-order.ts'
import { CallStore } from './call-store.ts'
import { ConsoleStore } from './console-store.ts'
import type { FunctionDefinition, SliceState } from './events.ts'
import { isFailure, OUTCOMES } from './events.ts'
import type { ReturnedCalls } from './returned-calls.ts'
import type { RawStack } from './stack-store.ts'
import { giveUpOldest } from './keep-newest.ts'
import { passOver } from './pass-over.ts'
import { Slowing } from './slowing.ts'
import type { SavedTimings } from './timings.ts'
import { TimelineReader } from './timeline/read-timeline.ts'
import { Timeline } from './timeline/timeline.ts'
import { Timings } from './timings.ts'
import type { TraceLog } from './trace-log.ts'
import type { TraceSums } from './trace-totals.ts'
import { TraceTotals } from './trace-totals.ts'

const NO_VALUES = new Uint32Array(0)
/** Share of the memory's limit that blocks of calls may take once there is a file: there is more than blocks. */
const BLOCK_SHARE = 0.75
/** Share of it from which on nothing is added while blocks that could be let go are being written. */
const BEHIND_SHARE = 1.25
/** What may be added meanwhile at least: a ring can be full of calls when its worker ends. */
const HEADROOM_BYTES = 64 * 1024 * 1024
/** Share of it that blocks of calls keep, however much everything else takes. */
const KEPT_SHARE = 0.5

/** What a trace tells while it grows, and what it is given. */
export interface TraceListener {
  /** Calls with consecutive ids have ended. All are told of in order of ending. */
  onCallsEnded?: (firstId: CallId, count: number) => void
  /** Begins a file, because memory has reached its limit; null where there is to be none. */
  startLog?: () => TraceLog | null
}

/** Memory for the calls of a session, unless the inspector is told otherwise. */
export const DEFAULT_TRACE_LIMIT_BYTES = 1024 * 1024 * 1024

/** The status of a trace before there is one. */
export const EMPTY_TRACE_STATUS = {
  callCount: 0,
  inFlightCount: 0,
  droppedCount: 0,
  leftOutCount: 0,
  isGuestSlowed: false,
  slowedNs: 0,
  guestNs: 0,
  hostNs: 0,
  suspendedNs: 0,
  consoleLineCount: 0,
  sizeBytes: 0,
  fileSizeBytes: 0,
  unreadBytes: 0,
}

/** Grows by what a `TraceFeed` or a session file tells it. Events of calls that were left out are ignored. */
export class Trace {
  readonly calls = new CallStore()
  readonly console = new ConsoleStore()
  readonly timeline = new Timeline(this.calls)
  readonly slowing = new Slowing()
  /** Whether the newest calls are kept when the disk is behind, instead of slowing the guest. */
  keepsNewest = false
  /** Whether a file is still being read: calls may be told more of that have ended, and details may be missing. */
  isBeingRead = false
  readonly #timings = new Timings()
  readonly #totals = new TraceTotals()
  readonly #limitBytes: number
  readonly #listener: TraceListener
  #log: TraceLog | null = null
  #hasTriedLog = false

  constructor(limitBytes: number, listener: TraceListener = {}) {
    this.#limitBytes = limitBytes
    this.#listener = listener
  }

  get sizeBytes(): number {
    return this.calls.sizeBytes + this.console.sizeBytes + this.timeline.sizeBytes
  }

  /** Calls that were not recorded. */
  get droppedCount(): number {
    return this.#totals.sums.droppedCount
  }

  /** Calls that were recorded, and given up for newer ones. */
  get leftOutCount(): number {
    return this.#totals.sums.leftOutCount
  }

  /** Memory that the calls may take. */
  get limitBytes(): number {
    return this.#limitBytes
  }

  /** Memory that blocks of calls may take where a file has them. */
  get blockLimitBytes(): number {
    return BLOCK_SHARE * this.#limitBytes
  }

  /** Writes the trace to a file from now on. */
  setLog(log: TraceLog): void {
    this.#log = log
  }

  /** Begins a file where memory has reached its limit; says whether that is all the same full. */
  makeRoom(): boolean {
    this.timeline.trim()
    if (this.sizeBytes < this.#limitBytes) return false
    if (!this.#log && !this.#hasTriedLog) {
      this.#hasTriedLog = true
      this.#log = this.#listener.startLog?.() ?? null
    }
    // What is being written is let go in a moment.
    const isWritten = this.#log !== null && !this.#log.isFailing
    if (!this.keepsNewest) return !isWritten || this.#isFull
    const limitBytes = (isWritten ? BEHIND_SHARE : 1) * this.#limitBytes
    const keptBytes = KEPT_SHARE * this.#limitBytes
    this.#giveUpUntil(() => this.sizeBytes < limitBytes || this.calls.blocks.sizeBytes <= keptBytes)
    this.#giveUpUntil(() => !this.#isFull)
    return this.#isFull
  }

  /** Whether nothing may be added, whatever is being written. */
  get #isFull(): boolean {
    return this.sizeBytes >= this.#limitBytes + Math.max(this.#limitBytes, HEADROOM_BYTES)
  }

  #giveUpUntil(isEnough: () => boolean): void {
    for (const blockIndex of giveUpOldest(this.calls, isEnough)) this.leaveOutBlock(blockIndex)
  }

  /** Counts calls that were left out. */
  countLeftOut(count: number): void {
    this.#totals.addLeftOut(count)
  }

  /** Counts the calls of a block that was given up. */
  leaveOutBlock(blockIndex: number): void {
    const { firstId, lastId } = idsOfBlock(blockIndex)
    this.countLeftOut(lastId - firstId + 1)
    this.#log?.details.noteLeftOut(blockIndex)
  }

  /** Writes to the file what it is time for. */
  write(): void {
    this.#log?.write()
  }

  /** Whether so much waits for the disk that nothing should be added for a moment. */
  get isBehind(): boolean {
    if (this.keepsNewest || this.#log === null || this.#log.isFailing) return false
    return this.#log.isBehind || (this.#log.isWaiting && this.sizeBytes >= BEHIND_SHARE * this.#limitBytes)
  }

  define(functionIndex: number, definition: FunctionDefinition): void {
    this.calls.definitions[functionIndex] = definition
  }

  setPreview(handle: number, preview: string): void {
    this.calls.previews.set(handle, preview)
    this.#log?.details.notePreview(handle)
  }

  /** Takes up the calls up to one that were not recorded as left out, if the newest are to be kept; says whether it did. */
  passOver(lastId: CallId, startNs: number): boolean {
    if (!this.keepsNewest) return false
    const firstId = this.calls.callCount + 1
    passOver(this.calls, lastId, startNs)
    for (let id = firstId; id <= lastId; id++) this.timeline.begin(id, 0, startNs)
    this.#totals.addDropped(firstId - lastId - 1)
    this.countLeftOut(lastId - firstId + 1)
    return true
  }

  /** Counts a call that is not recorded. */
  leaveOut(): void {
    this.#totals.addDropped(1)
  }

  /** See {@link CallStore.begin}. */
  begin(
    id: CallId,
    parent: CallId,
    functionIndex: number,
    startNs: number,
    words: Uint32Array,
    valuesWord: number,
  ): void {
    this.calls.begin(id, parent, functionIndex, startNs, words, valuesWord)
    this.timeline.begin(id, parent, startNs)
  }

  /** See {@link CallStore.addReturned}. */
  addReturned(calls: ReturnedCalls): void {
    this.#totals.addReturned(this.calls.addReturned(calls))
    this.timeline.addReturned(calls)
    this.#timings.addReturned(calls)
    this.#listener.onCallsEnded?.(calls.firstId, calls.count)
  }

  suspend(id: CallId, hostNs: number): void {
    if (this.calls.has(id)) this.calls.suspend(id, hostNs)
  }

  /** See {@link CallStore.slice}. */
  slice(id: CallId, state: SliceState, timeNs: number): void {
    if (this.calls.has(id)) this.calls.slice(id, state, timeNs)
  }

  /** See {@link CallStore.end}. */
  end(
    id: CallId,
    outcome: number,
    endNs: number,
    hostNs: number,
    suspendedNs: number,
    words: Uint32Array,
    valuesWord: number,
  ): void {
    if (!this.calls.has(id)) return
    const stoppedNs = this.calls.slices.stoppedNs(id, endNs)
    this.calls.end(id, outcome, endNs, hostNs, suspendedNs, words, valuesWord)
    this.timeline.end(id)
    this.count(id)
    if (this.calls.kindOf(id) !== 'import') this.#totals.addStopped(stoppedNs)
    this.#listener.onCallsEnded?.(id, 1)
  }

  /** Counts a call that has ended in sums and timings. */
  count(id: CallId): void {
    const times = this.calls.timesOf(id, 0)
    this.#totals.addEnded(this.calls.kindOf(id) === 'import', times)
    const hasFailed = isFailure(this.calls.outcomeOf(id))
    this.#timings.record(this.calls.functionIndexOf(id), hasFailed, times.totalNs, times.suspendedNs)
  }

  /** Keeps why a call failed, given as JSON. */
  fail(id: CallId, errorText: string): void {
    if (!this.calls.has(id)) return
    this.calls.errors.set(id, errorText)
    this.#log?.details.noteFailed(id)
  }

  /** Keeps readings of a call, given as JSON. */
  addDecoded(id: CallId, text: string): void {
    if (!this.calls.has(id)) return
    this.calls.decoded.add(id, text)
    this.#log?.details.noteDecoded(id)
  }

  setStack(id: CallId, stack: RawStack): void {
    if (this.calls.has(id)) this.calls.setStack(id, stack)
  }

  print(text: string, line: Omit<ConsoleLine, 'index' | 'text'>): void {
    this.console.append(text, line)
  }

  /** Ends the calls that are still running, because their worker is gone. */
  endRunning(
    outcome: Exclude<CallOutcome, 'running' | 'returned'>,
    error: InspectorError,
    nowNs: number,
  ): void {
    const errorText = JSON.stringify(error)
    // Inner calls first, as they would have ended.
    for (const id of [...this.calls.running].toReversed()) {
      const { hostNs, suspendedNs } = this.calls.timesOf(id, nowNs)
      this.fail(id, errorText)
      this.end(id, OUTCOMES.indexOf(outcome), nowNs, hostNs, suspendedNs, NO_VALUES, 0)
    }
  }

  /** The calls over time, as they stand at `nowNs`. */
  readTimeline(nowNs: number): TimelineReader {
    // Its order is that of the ends, and those of calls that run lie further on in the file.
    if (!this.isBeingRead) this.timeline.catchUp()
    return new TimelineReader(this.calls, this.timeline, nowNs)
  }

  timings(): TimingRow[] {
    return this.#timings.rows(this.calls)
  }

  status(nowNs: number): Omit<TraceStatus, 'sessionId' | 'generation'> {
    return {
      callCount: this.calls.callCount,
      inFlightCount: this.calls.running.size,
      droppedCount: this.droppedCount,
      leftOutCount: this.leftOutCount,
      isGuestSlowed: this.slowing.isSlowed,
      slowedNs: this.slowing.totalNs,
      ...this.#totals.timesAt(nowNs, this.calls),
      consoleLineCount: this.console.lineCount,
      sizeBytes: this.sizeBytes,
      fileSizeBytes: this.#log?.sizeBytes ?? 0,
      unreadBytes: 0,
    }
  }

  /** What a file keeps besides the calls, so that they need not be counted again. */
  save(): { order: SavedOrder; timings: SavedTimings; sums: TraceSums } {
    return { order: this.calls.order.save(), timings: this.#timings.save(), sums: this.#totals.sums }
  }

  /** Takes over what a file has kept. */
  restore({ order, timings, sums }: { order: SavedOrder; timings: SavedTimings; sums: TraceSums }): void {
    this.calls.order.restore(order)
    this.#timings.restore(timings)
    this.#totals.restore(sums)
  }
}
