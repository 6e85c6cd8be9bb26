import { shallowRef, watch } from 'vue'
import type { ComputedRef, ShallowRef } from 'vue'
import type { CallId, SessionId } from '../../../main/contract/ids.ts'
import type { Backend } from '../../backend/backend.ts'
import type { TimeRange } from '../../canvas/time-view.ts'
import type { TimelineViewState } from './use-timeline-view.ts'

export interface SelectedSpan {
  /** When the selected call runs or ran; to the end of the trace while it does. */
  readonly span: Readonly<ShallowRef<TimeRange | null>>
  /** Says that a call is about to be selected here, so that it is in sight as it is. */
  expect(callId: CallId): void
}

/** Follows the selected call: one that is selected elsewhere in the window is brought into view. */
export function useSelectedSpan(
  backend: Backend,
  sessionId: () => SessionId,
  selected: ComputedRef<CallId | null>,
  { extent, reveal }: TimelineViewState,
): SelectedSpan {
  const span = shallowRef<TimeRange | null>(null)
  let expected: CallId | null = null
  /** Begin of the selected call, if it still ran when it was read. */
  let runningFromNs: number | null = null

  async function read(): Promise<void> {
    const callId = selected.value
    runningFromNs = null
    if (callId === null) {
      span.value = null
      return
    }
    const answer = await backend.call.readCall({ sessionId: sessionId(), callId })
    if (callId !== selected.value) return
    if (!answer.ok) {
      span.value = null
      return
    }
    const { startNs, endNs } = answer.value
    if (endNs === null) runningFromNs = startNs
    const isNew = span.value?.fromNs !== startNs
    span.value = { fromNs: startNs, toNs: endNs ?? Math.max(startNs, extent.value.endNs) }
    if (expected !== callId && isNew) reveal(span.value)
    expected = null
  }

  watch([sessionId, selected], () => void read(), { immediate: true })
  // It may have ended by now: the trace grows when it does.
  watch(extent, () => {
    if (runningFromNs !== null) void read()
  })
  return {
    span,
    expect(callId) {
      expected = callId
    },
  }
}
