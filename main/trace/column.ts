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

  get sizeBytes(): number {
    return this.#blocks.length * BLOCK_LENGTH * 4
  }
}
