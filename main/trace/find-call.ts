import type { CallId } from '../contract/ids.ts'
import type { CallStore } from './call-store.ts'

/** The first call that begins at `timeNs` on the session's clock, or later; null if none does. */
export function findFirstFrom(calls: CallStore, timeNs: number): CallId | null {
  let first = 1
  let end = calls.callCount + 1
  while (first < end) {
    const middle = Math.floor((first + end) / 2)
    if (calls.startOf(middle) < timeNs) first = middle + 1
    else end = middle
  }
  return first > calls.callCount ? null : first
}
