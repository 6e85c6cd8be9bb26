/** The part of the service that lists, sorts and sums up the calls that a filter holds for: docs/filters.md. */
import type { CallRow } from '../contract/calls.ts'
import type { CallId } from '../contract/ids.ts'
import type { SessionInfo } from '../contract/sessions.ts'
import { failure, success } from '../contract/result.ts'
import type { InspectorService } from '../contract/service.ts'
import type { FilterNames } from '../filter/complete.ts'
import { completeFilter } from '../filter/complete.ts'
import { describeProblem, parseFilter } from '../filter/parse.ts'
import { readCallRow } from '../trace/call-row.ts'
import type { FilterScan } from '../trace/filter-scan.ts'
import { EVERY_CALL } from '../trace/filter-scan.ts'
import { StatisticsScan } from '../trace/statistics/statistics-scan.ts'
import { Trace } from '../trace/trace.ts'
import type { FilteredSession } from './call-filters.ts'
import { beginFilterScan, CallFilters, describeProgress } from './call-filters.ts'
import { CallSorts } from './call-sorts.ts'
import type { Events } from './events.ts'
import type { Sessions } from './sessions.ts'
import { finishInTurns } from './turns.ts'

type FilterService = Pick<
  InspectorService,
  'readFilteredCalls' | 'readSortedCalls' | 'readStatistics' | 'checkFilter'
>

/** Answers from the sessions' traces; tells of progress by an event. */
export function createFilterService(sessions: Sessions, events: Events): FilterService {
  const isOpen = ({ sessionId }: Pick<FilteredSession, 'sessionId'>): boolean => sessions.find(sessionId).ok
  const filters = new CallFilters(
    beginFilterScan,
    (progress) => events.emit('filterAdvanced', progress),
    isOpen,
  )
  const statistics = new CallFilters(
    (request) =>
      new StatisticsScan(
        request.trace.calls,
        request.filter.kind === 'all' ? EVERY_CALL : filters.share(request),
      ),
    (progress) => events.emit('statisticsAdvanced', progress),
    isOpen,
  )
  const sorts = new CallSorts((progress) => events.emit('sortAdvanced', progress), isOpen)

  async function readSortedCalls(
    request: Parameters<FilterService['readSortedCalls']>[0],
  ): ReturnType<FilterService['readSortedCalls']> {
    const { sessionId, filterText, order, fromRow, rowCount, anchorId } = request
    const found = sessions.find(sessionId)
    if (!found.ok) return found
    const session = found.value
    const sortedTrace = session.trace
    const trace = sortedTrace ?? new Trace(0)
    const scan = filterText === '' ? success(null) : filters.find(session, trace, filterText)
    if (!scan.ok) return scan
    const sorted = sorts.find(session, trace, filterText, scan.value, order)
    if (!sorted.ok) return sorted
    const { sort, progress: sortProgress } = sorted.value
    const answer = {
      totalRows: sort?.isComplete ? sort.count : 0,
      fromRow,
      progress: describeProgress(session, trace, filterText, scan.value ?? lookedAtAll(trace)),
      sortProgress,
    }
    const ids = sort?.list(fromRow, rowCount, order.descending) ?? []
    const rows = await finishInTurns(readRows(trace, ids, session.nowNs()))
    const isAnchored = sort !== null && anchorId !== undefined
    const anchorRow = isAnchored ? await finishInTurns(sort.findRow(anchorId, order.descending)) : null
    // The file of a trace that was closed meanwhile, or is not the session's any more, had no rows to give.
    if (!isOpen(session) || session.trace !== sortedTrace) return readSortedCalls(request)
    return success({ ...answer, rows, anchorRow })
  }

  return {
    readFilteredCalls({ sessionId, filterText, fromRow, rowCount, anchorId }) {
      const found = sessions.find(sessionId)
      if (!found.ok) return found
      const session = found.value
      const { trace } = session
      if (!trace) {
        const [problem] = parseFilter(filterText).problems
        if (problem) return failure(describeProblem(problem))
        const progress = { sessionId, filterText, matchCount: 0, scannedCount: 0, callCount: 0 }
        return success({ totalRows: 0, fromRow, rows: [], anchorRow: null, progress })
      }
      const scan = filters.find(session, trace, filterText)
      if (!scan.ok) return scan
      const nowNs = session.nowNs()
      return success({
        totalRows: scan.value.matchCount,
        fromRow,
        rows: scan.value.list(fromRow, rowCount).map((id) => readCallRow(trace.calls, id, nowNs)),
        anchorRow: anchorId === undefined ? null : scan.value.rowOf(anchorId),
        progress: describeProgress(session, trace, filterText, scan.value),
      })
    },
    readStatistics({ sessionId, filterText }) {
      const found = sessions.find(sessionId)
      if (!found.ok) return found
      const session = found.value
      // A session that has never started has an empty trace.
      const trace = session.trace ?? new Trace(0)
      const scan = statistics.find(session, trace, filterText)
      if (!scan.ok) return scan
      return success({
        ...scan.value.read(session.nowNs()),
        progress: describeProgress(session, trace, filterText, scan.value),
      })
    },
    readSortedCalls,
    checkFilter({ sessionId, filterText, cursor }) {
      const found = sessions.find(sessionId)
      if (!found.ok) return found
      const { problems, pieces } = parseFilter(filterText)
      const names = listNames(found.value.info(), found.value.trace)
      return success({ problems, completions: completeFilter(pieces, cursor, names) })
    },
  }
}

/** In an order each may be in another block of calls, which has to be read back. */
function* readRows(trace: Trace, ids: readonly CallId[], nowNs: number): Generator<void, CallRow[]> {
  const rows: CallRow[] = []
  for (const id of ids) {
    rows.push(readCallRow(trace.calls, id, nowNs))
    yield
  }
  return rows
}

function listNames({ imports, exports }: SessionInfo, trace: Trace | null): FilterNames {
  return {
    imports: imports.filter(({ kind }) => kind === 'function'),
    exports: exports.filter(({ kind }) => kind === 'function').map(({ name }) => name),
    errorCodes: [...new Set(trace?.calls.errors.list.map(({ code }) => code))],
  }
}

/** How far it is where there is no filter. */
function lookedAtAll({ calls: { callCount } }: Trace): Pick<FilterScan, 'matchCount' | 'scannedCount'> {
  return { matchCount: callCount, scannedCount: callCount }
}
