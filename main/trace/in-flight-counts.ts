/**
 * How many activations are in flight in each session, in memory that all threads of the process share: the limit on
 * them is one of the process. What a worker that was ended had in flight, the inspector takes back.
 */

/** Makes counts for so many sessions. */
export function createInFlightCounts(sessionLimit: number): SharedArrayBuffer {
  return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT * sessionLimit)
}

/** One thread's view of the counts. */
export class InFlightCounts {
  readonly #counts: Int32Array

  constructor(counts: SharedArrayBuffer) {
    this.#counts = new Int32Array(counts)
  }

  /** Only the session's own thread sets it, or whoever has ended that thread. */
  set(slot: number, count: number): void {
    Atomics.store(this.#counts, slot, count)
  }

  get total(): number {
    let total = 0
    for (let slot = 0; slot < this.#counts.length; slot++) total += Atomics.load(this.#counts, slot)
    return total
  }
}
