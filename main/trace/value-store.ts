/** Arguments and results: 8 bytes each, bit for bit as the worker wrote them. */
import type { TypedValue } from '../contract/model.ts'
import type { ValueEncoding } from './events.ts'
import { encodingOf } from './events.ts'
import { numberToJson } from './values.ts'

const BLOCK_BITS = 14
const BLOCK_SLOTS = 1 << BLOCK_BITS
const MASK = BLOCK_SLOTS - 1
/** What an entry of a Map takes, about. */
const PREVIEW_ENTRY_BYTES = 48

interface Block {
  words: Uint32Array
  integers: Int32Array
  longs: BigInt64Array
  floats: Float64Array
}

/** Append-only; a slot's number says where a call's first value lies. */
export class ValueStore {
  readonly #blocks: Block[] = []
  readonly #previews = new Map<number, string>()
  #slotCount = 0
  #previewSizeBytes = 0

  /** Copies `count` values from `words[wordIndex]` on, and returns the slot of the first. */
  append(words: Uint32Array, wordIndex: number, count: number): number {
    const first = this.#slotCount
    const end = first + count
    this.#slotCount = end
    while (this.#blocks.length * BLOCK_SLOTS < end) this.#blocks.push(createBlock())
    let source = wordIndex
    for (let slot = first; slot < end; slot++) {
      const target = this.#blocks[slot >>> BLOCK_BITS]!.words
      const at = (slot & MASK) * 2
      // Two words and not one float: a float register may alter the bits of a NaN, and so an i64.
      target[at] = words[source]!
      target[at + 1] = words[source + 1]!
      source += 2
    }
    return first
  }

  /** Keeps the text of a reference. */
  setPreview(handle: number, preview: string): void {
    this.#previews.set(handle, preview)
    this.#previewSizeBytes += PREVIEW_ENTRY_BYTES + 2 * preview.length
  }

  /** The values of `types` from slot `first` on. */
  read(first: number, types: readonly string[]): TypedValue[] {
    return types.map((type, index) => this.#readOne(first + index, type, encodingOf(type)))
  }

  get sizeBytes(): number {
    return this.#blocks.length * BLOCK_SLOTS * 8 + this.#previewSizeBytes
  }

  #readOne(slot: number, type: string, encoding: ValueEncoding): TypedValue {
    const block = this.#blocks[slot >>> BLOCK_BITS]!
    const at = slot & MASK
    if (encoding === 'i32') return { type, value: block.integers[at * 2]! }
    if (encoding === 'i64') return { type, value: numberToJson(encoding, block.longs[at]!) }
    if (encoding === 'float') return { type, value: numberToJson(encoding, block.floats[at]!) }
    const handle = block.words[at * 2]!
    if (handle === 0) return { type, value: null }
    const preview = this.#previews.get(handle)
    return { type, value: `${type}#${handle}`, ...(preview === undefined ? {} : { preview }) }
  }
}

function createBlock(): Block {
  const buffer = new ArrayBuffer(BLOCK_SLOTS * 8)
  return {
    words: new Uint32Array(buffer),
    integers: new Int32Array(buffer),
    longs: new BigInt64Array(buffer),
    floats: new Float64Array(buffer),
  }
}
