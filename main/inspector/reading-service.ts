/** The part of the service that reads traces. */
import { makeError } from '../contract/error-codes.ts'
import type { CallDetail } from '../contract/calls.ts'
import type { Result } from '../contract/result.ts'
import { failure, success } from '../contract/result.ts'
import type { InspectorService } from '../contract/service.ts'
import { describeProblem, parseFilter } from '../filter/parse.ts'
import { listChildren, readCallRow, readCallRows, summarizeCall } from '../trace/call-row.ts'
import { TraceExports } from '../trace/export/trace-exports.ts'
import { createCallTest } from '../trace/filter-scan.ts'
import { findFirstFrom } from '../trace/find-call.ts'
import { FoldedRows, NOTHING_FOLDED } from '../trace/folded-rows.ts'
import type { RawStack } from '../trace/stack-store.ts'
import { EMPTY_DENSITY, EMPTY_TIMELINE } from '../trace/timeline/read-timeline.ts'
import { Trace } from '../trace/trace.ts'
import { listStackNames } from './call-filters.ts'
import type { OpenedSession, Sessions } from './sessions.ts'

const CHILD_LIMIT = 100
const ANCESTOR_LIMIT = 100
const OVERLAP_LIMIT = 100

type ReadingService = Pick<
  InspectorService,
  | 'readCalls'
  | 'findCall'
  | 'readCall'
  | 'readTimeline'
  | 'readDensity'
  | 'readTimings'
  | 'readConsole'
  | 'exportTrace'
>

/**
 * Answers from the sessions' traces. A session that has never started has an empty one.
 * `version` is that of this inspector.
 */
export function createReadingService(sessions: Sessions, version: string): ReadingService {
  const traceExports = new TraceExports()
  return {
    readCalls({ sessionId, fromRow, rowCount, anchorId, folding = NOTHING_FOLDED }) {
      const found = sessions.find(sessionId)
      if (!found.ok) return found
      const { trace } = found.value
      if (!trace) return success({ totalRows: 0, fromRow, rows: [], anchorRow: null })
      const folded = new FoldedRows(trace.calls, folding)
      return success({
        totalRows: folded.totalRows,
        fromRow,
        rows: readCallRows(trace.calls, folded, fromRow, rowCount, found.value.nowNs()),
        anchorRow: anchorId !== undefined && trace.calls.exists(anchorId) ? folded.rowOf(anchorId) : null,
      })
    },
    findCall({ sessionId, timeNs }) {
      const found = sessions.find(sessionId)
      if (!found.ok) return found
      const { trace } = found.value
      return success({ callId: trace ? findFirstFrom(trace.calls, timeNs) : null })
    },
    readCall({ sessionId, callId }) {
      const found = sessions.find(sessionId)
      if (!found.ok) return found
      const { trace } = found.value
      if (!trace?.calls.exists(callId))
        return failure(makeError('CALL_NOT_FOUND', { why: `It is #${callId}.` }))
      return describeCall(found.value, trace, callId)
    },
    readTimeline({ sessionId, ...window }) {
      const found = sessions.find(sessionId)
      if (!found.ok) return found
      const { trace } = found.value
      return success(trace?.readTimeline(found.value.nowNs()).read(window) ?? EMPTY_TIMELINE)
    },
    readDensity({ sessionId, columnCount }) {
      const found = sessions.find(sessionId)
      if (!found.ok) return found
      const { trace } = found.value
      return success(trace?.readTimeline(found.value.nowNs()).density(columnCount) ?? EMPTY_DENSITY)
    },
    readTimings({ sessionId }) {
      const found = sessions.find(sessionId)
      return found.ok ? success(found.value.trace?.timings() ?? []) : found
    },
    readConsole({ sessionId, fromLine, lineCount }) {
      const found = sessions.find(sessionId)
      if (!found.ok) return found
      const { trace } = found.value
      return success({
        lineCount: trace?.console.lineCount ?? 0,
        firstKept: trace?.console.firstKept ?? 0,
        lines: trace?.console.read(fromLine, lineCount) ?? [],
      })
    },
    exportTrace({ sessionId, fromCallId, format = 'jsonl', snapshot: given, filterText = '' }) {
      const found = sessions.find(sessionId)
      if (!found.ok) return found
      const { filter, problems } = parseFilter(filterText)
      if (filter === null) return failure(describeProblem(problems[0]))
      const trace = found.value.trace ?? new Trace(0)
      if (trace.isBeingRead) return failure(makeError('SESSION_FILE_BEING_READ'))
      const { calls, timeline } = trace
      const session = found.value
      const { generation } = session
      const snapshot = given ?? { generation, callCount: calls.callCount, nowNs: session.nowNs() }
      if (snapshot.generation !== generation) {
        return failure(makeError('TRACE_EXPORT_LOST', { why: 'The session was loaded again.' }))
      }
      // Whoever asks may name more than there are.
      const callCount = Math.min(snapshot.callCount, calls.callCount)
      const { guest, startedAtMs, archive } = session.info()
      const holds = createCallTest(calls, filter, listStackNames(session, trace))
      const source = {
        calls,
        timeline,
        snapshot: { ...snapshot, callCount },
        isWanted: (id: number) => holds(id, snapshot.nowNs),
        describeStack: (stack: RawStack | null) => session.describeStack(stack),
        guestName: guest.name,
        startedAtMs,
        version: archive?.version ?? version,
      }
      const piece = traceExports.readPiece(format, source, fromCallId)
      return piece
        ? success({ ...piece, snapshot })
        : failure(makeError('TRACE_EXPORT_LOST', { why: 'It was begun again.' }))
    },
  }
}

function describeCall(session: OpenedSession, trace: Trace, callId: number): Result<CallDetail> {
  const { calls } = trace
  const nowNs = session.nowNs()
  const ancestors: number[] = []
  for (
    let id = calls.parentOf(callId);
    id !== null && ancestors.length < ANCESTOR_LIMIT;
    id = calls.parentOf(id)
  ) {
    ancestors.unshift(id)
  }
  const overlaps = calls.overlaps.list(callId, OVERLAP_LIMIT)
  const stack = session.describeStack(calls.stackOf(callId))
  return success({
    ...readCallRow(calls, callId, nowNs),
    error: calls.errorOf(callId),
    decoded: calls.decoded.get(callId),
    stack,
    debug: stack && session.describeDebug(),
    ancestors: ancestors.map((id) => summarizeCall(calls, id, nowNs)),
    children: listChildren(calls, callId, CHILD_LIMIT).map((id) => summarizeCall(calls, id, nowNs)),
    overlaps: overlaps.ids.map((id) => summarizeCall(calls, id, nowNs)),
    overlapsCut: overlaps.isCut,
  })
}
