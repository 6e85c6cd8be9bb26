/** Sorts calls of traces: for each trace the few orders that were asked for last, as far as they have room. */
import { makeError } from '../contract/error-codes.ts'
import type { CallOrderRequest, SortProgress } from '../contract/sorting.ts'
import type { Result } from '../contract/result.ts'
import { failure, success } from '../contract/result.ts'
import { selectAll } from '../trace/call-selection.ts'
import { CallSort, sortedCallBytes } from '../trace/call-sort.ts'
import type { FilterScan } from '../trace/filter-scan.ts'
import type { Trace } from '../trace/trace.ts'
import type { FilteredSession } from './call-filters.ts'
import { SLICE_MS, Turns } from './turns.ts'

/** Orders kept for each trace. */
const ORDER_LIMIT = 4

interface ActiveSort {
  key: string
  /** Null until the filter has been evaluated for all calls that are to be sorted. */
  sort: CallSort | null
  session: FilteredSession
  trace: Trace
  progress: SortProgress
}

/** One for all sessions. */
export class CallSorts {
  readonly #sorts = new WeakMap<Trace, Map<string, ActiveSort>>()
  readonly #turns: Turns<ActiveSort>

  constructor(
    tell: (progress: SortProgress) => void,
    isOpen: (session: Pick<FilteredSession, 'sessionId'>) => boolean,
  ) {
    this.#turns = new Turns({
      advance,
      tell: ({ progress }) => tell(progress),
      isOpen,
      newestFirst: false,
    })
  }

  /**
   * The calls of a session's trace in an order, as far as it has been made; works at it for a moment, and goes on by
   * itself. `scan` is that of the filter; null: there is none. Where it has not looked at all calls yet, there is
   * nothing to sort, and somebody has to ask again when it has. Fails with SORT_TOO_LARGE.
   */
  find(
    session: FilteredSession,
    trace: Trace,
    filterText: string,
    scan: FilterScan | null,
    { by, callCount: wantedCount }: CallOrderRequest,
  ): Result<{ sort: CallSort | null; progress: SortProgress }> {
    const callCount = Math.min(wantedCount, trace.calls.callCount)
    const sorts = this.#sorts.get(trace) ?? new Map<string, ActiveSort>()
    this.#sorts.set(trace, sorts)
    // What was said of a call while its file was being read may have changed since.
    const key = `${by} ${callCount} ${trace.isBeingRead} ${filterText}`
    const progress = { sessionId: session.sessionId, filterText, by, callCount, doneShare: 0 }
    const active = sorts.get(key) ?? { key, sort: null, session, trace, progress }
    if (!active.sort) {
      if (scan && scan.scannedCount < callCount) return success({ sort: null, progress })
      const selection = scan ? scan.select(callCount) : selectAll(callCount)
      const callBytes = sortedCallBytes(trace.calls, by)
      const limit = Math.floor(trace.limitBytes / callBytes)
      if (selection.count > limit) return failure(tooLarge(selection.count, limit))
      this.#makeRoom(sorts, trace.limitBytes - callBytes * selection.count)
      active.sort = new CallSort(trace.calls, by, selection, session.nowNs())
    }
    // To the end: the first one is that which was asked for the longest time ago.
    sorts.delete(key)
    sorts.set(key, active)
    this.#turns.ask(active)
    return success({ sort: active.sort, progress: active.progress })
  }

  /** Forgets orders, the oldest first, until those that are left take at most so much. */
  #makeRoom(sorts: Map<string, ActiveSort>, limitBytes: number): void {
    let sizeBytes = 0
    for (const { sort } of sorts.values()) sizeBytes += sort?.sizeBytes ?? 0
    for (const active of sorts.values()) {
      if (sizeBytes <= limitBytes && sorts.size < ORDER_LIMIT) return
      sizeBytes -= active.sort?.sizeBytes ?? 0
      sorts.delete(active.key)
      this.#turns.drop(active)
    }
  }
}

function advance(active: ActiveSort): boolean {
  const sort = active.sort!
  sort.advance(SLICE_MS)
  const doneShare = sort.isComplete ? 1 : Math.min(0.999, sort.doneShare)
  active.progress = { ...active.progress, doneShare }
  return sort.isComplete
}

function tooLarge(count: number, limit: number) {
  const [found, most] = [count, limit].map((each) => each.toLocaleString('en'))
  return makeError('SORT_TOO_LARGE', { why: `There are ${found}; memory holds an order of ${most}.` })
}
