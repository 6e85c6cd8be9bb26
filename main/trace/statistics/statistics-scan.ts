/** Sums up the calls that a filter holds for, a slice of time after the other, also while the trace grows. */
import type { CallId } from '../../contract/ids.ts'
import type {
  CallStatistics,
  FunctionStatistics,
  InFlightColumns,
  TimeSums,
} from '../../contract/statistics.ts'
import { CallCursor } from '../call-cursor.ts'
import { summarizeCall } from '../call-row.ts'
import type { CallStore } from '../call-store.ts'
import { isFailure } from '../events.ts'
import type { FilterAnswers } from '../filter-scan.ts'
import { Timings } from '../timings.ts'
import { BusyColumns, trimColumns } from './busy-columns.ts'
import { PathTree } from './path-tree.ts'
import { SlowestCalls } from './slowest-calls.ts'

/** Calls that are looked at before the clock is. */
const STRIDE = 64

type Split = Pick<TimeSums, 'selfNs' | 'guestNs' | 'hostNs'>

/** One filter over one trace. A call counts once it has ended. */
export class StatisticsScan {
  readonly #calls: CallStore
  readonly #answers: FilterAnswers
  readonly #cursor: CallCursor
  readonly #outerCursor: CallCursor
  readonly #timings = new Timings()
  readonly #splits: (Split | undefined)[] = []
  readonly #paths: PathTree
  readonly #slowest = new SlowestCalls()
  readonly #exportColumns = new BusyColumns()
  readonly #importColumns = new BusyColumns()
  /** Calls that ran when they were looked at. */
  readonly #unsettled = new Set<CallId>()
  /** What calls inside of imports took, while these run. */
  readonly #innerNs = new Map<CallId, number>()
  #scannedCount = 0
  #matchCount = 0

  /** `answers` are those of the filter: what is asked for elsewhere, too, is not evaluated twice. */
  constructor(calls: CallStore, answers: FilterAnswers) {
    this.#calls = calls
    this.#answers = answers
    this.#cursor = new CallCursor(calls)
    this.#outerCursor = new CallCursor(calls)
    this.#paths = new PathTree(calls)
  }

  /** Calls that were looked at: the first ones. */
  get scannedCount(): number {
    return this.#scannedCount
  }

  /** Calls that have ended and that the filter holds for. */
  get matchCount(): number {
    return this.#matchCount
  }

  /** Whether all calls that there are now have been looked at. */
  get isComplete(): boolean {
    return this.#scannedCount === this.#calls.callCount
  }

  /** Looks at calls for `sliceMs`, or until there are no more. */
  advance(nowNs: number, sliceMs: number): void {
    const endMs = performance.now() + sliceMs
    this.#begin(nowNs)
    const { callCount } = this.#calls
    do {
      const end = Math.min(this.#scannedCount + STRIDE, callCount)
      for (let id = this.#scannedCount + 1; id <= end; id++) {
        this.#cursor.moveTo(id)
        if (this.#cursor.isRunning) this.#unsettled.add(id)
        else this.#count(id)
      }
      this.#scannedCount = end
    } while (this.#scannedCount < callCount && performance.now() < endMs)
  }

  /** Counts the calls that ran when they were looked at and have ended since. */
  refresh(nowNs: number): void {
    this.#answers.refresh(nowNs)
    this.#begin(nowNs)
    for (const id of this.#unsettled) {
      this.#cursor.moveTo(id)
      if (this.#cursor.isRunning) continue
      this.#unsettled.delete(id)
      this.#count(id)
    }
  }

  /** The sums of what has been looked at. */
  read(nowNs: number): Omit<CallStatistics, 'progress'> {
    const { definitions } = this.#calls
    return {
      functions: this.#listFunctions(nowNs),
      paths: this.#paths.list(),
      pathFunctions: definitions.map(({ kind, module, name }) => ({ kind, module, name })),
      leftOutCount: this.#paths.leftOutCount,
      slowest: this.#slowest.ids.map((id) => summarizeCall(this.#calls, id, nowNs)),
      inFlight: this.#listInFlight(),
    }
  }

  #listFunctions(nowNs: number): FunctionStatistics[] {
    this.#begin(nowNs)
    const running: CallId[] = []
    for (const id of this.#unsettled) {
      this.#cursor.moveTo(id)
      if (this.#cursor.isRunning && this.#answers.holdsFor(id)) running.push(id)
    }
    return this.#timings.rows(this.#calls, running).map((row) => {
      const { selfNs, guestNs, hostNs } = this.#splits[row.functionIndex] ?? NO_TIME
      return Object.assign(row, { selfNs: Math.max(0, selfNs), guestNs, hostNs })
    })
  }

  #listInFlight(): InFlightColumns {
    const columnNs = Math.max(this.#exportColumns.widthNs, this.#importColumns.widthNs)
    this.#exportColumns.widenTo(columnNs)
    this.#importColumns.widenTo(columnNs)
    const { first, lists } = trimColumns(this.#exportColumns.list(), this.#importColumns.list())
    return { fromNs: first * columnNs, columnNs, exports: lists[0], imports: lists[1] }
  }

  #begin(nowNs: number): void {
    this.#answers.begin(nowNs)
    this.#cursor.begin(nowNs)
    this.#outerCursor.begin(nowNs)
  }

  /** Counts the call at the cursor, which has ended. */
  #count(id: CallId): void {
    const { functionIndex, parent, startNs, totalNs } = this.#cursor
    if (parent > 0 && parent < id && this.#calls.kindOf(parent) === 'import') this.#takeInner(parent, totalNs)
    const knownInnerNs = this.#innerNs.get(id) ?? 0
    if (knownInnerNs > 0) this.#innerNs.delete(id)
    if (!this.#answers.holdsFor(id)) return
    const { guestNs, hostNs, suspendedNs, outcome } = this.#cursor
    const isImport = this.#calls.definitions[functionIndex]!.kind === 'import'
    const selfNs = isImport ? totalNs - knownInnerNs : guestNs
    this.#matchCount++
    this.#timings.record(functionIndex, isFailure(outcome), totalNs, suspendedNs)
    this.#paths.add(parent, functionIndex, { totalNs, guestNs, hostNs, suspendedNs }, selfNs)
    this.#slowest.add(id, totalNs)
    const columns = isImport ? this.#importColumns : this.#exportColumns
    columns.add(startNs, startNs + totalNs)
    const split = this.#splitOf(functionIndex)
    split.selfNs += selfNs
    split.guestNs += guestNs
    split.hostNs += hostNs
  }

  /** A call inside of an import is no part of that one's own time. */
  #takeInner(outer: CallId, innerNs: number): void {
    if (this.#calls.running.has(outer)) {
      this.#innerNs.set(outer, (this.#innerNs.get(outer) ?? 0) + innerNs)
      return
    }
    if (!this.#answers.holdsFor(outer)) return
    this.#outerCursor.moveTo(outer)
    this.#splitOf(this.#outerCursor.functionIndex).selfNs -= innerNs
    this.#paths.takeInner(outer, innerNs)
  }

  #splitOf(functionIndex: number): Split {
    return (this.#splits[functionIndex] ??= { ...NO_TIME })
  }
}

const NO_TIME: Split = { selfNs: 0, guestNs: 0, hostNs: 0 }
