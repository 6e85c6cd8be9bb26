import { onScopeDispose, shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import type { SessionId } from '../../../main/contract/ids.ts'
import type { TraceStatus } from '../../../main/contract/traces.ts'
import type { Backend } from '../../backend/backend.ts'
import { createCoalescedRead } from '../calls/coalesced-read.ts'

/** Figures that change faster cannot be read. */
const INTERVAL_MS = 250

/** Calls of a session, and when what is made of them is looked at. */
export interface Selection {
  sessionId: () => SessionId
  /** Empty for all calls. */
  filterText: () => string
  trace: () => TraceStatus | null
  visible: () => boolean
}

/**
 * Reads what is made of a selection of calls whenever there is more of it, four times a second at most, while it is
 * visible. `none` stands for it before that; `read` answers with null where it failed.
 */
export function useSelectionRead<Answer>(
  backend: Backend,
  { sessionId, filterText, trace, visible }: Selection,
  none: Answer,
  read: (asked: { sessionId: SessionId; filterText: string }) => Promise<Answer | null>,
): Readonly<ShallowRef<Answer>> {
  const shown = shallowRef(none) as ShallowRef<Answer>
  let lastReadMs = -Infinity

  const reader = createCoalescedRead(
    async () => {
      lastReadMs = performance.now()
      const asked = { sessionId: sessionId(), filterText: filterText() }
      const answer = await read(asked)
      if (answer === null || asked.sessionId !== sessionId() || asked.filterText !== filterText()) return
      shown.value = answer
    },
    () => new Promise((resolve) => setTimeout(resolve, lastReadMs + INTERVAL_MS - performance.now())),
  )
  const endProgress = backend.on('statisticsAdvanced', (advanced) => {
    if (!visible() || advanced.sessionId !== sessionId() || advanced.filterText !== filterText()) return
    reader.request()
  })

  watch([sessionId, filterText], () => {
    shown.value = none
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
  return shown
}
