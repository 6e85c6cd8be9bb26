import { computed, shallowReactive, toValue } from 'vue'
import type { ComputedRef, MaybeRefOrGetter } from 'vue'
import type { SessionId } from '../../main/contract/ids.ts'

/** What stands in a session's filter field, and the filter that is in force: the last that could be read. */
export interface CallFilter {
  typed: string
  applied: string
}

const NONE: CallFilter = { typed: '', applied: '' }
const filters = shallowReactive(new Map<SessionId, CallFilter>())

/** The filter over a session's calls. */
export function useCallFilter(sessionId: MaybeRefOrGetter<SessionId>): ComputedRef<CallFilter> {
  return computed(() => filters.get(toValue(sessionId)) ?? NONE)
}

/** Takes over what is typed; it is not in force before {@link applyCallFilter}. */
export function typeCallFilter(sessionId: SessionId, typed: string): void {
  filters.set(sessionId, { ...(filters.get(sessionId) ?? NONE), typed })
}

/** Puts a filter in force. */
export function applyCallFilter(sessionId: SessionId, applied: string): void {
  filters.set(sessionId, { ...(filters.get(sessionId) ?? NONE), applied })
}

/** Shows all calls again. */
export function clearCallFilter(sessionId: SessionId): void {
  filters.delete(sessionId)
}
