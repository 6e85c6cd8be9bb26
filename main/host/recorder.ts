/** Writes calls and console lines into the ring, in the order in which they happen. */
import type { CallOutcome } from '../contract/calls.ts'
import type { CallId } from '../contract/ids.ts'
import type { ConsoleLevel } from '../contract/traces.ts'
import type { DecodedReading, TypedValue } from '../contract/values.ts'
import type { InspectorError } from '../contract/result.ts'
import type { FunctionDefinition, SliceState, ValueEncoding } from '../trace/events.ts'
import {
  CONSOLE,
  encodingOf,
  ENTER,
  ENTER_STATES,
  EXIT,
  LEVELS,
  OUTCOMES,
  SLICE,
  SLICE_STATES,
  STACK,
  STAND_IN_COUNT,
  SUSPEND,
  TAGS,
  TEXT,
} from '../trace/events.ts'
import type { RingWriter } from '../trace/ring.ts'
import { numberToJson } from '../trace/values.ts'
import type { References } from './references.ts'

const { hrtime } = process
const encoder = new TextEncoder()
/** Longer lines are cut: a line is for people, and has to fit into the ring. */
const LONGEST_LINE_BYTES = 64 * 1024

/** A function that has been announced to the trace. */
export interface TracedFunction {
  readonly index: number
  readonly definition: FunctionDefinition
  readonly paramEncodings: readonly ValueEncoding[]
  readonly resultEncodings: readonly ValueEncoding[]
  /** Whether any parameter or result is a reference. */
  readonly hasReferences: boolean
}

/** What a function returned, as a list: the engine gives and takes nothing, a value, or an array of several. */
export function listResults({ resultEncodings }: TracedFunction, returned: unknown): readonly unknown[] {
  if (resultEncodings.length === 0) return []
  return resultEncodings.length === 1 ? [returned] : (returned as readonly unknown[])
}

/** One per session, in its worker. All times are nanoseconds since the session's time zero. */
export class Recorder {
  readonly #ring: RingWriter
  readonly #references: References
  readonly #zeroSeconds: number
  readonly #zeroRestNs: number
  #lastCallId: CallId = 0
  #functionCount: number = STAND_IN_COUNT
  /** Where the newest `enter` event of an import is. */
  #heldOffset = 0
  /** Whether calls of imports are recorded; those of exports are in any case. */
  recordsImports = true

