/** Takes what a worker wrote into its ring into the trace. */
import type { ConsoleLevel } from '../contract/traces.ts'
import type { FunctionDefinition } from './events.ts'
import {
  CONSOLE,
  ENTER,
  ENTER_STATES,
  EXIT,
  LEVELS,
  OUTCOMES,
  SLICE,
  SLICE_STATES,
  SOURCES,
  STACK,
  SUSPEND,
  TAGS,
  TEXT,
} from './events.ts'
import { ReturnedCalls } from './returned-calls.ts'
import { RingReader } from './ring.ts'
import type { Trace } from './trace.ts'

const decoder = new TextDecoder()

/** The reader of one worker's ring. The worker may be busy, suspended or dead. */
export class TraceFeed {
  readonly #ring: RingReader
  readonly #trace: Trace
  /** Whether calls are left out: the trace has no room, or an earlier one was left out. */
  #isFull = false
  /** Calls that have been read and are to be added. */
  readonly #returned = new ReturnedCalls()
  /** The newest call whose event was read while the writer held it, and how far it had come then. */
  #aheadId = 0
  #aheadState = 0

  constructor(ring: SharedArrayBuffer, trace: Trace) {
    this.#ring = new RingReader(ring)
    this.#trace = trace
  }

  /** Takes in what the worker has written, about `limitBytes` of it; says how many bytes, 0 if there is nothing new. */
  drain(limitBytes: number): number {
    this.#isFull = this.#trace.makeRoom()
    const readBytes = this.#ring.drain(this.#read, limitBytes)
    this.#addReturned()
    const { held } = this.#ring
    const hasMore = held !== null && this.#readAhead(held.offset, held.phase)
    this.#trace.write()
    return hasMore ? Math.max(readBytes, 1) : readBytes
  }

  /** Takes in all that a worker has written that is gone. */
  drainLast(): number {
    this.#ring.settle()
    return this.drain(Infinity)
  }

  /** See {@link RingReader.isFull}. */
  get isRingFull(): boolean {
    return this.#ring.isFull
  }

  /** See {@link RingReader.rest}. */
  rest(): boolean {
    return this.#ring.rest()
  }

