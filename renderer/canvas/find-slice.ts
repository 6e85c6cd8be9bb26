/** Finds the call that lies at a place of a timeline. */
import type { TimelineSlice, TimelineSlices } from '../../main/contract/timeline.ts'

/**
 * The call in a row at an instant, or the nearest one within `reachNs` of it. In a compact lane (`row` null) the
 * innermost of those that are drawn on one another.
 */
export function findSlice(
  { slices }: TimelineSlices,
  { lane, row, atNs }: { lane: number; row: number | null; atNs: number },
  reachNs: number,
): TimelineSlice | null {
  let found: TimelineSlice | null = null
  let leastNs = Infinity
  for (const slice of slices) {
    if (slice.lane !== lane || (row !== null && slice.row !== row)) continue
    const distanceNs = Math.max(slice.startNs - atNs, atNs - slice.endNs, 0)
    if (distanceNs > reachNs || distanceNs > leastNs) continue
    // Of those that are equally near, the one that is drawn above: it begins later and lies deeper.
    if (distanceNs === leastNs && found && found.row > slice.row) continue
    found = slice
    leastNs = distanceNs
  }
  return found
}
