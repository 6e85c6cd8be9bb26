import { computed, shallowReactive, toValue } from 'vue'
import type { ComputedRef, MaybeRefOrGetter } from 'vue'
import type { SessionId } from '../../main/contract/ids.ts'

/** A stretch of a session's time, in nanoseconds on its clock. */
export interface SelectedRange {
  readonly fromNs: number
  readonly toNs: number
}

const ranges = shallowReactive(new Map<SessionId, SelectedRange>())

/** The stretch of time that the user has marked in a session. */
export function useTimeRange(sessionId: MaybeRefOrGetter<SessionId>): ComputedRef<SelectedRange | null> {
  return computed(() => ranges.get(toValue(sessionId)) ?? null)
}

/** Marks a stretch of a session's time, or none. */
export function selectTimeRange(sessionId: SessionId, range: SelectedRange | null): void {
  if (range === null) ranges.delete(sessionId)
  else ranges.set(sessionId, range)
}
