import type { ShallowRef } from 'vue'
import type { CallStatistics } from '../../../main/contract/statistics.ts'
import type { Backend } from '../../backend/backend.ts'
import type { Selection } from './use-selection-read.ts'
import { useSelectionRead } from './use-selection-read.ts'

/** Reads the statistics of a selection of calls: see {@link useSelectionRead}. Null before that. */
export function useStatistics(
  backend: Backend,
  selection: Selection,
): Readonly<ShallowRef<CallStatistics | null>> {
  return useSelectionRead<CallStatistics | null>(backend, selection, null, async (asked) => {
    const answer = await backend.call.readStatistics(asked)
    return answer.ok ? answer.value : null
  })
}
