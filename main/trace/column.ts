/**
 * A growing column of numbers: blocks of a typed array, so that growing never copies what is there. Unset entries
 * are 0.
 */

const BLOCK_BITS = 14
const BLOCK_LENGTH = 1 << BLOCK_BITS
const MASK = BLOCK_LENGTH - 1

/** Numbers from 0 to 2^32 - 1. */
export class WordColumn {
  readonly #blocks: Uint32Array[] = []

  get(index: number): number {
    const block = this.#blocks[index >>> BLOCK_BITS]
    return block === undefined ? 0 : block[index & MASK]!
  }

  set(index: number, value: number): void {
    const blockIndex = index >>> BLOCK_BITS
    while (this.#blocks.length <= blockIndex) this.#blocks.push(new Uint32Array(BLOCK_LENGTH))
    this.#blocks[blockIndex]![index & MASK] = value
  }

  /** The first `count`, in one piece. */
  toArray(count: number): Uint32Array {
    const words = new Uint32Array(count)
    for (let at = 0; at < count; at += BLOCK_LENGTH) {
      words.set(this.#blocks[at >>> BLOCK_BITS]!.subarray(0, count - at), at)
    }
    return words
  }

  get sizeBytes(): number {
    return this.#blocks.length * BLOCK_LENGTH * 4
  }
}
