/** Evaluates filters over traces, to list calls or to sum them up: for each trace the few that were asked about last. */
import type { FilterProgress } from '../contract/filters.ts'
import type { Result } from '../contract/result.ts'
import { failure, success } from '../contract/result.ts'
import { describeProblem, parseFilter } from '../filter/parse.ts'
import type { Filter } from '../filter/model.ts'
import { FilterScan } from '../trace/filter-scan.ts'
import type { Trace } from '../trace/trace.ts'
import type { OpenedSession } from './sessions.ts'
import { SLICE_MS, Turns } from './turns.ts'

/** Filters kept for each trace. */
const FILTER_LIMIT = 8

/** What a filter needs to know of a session. */
export type FilteredSession = Pick<OpenedSession, 'sessionId' | 'trace' | 'nowNs' | 'describeStack'>

/** Looks at the calls of a trace, one after the other. */
export interface TraceScan {
  readonly scannedCount: number
  readonly matchCount: number
  readonly isComplete: boolean
  advance(nowNs: number, sliceMs: number): void
  refresh(nowNs: number): void
}

/** What is looked for, and where. */
export interface ScanRequest {
  session: FilteredSession
  trace: Trace
  filterText: string
  /** What the text says. */
  filter: Filter
}

/** Begins to find the calls that a filter holds for. */
export function beginFilterScan({ session, trace, filter }: ScanRequest): FilterScan {
  return new FilterScan(trace.calls, filter, listStackNames(session, trace))
}

interface ActiveScan<Scan> {
  scan: Scan
  session: FilteredSession
  trace: Trace
  filterText: string
  /** Whether it was begun while the trace's file was being read: what was said of a call may have changed since. */
  isPreliminary: boolean
}

/** One for all sessions, and for one thing that is made of the calls. */
export class CallFilters<Scan extends TraceScan> {
  readonly #scans = new WeakMap<Trace, Map<string, ActiveScan<Scan>>>()
  readonly #turns: Turns<ActiveScan<Scan>>
  readonly #begin: (request: ScanRequest) => Scan

  constructor(
    begin: (request: ScanRequest) => Scan,
    tell: (progress: FilterProgress) => void,
    isOpen: (session: Pick<FilteredSession, 'sessionId'>) => boolean,
  ) {
    this.#begin = begin
    this.#turns = new Turns({
      advance: ({ scan, session }) => {
        scan.advance(session.nowNs(), SLICE_MS)
        return scan.isComplete
      },
      tell: ({ scan, session, trace, filterText }) =>
        tell(describeProgress(session, trace, filterText, scan)),
      isOpen,
      // While somebody types, what was typed before holds up nothing. Clients that wait ask again and again.
      newestFirst: true,
    })
  }

  /**
   * The calls of a session's trace that a filter holds for, as far as they have been found. Looks on for a moment, and
   * goes on by itself after that. Fails with FILTER_INVALID.
   */
  find(session: FilteredSession, trace: Trace, filterText: string): Result<Scan> {
    const parsed = parseFilter(filterText)
    if (parsed.filter === null) return failure(describeProblem(parsed.problems[0]))
    const active = this.#take({ session, trace, filterText, filter: parsed.filter })
    active.scan.refresh(session.nowNs())
    this.#turns.ask(active)
    return success(active.scan)
  }

  /** The same for somebody who has it look at calls in turns of their own. */
  share(request: ScanRequest): Scan {
    return this.#take(request).scan
  }

  #take(request: ScanRequest): ActiveScan<Scan> {
    const { session, trace, filterText } = request
    const scans = this.#scans.get(trace) ?? new Map<string, ActiveScan<Scan>>()
    this.#scans.set(trace, scans)
    let active = scans.get(filterText)
    if (active?.isPreliminary && !trace.isBeingRead) {
      this.#turns.drop(active)
      active = undefined
    }
    active ??= { scan: this.#begin(request), session, trace, filterText, isPreliminary: trace.isBeingRead }
    // To the end: the first one is that which was asked about the longest time ago.
    scans.delete(filterText)
    scans.set(filterText, active)
    if (scans.size > FILTER_LIMIT) this.#forgetOldest(scans)
    return active
  }

  #forgetOldest(scans: Map<string, ActiveScan<Scan>>): void {
    const [oldest] = scans.values()
    scans.delete(oldest!.filterText)
    this.#turns.drop(oldest!)
  }
}

/** How far a filter is. */
export function describeProgress(
  session: FilteredSession,
  trace: Trace,
  filterText: string,
  { matchCount, scannedCount }: Pick<TraceScan, 'matchCount' | 'scannedCount'>,
): FilterProgress {
  const { sessionId } = session
  return { sessionId, filterText, matchCount, scannedCount, callCount: trace.calls.callCount }
}

/** Gives the names of the functions in a stack of the trace. */
export function listStackNames(
  session: FilteredSession,
  trace: Trace,
): (stackNumber: number) => readonly string[] {
  return (stackNumber) => {
    const frames = session.describeStack(trace.calls.stacks.get(stackNumber))
    return frames?.map(({ functionName }) => functionName) ?? []
  }
}
