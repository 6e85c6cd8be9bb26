/** Takes what a worker wrote into its ring into the trace. */
import type { ConsoleLevel } from '../contract/model.ts'
import type { FunctionDefinition } from './events.ts'
import {
  CONSOLE,
  ENTER,
  ENTER_STATES,
  EXIT,
  LEVELS,
  SLICE,
  SLICE_STATES,
  SOURCES,
  STACK,
  SUSPEND,
  TAGS,
  TEXT,
} from './events.ts'
import { RingReader } from './ring.ts'
import type { Trace } from './trace.ts'

const decoder = new TextDecoder()

/** The reader of one worker's ring. The worker may be busy, suspended or dead. */
export class TraceFeed {
  readonly #ring: RingReader
  readonly #trace: Trace
  /** Whether calls are left out: the trace has no room, or an earlier one was left out. */
  #isFull = false

  constructor(ring: SharedArrayBuffer, trace: Trace) {
    this.#ring = new RingReader(ring)
    this.#trace = trace
  }

  /** Takes in what the worker has written, about `limitBytes` of it, and says how many bytes that was. */
  drain(limitBytes: number): number {
    this.#isFull = this.#trace.makeRoom()
    const readBytes = this.#ring.drain(this.#read, limitBytes)
    this.#trace.write()
    return readBytes
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
    const trace = this.#trace
    const word = offset >> 2
    switch (tag) {
      case TAGS.enter:
        return this.#readEnter(offset)
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
    const startNs = floats[(offset + ENTER.startNs) >> 3]!
    if (this.#isFull || (id !== trace.calls.callCount + 1 && !trace.passOver(id - 1, startNs))) {
      this.#isFull = true
      trace.leaveOut()
      // The writer is told as well that nobody waits for the end in this event.
      this.#take(word)
      return
    }
    const parent = words[word + ENTER.parentId / 4]!
    const functionIndex = words[word + ENTER.functionIndex / 4]!
    const valuesWord = word + ENTER.values / 4
    if (this.#take(word)) {
      const endNs = floats[(offset + ENTER.endNs) >> 3]!
      trace.addReturned(id, parent, functionIndex, startNs, endNs, words, valuesWord)
    } else trace.begin(id, parent, functionIndex, startNs, words, valuesWord)
  }

  /** Takes an `enter` event from its writer; says whether the call has ended in it. */
  #take(word: number): boolean {
    const { open, complete, taken } = ENTER_STATES
    const { words } = this.#ring
    const at = word + ENTER.state / 4
    const state = Atomics.load(words, at)
    return (state === open ? Atomics.compareExchange(words, at, open, taken) : state) === complete
  }

  #text(offset: number): string {
    const start = offset + TEXT.text
    const sizeBytes = this.#ring.words[(offset + TEXT.textBytes) >> 2]!
    // A copy, because TextDecoder does not read shared memory.
    return decoder.decode(this.#ring.bytes.slice(start, start + sizeBytes))
  }
}
