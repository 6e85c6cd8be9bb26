/** The trace of one session: reads its ring, keeps calls and console, sums up timings. */
import type { CallId, CallOutcome, CallRow, ConsoleLevel, TimingRow, TraceStatus } from '../contract/model.ts'
import type { InspectorError } from '../contract/result.ts'
import { CallStore } from './call-store.ts'
import { ConsoleStore } from './console-store.ts'
import type { FunctionDefinition } from './events.ts'
import {
  CONSOLE,
  ENTER,
  ENTER_STATES,
  EXIT,
  LEVELS,
  OUTCOMES,
  SOURCES,
  STACK,
  SUSPEND,
  TAGS,
  TEXT,
} from './events.ts'
import { RingReader } from './ring.ts'
import { TimelineReader } from './timeline/read-timeline.ts'
import { Timeline } from './timeline/timeline.ts'
import { Timings } from './timings.ts'

const decoder = new TextDecoder()
const RETURNED = OUTCOMES.indexOf('returned')

/** What a trace tells while it reads. */
export interface TraceListener {
  /** A call has ended, in order of ending. */
  onCallEnded?: (id: CallId) => void
}

/** Memory for the calls of a session, unless the inspector is told otherwise. */
export const DEFAULT_TRACE_LIMIT_BYTES = 1024 * 1024 * 1024

/** The status of a trace before there is one. */
export const EMPTY_TRACE_STATUS = {
  callCount: 0,
  inFlightCount: 0,
  droppedCount: 0,
  guestNs: 0,
  hostNs: 0,
  suspendedNs: 0,
  consoleLineCount: 0,
  sizeBytes: 0,
}

/** Grows by {@link Trace.drain}; the worker may be busy, suspended or dead. */
export class Trace {
  readonly calls = new CallStore()
  readonly console = new ConsoleStore()
  readonly #timeline = new Timeline(this.calls)
  readonly #ring: RingReader
  readonly #timings = new Timings()
  readonly #limitBytes: number
  readonly #listener: TraceListener
  #droppedCount = 0
  /** Sums over the calls that have ended. */
  #guestNs = 0
  #hostNs = 0
  #suspendedNs = 0
  #full = false

  constructor(ring: SharedArrayBuffer, limitBytes: number, listener: TraceListener = {}) {
    this.#ring = new RingReader(ring)
    this.#limitBytes = limitBytes
    this.#listener = listener
  }

  /** Takes in what the worker has written, about `limitBytes` of it, and says how many bytes that was. */
  drain(limitBytes: number): number {
    this.#full = this.sizeBytes >= this.#limitBytes
    const sizeBytes = this.#ring.drain(this.#read, limitBytes)
    this.#timeline.trim()
    return sizeBytes
  }

  /** See {@link RingReader.rest}. */
  rest(): boolean {
    return this.#ring.rest()
  }

  get sizeBytes(): number {
    return this.calls.sizeBytes + this.console.sizeBytes + this.#timeline.sizeBytes
  }

