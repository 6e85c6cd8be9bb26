/**
 * Evaluates filters over traces, to list calls or to sum them up: for each trace the few that were asked about last, and of those the ones that somebody
 * still waits for. A slice of time goes to the one that was asked about last, and everything else of the process has
 * its turn between two slices.
 */
import type { FilterProgress } from '../contract/model.ts'
import type { Result } from '../contract/result.ts'
import { failure, success } from '../contract/result.ts'
import type { FilterContext } from '../filter/call.ts'
import { describeProblem, parseFilter } from '../filter/parse.ts'
import type { Filter } from '../filter/model.ts'
import type { CallStore } from '../trace/call-store.ts'
import type { Trace } from '../trace/trace.ts'
import type { OpenedSession } from './sessions.ts'

/** Time for looking at calls before others have their turn. */
const SLICE_MS = 8
/** Filters kept for each trace. */
const FILTER_LIMIT = 8
/** Nobody waits for a filter that was not asked about for so long. It goes on when it is asked about again. */
const WAITED_FOR_MS = 1000
/** How often progress is told of. */
const PROGRESS_INTERVAL_MS = 100

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

/** Begins to look at the calls of a trace that a filter holds for. */
export type BeginScan<Scan extends TraceScan> = new (
  calls: CallStore,
  filter: Filter,
  stackNames: FilterContext['stackNames'],
) => Scan

interface ActiveScan<Scan> {
  scan: Scan
  session: FilteredSession
  trace: Trace
  filterText: string
  askedAtMs: number
  toldAtMs: number
}

/** One for all sessions, and for one thing that is made of the calls. */
export class CallFilters<Scan extends TraceScan> {
  readonly #scans = new WeakMap<Trace, Map<string, ActiveScan<Scan>>>()
  /** Those that have calls left to look at. */
  readonly #waiting = new Set<ActiveScan<Scan>>()
  readonly #Scan: BeginScan<Scan>
  readonly #tell: (progress: FilterProgress) => void
  readonly #isOpen: (session: FilteredSession) => boolean
  #hasTurn = false

  constructor(
    Scan: BeginScan<Scan>,
    tell: (progress: FilterProgress) => void,
    isOpen: (session: FilteredSession) => boolean,
  ) {
    this.#Scan = Scan
    this.#tell = tell
    this.#isOpen = isOpen
  }

  /**
   * The calls of a session's trace that a filter holds for, as far as they have been found. Looks on for a moment, and
   * goes on by itself after that. Fails with FILTER_INVALID.
   */
  find(session: FilteredSession, trace: Trace, filterText: string): Result<Scan> {
    const scans = this.#scans.get(trace) ?? new Map<string, ActiveScan<Scan>>()
    this.#scans.set(trace, scans)
    let active = scans.get(filterText)
    if (!active) {
      const parsed = parseFilter(filterText)
      if (parsed.filter === null) return failure(describeProblem(parsed.problems[0]))
      const stackNames = listStackNames(session, trace)
      const scan = new this.#Scan(trace.calls, parsed.filter, stackNames)
      active = { scan, session, trace, filterText, askedAtMs: 0, toldAtMs: 0 }
    }
    // To the end: the first one is that which was asked about the longest time ago.
    scans.delete(filterText)
    scans.set(filterText, active)
    if (scans.size > FILTER_LIMIT) this.#forgetOldest(scans)
    active.askedAtMs = performance.now()
    active.scan.refresh(session.nowNs())
    active.scan.advance(session.nowNs(), SLICE_MS)
    if (!active.scan.isComplete) this.#wait(active)
    return success(active.scan)
  }

  #forgetOldest(scans: Map<string, ActiveScan<Scan>>): void {
    const [oldest] = scans.values()
    scans.delete(oldest!.filterText)
    this.#waiting.delete(oldest!)
  }

  #wait(active: ActiveScan<Scan>): void {
    this.#waiting.add(active)
    this.#askForTurn()
  }

  #askForTurn(): void {
    if (this.#hasTurn || this.#waiting.size === 0) return
    this.#hasTurn = true
    setImmediate(this.#takeTurn)
  }

  readonly #takeTurn = (): void => {
    this.#hasTurn = false
    const active = this.#newestWaiting()
    if (!active) return
    this.#waiting.delete(active)
    const { scan, session, trace } = active
    const nowMs = performance.now()
    if (this.#isOpen(session) && session.trace === trace && nowMs - active.askedAtMs < WAITED_FOR_MS) {
      scan.advance(session.nowNs(), SLICE_MS)
      if (scan.isComplete || nowMs - active.toldAtMs >= PROGRESS_INTERVAL_MS) {
        active.toldAtMs = nowMs
        this.#tell(describeProgress(session, trace, active.filterText, scan))
      }
      if (!scan.isComplete) this.#waiting.add(active)
    }
    this.#askForTurn()
  }

  /** While somebody types, what was typed before holds up nothing. Clients that wait ask again and again. */
  #newestWaiting(): ActiveScan<Scan> | null {
    let newest: ActiveScan<Scan> | null = null
    for (const active of this.#waiting) {
      if (newest === null || active.askedAtMs > newest.askedAtMs) newest = active
    }
    return newest
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
