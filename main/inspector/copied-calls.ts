/** Which calls somebody has a copy of, and which of them have changed since. */
import type { CallId } from '../contract/ids.ts'
import type { CallStore } from '../trace/call-store.ts'

/** The calls that are to be copied now, in order of their ids. */
export interface CallsToCopy {
  count: number
  /** All calls that there are. */
  callCount: number
  /** Which one comes `index`th, from 0: to be asked when it is copied. */
  idAt: (index: number) => CallId
}

export class CopiedCalls {
  readonly #calls: CallStore
  /** All up to here are copied. */
  #callCount = 0
  /** Those of them that had not ended. */
  #unsettled = new Set<CallId>()

  constructor(calls: CallStore) {
    this.#calls = calls
  }

  /** Those that were not copied yet, or may have changed since. From now on they count as copied. */
  takeNew(): CallsToCopy {
    const { callCount } = this.#calls
    const changed = this.#listChanged(callCount)
    const first = this.#callCount + 1
    this.#callCount = callCount
    this.#unsettled = new Set()
    const idAt = (index: number): CallId => {
      const id = changed[index] ?? first + index - changed.length
      if (this.#calls.running.has(id)) this.#unsettled.add(id)
      return id
    }
    return { count: changed.length + callCount - first + 1, callCount, idAt }
  }

  /** They ran, or a call inside of them did or has come. In order of their ids. */
  #listChanged(callCount: number): CallId[] {
    const changed = new Set<CallId>()
    const addWithOuter = (from: CallId | null): void => {
      for (let id = from; id !== null && !changed.has(id); id = this.#calls.parentOf(id)) {
        if (id <= this.#callCount) changed.add(id)
      }
    }
    for (const id of this.#unsettled) addWithOuter(id)
    if (this.#callCount > 0) {
      for (let id = this.#callCount + 1; id <= callCount; id++) {
        const parent = this.#calls.parentOf(id)
        if (parent !== null && parent <= this.#callCount) addWithOuter(parent)
      }
    }
    return [...changed].sort((a, b) => a - b)
  }
}
