/** The part of the service that answers SQL: docs/sql.md. */
import { makeError } from '../contract/error-codes.ts'
import type { SessionId } from '../contract/ids.ts'
import type { Result } from '../contract/result.ts'
import { failure, success } from '../contract/result.ts'
import type { InspectorService, QueryRows } from '../contract/service.ts'
import { Trace } from '../trace/trace.ts'
import type { PlacedOptions } from './api.ts'
import type { Events } from './events.ts'
import { QueryEngines } from './query-engines.ts'
import type { OpenedSession, Sessions } from './sessions.ts'

/** How long a query may take unless it is said. */
const DEFAULT_TIMEOUT_MS = 30_000
/** What a session that has never started has. */
const EMPTY_TRACE = new Trace(0)

type Request = Parameters<InspectorService['queryTrace']>[0]

interface QueryService {
  service: Pick<InspectorService, 'queryTrace' | 'cancelQuery'>
  /** Ends what is being answered; resolves when nothing is left of it. */
  close(): Promise<void>
}

/** Answers one query of a session after the other. The traces that were asked last stay ready for the next one. */
export function createQueryService(
  sessions: Sessions,
  events: Events,
  options: Pick<PlacedOptions, 'queryProcessUrl' | 'temporaryFolder' | 'version'>,
): QueryService {
  const engines = new QueryEngines(options)
  /** The answer to the last query of each session that was asked anything. */
  const last = new Map<SessionId, Promise<unknown>>()

  /** A session that was loaded anew has another trace. */
  function letGoOf(sessionId: SessionId): void {
    const found = sessions.find(sessionId)
    if (found.ok) engines.endOther(sessionId, traceOf(found.value))
  }

  events.subscribe({
    sessionChanged: ({ sessionId }) => letGoOf(sessionId),
    sessionClosed({ sessionId }) {
      engines.end(sessionId)
      last.delete(sessionId)
    },
  })

  async function answer(request: Request): Promise<Result<QueryRows>> {
    const { sessionId, sql, rowLimit, timeoutMs = DEFAULT_TIMEOUT_MS } = request
    const found = sessions.find(sessionId)
    if (!found.ok) return found
    const session = found.value
    if (session.trace?.isBeingRead) return failure(makeError('SESSION_FILE_BEING_READ'))
    const { guest, startedAtMs, archive } = session.info()
    const nowNs = session.nowNs()
    const startedAt = new Date(startedAtMs).toISOString()
    const sessionRow = [guest.name, startedAt, Math.round(nowNs), archive?.version ?? options.version]
    const onProgress = (readyCount: number, callCount: number): void =>
      events.emit('queryAdvanced', { sessionId, readyCount, callCount })
    const query = { sql, rowLimit, timeoutMs, sessionRow, nowNs, onProgress }
    const answered = await engines.prepare(sessionId, traceOf(session)).query(query)
    letGoOf(sessionId)
    engines.trim()
    return answered
  }

  return {
    service: {
      queryTrace(request) {
        const { sessionId } = request
        const answered = (last.get(sessionId) ?? Promise.resolve()).then(() => answer(request))
        const settled = answered
          .catch(() => {})
          .then(() => {
            if (last.get(sessionId) === settled) last.delete(sessionId)
          })
        last.set(sessionId, settled)
        return answered
      },
      cancelQuery({ sessionId }) {
        const found = sessions.find(sessionId)
        if (!found.ok) return found
        engines.cancel(sessionId)
        return success(null)
      },
    },
    close: () => engines.close(),
  }
}

function traceOf(session: OpenedSession): Trace {
  return session.trace ?? EMPTY_TRACE
}
