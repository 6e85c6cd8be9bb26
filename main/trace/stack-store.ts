/** The guest's stacks of those calls that have one. Calls made from the same place share it. */
import type { CallId } from '../contract/model.ts'
import { WordColumn } from './column.ts'

/** What an entry of a Map and the text that is its key take, about. */
const ENTRY_BYTES = 100
/** A frame in the stack, and in the key. */
const FRAME_BYTES = 12

/** Offsets of instructions in the guest's file, innermost first. */
export type RawStack = readonly number[]

export class StackStore {
  readonly #numbers = new WordColumn()
  readonly #stacks: RawStack[] = []
  readonly #numberByKey = new Map<string, number>()
  #stacksSizeBytes = 0

  get sizeBytes(): number {
    return this.#numbers.sizeBytes + this.#stacksSizeBytes
  }

  set(id: CallId, stack: RawStack): void {
    const key = stack.join(',')
    let number = this.#numberByKey.get(key)
    if (number === undefined) {
      number = this.#stacks.push(stack)
      this.#numberByKey.set(key, number)
      this.#stacksSizeBytes += ENTRY_BYTES + FRAME_BYTES * stack.length
    }
    this.#numbers.set(id, number)
  }

  /** Takes away what was recorded of a call. */
  delete(id: CallId): void {
    this.#numbers.set(id, 0)
  }

  /** Null for a call whose stack was not recorded. */
  get(id: CallId): RawStack | null {
    return this.#stacks[this.#numbers.get(id) - 1] ?? null
  }
}
