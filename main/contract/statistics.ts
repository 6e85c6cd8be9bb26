/** Sums over the calls that a filter holds for: by function, and by the path that led to them. */
import type { CallKind, CallSummary } from './calls.ts'
import type { FilterProgress } from './filters.ts'
import type { TimingRow } from './traces.ts'

/** What the finished calls of something took together. */
export interface TimeSums {
  count: number
  totalNs: number
  /** The total without the calls made directly inside: an export's is the time in which the guest computed. */
  selfNs: number
  guestNs: number
  hostNs: number
  suspendedNs: number
}

/** The finished calls of one import or export, and how their time divides up. */
export type FunctionStatistics = TimingRow & Pick<TimeSums, 'selfNs' | 'guestNs' | 'hostNs'>

/** The finished calls that were made along one path: an export, an import that it called, and so on. */
export interface CallPath extends TimeSums {
  /** Of the functions of {@link CallStatistics.pathFunctions}. */
  functionIndex: number
  /** The place in the list of the path without its last step, which stands before this one; -1 for none. */
  parent: number
}

/** A function by what it is named. */
export interface PathFunction {
  kind: CallKind
  module: string | null
  name: string
}

/** How many calls were in flight over time: the mean in each of some columns of time, which follow one another. */
export interface InFlightColumns {
  fromNs: number
  columnNs: number
  /** Of the guest's own calls, which the host made. */
  exports: number[]
  imports: number[]
}

/** Statistics of the calls that a filter holds for, as far as they have been looked at. */
export interface CallStatistics {
  /** `matchCount` counts those that have ended. */
  progress: FilterProgress
  functions: FunctionStatistics[]
  /** A path is here also where only longer ones are meant; its own sums are then 0. */
  paths: CallPath[]
  pathFunctions: PathFunction[]
  /** Calls whose path is none of these, because there are too many paths. */
  leftOutCount: number
  /** The calls that took longest, the longest first. */
  slowest: CallSummary[]
  inFlight: InFlightColumns
}
