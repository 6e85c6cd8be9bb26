/** What a session may use, and how far each limit can be moved. */

/** The limits of one session. */
export interface SessionLimits {
  /** Runs in flight where calls interleave; further ones wait in the queue. */
  callsInFlight: number
  /** A run that is requested without a limit of its own is cancelled after this time; null: never. */
  runMs: number | null
  /** Suspended for longer, a call is shown as stalled. */
  stallMs: number
  /**
   * Bytes of each memory that the guest defines, or that is made to fit an import, from the next load on; null: as
   * many as its own maximum and the engine allow.
   */
  memoryBytes: number | null
  /** Entries of each table, likewise. */
  tableEntries: number | null
}

/** The limits of a session that asks for no others. */
export const DEFAULT_LIMITS: SessionLimits = {
  callsInFlight: 10_000,
  runMs: null,
  stallMs: 5000,
  memoryBytes: null,
  tableEntries: null,
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
  // The largest memory of V8 (64-bit), and its largest table.
  memoryBytes: [0, 17_179_869_184],
  tableEntries: [0, 10_000_000],
}

/** A number of bytes as people write it: in the largest unit in which it is whole. */
export function formatBytes(bytes: bigint): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB']
  let [count, unit] = [bytes, 0]
  while (unit < units.length - 1 && count > 0n && count % 1024n === 0n) {
    count /= 1024n
    unit++
  }
  return `${count} ${units[unit]}`
}
