/**
 * Sorts calls of traces: for each trace the few orders that were asked for last, as far as they have room, and of those
 * the ones that somebody still waits for. Everything else of the process has its turn between two slices.
 */
import { makeError } from '../contract/error-codes.ts'
import type { CallOrderRequest, SortProgress } from '../contract/model.ts'
import type { Result } from '../contract/result.ts'
import { failure, success } from '../contract/result.ts'
import { CallSort, SORTED_CALL_BYTES } from '../trace/call-sort.ts'
import type { FilterScan } from '../trace/filter-scan.ts'
import type { Trace } from '../trace/trace.ts'
import type { FilteredSession } from './call-filters.ts'

/** Time for sorting before others have their turn. */
const SLICE_MS = 8
/** Orders kept for each trace. */
const ORDER_LIMIT = 4
/** Nobody waits for an order that was not asked for for so long. */
const WAITED_FOR_MS = 1000
/** How often progress is told of. */
const PROGRESS_INTERVAL_MS = 100

interface ActiveSort {
  key: string
  /** Null until the filter has been evaluated for all calls that are to be sorted. */
  sort: CallSort | null
  session: FilteredSession
  trace: Trace
  progress: SortProgress
  askedAtMs: number
  toldAtMs: number
}

/** One for all sessions. */
export class CallSorts {
  readonly #sorts = new WeakMap<Trace, Map<string, ActiveSort>>()
  readonly #waiting = new Set<ActiveSort>()
  readonly #tell: (progress: SortProgress) => void
  readonly #isOpen: (session: FilteredSession) => boolean
  #hasTurn = false

  constructor(tell: (progress: SortProgress) => void, isOpen: (session: FilteredSession) => boolean) {
    this.#tell = tell
    this.#isOpen = isOpen
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
    const key = `${by} ${callCount} ${filterText}`
    const progress = { sessionId: session.sessionId, filterText, by, callCount, doneShare: 0 }
    const active = sorts.get(key) ?? {
      key,
      sort: null,
      session,
      trace,
      progress,
      askedAtMs: 0,
      toldAtMs: 0,
    }
    if (!active.sort) {
      if (scan && scan.scannedCount < callCount) return success({ sort: null, progress })
      const count = scan ? scan.countUpTo(callCount) : callCount
      const limit = Math.floor(trace.limitBytes / SORTED_CALL_BYTES)
      if (count > limit) return failure(tooLarge(count, limit))
      this.#makeRoom(sorts, limit - count)
      active.sort = new CallSort(
        trace.calls,
        by,
        count,
        scan ? (id, most) => scan.listAfter(id, most) : listIds,
        session.nowNs(),
      )
    }
    // To the end: the first one is that which was asked for the longest time ago.
    sorts.delete(key)
    sorts.set(key, active)
    active.askedAtMs = performance.now()
    advance(active)
    if (!active.sort.isComplete) this.#wait(active)
    return success({ sort: active.sort, progress: active.progress })
  }

  /** Forgets orders, the oldest first, until those that are left have at most so many calls. */
  #makeRoom(sorts: Map<string, ActiveSort>, callLimit: number): void {
    let callCount = 0
    for (const { sort } of sorts.values()) callCount += sort?.count ?? 0
    for (const active of sorts.values()) {
      if (callCount <= callLimit && sorts.size < ORDER_LIMIT) return
      callCount -= active.sort?.count ?? 0
      sorts.delete(active.key)
      this.#waiting.delete(active)
    }
  }

  #wait(active: ActiveSort): void {
    this.#waiting.add(active)
    if (this.#hasTurn) return
    this.#hasTurn = true
    setImmediate(this.#takeTurn)
  }

  readonly #takeTurn = (): void => {
    this.#hasTurn = false
    const [active] = this.#waiting
    if (!active) return
    this.#waiting.delete(active)
    const { session, trace, askedAtMs } = active
    const nowMs = performance.now()
    if (this.#isOpen(session) && session.trace === trace && nowMs - askedAtMs < WAITED_FOR_MS) {
      advance(active)
      const isComplete = active.progress.doneShare === 1
      if (isComplete || nowMs - active.toldAtMs >= PROGRESS_INTERVAL_MS) {
        active.toldAtMs = nowMs
        this.#tell(active.progress)
      }
      if (!isComplete) this.#waiting.add(active)
    }
    const [next] = this.#waiting
    if (next) this.#wait(next)
  }
}

function advance(active: ActiveSort): void {
  const sort = active.sort!
  sort.advance(SLICE_MS)
  const doneShare = sort.isComplete ? 1 : Math.min(0.999, sort.done / (2 * sort.count))
  active.progress = { ...active.progress, doneShare }
}

function listIds(afterId: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => afterId + 1 + index)
}

function tooLarge(count: number, limit: number) {
  const [found, most] = [count, limit].map((each) => each.toLocaleString('en'))
  return makeError('SORT_TOO_LARGE', { why: `There are ${found}; memory holds an order of ${most}.` })
}
