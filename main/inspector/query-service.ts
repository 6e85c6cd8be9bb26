/** The part of the service that answers SQL: docs/sql.md. */
import { makeError } from '../contract/error-codes.ts'
import type { SessionId } from '../contract/model.ts'
import type { Result } from '../contract/result.ts'
import { success } from '../contract/result.ts'
import type { InspectorService, QueryRows } from '../contract/service.ts'
import { Trace } from '../trace/trace.ts'
import type { InspectorOptions } from './api.ts'
import type { Events } from './events.ts'
import { QueryEngine } from './query-engine.ts'
import type { Sessions } from './sessions.ts'

/** How long a query may take unless it is said. */
const DEFAULT_TIMEOUT_MS = 30_000
/** What a session that has never started has. */
const EMPTY_TRACE = new Trace(0)

type Request = Parameters<InspectorService['queryTrace']>[0]

interface QueryService {
  service: Pick<InspectorService, 'queryTrace' | 'cancelQuery'>
  /** Ends what is being answered. */
  close(): void
}

/** Answers one query after the other. The trace that was asked last stays ready for the next one. */
export function createQueryService(
  sessions: Sessions,
  events: Events,
  { queryProcessUrl, version }: Pick<InspectorOptions, 'queryProcessUrl' | 'version'>,
): QueryService {
  let engine: QueryEngine | null = null
  let answering: SessionId | null = null
  let last: Promise<unknown> = Promise.resolve()

  function prepareEngine(trace: Trace): QueryEngine {
    if (engine?.trace === trace && !engine.isEnded) return engine
    engine?.end(makeError('SQL_CANCELLED'))
    engine = new QueryEngine(queryProcessUrl, trace)
    return engine
  }

  async function answer(request: Request): Promise<Result<QueryRows>> {
    const { sessionId, sql, rowLimit, timeoutMs = DEFAULT_TIMEOUT_MS } = request
    const found = sessions.find(sessionId)
    if (!found.ok) return found
    const session = found.value
    const { guest, startedAtMs, archive } = session.info()
    const nowNs = session.nowNs()
    const startedAt = new Date(startedAtMs).toISOString()
    const sessionRow = [guest.name, startedAt, Math.round(nowNs), archive?.version ?? version]
    answering = sessionId
    const onProgress = (readyCount: number, callCount: number): void =>
      events.emit('queryAdvanced', { sessionId, readyCount, callCount })
    const query = { sql, rowLimit, timeoutMs, sessionRow, nowNs, onProgress }
    const answered = await prepareEngine(session.trace ?? EMPTY_TRACE).query(query)
    answering = null
    return answered
  }

  return {
    service: {
      queryTrace(request) {
        const answered = last.then(() => answer(request))
        last = answered.catch(() => {})
        return answered
      },
      cancelQuery({ sessionId }) {
        const found = sessions.find(sessionId)
        if (!found.ok) return found
        if (answering === sessionId) engine?.end(makeError('SQL_CANCELLED'))
        return success(null)
      },
    },
    close() {
      engine?.end(makeError('SQL_CANCELLED'))
    },
  }
}
