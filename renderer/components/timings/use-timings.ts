import { onScopeDispose, shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import type { FilterProgress, SessionId, TimingRow, TraceStatus } from '../../../main/contract/model.ts'
import type { Backend } from '../../backend/backend.ts'
import { createCoalescedRead } from '../calls/coalesced-read.ts'

/** Figures that change faster cannot be read. */
const INTERVAL_MS = 250

/** Timings, and of which calls: of all where `progress` is null. */
export interface ReadTimings {
  rows: readonly TimingRow[]
  progress: FilterProgress | null
}

const NONE: ReadTimings = { rows: [], progress: null }

/**
 * Reads the timings of a session, or of the calls that a filter holds for, whenever its trace has changed, four times a
 * second at most, while `visible`.
 */
export function useTimings(
  backend: Backend,
  sessionId: () => SessionId,
  filterText: () => string,
  trace: () => TraceStatus | null,
  visible: () => boolean,
): Readonly<ShallowRef<ReadTimings>> {
  const timings = shallowRef<ReadTimings>(NONE)
  let lastReadMs = -Infinity

  const reader = createCoalescedRead(
    async () => {
      lastReadMs = performance.now()
      const asked = { sessionId: sessionId(), filterText: filterText() }
      const answer = await read(asked)
      if (answer && asked.sessionId === sessionId() && asked.filterText === filterText())
        timings.value = answer
    },
    () => new Promise((resolve) => setTimeout(resolve, lastReadMs + INTERVAL_MS - performance.now())),
  )

  async function read(asked: { sessionId: SessionId; filterText: string }): Promise<ReadTimings | null> {
    if (asked.filterText === '') {
      const answer = await backend.call.readTimings({ sessionId: asked.sessionId })
      return answer.ok ? { rows: answer.value, progress: null } : null
    }
    const answer = await backend.call.readStatistics(asked)
    return answer.ok ? { rows: answer.value.functions, progress: answer.value.progress } : null
  }

  const endProgress = backend.on('statisticsAdvanced', (advanced) => {
    if (!visible() || advanced.sessionId !== sessionId() || advanced.filterText !== filterText()) return
    reader.request()
  })
  watch([sessionId, filterText], () => {
    timings.value = NONE
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
  return timings
}
