/** Arguments and results of a block of calls: 8 bytes each, bit for bit as the worker wrote them. */
import type { TypedValue } from '../contract/model.ts'
import type { ValueEncoding } from './events.ts'
import { encodingOf } from './events.ts'
import type { MakeMemory } from './memory.ts'
import { makeCounted } from './memory.ts'
import { numberToJson } from './values.ts'

const LEAST_SLOTS = 1 << 12
const BYTES_PER_SLOT = 8

/** Append-only; a slot's number says where a call's first value lies. */
export class ValueList {
  #words: Uint32Array
  #slotCount = 0
  /** Hears how many bytes it takes more than before. */
  onGrow: ((addedBytes: number) => void) | null = null

  readonly #makeMemory: MakeMemory

  /** Has room for so many values before it grows. */
  constructor(slotCount = 0, makeMemory: MakeMemory = makeCounted) {
    this.#makeMemory = makeMemory
    this.#words = this.#makeWords(Math.max(LEAST_SLOTS, slotCount))
  }

  /** Forgets all values, and keeps their room. */
  empty(): void {
    this.#slotCount = 0
  }

  /** Copies `count` values from `words[wordIndex]` on, and returns the slot of the first. */
  append(words: Uint32Array, wordIndex: number, count: number): number {
    const first = this.#slotCount
    const end = first + count
    this.#slotCount = end
    if (2 * end > this.#words.length) this.#grow(end)
    const target = this.#words
    let source = wordIndex
    // Words and not floats: a float register may alter the bits of a NaN, and so an i64.
    for (let at = 2 * first; at < 2 * end; at++) target[at] = words[source++]!
    return first
  }

  get slotCount(): number {
    return this.#slotCount
  }

  /** Two to a value, low word first. Replaced when the list grows. */
  get words(): Uint32Array {
    return this.#words
  }

  /** The values of `types` from slot `first` on. */
  read(first: number, types: readonly string[], previews: ReadonlyMap<number, string>): TypedValue[] {
    return types.map((type, index) => this.#readOne(first + index, type, encodingOf(type), previews))
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
    const { buffer } = this.#words
    if (encoding === 'i32') return { type, value: this.#words[2 * slot]! | 0 }
    if (encoding === 'i64') return { type, value: numberToJson(encoding, new BigInt64Array(buffer)[slot]!) }
    if (encoding === 'float') return { type, value: numberToJson(encoding, new Float64Array(buffer)[slot]!) }
    const handle = this.#words[2 * slot]!
    if (handle === 0) return { type, value: null }
    const preview = previews.get(handle)
    return { type, value: `${type}#${handle}`, ...(preview === undefined ? {} : { preview }) }
  }

  #makeWords(slotCount: number): Uint32Array {
    return new Uint32Array(this.#makeMemory(BYTES_PER_SLOT * slotCount))
  }

  #grow(slots: number): void {
    const grown = this.#makeWords(Math.max(slots, this.#words.length))
    grown.set(this.#words)
    const addedBytes = grown.byteLength - this.#words.byteLength
    this.#words = grown
    this.onGrow?.(addedBytes)
  }
}
