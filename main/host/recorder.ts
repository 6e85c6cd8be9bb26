/** Writes calls and console lines into the ring, in the order in which they happen. */
import type { CallId, CallOutcome, ConsoleLevel, DecodedReading, TypedValue } from '../contract/model.ts'
import type { InspectorError } from '../contract/result.ts'
import type { FunctionDefinition, ValueEncoding } from '../trace/events.ts'
import {
  CONSOLE,
  encodingOf,
  ENTER,
  EXIT,
  LEVELS,
  OUTCOMES,
  STACK,
  SUSPEND,
  TAGS,
  TEXT,
} from '../trace/events.ts'
import type { RingWriter } from '../trace/ring.ts'
import { numberToJson } from '../trace/values.ts'
import type { References } from './references.ts'

const encoder = new TextEncoder()
/** Longer lines are cut: a line is for people, and has to fit into the ring. */
const LONGEST_LINE_BYTES = 64 * 1024

/** A function that has been announced to the trace. */
export interface TracedFunction {
  readonly index: number
  readonly definition: FunctionDefinition
  readonly paramEncodings: readonly ValueEncoding[]
  readonly resultEncodings: readonly ValueEncoding[]
}

/** One per session, in its worker. All times are nanoseconds since the session's time zero. */
export class Recorder {
  readonly #ring: RingWriter
  readonly #references: References
  readonly #zeroMs: number
  #lastCallId: CallId = 0
  #functionCount = 0

  /** `zeroMs` is the session's time zero on this thread's `performance.now()`. */
  constructor(ring: RingWriter, references: References, zeroMs: number) {
    this.#ring = ring
    this.#references = references
    this.#zeroMs = zeroMs
    references.onNew = (handle, preview) => this.#writeText(TAGS.reference, handle, preview)
  }

  /** Nanoseconds since the session's time zero. */
  nowNs(): number {
    return (performance.now() - this.#zeroMs) * 1e6
  }

  /** Announces a function; its calls refer to it by index. */
  define(definition: FunctionDefinition): TracedFunction {
    const index = this.#functionCount++
    this.#writeText(TAGS.define, index, JSON.stringify(definition))
    return {
      index,
      definition,
      paramEncodings: definition.params.map(encodingOf),
      resultEncodings: definition.results.map(encodingOf),
    }
  }

  /** Records that a call begins, and numbers it. `parentId` 0: it is not inside another. */
  enter(traced: TracedFunction, parentId: CallId, values: readonly unknown[], startNs: number): CallId {
    const callId = ++this.#lastCallId
    const count = traced.paramEncodings.length
    this.#prepareReferences(traced.paramEncodings, values)
    const sizeBytes = ENTER.values + 8 * count
    const ring = this.#ring
    const offset = ring.reserve(TAGS.enter, sizeBytes)
    const word = offset >> 2
    ring.words[word + ENTER.callId / 4] = callId
    ring.words[word + ENTER.parentId / 4] = parentId
    ring.words[word + ENTER.functionIndex / 4] = traced.index
    ring.words[word + ENTER.valueCount / 4] = count
    ring.floats[(offset + ENTER.startNs) >> 3] = startNs
    this.#writeValues(offset + ENTER.values, traced.paramEncodings, values)
    ring.publish(sizeBytes)
    return callId
  }

  /** Records that an import handler returned a promise after `hostNs`. */
  suspend(callId: CallId, hostNs: number): void {
    const ring = this.#ring
    const offset = ring.reserve(TAGS.suspend, SUSPEND.sizeBytes)
    ring.words[(offset + SUSPEND.callId) >> 2] = callId
    ring.floats[(offset + SUSPEND.hostNs) >> 3] = hostNs
    ring.publish(SUSPEND.sizeBytes)
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

  /** Records that a call returned `values`, one for each result. */
  exitReturned(
    traced: TracedFunction,
    callId: CallId,
    values: readonly unknown[],
    endNs: number,
    hostNs: number,
    suspendedNs: number,
  ): void {
    this.#prepareReferences(traced.resultEncodings, values)
    this.#writeExit(callId, 'returned', traced.resultEncodings, values, endNs, hostNs, suspendedNs)
  }

  /** Records that a call did not return, and why. */
  exitFailed(
    callId: CallId,
    outcome: Exclude<CallOutcome, 'running' | 'returned'>,
    error: InspectorError,
    endNs: number,
    hostNs: number,
    suspendedNs: number,
  ): void {
    this.#writeText(TAGS.error, callId, JSON.stringify(error))
    this.#writeExit(callId, outcome, [], [], endNs, hostNs, suspendedNs)
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

  #writeExit(
    callId: CallId,
    outcome: CallOutcome,
    encodings: readonly ValueEncoding[],
    values: readonly unknown[],
    endNs: number,
    hostNs: number,
    suspendedNs: number,
  ): void {
    const ring = this.#ring
    const sizeBytes = EXIT.values + 8 * encodings.length
    const offset = ring.reserve(TAGS.exit, sizeBytes)
    const word = offset >> 2
    ring.words[word + EXIT.callId / 4] = callId
    ring.words[word + EXIT.outcome / 4] = OUTCOMES.indexOf(outcome)
    ring.words[word + EXIT.valueCount / 4] = encodings.length
    ring.floats[(offset + EXIT.endNs) >> 3] = endNs
    ring.floats[(offset + EXIT.hostNs) >> 3] = hostNs
    ring.floats[(offset + EXIT.suspendedNs) >> 3] = suspendedNs
    this.#writeValues(offset + EXIT.values, encodings, values)
    ring.publish(sizeBytes)
  }

  /** A reference seen for the first time writes an event of its own, which must not fall into another. */
  #prepareReferences(encodings: readonly ValueEncoding[], values: readonly unknown[]): void {
    for (let index = 0; index < encodings.length; index++) {
      if (encodings[index] === 'reference') this.#references.handleOf(values[index])
    }
  }

  #writeValues(start: number, encodings: readonly ValueEncoding[], values: readonly unknown[]): void {
    const ring = this.#ring
    for (let index = 0; index < encodings.length; index++) {
      const offset = start + 8 * index
      const encoding = encodings[index]
      if (encoding === 'i32') ring.integers[offset >> 2] = values[index] as number
      else if (encoding === 'i64') ring.longs[offset >> 3] = values[index] as bigint
      else if (encoding === 'float') ring.floats[offset >> 3] = values[index] as number
      else ring.words[offset >> 2] = this.#references.handleOf(values[index])
    }
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