  get droppedCount(): number {
    return this.#droppedCount
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
      this.calls.fail(id, errorText)
      this.#end(id, OUTCOMES.indexOf(outcome), nowNs, hostNs, suspendedNs, 0)
    }
  }

  rows(fromRow: number, rowCount: number, nowNs: number): CallRow[] {
    const rows: CallRow[] = []
    const end = Math.min(fromRow + rowCount, this.calls.callCount)
    for (let row = fromRow; row < end; row++) rows.push(this.calls.row(this.calls.order.idAt(row), nowNs))
    return rows
  }

  /** The calls over time, as they stand at `nowNs`. */
  readTimeline(nowNs: number): TimelineReader {
    return new TimelineReader(this.calls, this.#timeline, nowNs)
  }

  timings(): TimingRow[] {
    return this.#timings.rows(this.calls)
  }

  status(nowNs: number): Omit<TraceStatus, 'sessionId' | 'generation'> {
    let [guestNs, hostNs, suspendedNs] = [this.#guestNs, this.#hostNs, this.#suspendedNs]
    for (const id of this.calls.running) {
      const times = this.calls.timesOf(id, nowNs)
      if (this.calls.kindOf(id) !== 'import') guestNs += times.guestNs
      else {
        hostNs += times.hostNs
        suspendedNs += times.suspendedNs
      }
    }
    return {
      callCount: this.calls.callCount,
      inFlightCount: this.calls.running.size,
      droppedCount: this.#droppedCount,
      guestNs,
      hostNs,
      suspendedNs,
      consoleLineCount: this.console.lineCount,
      sizeBytes: this.sizeBytes,
    }
  }

  readonly #read = (tag: number, offset: number): void => {
    const { words, floats, bytes } = this.#ring
    const word = offset >> 2
    switch (tag) {
      case TAGS.enter:
        return this.#readEnter(offset)
      case TAGS.suspend: {
        const id = words[word + SUSPEND.callId / 4]!
        if (this.calls.has(id)) this.calls.suspend(id, floats[(offset + SUSPEND.hostNs) >> 3]!)
        return
      }
      case TAGS.exit: {
        const id = words[word + EXIT.callId / 4]!
        if (!this.calls.has(id)) return
        const slot = this.calls.values.append(
          words,
          word + EXIT.values / 4,
          words[word + EXIT.valueCount / 4]!,
        )
        this.#end(
          id,
          words[word + EXIT.outcome / 4]!,
          floats[(offset + EXIT.endNs) >> 3]!,
          floats[(offset + EXIT.hostNs) >> 3]!,
          floats[(offset + EXIT.suspendedNs) >> 3]!,
          slot,
        )
        return
      }
      case TAGS.define:
        this.calls.define(
          words[word + TEXT.identifier / 4]!,
          JSON.parse(this.#text(offset)) as FunctionDefinition,
        )
        return
      case TAGS.reference:
        this.calls.values.setPreview(words[word + TEXT.identifier / 4]!, this.#text(offset))
        return
      case TAGS.error: {
        const id = words[word + TEXT.identifier / 4]!
        if (this.calls.has(id)) this.calls.fail(id, this.#text(offset))
        return
      }
      case TAGS.decoded: {
        const id = words[word + TEXT.identifier / 4]!
        if (this.calls.has(id)) this.calls.decoded.add(id, this.#text(offset))
        return
      }
      case TAGS.stack: {
        const id = words[word + STACK.callId / 4]!
        if (!this.calls.has(id)) return
        const start = word + STACK.offsets / 4
        this.calls.stacks.set(id, [...words.subarray(start, start + words[word + STACK.frameCount / 4]!)])
        return
      }
      case TAGS.console: {
        const omittedBytes = words[word + CONSOLE.omittedBytes / 4]!
        const start = offset + CONSOLE.text
        const text = decoder.decode(bytes.slice(start, start + words[word + CONSOLE.textBytes / 4]!))
        this.console.append(omittedBytes > 0 ? `${text}… (${omittedBytes} bytes more)` : text, {
          timeNs: floats[(offset + CONSOLE.timeNs) >> 3]!,
          level: LEVELS[bytes[offset + CONSOLE.level]!] as ConsoleLevel,
          source: SOURCES[bytes[offset + CONSOLE.source]!]!,
        })
        return
      }
      default:
        throw new Error(`The ring holds an event with the unknown tag ${tag}.`)
    }
  }

  #readEnter(offset: number): void {
    const { words, floats } = this.#ring
    const word = offset >> 2
    const id = words[word + ENTER.callId / 4]!
    const { calls } = this
    if (this.#full || id !== calls.callCount + 1) {
      this.#full = true
      this.#droppedCount++
      // The writer is told as well that nobody waits for the end in this event.
      this.#take(word)
      return
    }
    const functionIndex = words[word + ENTER.functionIndex / 4]!
    const startNs = floats[(offset + ENTER.startNs) >> 3]!
    const parent = words[word + ENTER.parentId / 4]!
    const paramCount = calls.paramCountOf(functionIndex)
    const valuesWord = word + ENTER.values / 4
    const isComplete = this.#take(word)
    const paramSlot = calls.values.append(words, valuesWord, paramCount)
    if (!isComplete) {
      calls.begin(id, parent, functionIndex, startNs, paramSlot)
      this.#timeline.begin(id, parent, startNs)
      return
    }
    const endNs = floats[(offset + ENTER.endNs) >> 3]!
    const resultCount = calls.resultCountOf(functionIndex)
    const resultSlot = calls.values.append(words, valuesWord + 2 * paramCount, resultCount)
    calls.addReturned(id, parent, functionIndex, startNs, endNs, paramSlot, resultSlot)
    this.#timeline.addReturned(id, parent, startNs, endNs)
    this.#hostNs += endNs - startNs
    this.#timings.record(functionIndex, true, endNs - startNs, 0)
    this.#listener.onCallEnded?.(id)
  }

  /** Takes an `enter` event from its writer; says whether the call has ended in it. */
  #take(word: number): boolean {
    const { open, complete, taken } = ENTER_STATES
    const { words } = this.#ring
    const at = word + ENTER.state / 4
    const state = Atomics.load(words, at)
    return (state === open ? Atomics.compareExchange(words, at, open, taken) : state) === complete
  }

  #end(id: CallId, outcome: number, endNs: number, hostNs: number, suspendedNs: number, slot: number): void {
    this.calls.end(id, outcome, endNs, hostNs, suspendedNs, slot)
    const times = this.calls.timesOf(id, endNs)
    this.#timeline.end(id, this.calls.parentOf(id) ?? 0, this.calls.startOf(id), endNs, times.hostNs)
    if (this.calls.kindOf(id) !== 'import') this.#guestNs += times.guestNs
    else {
      this.#hostNs += times.hostNs
      this.#suspendedNs += times.suspendedNs
    }
    const hasReturned = outcome === RETURNED
    this.#timings.record(this.calls.functionIndexOf(id), hasReturned, times.totalNs, times.suspendedNs)
    this.#listener.onCallEnded?.(id)
  }

  #text(offset: number): string {
    const start = offset + TEXT.text
    const sizeBytes = this.#ring.words[(offset + TEXT.textBytes) >> 2]!
    // A copy, because TextDecoder does not read shared memory.
    return decoder.decode(this.#ring.bytes.slice(start, start + sizeBytes))
  }
}
