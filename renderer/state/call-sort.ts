import { computed, shallowReactive, toValue } from 'vue'
import type { ComputedRef, MaybeRefOrGetter } from 'vue'
import type { SessionId } from '../../main/contract/ids.ts'
import type { CallOrderRequest, CallSortKey } from '../../main/contract/sorting.ts'

const orders = shallowReactive(new Map<SessionId, CallOrderRequest>())

/** What people look for is at the other end of these. */
const ASCENDING_FIRST = new Set<CallSortKey>([
  'id',
  'name',
  'kind',
  'arg',
  'result',
  'start',
  'depth',
  'parent',
  'topLevel',
])

/** The order of a session's calls; null: as they come. */
export function useCallOrder(sessionId: MaybeRefOrGetter<SessionId>): ComputedRef<CallOrderRequest | null> {
  return computed(() => orders.get(toValue(sessionId)) ?? null)
}

/** The order after a click on a heading: its usual direction first, then the other, then none. */
export function nextOrder(
  order: CallOrderRequest | null,
  by: CallSortKey,
  callCount: number,
): CallOrderRequest | null {
  const descendsFirst = !ASCENDING_FIRST.has(by)
  if (order?.by !== by) return { by, descending: descendsFirst, callCount }
  // The same calls the other way round: there is nothing to sort again.
  return order.descending === descendsFirst ? { ...order, descending: !descendsFirst } : null
}

/** Puts a session's calls in an order, or (null) as they come. */
export function orderCalls(sessionId: SessionId, order: CallOrderRequest | null): void {
  if (order === null) orders.delete(sessionId)
  else orders.set(sessionId, order)
}
