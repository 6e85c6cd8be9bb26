/** The fixed fields of calls, in blocks of columns: growing never copies what is there. */
import type { LeftOutRecord } from './left-out-blocks.ts'
import { LeftOutBlocks } from './left-out-blocks.ts'
import type { MakeMemory } from './memory.ts'
import { makeCounted, makeUncounted } from './memory.ts'
import { SparseColumn } from './sparse-column.ts'
import { ValueList } from './value-list.ts'

const BLOCK_BITS = 14
/** Calls in a block: the ids from a multiple of it up to the next. */
export const BLOCK_LENGTH = 1 << BLOCK_BITS
const MASK = BLOCK_LENGTH - 1

/** What a call takes in a block, without its values and what few calls have. */
const BYTES_PER_CALL = 8 * 2 + 4 * 4 + 2 + 1

/** So many blocks are kept to record in again. */
const FREE_LIMIT = 64

/** Entries are 0 until they are set. Times are whole nanoseconds on the session's clock. */
export class CallBlock {
  readonly starts: Float64Array
  readonly ends: Float64Array
  readonly functions: Uint32Array
  readonly parents: Uint32Array
  /** See `CallOrder`. */
  readonly roots: Uint32Array
  readonly paramSlots: Uint32Array
  readonly depths: Uint16Array
  readonly outcomes: Uint8Array
  /**
   * The host's part. Of an export: the sum over the imports that it made. Of an import: its own, while the guest is
   * suspended in it; when it has ended, that is what the suspension leaves of its time.
   */
  readonly hosts: SparseColumn<Float64Array>
  readonly suspensions: SparseColumn<Float64Array>
  /** Where results are that do not lie right behind the arguments; see {@link resultSlotOf}. */
  readonly resultSlots: SparseColumn<Uint32Array>
  readonly childCounts: SparseColumn<Uint32Array>
  /** Numbers of stacks. */
  readonly stacks: SparseColumn<Uint32Array>
  readonly #memory: ArrayBufferLike
  readonly values: ValueList
  /** Its calls that have not ended. */
  runningCount = 0
  /** Its calls of which memory knows what no file does, although one has them. */
  changedCount = 0
  /** Whether it could not be read back: what it says of its calls is nothing. */
  isDamaged = false
  /** Whether it was given up: what it says of its calls is where they stand. */
  isLeftOut = false

  /** About as many values are expected as `valueCount`. */
  constructor(valueCount = 0, makeMemory: MakeMemory = makeCounted) {
    const memory = makeMemory(BLOCK_LENGTH * BYTES_PER_CALL)
    let offset = 0
    const take = (bytesPerCall: number): number => {
      offset += bytesPerCall * BLOCK_LENGTH
      return offset - bytesPerCall * BLOCK_LENGTH
    }
    const takeTimes = (): Float64Array => new Float64Array(memory, take(8), BLOCK_LENGTH)
    const takeWords = (): Uint32Array => new Uint32Array(memory, take(4), BLOCK_LENGTH)
    this.#memory = memory
    this.starts = takeTimes()
    this.ends = takeTimes()
    this.functions = takeWords()
    this.parents = takeWords()
    this.roots = takeWords()
    this.paramSlots = takeWords()
    this.depths = new Uint16Array(memory, take(2), BLOCK_LENGTH)
    this.outcomes = new Uint8Array(memory, take(1), BLOCK_LENGTH)
    const makeSparse = (sizeBytes: number): ArrayBufferLike => {
      this.values.onGrow?.(sizeBytes)
      return makeMemory(sizeBytes)
    }
    const makeTimes = (): Float64Array => new Float64Array(makeSparse(8 * BLOCK_LENGTH))
    const makeWords = (): Uint32Array => new Uint32Array(makeSparse(4 * BLOCK_LENGTH))
    this.hosts = new SparseColumn(makeTimes)
    this.suspensions = new SparseColumn(makeTimes)
    this.resultSlots = new SparseColumn(makeWords)
    this.childCounts = new SparseColumn(makeWords)
    this.stacks = new SparseColumn(makeWords)
    this.values = new ValueList(valueCount, makeMemory)
  }

