/** Finds the calls that a filter holds for, a slice of time after the other, also while the trace grows. */
import type { CallId } from '../contract/ids.ts'
import type { FilterContext } from '../filter/call.ts'
import { compileFilter } from '../filter/compile.ts'
import type { Filter } from '../filter/model.ts'
import type { CallTest } from '../filter/value-tests.ts'
import { CallCursor } from './call-cursor.ts'
import type { CallSelection } from './call-selection.ts'
import type { CallStore } from './call-store.ts'
import { MatchSet } from './match-set.ts'

/** Calls that are looked at before the clock is. */
const STRIDE = 64

/** Says for which calls a filter holds. */
export interface FilterAnswers {
  /** Takes the trace as it is now: to be called whenever it may have changed. */
  begin(nowNs: number): void
  /** Looks again at the calls that ran when they were looked at, as they stand at `nowNs`. */
  refresh(nowNs: number): void
  /** Of a call that there is; one that has not been looked at is, and with it all before it. */
  holdsFor(id: CallId): boolean
}

/** Those of a filter that holds for every call. */
export const EVERY_CALL: FilterAnswers = { begin() {}, refresh() {}, holdsFor: () => true }

/** One filter over one trace. */
export class FilterScan implements FilterAnswers {
  readonly #calls: CallStore
  readonly #test: CallTest
  readonly #cursor: CallCursor
  readonly #matches = new MatchSet()
  /** Calls that ran when they were looked at: their answer can change until they end. */
  readonly #unsettled = new Set<CallId>()
  #scannedCount = 0

  /** `stackNames` names the functions of a stack that the trace has by this number. */
  constructor(calls: CallStore, filter: Filter, stackNames: FilterContext['stackNames']) {
    this.#calls = calls
    this.#cursor = new CallCursor(calls)
    this.#test = compileFilter(filter, createFilterContext(calls, stackNames))
  }

  /** Calls that were looked at: the first ones. */
  get scannedCount(): number {
    return this.#scannedCount
  }

  get matchCount(): number {
    return this.#matches.count
  }

  /** Whether all calls that there are now have been looked at. */
  get isComplete(): boolean {
    return this.#scannedCount === this.#calls.callCount
  }

  /** Looks at calls for `sliceMs`, or until there are no more. */
  advance(nowNs: number, sliceMs: number): void {
    const endMs = performance.now() + sliceMs
    this.begin(nowNs)
    const { callCount } = this.#calls
    do {
      this.#lookUpTo(Math.min(this.#scannedCount + STRIDE, callCount))
    } while (this.#scannedCount < callCount && performance.now() < endMs)
  }

  begin(nowNs: number): void {
    this.#cursor.begin(nowNs)
  }

  holdsFor(id: CallId): boolean {
    if (id > this.#scannedCount) this.#lookUpTo(id)
    if (!this.#unsettled.has(id)) return this.#matches.has(id)
    this.#cursor.moveTo(id)
    return this.#test(this.#cursor)
  }

  refresh(nowNs: number): void {
    this.begin(nowNs)
    for (const id of this.#unsettled) {
      this.#decide(id)
      if (this.#cursor.isRunning) continue
      this.#unsettled.delete(id)
      // What an import took counts for its export, even where that one has ended before.
      const { parent } = this.#cursor
      if (parent > 0) this.#decide(parent)
    }
  }

  /** The calls found so far in rows `fromRow` and up, in order of their ids. */
  list(fromRow: number, rowCount: number): CallId[] {
    return this.#matches.list(fromRow, rowCount)
  }

  /** The calls up to this one that have been found by now. */
  select(lastId: CallId): CallSelection {
    return this.#matches.select(lastId)
  }

  /** The row of a call; null where it is not among those found. */
  rowOf(id: CallId): number | null {
    return this.#matches.has(id) ? this.#matches.rowOf(id) : null
  }

  #lookUpTo(end: CallId): void {
    for (let id = this.#scannedCount + 1; id <= end; id++) {
      this.#decide(id)
      if (this.#cursor.isRunning) this.#unsettled.add(id)
    }
    this.#scannedCount = end
  }

  #decide(id: CallId): void {
    this.#cursor.moveTo(id)
    this.#matches.set(id, this.#test(this.#cursor))
  }
}

/** Makes the test of single calls, as they stand when they are asked about. */
export function createCallTest(
  calls: CallStore,
  filter: Filter,
  stackNames: FilterContext['stackNames'],
): (id: CallId, nowNs: number) => boolean {
  const cursor = new CallCursor(calls)
  const test = compileFilter(filter, createFilterContext(calls, stackNames))
  return (id, nowNs) => {
    cursor.begin(nowNs)
    cursor.moveTo(id)
    return test(cursor)
  }
}

/** What a filter may ask about a trace. */
function createFilterContext(calls: CallStore, stackNames: FilterContext['stackNames']): FilterContext {
  return {
    functionAt: (functionIndex) => calls.definitions[functionIndex]!,
    stackNames,
    previewOf: (handle) => calls.previews.get(handle),
  }
}
