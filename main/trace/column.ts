/** Growing columns of numbers: blocks of typed arrays, so that growing never copies what is there. */

type NumberArray = Uint8Array | Uint16Array | Uint32Array | Float64Array

const BLOCK_BITS = 14
/** Entries in a block. */
export const BLOCK_LENGTH = 1 << BLOCK_BITS
const MASK = BLOCK_LENGTH - 1

/** A column with an entry for each index from 0. Unset entries are 0. */
export class Column {
  readonly #make: () => NumberArray
  readonly #blocks: NumberArray[] = []

  constructor(make: () => NumberArray) {
    this.#make = make
  }

  get(index: number): number {
    return this.#blocks[index >>> BLOCK_BITS]?.[index & MASK] ?? 0
  }

  set(index: number, value: number): void {
    const blockIndex = index >>> BLOCK_BITS
    while (this.#blocks.length <= blockIndex) this.#blocks.push(this.#make())
    this.#blocks[blockIndex]![index & MASK] = value
  }

  add(index: number, value: number): void {
    this.set(index, this.get(index) + value)
  }

  get sizeBytes(): number {
    return this.#blocks.reduce((sum, block) => sum + block.byteLength, 0)
  }
}

export const makeBytes = (): NumberArray => new Uint8Array(BLOCK_LENGTH)
export const makeShorts = (): NumberArray => new Uint16Array(BLOCK_LENGTH)
export const makeWords = (): NumberArray => new Uint32Array(BLOCK_LENGTH)
export const makeFloats = (): NumberArray => new Float64Array(BLOCK_LENGTH)
