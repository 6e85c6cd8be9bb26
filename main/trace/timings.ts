import type { CallId } from '../contract/ids.ts'
import type { TimingRow } from '../contract/traces.ts'
import type { CallStore } from './call-store.ts'
import type { SavedHistogram } from './histogram.ts'
import { Histogram } from './histogram.ts'
import type { ReturnedCalls } from './returned-calls.ts'

interface FunctionTimings {
  total: Histogram
  suspended: Histogram
  count: number
  failedCount: number
}

/** See {@link Timings.save}. */
export type SavedTimings = {
  functionIndex: number
  count: number
  failedCount: number
  total: SavedHistogram
  suspended: SavedHistogram
}[]

/** Percentiles per import and export, kept up to date as calls end. */
export class Timings {
  readonly #byFunction: (FunctionTimings | undefined)[] = []

  record(functionIndex: number, hasFailed: boolean, totalNs: number, suspendedNs: number): void {
    const timings = this.#of(functionIndex)
    timings.count++
    if (hasFailed) timings.failedCount++
    timings.total.record(totalNs)
    timings.suspended.record(suspendedNs)
  }

  /** Counts calls that have returned. */
  addReturned({ count, functions, starts, ends, hosts }: ReturnedCalls): void {
    for (let from = 0; from < count;) {
      const functionIndex = functions[from]!
      const timings = this.#of(functionIndex)
      let at = from
      for (; at < count && functions[at] === functionIndex; at++) {
        const totalNs = ends[at]! - starts[at]!
        timings.total.record(totalNs)
        timings.suspended.record(totalNs - hosts[at]!)
      }
      timings.count += at - from
      from = at
    }
  }

  /** All that is known, to be kept in a file. */
  save(): SavedTimings {
    return this.#byFunction.flatMap((timings, functionIndex) =>
      timings
        ? [{ ...timings, functionIndex, total: timings.total.save(), suspended: timings.suspended.save() }]
        : [],
    )
  }

  /** Takes over what another knew. */
  restore(saved: SavedTimings): void {
    for (const { functionIndex, count, failedCount, total, suspended } of saved) {
      this.#byFunction[functionIndex] = {
        count,
        failedCount,
        total: Histogram.restore(total),
        suspended: Histogram.restore(suspended),
      }
    }
  }

  #of(functionIndex: number): FunctionTimings {
    return (this.#byFunction[functionIndex] ??= {
      total: new Histogram(),
      suspended: new Histogram(),
      count: 0,
      failedCount: 0,
    })
  }

  /**
   * A row for each function that has been called, exports first, each in the order of their definition. `running` are
   * the calls that count as in flight.
   */
  rows(calls: CallStore, running: Iterable<CallId> = calls.running): TimingRow[] {
    const runningCounts = new Map<number, number>()
    for (const id of running) {
      const index = calls.functionIndexOf(id)
      runningCounts.set(index, (runningCounts.get(index) ?? 0) + 1)
    }
    const none = new Histogram()
    return calls.definitions
      .flatMap((definition, index): TimingRow[] => {
        const timings = this.#byFunction[index]
        const runningCount = runningCounts.get(index) ?? 0
        if (!timings && runningCount === 0) return []
        const { total, suspended } = timings ?? { total: none, suspended: none }
        return [
          {
            functionIndex: index,
            kind: definition.kind,
            module: definition.module,
            name: definition.name,
            count: timings?.count ?? 0,
            runningCount,
            failedCount: timings?.failedCount ?? 0,
            sumTotalNs: total.sumNs,
            sumSuspendedNs: suspended.sumNs,
            total: total.summarize(),
            suspended: suspended.summarize(),
            histogram: total.countOctaves(),
          },
        ]
      })
      .sort((a, b) => Number(a.kind === 'import') - Number(b.kind === 'import'))
  }
}
