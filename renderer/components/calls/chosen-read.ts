/** Reads rows of the calls that are chosen: all, folded, those that a filter holds for, or in an order. */
import { shallowRef } from 'vue'
import type { ShallowRef } from 'vue'
import type { Folding } from '../../../main/contract/calls.ts'
import type { FilterProgress } from '../../../main/contract/filters.ts'
import type { CallId, SessionId } from '../../../main/contract/ids.ts'
import type { CallOrderRequest } from '../../../main/contract/sorting.ts'
import type { InspectorError, Result } from '../../../main/contract/result.ts'
import type { CallRows, SortedCalls } from '../../../main/contract/service.ts'
import type { Backend } from '../../backend/backend.ts'

/** What the table is to show. */
export interface CallRowsChoice {
  filterText: () => string
  /** Null: as they come. */
  order: () => CallOrderRequest | null
  /** Which calls are folded, where there is neither filter nor order. */
  folding: () => Folding
  /** Hears why the calls cannot be had in that order. */
  onOrderRefused: (error: InspectorError) => void
}

interface RangeRequest {
  fromRow: number
  rowCount: number
  anchorId?: CallId
}

/** Reads what is chosen at the time. */
export interface ChosenRead {
  /** How far the filter that is in force has been evaluated; null where there is none. */
  readonly progress: Readonly<ShallowRef<FilterProgress | null>>
  /** How far the calls have been sorted, from 0 to 1; null where they are as they come. */
  readonly sortedShare: Readonly<ShallowRef<number | null>>
  /** Null where the answer came too late: for another session, filter, order or folding; or where there is none. */
  read(range: RangeRequest): Promise<CallRows | null>
  /** What was read of another choice says nothing of this one. */
  forget(): void
}

/** Reads by what `choice` says whenever something is read. */
export function createChosenRead(
  backend: Backend,
  sessionId: () => SessionId,
  { filterText, order, folding, onOrderRefused }: CallRowsChoice,
): ChosenRead {
  const progress = shallowRef<FilterProgress | null>(null)
  const sortedShare = shallowRef<number | null>(null)

  function ask(
    filter: string,
    asked: CallOrderRequest | null,
    request: RangeRequest & { sessionId: SessionId },
  ): Promise<Result<CallRows & Partial<SortedCalls>>> {
    if (asked !== null) return backend.call.readSortedCalls({ ...request, filterText: filter, order: asked })
    if (filter !== '') return backend.call.readFilteredCalls({ ...request, filterText: filter })
    if (!foldsAny(folding())) return backend.call.readCalls(request)
    const { all, except, inner } = folding()
    return backend.call.readCalls({ ...request, folding: { all, except: [...except], inner: [...inner] } })
  }

  return {
    progress,
    sortedShare,
    async read(range) {
      const asked = { session: sessionId(), filter: filterText(), order: order(), folding: folding() }
      const answer = await ask(asked.filter, asked.order, { sessionId: asked.session, ...range })
      const isPresent =
        asked.session === sessionId() && asked.filter === filterText() && asked.order === order()
      if (!isPresent || asked.folding !== folding()) return null
      if (!answer.ok) {
        if (asked.order !== null) onOrderRefused(answer.error)
        return null
      }
      progress.value = asked.filter === '' ? null : (answer.value.progress ?? null)
      sortedShare.value = answer.value.sortProgress?.doneShare ?? null
      return answer.value
    },
    forget() {
      progress.value = null
      sortedShare.value = order() === null ? null : 0
    },
  }
}

/** Whether any calls are. */
export function foldsAny({ all, except, inner }: Folding): boolean {
  return all || except.length > 0 || inner.length > 0
}