  readonly #read = (tag: number, offset: number): void => {
    const { words, floats, bytes } = this.#ring
    if (tag === TAGS.enter) return this.#readEnter(offset)
    this.#addReturned()
    const trace = this.#trace
    const word = offset >> 2
    switch (tag) {
      case TAGS.suspend:
        return trace.suspend(words[word + SUSPEND.callId / 4]!, floats[(offset + SUSPEND.hostNs) >> 3]!)
      case TAGS.exit:
        return trace.end(
          words[word + EXIT.callId / 4]!,
          words[word + EXIT.outcome / 4]!,
          floats[(offset + EXIT.endNs) >> 3]!,
          floats[(offset + EXIT.hostNs) >> 3]!,
          floats[(offset + EXIT.suspendedNs) >> 3]!,
          words,
          word + EXIT.values / 4,
        )
      case TAGS.define:
        return trace.define(
          words[word + TEXT.identifier / 4]!,
          JSON.parse(this.#text(offset)) as FunctionDefinition,
        )
      case TAGS.reference:
        return trace.setPreview(words[word + TEXT.identifier / 4]!, this.#text(offset))
      case TAGS.error:
        return trace.fail(words[word + TEXT.identifier / 4]!, this.#text(offset))
      case TAGS.decoded:
        return trace.addDecoded(words[word + TEXT.identifier / 4]!, this.#text(offset))
      case TAGS.stack: {
        const start = word + STACK.offsets / 4
        const frameCount = words[word + STACK.frameCount / 4]!
        return trace.setStack(words[word + STACK.callId / 4]!, [...words.subarray(start, start + frameCount)])
      }
      case TAGS.slice:
        return trace.slice(
          words[word + SLICE.callId / 4]!,
          SLICE_STATES[words[word + SLICE.state / 4]!]!,
          floats[(offset + SLICE.timeNs) >> 3]!,
        )
      case TAGS.console: {
        const omittedBytes = words[word + CONSOLE.omittedBytes / 4]!
        const start = offset + CONSOLE.text
        const text = decoder.decode(bytes.slice(start, start + words[word + CONSOLE.textBytes / 4]!))
        return trace.print(omittedBytes > 0 ? `${text}… (${omittedBytes} bytes more)` : text, {
          timeNs: floats[(offset + CONSOLE.timeNs) >> 3]!,
          level: LEVELS[bytes[offset + CONSOLE.level]!] as ConsoleLevel,
          source: SOURCES[bytes[offset + CONSOLE.source]!]!,
        })
      }
      default:
        throw new Error(`The ring holds an event with the unknown tag ${tag}.`)
    }
  }

  #readEnter(offset: number): void {
    const { words, floats } = this.#ring
    const trace = this.#trace
    const word = offset >> 2
    const id = words[word + ENTER.callId / 4]!
    const state = words[word + ENTER.state / 4]!
    if (id === this.#aheadId) return void this.#readOn(offset, state)
    const returned = this.#returned
    if (this.#isFull || (id !== trace.calls.callCount + returned.count + 1 && !this.#passOver(offset))) {
      this.#isFull = true
      return trace.leaveOut()
    }
    if (state !== ENTER_STATES.returned) {
      this.#addReturned()
      return this.#begin(offset, state)
    }
    const functionIndex = words[word + ENTER.functionIndex / 4]!
    const wordCount = words[word + 1]! / 4 - ENTER.values / 4
    const valuesWord = word + ENTER.values / 4
    const parent = words[word + ENTER.parentId / 4]!
    const at = returned.add(id, parent, functionIndex, words, valuesWord, wordCount)
    returned.starts[at] = floats[(offset + ENTER.startNs) >> 3]!
    returned.hosts[at] = floats[(offset + ENTER.hostNs) >> 3]!
    returned.ends[at] = floats[(offset + ENTER.endNs) >> 3]!
    if (returned.isFull) this.#addReturned()
  }

  /** Takes up the calls before this one that were left out, if the newest are to be kept; says whether it did. */
  #passOver(offset: number): boolean {
    this.#addReturned()
    const { words, floats } = this.#ring
    return this.#trace.passOver(
      words[(offset + ENTER.callId) >> 2]! - 1,
      floats[(offset + ENTER.startNs) >> 3]!,
    )
  }

  /** A call that has not returned, as far as this event tells. */
  #begin(offset: number, state: number): void {
    const { words, floats } = this.#ring
    const word = offset >> 2
    const id = words[word + ENTER.callId / 4]!
    this.#trace.begin(
      id,
      words[word + ENTER.parentId / 4]!,
      words[word + ENTER.functionIndex / 4]!,
      floats[(offset + ENTER.startNs) >> 3]!,
      words,
      word + ENTER.values / 4,
    )
    if (state === ENTER_STATES.suspended) this.#suspend(offset)
  }

  #suspend(offset: number): void {
    const { words, floats } = this.#ring
    this.#trace.suspend(words[(offset + ENTER.callId) >> 2]!, floats[(offset + ENTER.hostNs) >> 3]!)
  }

  /** Takes in an event that the writer still holds; says whether it tells anything new. */
  #readAhead(offset: number, state: number): boolean {
    const id = this.#ring.words[(offset + ENTER.callId) >> 2]!
    if (id === this.#aheadId) return this.#readOn(offset, state)
    if (this.#isFull || id !== this.#trace.calls.callCount + 1) return false
    this.#begin(offset, state)
    this.#aheadId = id
    this.#aheadState = state
    return true
  }

  /** Takes in how far a call has come since {@link #readAhead}; says whether it has. */
  #readOn(offset: number, state: number): boolean {
    if (state === this.#aheadState) return false
    this.#aheadState = state
    if (state === ENTER_STATES.suspended) {
      this.#suspend(offset)
      return true
    }
    const { words, floats } = this.#ring
    const word = offset >> 2
    const { params } = this.#trace.calls.definitions[words[word + ENTER.functionIndex / 4]!]!
    const endNs = floats[(offset + ENTER.endNs) >> 3]!
    const hostNs = floats[(offset + ENTER.hostNs) >> 3]!
    this.#trace.end(
      this.#aheadId,
      OUTCOMES.indexOf('returned'),
      endNs,
      hostNs,
      endNs - floats[(offset + ENTER.startNs) >> 3]! - hostNs,
      words,
      word + ENTER.values / 4 + 2 * params.length,
    )
    return true
  }

  #addReturned(): void {
    if (this.#returned.count === 0) return
    this.#trace.addReturned(this.#returned)
    this.#returned.clear()
  }

  #text(offset: number): string {
    const start = offset + TEXT.text
    const sizeBytes = this.#ring.words[(offset + TEXT.textBytes) >> 2]!
    // A copy, because TextDecoder does not read shared memory.
    return decoder.decode(this.#ring.bytes.slice(start, start + sizeBytes))
  }
}
