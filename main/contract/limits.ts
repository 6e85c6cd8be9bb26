/** What a session may use, and how far each limit can be moved. */

/** The limits of one session. */
export interface SessionLimits {
  /** Runs in flight where calls interleave; further ones wait in the queue. */
  callsInFlight: number
  /** A run that is requested without a limit of its own is cancelled after this time; null: never. */
  runMs: number | null
  /** Suspended for longer, a call is shown as stalled. */
  stallMs: number
}

/** The limits of a session that asks for no others. */
export const DEFAULT_LIMITS: SessionLimits = {
  callsInFlight: 10_000,
  runMs: null,
  stallMs: 5000,
}

/** The length of a slice where slices are wanted and none is said. */
export const DEFAULT_SLICE_MS = 10
/** The shortest and the longest slice. */
export const SLICE_RANGE_MS = [1, 10_000] as const

/** The smallest and the largest value of each. */
export const LIMIT_RANGES: Record<keyof SessionLimits, readonly [minimum: number, maximum: number]> = {
  // Each suspended call has a stack of its own; see PROCESS_LIMIT of main/host/in-flight.ts.
  callsInFlight: [1, 10_000],
  runMs: [1, 2_147_483_647],
  stallMs: [50, 2_147_483_647],
}
