/** The activations in flight in a session. */
import { makeError } from '../contract/error-codes.ts'
import type { InFlightCounts } from '../trace/in-flight-counts.ts'
import type { Activation } from './activation.ts'
import { HandlerError } from './failures.ts'

/**
 * Of all sessions together. Each suspended activation has a stack of its own, and V8 aborts the process when the
 * kernel refuses to map more of them, at about 33,000. Runs wait in a queue long before; this stops host modules
 * that call exports without end.
 */
const PROCESS_LIMIT = 25_000

/** One per session, in its worker. */
export class InFlight {
  /** Those that were not called from inside of another. */
  readonly roots = new Set<Activation>()
  readonly #counts: InFlightCounts
  readonly #slot: number
  #count = 0
  /** The only activation in flight; null where there are several, or none. */
  #sole: Activation | null = null

  constructor(counts: InFlightCounts, slot: number) {
    this.#counts = counts
    this.#slot = slot
  }

  /** Those that have begun and not ended, nested ones too. */
  get count(): number {
    return this.#count
  }

  /**
   * The activation whose guest calls the host right now, where that is beyond doubt: one activation is in flight,
   * and it is not inside of an import or stopped. To ask the asynchronous context takes several times as long.
   */
  get computing(): Activation | null {
    return this.#sole !== null && this.#sole.isComputing ? this.#sole : null
  }

  /** Counts one more; throws IN_FLIGHT_LIMIT where that is one too many. It ends in any case. */
  begin(activation: Activation): void {
    this.#counts.set(this.#slot, ++this.#count)
    this.#sole = this.#count === 1 ? activation : null
    if (activation.parent === null) this.roots.add(activation)
    if (this.#counts.total > PROCESS_LIMIT) {
      throw new HandlerError(
        makeError('IN_FLIGHT_LIMIT', {
          why: `All sessions together may have ${PROCESS_LIMIT.toLocaleString('en')}.`,
        }),
      )
    }
  }

  end(activation: Activation): void {
    this.#counts.set(this.#slot, --this.#count)
    this.roots.delete(activation)
    // One that is left may have been called from one that has ended; then the asynchronous context knows it.
    this.#sole = this.#count === 1 ? (this.roots.values().next().value ?? null) : null
  }
}
