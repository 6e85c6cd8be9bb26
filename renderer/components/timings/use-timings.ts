import type { ShallowRef } from 'vue'
import type { FilterProgress } from '../../../main/contract/filters.ts'
import type { TimingRow } from '../../../main/contract/traces.ts'
import type { Backend } from '../../backend/backend.ts'
import type { Selection } from '../statistics/use-selection-read.ts'
import { useSelectionRead } from '../statistics/use-selection-read.ts'

/** Timings, and of which calls: of all where `progress` is null. */
export interface ReadTimings {
  rows: readonly TimingRow[]
  progress: FilterProgress | null
}

const NONE: ReadTimings = { rows: [], progress: null }

/** Reads the timings of a session, or of the calls that a filter holds for: see {@link useSelectionRead}. */
export function useTimings(backend: Backend, selection: Selection): Readonly<ShallowRef<ReadTimings>> {
  return useSelectionRead(backend, selection, NONE, async (asked) => {
    if (asked.filterText === '') {
      const answer = await backend.call.readTimings({ sessionId: asked.sessionId })
      return answer.ok ? { rows: answer.value, progress: null } : null
    }
    const answer = await backend.call.readStatistics(asked)
    return answer.ok ? { rows: answer.value.functions, progress: answer.value.progress } : null
  })
}