  /** `zero` is the session's time zero, as `process.hrtime()` gave it. */
  constructor(ring: RingWriter, references: References, zero: [seconds: number, restNs: number]) {
    this.#ring = ring
    this.#references = references
    ;[this.#zeroSeconds, this.#zeroRestNs] = zero
    references.onNew = (handle, preview) => this.#writeText(TAGS.reference, handle, preview)
  }

  /** Whole nanoseconds since the session's time zero. */
  nowNs(): number {
    // Takes two thirds of the time of `performance.now()`, and two of them are most of what recording a call takes.
    const time = hrtime()
    return (time[0] - this.#zeroSeconds) * 1e9 + (time[1] - this.#zeroRestNs)
  }

  /** Announces a function; its calls refer to it by index. */
  define(definition: FunctionDefinition): TracedFunction {
    const index = this.#functionCount++
    this.#writeText(TAGS.define, index, JSON.stringify(definition))
    const paramEncodings = definition.params.map(encodingOf)
    const resultEncodings = definition.results.map(encodingOf)
    const hasReferences = [...paramEncodings, ...resultEncodings].includes('reference')
    return { index, definition, paramEncodings, resultEncodings, hasReferences }
  }

  /** Records that a call of an export begins, and numbers it. `parentId` 0: it is not inside another. */
  enter(traced: TracedFunction, parentId: CallId, values: readonly unknown[], startNs: number): CallId {
    if (traced.hasReferences) this.#prepareReferences(traced.paramEncodings, values)
    const sizeBytes = ENTER.values + 8 * traced.paramEncodings.length
    this.#writeEnter(sizeBytes, traced, parentId, values, startNs)
    this.#ring.publish(sizeBytes)
    return this.#lastCallId
  }

  /** The same for an import. */
  enterImport(traced: TracedFunction, parentId: CallId, values: readonly unknown[], startNs: number): CallId {
    if (traced.hasReferences) this.#prepareReferences(traced.paramEncodings, values)
    const sizeBytes = ENTER.values + 8 * (traced.paramEncodings.length + traced.resultEncodings.length)
    this.#heldOffset = this.#writeEnter(sizeBytes, traced, parentId, values, startNs)
    this.#ring.hold(sizeBytes, ENTER_STATES.begun)
    return this.#lastCallId
  }

  /** Records that an import handler returned a promise after `hostNs`. */
  suspend(callId: CallId, hostNs: number): void {
    const ring = this.#ring
    if (this.#isHeld(callId)) {
      ring.floats[(this.#heldOffset + ENTER.hostNs) >> 3] = hostNs
      ring.words[(this.#heldOffset + ENTER.state) >> 2] = ENTER_STATES.suspended
      ring.setPhase(ENTER_STATES.suspended)
      return
    }
    const offset = ring.reserve(TAGS.suspend, SUSPEND.sizeBytes)
    ring.words[(offset + SUSPEND.callId) >> 2] = callId
    ring.floats[(offset + SUSPEND.hostNs) >> 3] = hostNs
    ring.publish(SUSPEND.sizeBytes)
  }

  /** Records that a guest was stopped while it computed, or goes on. `callId` is that of its export. */
  slice(callId: CallId, state: SliceState, timeNs: number): void {
    const ring = this.#ring
    const offset = ring.reserve(TAGS.slice, SLICE.sizeBytes)
    ring.words[(offset + SLICE.callId) >> 2] = callId
    ring.words[(offset + SLICE.state) >> 2] = SLICE_STATES.indexOf(state)
    ring.floats[(offset + SLICE.timeNs) >> 3] = timeNs
    ring.publish(SLICE.sizeBytes)
  }

  /** Records what an import's readings made of a call, before it ends. */
  decoded(callId: CallId, readings: readonly DecodedReading[]): void {
    this.#writeText(TAGS.decoded, callId, JSON.stringify(readings))
  }

  /** Records the guest's frames by a call: offsets in its file, innermost first. */
  stack(callId: CallId, offsetsBytes: readonly number[]): void {
    if (offsetsBytes.length === 0) return
    const ring = this.#ring
    const sizeBytes = STACK.offsets + roundUp(4 * offsetsBytes.length)
    const offset = ring.reserve(TAGS.stack, sizeBytes)
    ring.words[(offset + STACK.callId) >> 2] = callId
    ring.words[(offset + STACK.frameCount) >> 2] = offsetsBytes.length
    ring.words.set(offsetsBytes, (offset + STACK.offsets) >> 2)
    ring.publish(sizeBytes)
  }

  /** Records that a call returned. `returned` is what the engine gives or takes: see {@link listResults}. */
  exitReturned(
    traced: TracedFunction,
    callId: CallId,
    returned: unknown,
    endNs: number,
    hostNs: number,
    suspendedNs: number,
  ): void {
    if (traced.hasReferences) {
      this.#prepareReferences(traced.resultEncodings, listResults(traced, returned))
    }
    if (this.#isHeld(callId)) {
      const ring = this.#ring
      const offset = this.#heldOffset
      ring.floats[(offset + ENTER.hostNs) >> 3] = hostNs
      ring.floats[(offset + ENTER.endNs) >> 3] = endNs
      this.#writeResult(offset + ENTER.values + 8 * traced.paramEncodings.length, traced, returned)
      ring.words[(offset + ENTER.state) >> 2] = ENTER_STATES.returned
      return ring.release()
    }
    const sizeBytes = EXIT.values + 8 * traced.resultEncodings.length
    const offset = this.#reserveExit(callId, 'returned', sizeBytes, endNs, hostNs, suspendedNs)
    this.#ring.words[(offset + EXIT.valueCount) >> 2] = traced.resultEncodings.length
    this.#writeResult(offset + EXIT.values, traced, returned)
    this.#ring.publish(sizeBytes)
  }

  /** Records that a call did not return, and why; nothing is wrong with one that exits with status 0. */
  exitFailed(
    callId: CallId,
    outcome: Exclude<CallOutcome, 'running' | 'returned'>,
    error: InspectorError | null,
    endNs: number,
    hostNs: number,
    suspendedNs: number,
  ): void {
    if (error !== null) this.#writeText(TAGS.error, callId, JSON.stringify(error))
    const offset = this.#reserveExit(callId, outcome, EXIT.values, endNs, hostNs, suspendedNs)
    this.#ring.words[(offset + EXIT.valueCount) >> 2] = 0
    this.#ring.publish(EXIT.values)
  }

  /** Records a line of the console. */
  print(source: 'host' | 'session', level: ConsoleLevel, text: string): void {
    const bytes = encodeText(text, LONGEST_LINE_BYTES)
    const sizeBytes = CONSOLE.text + roundUp(bytes.kept.length)
    const ring = this.#ring
    const offset = ring.reserve(TAGS.console, sizeBytes)
    ring.bytes[offset + CONSOLE.level] = LEVELS.indexOf(level)
    ring.bytes[offset + CONSOLE.source] = source === 'host' ? 0 : 1
    ring.words[(offset + CONSOLE.textBytes) >> 2] = bytes.kept.length
    ring.words[(offset + CONSOLE.omittedBytes) >> 2] = bytes.omittedBytes
    ring.floats[(offset + CONSOLE.timeNs) >> 3] = this.nowNs()
    ring.bytes.set(bytes.kept, offset + CONSOLE.text)
    ring.publish(sizeBytes)
  }

  /** The values as the trace shows them, to be sent outside of the ring. */
  describeValues(types: readonly string[], values: readonly unknown[]): TypedValue[] {
    return types.map((type, index) => {
      const value = values[index]
      const encoding = encodingOf(type)
      if (encoding !== 'reference') return { type, value: numberToJson(encoding, value as number | bigint) }
      const handle = this.#references.handleOf(value)
      return handle === 0
        ? { type, value: null }
        : { type, value: `${type}#${handle}`, preview: this.#references.previewOf(value) }
    })
  }

  /** Writes an `enter` event of a call that has begun, and numbers it; returns where the event is. */
  #writeEnter(
    sizeBytes: number,
    traced: TracedFunction,
    parentId: CallId,
    values: readonly unknown[],
    startNs: number,
  ): number {
    const ring = this.#ring
    const offset = ring.reserve(TAGS.enter, sizeBytes)
    const word = offset >> 2
    ring.words[word + ENTER.callId / 4] = ++this.#lastCallId
    ring.words[word + ENTER.parentId / 4] = parentId
    ring.words[word + ENTER.functionIndex / 4] = traced.index
    ring.words[word + ENTER.state / 4] = ENTER_STATES.begun
    ring.floats[(offset + ENTER.startNs) >> 3] = startNs
    this.#writeValues(offset + ENTER.values, traced.paramEncodings, values)
    return offset
  }

  /** Whether nothing was recorded since this call of an import began. */
  #isHeld(callId: CallId): boolean {
    return this.#ring.isHolding && callId === this.#lastCallId
  }

  #reserveExit(
    callId: CallId,
    outcome: CallOutcome,
    sizeBytes: number,
    endNs: number,
    hostNs: number,
    suspendedNs: number,
  ): number {
    const ring = this.#ring
    const offset = ring.reserve(TAGS.exit, sizeBytes)
    const word = offset >> 2
    ring.words[word + EXIT.callId / 4] = callId
    ring.words[word + EXIT.outcome / 4] = OUTCOMES.indexOf(outcome)
    ring.floats[(offset + EXIT.endNs) >> 3] = endNs
    ring.floats[(offset + EXIT.hostNs) >> 3] = hostNs
    ring.floats[(offset + EXIT.suspendedNs) >> 3] = suspendedNs
    return offset
  }

  /** A reference seen for the first time writes an event of its own, which must not fall into another. */
  #prepareReferences(encodings: readonly ValueEncoding[], values: readonly unknown[]): void {
    for (let index = 0; index < encodings.length; index++) {
      if (encodings[index] === 'reference') this.#references.handleOf(values[index])
    }
  }

  #writeResult(start: number, { resultEncodings }: TracedFunction, returned: unknown): void {
    const { length } = resultEncodings
    if (length === 1) this.#writeValue(start, resultEncodings[0]!, returned)
    else if (length > 1) this.#writeValues(start, resultEncodings, returned as readonly unknown[])
  }

  #writeValues(start: number, encodings: readonly ValueEncoding[], values: readonly unknown[]): void {
    for (let index = 0; index < encodings.length; index++) {
      this.#writeValue(start + 8 * index, encodings[index]!, values[index])
    }
  }

  #writeValue(offset: number, encoding: ValueEncoding, value: unknown): void {
    const ring = this.#ring
    if (encoding === 'i32') ring.integers[offset >> 2] = value as number
    else if (encoding === 'i64') ring.longs[offset >> 3] = value as bigint
    else if (encoding === 'float') ring.floats[offset >> 3] = value as number
    else ring.words[offset >> 2] = this.#references.handleOf(value)
  }

  #writeText(tag: number, identifier: number, text: string): void {
    const { kept } = encodeText(text, this.#ring.largestEventBytes - TEXT.text)
    const sizeBytes = TEXT.text + roundUp(kept.length)
    const ring = this.#ring
    const offset = ring.reserve(tag, sizeBytes)
    ring.words[(offset + TEXT.identifier) >> 2] = identifier
    ring.words[(offset + TEXT.textBytes) >> 2] = kept.length
    ring.bytes.set(kept, offset + TEXT.text)
    ring.publish(sizeBytes)
  }
}

function roundUp(sizeBytes: number): number {
  return (sizeBytes + 7) & ~7
}

function encodeText(text: string, limitBytes: number): { kept: Uint8Array; omittedBytes: number } {
  const bytes = encoder.encode(text)
  if (bytes.length <= limitBytes) return { kept: bytes, omittedBytes: 0 }
  let end = limitBytes
  // Do not cut inside of a UTF-8 sequence: its continuation bytes begin with the bits 10.
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return { kept: bytes.subarray(0, end), omittedBytes: bytes.length - end }
}
