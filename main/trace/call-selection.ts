/** Calls that were chosen at one moment: all up to some number, or those that a filter held for. */
import type { CallId } from '../contract/ids.ts'
import { countBits } from './bit-set.ts'
import { BLOCK_LENGTH, blockIndexOf, indexInBlock } from './call-block.ts'

/** They have places, from 0, in order of their ids. */
export interface CallSelection {
  readonly count: number
  readonly sizeBytes: number
  idAt(place: number): CallId
  /** Null for a call that is not among them. */
  placeOf(id: CallId): number | null
  /** The next one behind a call; 0 for the first one. There has to be one. */
  idAfter(id: CallId): CallId
}

/** All calls up to this one. */
export function selectAll(count: CallId): CallSelection {
  return {
    count,
    sizeBytes: 0,
    idAt: (place) => place + 1,
    placeOf: (id) => (id >= 1 && id <= count ? id - 1 : null),
    idAfter: (id) => id + 1,
  }
}

/** Some calls: a bit for each of those in a block of which any is among them. */
export class SelectedCalls implements CallSelection {
  readonly count: number
  /** By block of calls; null where it has none. */
  readonly #blocks: readonly (Uint32Array | null)[]
  /** The place of the first one of each block. */
  readonly #firstPlaces: Uint32Array

  /** Takes over `blocks`, and leaves out the calls behind `lastId`. */
  constructor(blocks: readonly (Uint32Array | null)[], lastId: CallId) {
    const last = blocks[blockIndexOf(lastId)]
    if (last) {
      const index = indexInBlock(lastId)
      last[index >>> 5]! &= 2 * 2 ** (index & 31) - 1
      last.fill(0, (index >>> 5) + 1)
    }
    this.#blocks = blocks
    this.#firstPlaces = new Uint32Array(blocks.length)
    let count = 0
    for (const [at, block] of blocks.entries()) {
      this.#firstPlaces[at] = count
      if (block) for (const word of block) count += countBits(word)
    }
    this.count = count
  }

  get sizeBytes(): number {
    return this.#blocks.reduce((sum, block) => sum + (block?.byteLength ?? 0), this.#firstPlaces.byteLength)
  }

  idAt(place: number): CallId {
    // The last block of those that begin there or before: others have none.
    let at = 0
    for (let end = this.#blocks.length; at + 1 < end;) {
      const middle = (at + end) >>> 1
      if (this.#firstPlaces[middle]! <= place) at = middle
      else end = middle
    }
    const block = this.#blocks[at]!
    let left = place - this.#firstPlaces[at]!
    let index = 0
    for (let inWord = countBits(block[0]!); left >= inWord; inWord = countBits(block[index]!)) {
      left -= inWord
      index++
    }
    let word = block[index]!
    for (; left > 0; left--) word &= word - 1
    return at * BLOCK_LENGTH + 32 * index + lowestBit(word)
  }

  placeOf(id: CallId): number | null {
    const at = blockIndexOf(id)
    const block = this.#blocks[at]
    if (!block) return null
    const index = indexInBlock(id)
    const bit = 1 << (index & 31)
    if ((block[index >>> 5]! & bit) === 0) return null
    let place = this.#firstPlaces[at]!
    for (let word = 0; word < index >>> 5; word++) place += countBits(block[word]!)
    return place + countBits(block[index >>> 5]! & (bit - 1))
  }

  idAfter(id: CallId): CallId {
    const next = id + 1
    let at = blockIndexOf(next)
    let index = indexInBlock(next) >>> 5
    let word = (this.#blocks[at]?.[index] ?? 0) & (-1 << (next & 31))
    while (word === 0) {
      const block = this.#blocks[at]
      if (block && ++index < block.length) word = block[index]!
      else {
        at++
        index = 0
        word = this.#blocks[at]?.[0] ?? 0
      }
    }
    return at * BLOCK_LENGTH + 32 * index + lowestBit(word)
  }
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word)
}