  /** Makes an empty block of this one, which nobody looks at any more: new memory costs more than this. */
  empty(): this {
    new Uint8Array(this.#memory).fill(0)
    this.values.empty()
    for (const column of this.#sparse) column.empty()
    this.runningCount = 0
    this.changedCount = 0
    this.isDamaged = false
    this.isLeftOut = false
    return this
  }

  /** Where the results of a call that returned begin in `values`; its arguments take `paramWords` words. */
  resultSlotOf(index: number, paramWords: number): number {
    // None that lie elsewhere begin at 0: before them lie at least those of the call that came between.
    return this.resultSlots.get(index) || this.paramSlots[index]! + paramWords
  }

  /** Notes where they begin. */
  setResultSlot(index: number, slot: number, paramWords: number): void {
    if (slot !== this.paramSlots[index]! + paramWords) this.resultSlots.set(index, slot)
  }

  /** Whether its memory is given back by nobody before long: see `memory.ts`. */
  get isUncounted(): boolean {
    return this.#memory instanceof SharedArrayBuffer
  }

  get sizeBytes(): number {
    const sparseBytes = this.#sparse.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    return BLOCK_LENGTH * BYTES_PER_CALL + this.values.sizeBytes + sparseBytes
  }

  get #sparse(): SparseColumn<Float64Array | Uint32Array>[] {
    return [this.hosts, this.suspensions, this.resultSlots, this.childCounts, this.stacks]
  }

  /** Tells from now on of each time that it takes more bytes than before; null: no more. */
  tellGrowth(listener: ((addedBytes: number) => void) | null): void {
    this.values.onGrow = listener
  }
}

type Column = Uint8Array | Uint16Array | Uint32Array | Float64Array
/** A column that every call has. */
export type CallField = FieldOf<Column>
/** A column in which most calls have 0. */
export type SparseCallField = FieldOf<SparseColumn<Float64Array> | SparseColumn<Uint32Array>>
type FieldOf<Kind> = {
  [Field in keyof CallBlock]: CallBlock[Field] extends Kind ? Field : never
}[keyof CallBlock]

/** Where blocks are that are not in memory. */
export interface BlockSource {
  /** Makes a block again that was let go. */
  load: (blockIndex: number) => CallBlock
  /** Whether it can be made again as it is now. */
  mayGo: (block: CallBlock, blockIndex: number) => boolean
  /** Blocks are let go when they take more than this. */
  limitBytes: number
}

/** The number of the block that a call is in. */
export function blockIndexOf(id: number): number {
  return id >>> BLOCK_BITS
}

/** The calls of a block, when it is full. */
export function idsOfBlock(blockIndex: number): { firstId: number; lastId: number } {
  return { firstId: Math.max(1, blockIndex * BLOCK_LENGTH), lastId: (blockIndex + 1) * BLOCK_LENGTH - 1 }
}

/** Where a call is in the arrays of its block. */
export function indexInBlock(id: number): number {
  return id & MASK
}

/** Blocks by call, from 1: those in memory, and those that are read back when they are asked for. */
export class CallBlocks {
  readonly #blocks: (CallBlock | null)[] = []
  /** Blocks in memory, those first that have been there for longest. */
  readonly #resident = new Set<number>()
  /** What they take: it is asked for in every turn in which calls are read. */
  #residentBytes = 0
  readonly #noteGrowth = (addedBytes: number): void => {
    this.#residentBytes += addedBytes
  }
  /** Those that were given up. */
  readonly leftOut: LeftOutBlocks<CallBlock>
  /** Those that nobody looks at any more, to record in again. */
  readonly #free: CallBlock[] = []
  #source: BlockSource | null = null
  #hasDamaged = false

  /** `showLeftOut` makes what is shown of a block that was given up. */
  constructor(showLeftOut: (blockIndex: number, record: LeftOutRecord) => CallBlock) {
    this.leftOut = new LeftOutBlocks(showLeftOut)
  }

  /** Of a call that there is. */
  block(id: number): CallBlock {
    return this.#blocks[id >>> BLOCK_BITS] ?? this.#loadBlock(id >>> BLOCK_BITS)
  }

  /** Makes room for a call, the next one. */
  extend(id: number): CallBlock {
    const at = id >>> BLOCK_BITS
    return this.#blocks[at] ?? (at < this.#blocks.length ? this.#loadBlock(at) : this.#add(at))
  }

  /** From now on blocks may be let go. All up to `blockCount` exist already. */
  setSource(source: BlockSource, blockCount = 0): void {
    this.#source = source
    while (this.#blocks.length < blockCount) this.#blocks.push(null)
  }

  /** Has a block read again that its source has more of by now. */
  reload(at: number): void {
    this.#drop(at)
  }

  get sizeBytes(): number {
    return this.#residentBytes + this.leftOut.sizeBytes
  }

  /** Whether calls are known to be lost, or left out. */
  get lacksCalls(): boolean {
    return this.#hasDamaged || this.leftOut.sizeBytes > 0
  }

  /** Those in memory. */
  get resident(): Iterable<number> {
    return this.#resident
  }

  /** Gives up a block that is in memory: from now on it is shown as left out. */
  giveUp(at: number, record: LeftOutRecord): void {
    this.leftOut.add(at, record)
    this.#release(at)
  }

  #add(at: number): CallBlock {
    // Whoever reads calls looks for their blocks anew when calls were added. So nobody holds one that was let go.
    this.#letGo()
    const valueCount = this.#blocks.at(-1)?.values.slotCount
    return this.#keep(at, this.#free.pop()?.empty() ?? new CallBlock(valueCount, makeUncounted))
  }

  #loadBlock(at: number): CallBlock {
    if (this.leftOut.has(at)) return this.leftOut.get(at)
    const block = this.#source!.load(at)
    this.#hasDamaged ||= block.isDamaged
    this.#letGo()
    return this.#keep(at, block)
  }

  #keep(at: number, block: CallBlock): CallBlock {
    this.#blocks[at] = block
    this.#resident.add(at)
    this.#residentBytes += block.sizeBytes
    block.tellGrowth(this.#noteGrowth)
    return block
  }

  /** Counts a block no more; null where it is not in memory. */
  #drop(at: number): CallBlock | null {
    const block = this.#blocks[at] ?? null
    this.#blocks[at] = null
    this.#resident.delete(at)
    if (!block) return null
    this.#residentBytes -= block.sizeBytes
    block.tellGrowth(null)
    return block
  }

  /** The oldest first, until there is room. */
  #letGo(): void {
    if (this.#source === null) return
    const { limitBytes, mayGo } = this.#source
    for (const at of this.#resident) {
      if (this.sizeBytes <= limitBytes) break
      const block = this.#blocks[at]!
      if (!mayGo(block, at)) continue
      this.#release(at)
    }
  }

  /** Lets go a block that nobody looks at any more, to record in it again. */
  #release(at: number): void {
    const block = this.#drop(at)
    if (block?.isUncounted && this.#free.length < FREE_LIMIT) this.#free.push(block)
  }
}
