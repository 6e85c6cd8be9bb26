/** Tells a timeline of calls that are in the store already, as if they were recorded now. */
import type { CallId } from '../../contract/ids.ts'
import type { CallStore } from '../call-store.ts'

/** What is told. */
interface Listener {
  begin(id: CallId, parent: CallId, startNs: number): void
  end(id: CallId): void
}

/** Of calls that have all ended. */
export class Replay {
  readonly #calls: CallStore
  readonly #listener: Listener
  #next: CallId = 1
  /** Calls that have begun, in order of their ends, the last to end first; inner ones end before outer ones. */
  readonly #open: { id: CallId; endNs: number }[] = []

  constructor(calls: CallStore, listener: Listener) {
    this.#calls = calls
    this.#listener = listener
  }

  /** Goes on by up to `count` calls; the last of all brings the ends of all. */
  advance(count: number): void {
    const end = Math.min(this.#calls.callCount, this.#next + count - 1)
    for (; this.#next <= end; this.#next++) {
      const id = this.#next
      const startNs = this.#calls.startOf(id)
      this.#endUntil(startNs)
      this.#listener.begin(id, this.#calls.parentOf(id) ?? 0, startNs)
      this.#insert(id, startNs + this.#calls.timesOf(id, 0).totalNs)
    }
    if (this.#next > this.#calls.callCount) this.#endUntil(Infinity)
  }

  #endUntil(timeNs: number): void {
    for (let last = this.#open.at(-1); last && last.endNs <= timeNs; last = this.#open.at(-1)) {
      this.#open.pop()
      this.#listener.end(last.id)
    }
  }

  #insert(id: CallId, endNs: number): void {
    let low = 0
    let high = this.#open.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#open[middle]!.endNs >= endNs) low = middle + 1
      else high = middle
    }
    this.#open.splice(low, 0, { id, endNs })
  }
}
