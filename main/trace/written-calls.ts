/** Which calls a file has, and of which of them memory knows more by now. */
import type { CallId } from '../contract/ids.ts'
import type { CallBlocks } from './call-block.ts'

/** One for each store. Without a file nothing is written, and nothing is noted. */
export class WrittenCalls {
  /** The calls up to this one are in a file. */
  count = 0
  readonly #blocks: CallBlocks
  /** Those among them that are no longer as they were written. */
  readonly #changed = new Set<CallId>()

  constructor(blocks: CallBlocks) {
    this.#blocks = blocks
  }

  /** How many calls are no longer as they were written. */
  get changedCount(): number {
    return this.#changed.size
  }

  /** Takes in that something of a call has changed. */
  noteChange(id: CallId): void {
    if (id > this.count || this.#changed.has(id)) return
    const block = this.#blocks.block(id)
    if (block.isLeftOut) return
    this.#changed.add(id)
    block.changedCount++
  }

  /** Gives the calls that have changed, in order of their ids, to whoever writes them now. */
  takeChanged(): CallId[] {
    const ids = [...this.#changed].sort((a, b) => a - b)
    this.#changed.clear()
    for (const id of ids) this.#blocks.block(id).changedCount--
    return ids
  }

  /** Lets go what is known of a call that was given up. */
  forget(id: CallId): void {
    this.#changed.delete(id)
  }
}
