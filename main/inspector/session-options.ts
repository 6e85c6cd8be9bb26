import type { RunInfo, SessionId, SessionInfo } from '../contract/model.ts'
import type { NamedReadings } from './api.ts'
import type { Session } from './session.ts'

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
  /** Whether the file with this content may run. */
  isTrusted(hostPath: string, hash: string): boolean
  onChange(session: SessionInfo): void
  onRun(run: RunInfo): void
  onTrace(session: Session): void
  /** Calls that have ended, in order of ending. */
  onCallsEnded(session: Session, ids: number[]): void
}
