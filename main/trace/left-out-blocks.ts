/** The blocks of calls that were given up, because newer calls needed their room. */

/** Blocks that are kept once they were made to be shown: somebody looks at a few places at a time. */
const CACHED_BLOCKS = 4
/** What is known of a block takes about this, beside the list. */
const RECORD_BYTES = 100

/** What is known of a block that was given up. */
export interface LeftOutRecord {
  /** When its first call began. */
  startNs: number
  /** See `CallBlock.roots`; null where they follow from the order of rows. */
  roots: Uint32Array | null
}

/** By number of the block. */
export class LeftOutBlocks<Block> {
  readonly #make: (blockIndex: number, record: LeftOutRecord) => Block
  readonly #records = new Map<number, LeftOutRecord>()
  readonly #cached = new Map<number, Block>()
  #rootsSizeBytes = 0

  /** `make` makes a block to be shown. */
  constructor(make: (blockIndex: number, record: LeftOutRecord) => Block) {
    this.#make = make
  }

  has(blockIndex: number): boolean {
    return this.#records.has(blockIndex)
  }

  add(blockIndex: number, record: LeftOutRecord): void {
    this.#records.set(blockIndex, record)
    this.#rootsSizeBytes += record.roots?.byteLength ?? 0
  }

  /** As it is shown. */
  get(blockIndex: number): Block {
    const known = this.#cached.get(blockIndex)
    if (known) return known
    const block = this.#make(blockIndex, this.#records.get(blockIndex)!)
    for (const oldest of this.#cached.keys()) {
      if (this.#cached.size < CACHED_BLOCKS) break
      this.#cached.delete(oldest)
    }
    this.#cached.set(blockIndex, block)
    return block
  }

  /** Without the few blocks that are shown: to look at them is to cost no call. */
  get sizeBytes(): number {
    return this.#rootsSizeBytes + RECORD_BYTES * this.#records.size
  }
}
