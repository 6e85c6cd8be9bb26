/** A session's trace as a whole: how far it is, its times, its console. Plain data, safe on every channel. */
import type { CallKind } from './calls.ts'
import type { SessionId } from './ids.ts'

/** Nearest-rank percentiles, exact to 1/64 of the value. */
export interface Distribution {
  p50Ns: number
  p90Ns: number
  p95Ns: number
  p99Ns: number
  maxNs: number
}

/** The finished calls of one import or export. */
export interface TimingRow {
  /** The function's number in its session. */
  functionIndex: number
  kind: CallKind
  module: string | null
  name: string
  count: number
  /** Those in flight, which the figures do not count. */
  runningCount: number
  /** Those that did not return. */
  failedCount: number
  sumTotalNs: number
  sumSuspendedNs: number
  total: Distribution
  suspended: Distribution
  /** How many totals are below 1 ns, below 2, 4, 8 and so on, each without those before. */
  histogram: number[]
}

/** How far a session's trace has grown; pushed a few times a second while it does. */
export interface TraceStatus {
  sessionId: SessionId
  /** Counts the session's reloads: each begins an empty trace. */
  generation: number
  callCount: number
  inFlightCount: number
  /** Calls that were not recorded, because neither memory nor disk had room. They are not in `callCount`. */
  droppedCount: number
  /** Calls that were recorded, and given up for newer ones: where they stood, their rows say so. */
  leftOutCount: number
  /** Whether the guest is being slowed, because the disk is slower. */
  isGuestSlowed: boolean
  /** For how long it was in all. */
  slowedNs: number
  guestNs: number
  hostNs: number
  suspendedNs: number
  consoleLineCount: number
  /** Memory that the trace takes in the inspector. */
  sizeBytes: number
  /** What it takes on disk: 0 while memory holds all of it. */
  fileSizeBytes: number
  /** Bytes of a session file without an index that are still to be read; the trace grows until they are 0. */
  unreadBytes: number
}

export type ConsoleLevel = 'log' | 'info' | 'warn' | 'error' | 'debug'

export interface ConsoleLine {
  /** Counts from 0 within the session. */
  index: number
  timeNs: number
  level: ConsoleLevel
  /** What printed it: the host module, or the session itself. */
  source: 'host' | 'session'
  text: string
}
