/** The fixed fields of calls, in blocks of columns: growing never copies what is there. */

const BLOCK_BITS = 14
/** Calls in a block. */
const BLOCK_LENGTH = 1 << BLOCK_BITS
const MASK = BLOCK_LENGTH - 1

/** Entries are 0 until they are set. Times are nanoseconds on the session's clock. */
export class CallBlock {
  readonly functions = new Uint32Array(BLOCK_LENGTH)
  readonly parents = new Uint32Array(BLOCK_LENGTH)
  readonly depths = new Uint16Array(BLOCK_LENGTH)
  readonly outcomes = new Uint8Array(BLOCK_LENGTH)
  readonly starts = new Float64Array(BLOCK_LENGTH)
  readonly ends = new Float64Array(BLOCK_LENGTH)
  /** Of an import: its own. Of an export: the sum over the imports that it made. */
  readonly hosts = new Float64Array(BLOCK_LENGTH)
  readonly suspensions = new Float64Array(BLOCK_LENGTH)
  readonly paramSlots = new Uint32Array(BLOCK_LENGTH)
  readonly resultSlots = new Uint32Array(BLOCK_LENGTH)
  readonly childCounts = new Uint32Array(BLOCK_LENGTH)
}

/** A column. */
export type CallField = keyof CallBlock

/** What a call takes in a block. */
const BYTES_PER_CALL = 4 + 4 + 2 + 1 + 8 + 8 + 8 + 8 + 4 + 4 + 4

/** Blocks by call, from 1. A call's fields are at `index(id)` of the arrays of `block(id)`. */
export class CallBlocks {
  readonly #blocks: CallBlock[] = []

  /** Of a call that there is. */
  block(id: number): CallBlock {
    return this.#blocks[id >>> BLOCK_BITS]!
  }

  index(id: number): number {
    return id & MASK
  }

  /** Makes room for a call, the next one. */
  extend(id: number): CallBlock {
    const at = id >>> BLOCK_BITS
    while (this.#blocks.length <= at) this.#blocks.push(new CallBlock())
    return this.#blocks[at]!
  }

  get sizeBytes(): number {
    return this.#blocks.length * BLOCK_LENGTH * BYTES_PER_CALL
  }
}
