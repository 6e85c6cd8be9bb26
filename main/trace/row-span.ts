/** How many rows behind a call's own are those of the calls inside of it. */
import type { CallId } from '../contract/ids.ts'
import type { CallStore } from './call-store.ts'

/** Where that could not be told: calls among them were lost, or left out. */
class Unknown extends Error {}

/**
 * Their number; null where they do not stand together, or it is not known whether they do. Reads some calls near the
 * end of these rows, however many there are.
 */
export function countRowsInside(calls: CallStore, id: CallId): number | null {
  if (calls.childCountOf(id) === 0) return 0
  const { order } = calls
  const root = calls.rootOf(id)
  const { firstRow, size } = order.rangeOf(root)
  if (id === order.topLevelId(root)) return size - 1
  if (calls.scattered.has(id)) return null
  const row = calls.rowOf(id)
  const rowsBehind = firstRow + size - 1 - row
  try {
    return countWhile(rowsBehind, calls.running.has(id), (count, known) =>
      isInside(calls, order.idAt(row + count), id, order.idAt(row + known)),
    )
  } catch (thrown) {
    if (thrown instanceof Unknown) return null
    throw thrown
  }
}

/** Up to which number from 1 to `limit` something holds that from some number on does not; it does up to `known`. */
function countWhile(
  limit: number,
  isLikelyAll: boolean,
  holds: (count: number, known: number) => boolean,
): number {
  if (isLikelyAll && limit > 0 && holds(limit, 0)) return limit
  let low = 0
  let step = 1
  while (low + step <= limit && holds(low + step, low)) {
    low += step
    step *= 2
  }
  let high = Math.min(low + step, limit + 1)
  while (low + 1 < high) {
    const middle = Math.floor((low + high) / 2)
    if (holds(middle, low)) low = middle
    else high = middle
  }
  return low
}

/**
 * Whether a call is inside of `outer`, as all are up to `known`. Ids are in order of entry, so what it lies inside of has
 * smaller ones.
 */
function isInside(calls: CallStore, id: CallId, outer: CallId, known: CallId): boolean {
  let at = id
  while (at > known) {
    const parent = calls.parentOf(at)
    if (parent === null) throw new Unknown()
    at = parent
  }
  return at >= outer
}
