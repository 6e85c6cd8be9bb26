/** Which calls a filter holds for: a bit for each, so that one call's answer can change at any time. */
import type { CallId } from '../contract/ids.ts'
import { BLOCK_LENGTH, blockIndexOf, indexInBlock } from './call-block.ts'
import { countBits } from './bit-set.ts'
import { SelectedCalls } from './call-selection.ts'

const WORDS = BLOCK_LENGTH / 32

/** A set of calls in order of their ids. */
export class MatchSet {
  /** By block of calls; null while it has none. */
  readonly #blocks: (Uint32Array | null)[] = []
  readonly #counts: number[] = []
  #count = 0

  get count(): number {
    return this.#count
  }

  /** Says whether a call is in the set from now on. */
  set(id: CallId, isIn: boolean): void {
    const at = blockIndexOf(id)
    while (this.#blocks.length <= at) {
      this.#blocks.push(null)
      this.#counts.push(0)
    }
    let block = this.#blocks[at]!
    if (!block) {
      if (!isIn) return
      block = new Uint32Array(WORDS)
      this.#blocks[at] = block
    }
    const index = indexInBlock(id)
    const bit = 1 << (index & 31)
    const wasIn = (block[index >>> 5]! & bit) !== 0
    if (wasIn === isIn) return
    block[index >>> 5]! ^= bit
    const change = isIn ? 1 : -1
    this.#counts[at]! += change
    this.#count += change
  }

  has(id: CallId): boolean {
    const index = indexInBlock(id)
    const word = this.#blocks[blockIndexOf(id)]?.[index >>> 5] ?? 0
    return (word & (1 << (index & 31))) !== 0
  }

  /** The calls in rows `fromRow` and up, `rowCount` of them or as many as there are. */
  list(fromRow: number, rowCount: number): CallId[] {
    const ids: CallId[] = []
    let row = 0
    for (const [at, count] of this.#counts.entries()) {
      if (ids.length >= rowCount) break
      if (count === 0 || row + count <= fromRow) {
        row += count
        continue
      }
      const block = this.#blocks[at]!
      for (let index = 0; index < WORDS && ids.length < rowCount; index++) {
        let word = block[index]!
        const inWord = countBits(word)
        if (row + inWord <= fromRow) {
          row += inWord
          continue
        }
        for (; word !== 0 && ids.length < rowCount; word &= word - 1) {
          const bitIndex = 31 - Math.clz32(word & -word)
          if (row++ >= fromRow) ids.push(at * BLOCK_LENGTH + 32 * index + bitIndex)
        }
      }
    }
    return ids
  }

  /** The row of a call in the set; of another, the row that it would have. */
  rowOf(id: CallId): number {
    const at = blockIndexOf(id)
    let row = 0
    for (let before = 0; before < at && before < this.#counts.length; before++) row += this.#counts[before]!
    const block = this.#blocks[at]
    if (!block) return row
    const index = indexInBlock(id)
    for (let word = 0; word < index >>> 5; word++) row += countBits(block[word]!)
    return row + countBits(block[index >>> 5]! & ((1 << (index & 31)) - 1))
  }
  /** The calls up to this one that are in the set now. */
  select(lastId: CallId): SelectedCalls {
    const blocks = this.#blocks.slice(0, blockIndexOf(lastId) + 1).map((block) => block?.slice() ?? null)
    return new SelectedCalls(blocks, lastId)
  }
}
