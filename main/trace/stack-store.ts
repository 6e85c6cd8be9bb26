/** The guest's stacks. Calls made from the same place share one. */
/** What an entry of a Map and the text that is its key take, about. */
const ENTRY_BYTES = 100
/** A frame in the stack, and in the key. */
const FRAME_BYTES = 12

/** Offsets of instructions in the guest's file, innermost first. */
export type RawStack = readonly number[]

export class StackStore {
  readonly #stacks: RawStack[] = []
  readonly #numberByKey = new Map<string, number>()
  #stacksSizeBytes = 0

  get sizeBytes(): number {
    return this.#stacksSizeBytes
  }

  /** The stack's number, from 1. */
  add(stack: RawStack): number {
    const key = stack.join(',')
    let number = this.#numberByKey.get(key)
    if (number === undefined) {
      number = this.#stacks.push(stack)
      this.#numberByKey.set(key, number)
      this.#stacksSizeBytes += ENTRY_BYTES + FRAME_BYTES * stack.length
    }
    return number
  }

  /** Null for 0. */
  get(number: number): RawStack | null {
    return this.#stacks[number - 1] ?? null
  }

  /** In the order of their numbers. */
  list(): readonly RawStack[] {
    return this.#stacks
  }
}
