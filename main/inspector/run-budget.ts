/** Runs in flight in all sessions together: the engine's stacks are limited by process. */

/** Leaves room below PROCESS_LIMIT of main/host/in-flight.ts for the exports that handlers call. */
const RUN_LIMIT = 15_000

/** One per inspector. */
export class RunBudget {
  #count = 0
  /** Those who found no room, in order; each is told once. */
  readonly #waiting = new Set<() => void>()

  /** Takes a place, or remembers whom to tell when there is one again. */
  take(tellOfRoom: () => void): boolean {
    if (this.#count >= RUN_LIMIT) {
      this.#waiting.add(tellOfRoom)
      return false
    }
    this.#count++
    return true
  }

  give(): void {
    this.#count--
    const [next] = this.#waiting
    if (!next) return
    this.#waiting.delete(next)
    next()
  }
}
