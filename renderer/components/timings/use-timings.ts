import { onScopeDispose, shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import type { SessionId, TimingRow, TraceStatus } from '../../../main/contract/model.ts'
import type { Backend } from '../../backend/backend.ts'
import { createCoalescedRead } from '../calls/coalesced-read.ts'

/** Figures that change faster cannot be read. */
const INTERVAL_MS = 250

/** Reads a session's timings whenever its trace has changed, four times a second at most, while `visible`. */
export function useTimings(
  backend: Backend,
  sessionId: () => SessionId,
  trace: () => TraceStatus | null,
  visible: () => boolean,
): Readonly<ShallowRef<readonly TimingRow[]>> {
  const rows = shallowRef<readonly TimingRow[]>([])
  let lastReadMs = -Infinity

  const reader = createCoalescedRead(
    async () => {
      lastReadMs = performance.now()
      const session = sessionId()
      const answer = await backend.call.readTimings({ sessionId: session })
      if (answer.ok && session === sessionId()) rows.value = answer.value
    },
    () => new Promise((resolve) => setTimeout(resolve, lastReadMs + INTERVAL_MS - performance.now())),
  )

  watch(sessionId, () => {
    rows.value = []
  })
  watch(
    [sessionId, trace, visible],
    () => {
      if (visible()) reader.request()
    },
    { immediate: true },
  )
  onScopeDispose(reader.dispose)
  return rows
}
