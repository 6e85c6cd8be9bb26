/**
 * Which calls are scattered: what was made inside of them does not stand together in the order of rows, since their
 * top-level call did something else meanwhile. That is so where a handler calls the guest several times at once.
 */
import type { CallId } from '../contract/ids.ts'

/** What an entry of a Set takes, about. */
const ENTRY_BYTES = 40

/** Finds them as calls begin. Below one top-level call, rows are in order of entry. */
export class ScatteredCalls {
  readonly #parentOf: (id: CallId) => CallId
  readonly #scattered = new Set<CallId>()

  /** Hears of each, once a file keeps it. */
  onChange: ((id: CallId) => void) | null = null

  /** `parentOf` answers 0 for a top-level call, and for one of which nothing is known any more. */
  constructor(parentOf: (id: CallId) => CallId) {
    this.#parentOf = parentOf
  }

  /**
   * Takes in that a call begins inside of `parent`; `last` is the newest that there was below the same top-level call.
   * Whatever the new one lies inside of and that one does not had its rows behind it already.
   */
  begin(parent: CallId, last: CallId): void {
    if (last === parent) return
    let inLast = this.#parentOf(last)
    for (let id = parent; id !== 0; id = this.#parentOf(id)) {
      while (inLast > id) inLast = this.#parentOf(inLast)
      if (inLast === id) return
      this.add(id)
    }
  }

  has(id: CallId): boolean {
    return this.#scattered.has(id)
  }

  /** Takes over what was known. */
  add(id: CallId): void {
    if (this.#scattered.has(id)) return
    this.#scattered.add(id)
    this.onChange?.(id)
  }

  /** Lets go what is known of a call that was given up. */
  forget(id: CallId): void {
    this.#scattered.delete(id)
  }

  ids(): Iterable<CallId> {
    return this.#scattered
  }

  get sizeBytes(): number {
    return ENTRY_BYTES * this.#scattered.size
  }
}
