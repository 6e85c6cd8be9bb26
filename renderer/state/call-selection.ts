/** Which calls of a session are shown: those that the filter holds for, within the marked range of time. */
import { computed, toValue } from 'vue'
import type { ComputedRef, MaybeRefOrGetter } from 'vue'
import type { SessionId } from '../../main/contract/ids.ts'
import { useCallFilter } from './call-filter.ts'
import type { SelectedRange } from './time-range.ts'
import { useTimeRange } from './time-range.ts'

/** The one filter that says both; empty where every call is shown. */
export function useCallSelection(sessionId: MaybeRefOrGetter<SessionId>): ComputedRef<string> {
  const filter = useCallFilter(sessionId)
  const range = useTimeRange(sessionId)
  return computed(() => combineFilter(filter.value.applied, toValue(range)))
}

/** A filter for the calls that `filterText` holds for and that were in flight at any time of the range. */
export function combineFilter(filterText: string, range: SelectedRange | null): string {
  if (range === null) return filterText
  const fromNs = Math.max(0, Math.floor(range.fromNs))
  const toNs = Math.max(0, Math.ceil(range.toNs))
  // A call that runs has no end yet: nothing holds of it, so it is the opposite that has to.
  const terms = `start<=${toNs}ns -end<${fromNs}ns`
  return filterText.trim() === '' ? terms : `${terms} (${filterText})`
}
