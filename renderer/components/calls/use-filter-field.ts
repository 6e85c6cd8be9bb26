import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import type { ComputedRef, ShallowRef } from 'vue'
import type { FilterCompletion, FilterProblem } from '../../../main/contract/filters.ts'
import type { SessionId } from '../../../main/contract/ids.ts'
import type { FilterCheck } from '../../../main/contract/service.ts'
import type { Backend } from '../../backend/backend.ts'
import { applyCallFilter, clearCallFilter, typeCallFilter, useCallFilter } from '../../state/call-filter.ts'
import { createCoalescedRead } from './coalesced-read.ts'

/** What is answered about a text; nothing of it counts for another. */
interface Answer extends FilterCheck {
  filterText: string
}

export interface FilterField {
  readonly typed: ComputedRef<string>
  /** The first mistake in what is typed. */
  readonly problem: ComputedRef<FilterProblem | null>
  readonly completions: ComputedRef<readonly FilterCompletion[]>
  /** The completion that keys would take; -1 for none. */
  readonly active: ShallowRef<number>
  /** Whether completions are wanted. */
  readonly isOpen: ShallowRef<boolean>
  type(text: string, cursor: number): void
  /** Puts a completion in its place. Gives where the cursor has to be then. */
  take(completion: FilterCompletion): number
  clear(): void
}

/** Has the service read the filter as it is typed, and puts it in force where it can be read. */
export function useFilterField(backend: Backend, sessionId: () => SessionId): FilterField {
  const filter = useCallFilter(sessionId)
  const cursor = shallowRef(filter.value.typed.length)
  const answer = shallowRef<Answer | null>(null)
  const active = shallowRef(-1)
  const isOpen = shallowRef(false)
  const reader = createCoalescedRead(check, () => Promise.resolve())
  const current = computed(() => (answer.value?.filterText === filter.value.typed ? answer.value : null))

  async function check(): Promise<void> {
    const session = sessionId()
    const filterText = filter.value.typed
    const checked = await backend.call.checkFilter({ sessionId: session, filterText, cursor: cursor.value })
    if (!checked.ok || session !== sessionId() || filterText !== filter.value.typed) return
    answer.value = { ...checked.value, filterText }
    active.value = -1
    if (checked.value.problems.length === 0) applyCallFilter(session, filterText)
  }

  function type(text: string, at: number): void {
    cursor.value = at
    if (text.trim() === '') clearCallFilter(sessionId())
    if (text !== '') typeCallFilter(sessionId(), text)
    reader.request()
  }

  watch(sessionId, () => reader.request(), { immediate: true })
  onScopeDispose(() => reader.dispose())

  return {
    typed: computed(() => filter.value.typed),
    problem: computed(() => current.value?.problems[0] ?? null),
    completions: computed(() => (isOpen.value ? (current.value?.completions.items ?? []) : [])),
    active,
    isOpen,
    type,
    take({ text }) {
      const { from, to } = current.value!.completions
      const { typed } = filter.value
      const at = from + text.length
      type(typed.slice(0, from) + text + typed.slice(to), at)
      return at
    },
    clear() {
      isOpen.value = false
      type('', 0)
    },
  }
}
