import { onScopeDispose, shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import type { SessionId, TraceStatus } from '../../../main/contract/model.ts'
import type { CallStatistics } from '../../../main/contract/statistics.ts'
import type { Backend } from '../../backend/backend.ts'
import { createCoalescedRead } from '../calls/coalesced-read.ts'

/** Figures that change faster cannot be read. */
const INTERVAL_MS = 250

/** Reads the statistics of a selection of calls whenever there is more of it, while `visible`. Null before that. */
export function useStatistics(
  backend: Backend,
  sessionId: () => SessionId,
  filterText: () => string,
  trace: () => TraceStatus | null,
  visible: () => boolean,
): Readonly<ShallowRef<CallStatistics | null>> {
  const statistics = shallowRef<CallStatistics | null>(null)
  let lastReadMs = -Infinity

  const reader = createCoalescedRead(
    async () => {
      lastReadMs = performance.now()
      const asked = { sessionId: sessionId(), filterText: filterText() }
      const answer = await backend.call.readStatistics(asked)
      if (!answer.ok || asked.sessionId !== sessionId() || asked.filterText !== filterText()) return
      statistics.value = answer.value
    },
    () => new Promise((resolve) => setTimeout(resolve, lastReadMs + INTERVAL_MS - performance.now())),
  )
  const endProgress = backend.on('statisticsAdvanced', (advanced) => {
    if (!visible() || advanced.sessionId !== sessionId() || advanced.filterText !== filterText()) return
    reader.request()
  })

  watch([sessionId, filterText], () => {
    statistics.value = null
  })
  watch(
    [sessionId, filterText, trace, visible],
    () => {
      if (visible()) reader.request()
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    endProgress()
    reader.dispose()
  })
  return statistics
}
