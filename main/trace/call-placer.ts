/** Gives new calls their place among the others: their top-level call, their depth, their row. */
import type { CallId } from '../contract/ids.ts'
import type { CallBlocks } from './call-block.ts'
import { indexInBlock } from './call-block.ts'
import type { CallOrder } from './call-order.ts'
import { OUTCOMES } from './events.ts'
import type { ScatteredCalls } from './scattered-calls.ts'
import type { WrittenCalls } from './written-calls.ts'

/** Deeper calls are shown as this deep. */
const DEEPEST = 0xffff
const RUNNING = OUTCOMES.indexOf('running')

/** What a place is written to. */
export interface CallPlaces {
  readonly blocks: CallBlocks
  readonly order: CallOrder
  readonly scattered: ScatteredCalls
  readonly written: WrittenCalls
}

/** One for each store of calls. Each call is placed once, in order of ids; its block has its other fields already. */
export class CallPlacer {
  readonly #blocks: CallBlocks
  readonly #order: CallOrder
  readonly #scattered: ScatteredCalls
  readonly #written: WrittenCalls

  constructor({ blocks, order, scattered, written }: CallPlaces) {
    this.#blocks = blocks
    this.#order = order
    this.#scattered = scattered
    this.#written = written
  }

  /** Places a call that lies inside of no other. */
  addTopLevel(id: CallId): void {
    this.#blocks.block(id).roots[indexInBlock(id)] = this.#order.add(id, null)
  }

  /** Places `count` calls that lie directly inside of another. */
  addBelow(firstId: CallId, count: number, parent: CallId): void {
    const parentIndex = indexInBlock(parent)
    const root = this.#blocks.block(parent).roots[parentIndex]!
    // First, since it may read blocks back: one that is held meanwhile could be let go.
    this.#scattered.begin(parent, this.#order.lastIdOf(root))
    const parentBlock = this.#blocks.block(parent)
    const depth = Math.min(parentBlock.depths[parentIndex]! + 1, DEEPEST)
    this.#order.addBelow(firstId, count, root)
    for (let id = firstId; id < firstId + count; id++) {
      const block = this.#blocks.block(id)
      block.roots[indexInBlock(id)] = root
      block.depths[indexInBlock(id)] = depth
    }
    parentBlock.childCounts.set(parentIndex, parentBlock.childCounts.get(parentIndex) + count)
    if (parentBlock.outcomes[parentIndex] !== RUNNING) this.#written.noteChange(parent)
  }
}
