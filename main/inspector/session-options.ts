import type { SessionLimits } from '../contract/limits.ts'
import type { SessionId } from '../contract/ids.ts'
import type { RunInfo, SessionInfo } from '../contract/sessions.ts'
import type { InspectorError } from '../contract/result.ts'
import type { RunBudget } from './run-budget.ts'
import type { NamedReadings } from './api.ts'
import type { Session } from './session.ts'
import type { SessionFiles } from './session-files.ts'

/** What a session is opened with. */
export interface SessionOptions {
  sessionId: SessionId
  guestPath: string
  /** The path is shown, and the guest listed as recent, unless it was uploaded. */
  uploaded: boolean
  hostPath: string | null
  stubUnbound: boolean
  readings: readonly NamedReadings[]
  workerUrl: URL
  traceLimitBytes: number
  /** Where the user wants the session's file. */
  sessionPath: string | null
  files: SessionFiles
  /** Of the product. */
  version: string
  limits: SessionLimits
  /** Null: without slices. */
  sliceMs: number | null
  keepsNewest: boolean
  budget: RunBudget
  inFlightCounts: SharedArrayBuffer
  /** This session's among the counts; no other has it while this one is open. */
  slot: number
  /** Whether the file with this content may run. */
  isTrusted(hostPath: string, hash: string): boolean
  onChange(session: SessionInfo): void
  onRun(run: RunInfo): void
  /** What nobody asked about. */
  onProblem(error: InspectorError): void
  onTrace(session: Session): void
  /** Whether anybody is told of calls that have ended. */
  isStreamed(sessionId: SessionId): boolean
  /** Calls that have ended, in order of ending. */
  onCallsEnded(session: Session, ids: number[]): void
}
