/** Whether the order of rows that a file has kept is one: for every row there is a call, and no call is beyond the last. */
import type { SavedOrder } from '../trace/call-order.ts'

/** Calls have numbers of 32 bits. */
const CALL_LIMIT = 2 ** 32

/** As {@link SavedOrder} says. */
export function isSavedOrder(value: unknown): value is SavedOrder {
  const { callCount, rootIds, sizes, runs } = (value ?? {}) as Partial<SavedOrder>
  if (!isCount(callCount) || callCount >= CALL_LIMIT) return false
  if (!isAscending(rootIds, 1, callCount) || !Array.isArray(sizes) || !Array.isArray(runs)) return false
  if (sizes.length !== rootIds.length || rootIds[0] !== (callCount > 0 ? 1 : undefined)) return false
  let rowCount = 0
  for (const size of sizes) {
    if (!isCount(size) || size === 0) return false
    rowCount += size
  }
  if (rowCount !== callCount) return false
  const rootsWithRuns = new Set<number>()
  for (const run of runs) {
    if (!Array.isArray(run) || rootsWithRuns.has(run[0])) return false
    const [root, firstIds, positions] = run
    const size = sizes[root]
    if (size === undefined || !isAscending(firstIds, rootIds[root]!, callCount)) return false
    if (!isAscending(positions, 0, size - 1) || positions[0] !== 0) return false
    if (firstIds.length !== positions.length || firstIds[0] !== rootIds[root]) return false
    for (let at = 0; at < firstIds.length; at++) {
      const length = (positions[at + 1] ?? size) - positions[at]!
      if (firstIds[at]! + length - 1 > callCount) return false
    }
    rootsWithRuns.add(root)
  }
  for (let root = 0; root < rootIds.length; root++) {
    if (!rootsWithRuns.has(root) && rootIds[root]! + sizes[root]! - 1 > callCount) return false
  }
  return true
}

/** A whole number from 0 on: how many there are, or where in a file. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

/** Whole numbers from `least` to `most`, each more than the one before it. */
function isAscending(list: unknown, least: number, most: number): list is number[] {
  if (!Array.isArray(list)) return false
  let before = least - 1
  for (const value of list as unknown[]) {
    if (!isCount(value) || value <= before || value > most) return false
    before = value
  }
  return true
}
