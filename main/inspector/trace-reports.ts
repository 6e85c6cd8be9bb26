/** Tells clients how far traces have grown: at most once a frame, and a few times a second while calls run. */
import type { SessionId } from '../contract/ids.ts'
import type { TraceStatus } from '../contract/traces.ts'
import type { OpenedSession } from './sessions.ts'

const FRAME_MS = 33
/** Times of running calls grow without an event of their own. */
const RUNNING_INTERVAL_MS = 250

/** One for all sessions. */
export class TraceReports {
  readonly #timers = new Map<SessionId, { timer: NodeJS.Timeout; delayMs: number }>()
  readonly #report: (status: TraceStatus) => void

  constructor(report: (status: TraceStatus) => void) {
    this.#report = report
  }

  /** The session's trace has grown. */
  grew(session: OpenedSession): void {
    this.#schedule(session, FRAME_MS)
  }

  /** No more reports of a session that is closed. */
  forget(sessionId: SessionId): void {
    clearTimeout(this.#timers.get(sessionId)?.timer)
    this.#timers.delete(sessionId)
  }

  #schedule(session: OpenedSession, delayMs: number): void {
    const scheduled = this.#timers.get(session.sessionId)
    if (scheduled && scheduled.delayMs <= delayMs) return
    clearTimeout(scheduled?.timer)
    const timer = setTimeout(() => {
      this.#timers.delete(session.sessionId)
      const status = session.status()
      this.#report(status)
      if (status.inFlightCount > 0 || status.isGuestSlowed) this.#schedule(session, RUNNING_INTERVAL_MS)
    }, delayMs)
    this.#timers.set(session.sessionId, { timer, delayMs })
  }
}
