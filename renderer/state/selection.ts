import { computed, shallowReactive, shallowRef, toValue } from 'vue'
import type { ComputedRef, MaybeRefOrGetter } from 'vue'
import type { CallId, SessionId } from '../../main/contract/ids.ts'

const selected = shallowReactive(new Map<SessionId, CallId>())

/** A wish that the calls table scrolls to a call, and selects it or not. */
export interface RevealRequest {
  sessionId: SessionId
  callId: CallId
  selects: boolean
}

/** The newest wish; a new object each time, so that it can be watched. */
export const revealRequest = shallowRef<RevealRequest | null>(null)

/** The call that the user has selected in a session. */
export function useSelectedCall(sessionId: MaybeRefOrGetter<SessionId>): ComputedRef<CallId | null> {
  return computed(() => selected.get(toValue(sessionId)) ?? null)
}

/** Selects a call of the session, or none. */
export function selectCall(sessionId: SessionId, callId: CallId | null): void {
  if (callId === null) selected.delete(sessionId)
  else selected.set(sessionId, callId)
}

/** Selects a call and has the calls table scroll to it: from a link elsewhere in the window. */
export function revealCall(sessionId: SessionId, callId: CallId): void {
  selectCall(sessionId, callId)
  revealRequest.value = { sessionId, callId, selects: true }
}

/** Has the calls table scroll to a call, and leaves the selection as it is. */
export function scrollToCall(sessionId: SessionId, callId: CallId): void {
  revealRequest.value = { sessionId, callId, selects: false }
}
