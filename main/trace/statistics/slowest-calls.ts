import type { CallId } from '../../contract/ids.ts'

/** Calls that are kept of those that took longest. */
export const SLOWEST_LIMIT = 20

/** The calls that took longest; of those that took as long, the first. */
export class SlowestCalls {
  readonly #kept: { id: CallId; totalNs: number }[] = []

  add(id: CallId, totalNs: number): void {
    const kept = this.#kept
    if (kept.length === SLOWEST_LIMIT && totalNs <= kept.at(-1)!.totalNs) return
    const place = kept.findIndex((other) => other.totalNs < totalNs)
    kept.splice(place < 0 ? kept.length : place, 0, { id, totalNs })
    if (kept.length > SLOWEST_LIMIT) kept.pop()
  }

  /** The longest first. */
  get ids(): CallId[] {
    return this.#kept.map(({ id }) => id)
  }
}
