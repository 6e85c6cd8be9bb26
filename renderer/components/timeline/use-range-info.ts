import { onScopeDispose, shallowRef, watch } from 'vue'
import type { ComputedRef, ShallowRef } from 'vue'
import type { CallId, SessionId } from '../../../main/contract/ids.ts'
import type { TraceStatus } from '../../../main/contract/traces.ts'
import type { Backend } from '../../backend/backend.ts'
import type { SelectedRange } from '../../state/time-range.ts'
import { createCoalescedRead, nextFrame } from '../calls/coalesced-read.ts'

export interface RangeInfo {
  /** Calls that begin in the range. */
  callCount: number
  firstCallId: CallId | null
}

/** What lies in the marked range; null while there is none, or until it has been counted. */
export function useRangeInfo(
  backend: Backend,
  sessionId: () => SessionId,
  trace: () => TraceStatus | null,
  range: ComputedRef<SelectedRange | null>,
): Readonly<ShallowRef<RangeInfo | null>> {
  const info = shallowRef<RangeInfo | null>(null)
  const reader = createCoalescedRead(read, nextFrame)

  async function read(): Promise<void> {
    const asked = range.value
    if (asked === null) return
    const answer = await backend.call.readTimeline({
      sessionId: sessionId(),
      fromNs: Math.max(0, asked.fromNs),
      toNs: Math.max(0, asked.toNs),
      columnCount: 1,
      firstLane: 0,
      laneCount: 0,
    })
    if (!answer.ok || range.value === null) return
    const { callCount, firstCallId } = answer.value
    info.value = { callCount, firstCallId }
  }

  watch(
    [sessionId, range, trace],
    () => {
      if (range.value === null) info.value = null
      else reader.request()
    },
    { immediate: true },
  )
  onScopeDispose(() => reader.dispose())
  return info
}
