import { onScopeDispose, shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import type { CallDetail } from '../../../main/contract/calls.ts'
import type { CallId, SessionId } from '../../../main/contract/ids.ts'
import type { Backend } from '../../backend/backend.ts'
import { createCoalescedRead, nextFrame } from '../calls/coalesced-read.ts'

/** How often a call in flight is read again. */
const TICK_MS = 200

/** What there is to show: no call is selected, it is not in the trace (any more), or all about it. */
export type DetailState = { is: 'nothing' } | { is: 'missing' } | { is: 'call'; call: CallDetail }

/** Reads the selected call, and again and again while it is in flight; `refresh` reads it once more. */
export function useCallDetail(
  backend: Backend,
  sessionId: () => SessionId,
  callId: () => CallId | null,
): { state: Readonly<ShallowRef<DetailState>>; refresh: () => void } {
  const state = shallowRef<DetailState>({ is: 'nothing' })
  let ticker: ReturnType<typeof setTimeout> | undefined
  const reader = createCoalescedRead(read, nextFrame)

  async function read(): Promise<void> {
    clearTimeout(ticker)
    const session = sessionId()
    const id = callId()
    if (id === null) return
    const answer = await backend.call.readCall({ sessionId: session, callId: id })
    if (session !== sessionId() || id !== callId()) return
    if (answer.ok) state.value = { is: 'call', call: answer.value }
    else if (answer.error.code === 'CALL_NOT_FOUND') state.value = { is: 'missing' }
    const shown = state.value.is === 'call' ? state.value.call : null
    if (shown?.endNs === null) ticker = setTimeout(reader.request, TICK_MS)
  }

  watch(
    [sessionId, callId],
    ([, id]) => {
      clearTimeout(ticker)
      // What was shown stays until the next is there: no flicker on the way down a list.
      if (id === null) state.value = { is: 'nothing' }
      else reader.request()
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    reader.dispose()
    clearTimeout(ticker)
  })
  return { state, refresh: reader.request }
}
