/** How long guests that compute were stopped between their slices of time. */
import type { CallId } from '../contract/ids.ts'
import type { SliceState } from './events.ts'

interface Stops {
  /** Those that are over. */
  sumNs: number
  /** When the present one began; null while the guest runs. */
  sinceNs: number | null
  isPaused: boolean
}

/** Of the calls of exports that run; those that were never stopped have no entry. */
export class SliceTimes {
  readonly #stops = new Map<CallId, Stops>()

  /** Takes in what was recorded of a running call. */
  set(id: CallId, state: SliceState, timeNs: number): void {
    const stops = this.#stops.get(id) ?? { sumNs: 0, sinceNs: null, isPaused: false }
    if (state === 'stopped') stops.sinceNs = timeNs
    else if (state === 'resumed' && stops.sinceNs !== null) {
      stops.sumNs += timeNs - stops.sinceNs
      stops.sinceNs = null
    }
    stops.isPaused = state === 'paused'
    this.#stops.set(id, stops)
  }

  /** For how long a running call was stopped, up to `nowNs`. */
  stoppedNs(id: CallId, nowNs: number): number {
    const stops = this.#stops.get(id)
    if (stops === undefined) return 0
    return stops.sumNs + (stops.sinceNs === null ? 0 : Math.max(0, nowNs - stops.sinceNs))
  }

  /** Whether the guest is held by a pause. */
  isPaused(id: CallId): boolean {
    return this.#stops.get(id)?.isPaused ?? false
  }

  /** The call has ended. */
  delete(id: CallId): void {
    this.#stops.delete(id)
  }
}
