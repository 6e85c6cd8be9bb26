/** Arguments and results of a block of calls, bit for bit as the worker wrote them. */
import type { TypedValue } from '../contract/values.ts'
import type { ValueEncoding } from './events.ts'
import type { MakeMemory } from './memory.ts'
import { makeCounted } from './memory.ts'
import type { ValueLayout } from './value-layout.ts'
import { isWide } from './value-layout.ts'
import { numberToJson } from './values.ts'

const LEAST_SLOTS = 1 << 12
const BYTES_PER_SLOT = 4

const pair = new Uint32Array(2)
const pairAsFloat = new Float64Array(pair.buffer)
const pairAsInteger = new BigInt64Array(pair.buffer)

/** Append-only; a slot's number, in words, says where a call's first value lies. See `value-layout.ts`. */
export class ValueList {
  #words: Uint32Array
  #slotCount = 0
  /** Hears how many bytes it takes more than before. */
  onGrow: ((addedBytes: number) => void) | null = null

  readonly #makeMemory: MakeMemory

  /** Has room for so many words before it grows. */
  constructor(slotCount = 0, makeMemory: MakeMemory = makeCounted) {
    this.#makeMemory = makeMemory
    this.#words = this.#makeWords(Math.max(LEAST_SLOTS, slotCount))
  }

  /** Forgets all values, and keeps their room. */
  empty(): void {
    this.#slotCount = 0
  }

  /** Copies values that take two words each from `words[wordIndex]` on; returns the slot of the first. */
  append(words: Uint32Array, wordIndex: number, { encodings, wordCount }: ValueLayout): number {
    const first = this.#extend(wordCount)
    const target = this.#words
    let at = first
    // Words and not floats: a float register may alter the bits of a NaN, and so an i64.
    for (let index = 0; index < encodings.length; index++) {
      target[at++] = words[wordIndex + 2 * index]!
      if (isWide(encodings[index]!)) target[at++] = words[wordIndex + 2 * index + 1]!
    }
    return first
  }

  /** Copies `count` words of values that lie as they do here. */
  appendPacked(words: Uint32Array, wordIndex: number, count: number): number {
    const first = this.#extend(count)
    const target = this.#words
    let source = wordIndex
    for (let at = first; at < first + count; at++) target[at] = words[source++]!
    return first
  }

  get slotCount(): number {
    return this.#slotCount
  }

  /** A word to a slot; low words come first. Replaced when the list grows. */
  get words(): Uint32Array {
    return this.#words
  }

  /** The values of `types`, which lie so, from slot `first` on. */
  read(
    first: number,
    types: readonly string[],
    { encodings, offsets }: ValueLayout,
    previews: ReadonlyMap<number, string>,
  ): TypedValue[] {
    return types.map((type, index) =>
      this.#readOne(first + offsets[index]!, type, encodings[index]!, previews),
    )
  }

  get sizeBytes(): number {
    return this.#words.byteLength
  }

  #readOne(
    slot: number,
    type: string,
    encoding: ValueEncoding,
    previews: ReadonlyMap<number, string>,
  ): TypedValue {
    const low = this.#words[slot]!
    if (encoding === 'i32') return { type, value: low | 0 }
    if (encoding === 'reference') {
      if (low === 0) return { type, value: null }
      const preview = previews.get(low)
      return { type, value: `${type}#${low}`, ...(preview === undefined ? {} : { preview }) }
    }
    pair[0] = low
    pair[1] = this.#words[slot + 1]!
    return { type, value: numberToJson(encoding, encoding === 'i64' ? pairAsInteger[0]! : pairAsFloat[0]!) }
  }

  #makeWords(slotCount: number): Uint32Array {
    return new Uint32Array(this.#makeMemory(BYTES_PER_SLOT * slotCount))
  }

  /** Makes room for `count` more words; returns the slot of the first. */
  #extend(count: number): number {
    const first = this.#slotCount
    this.#slotCount = first + count
    if (this.#slotCount > this.#words.length) this.#grow(this.#slotCount)
    return first
  }

  #grow(slots: number): void {
    const grown = this.#makeWords(Math.max(slots, 2 * this.#words.length))
    grown.set(this.#words)
    const addedBytes = grown.byteLength - this.#words.byteLength
    this.#words = grown
    this.onGrow?.(addedBytes)
  }
}
