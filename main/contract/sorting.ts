/** The order in which calls are shown. */
import type { SessionId } from './ids.ts'

/**
 * What calls can be sorted by; those that are fields of a filter have the same names: docs/filters.md says what each
 * means. `id` is the order in which they began, `suspendedShare` the suspended share of the total.
 */
export type CallSortKey =
  | 'id'
  | 'name'
  | 'kind'
  | 'arg'
  | 'result'
  | 'outcome'
  | 'start'
  | 'total'
  | 'guest'
  | 'host'
  | 'suspended'
  | 'suspendedShare'
  | 'depth'
  | 'parent'
  | 'topLevel'

/** An order of calls: those up to a number, as they stood when somebody first asked for it. */
export interface CallOrderRequest {
  by: CallSortKey
  /** The greatest first; equal ones in order of their numbers, or backwards. Calls without it are the last both ways. */
  descending: boolean
  /** The last call that is sorted: those that come later are left out. */
  callCount: number
}

/** How far calls have been sorted. */
export interface SortProgress extends Omit<CallOrderRequest, 'descending'> {
  sessionId: SessionId
  filterText: string
  /** From 0 to 1: there are no rows before it is 1. */
  doneShare: number
}
