/** Where lanes and their rows lie, in view pixels from the top of the first lane. */

export interface LaneBox {
  topPx: number
  heightPx: number
  rowCount: number
}

export interface LaneLayout {
  lanes: LaneBox[]
  /** From one row to the next. */
  pitchPx: number
  /** Of a bar. */
  barPx: number
  /** Whether all that happens in a lane is drawn in one row, because there are many. */
  isCompact: boolean
  totalPx: number
}

const PITCH_PX = { least: 15, most: 24 }
const BAR_GAP_PX = 2
const LANE_GAP_PX = 5
const COMPACT_TOP_PX = 2
const COMPACT_PX = { least: 7, most: 16 }

/**
 * Bars as tall as the room allows. Where not even the smallest ones of all rows find room, each lane has one row for
 * everything, and what then finds no room is scrolled to.
 */
export function layOutLanes(laneRows: readonly number[], heightPx: number): LaneLayout {
  const rowCount = laneRows.reduce((sum, rows) => sum + rows, 0)
  const roomPx = heightPx - LANE_GAP_PX * (laneRows.length + 1)
  const fittingPx = Math.floor(roomPx / Math.max(1, rowCount))
  // One lane alone is shown in full, however deep it is.
  const isCompact = fittingPx < PITCH_PX.least && laneRows.length > 1
  if (isCompact) {
    const pitchPx = clamp(
      Math.floor((heightPx - COMPACT_TOP_PX) / laneRows.length),
      COMPACT_PX.least,
      COMPACT_PX.most,
    )
    const lanes = laneRows.map((_, lane) => ({
      topPx: COMPACT_TOP_PX + lane * pitchPx,
      heightPx: pitchPx,
      rowCount: 1,
    }))
    return { lanes, pitchPx, barPx: pitchPx - 1, isCompact, totalPx: COMPACT_TOP_PX + lanes.length * pitchPx }
  }
  const pitchPx = clamp(fittingPx, PITCH_PX.least, PITCH_PX.most)
  let topPx = LANE_GAP_PX
  const lanes = laneRows.map((rows) => {
    const lane = { topPx, heightPx: rows * pitchPx, rowCount: rows }
    topPx += lane.heightPx + LANE_GAP_PX
    return lane
  })
  return { lanes, pitchPx, barPx: pitchPx - BAR_GAP_PX, isCompact, totalPx: topPx }
}

/** The lanes of which something lies between two heights: the first, and how many. */
export function lanesBetween(
  layout: LaneLayout,
  fromPx: number,
  toPx: number,
): { first: number; count: number } {
  const first = layout.lanes.findIndex(({ topPx, heightPx }) => topPx + heightPx > fromPx)
  if (first < 0) return { first: 0, count: 0 }
  const end = layout.lanes.findIndex(({ topPx }) => topPx >= toPx)
  return { first, count: Math.max(0, (end < 0 ? layout.lanes.length : end) - first) }
}

/** The lane and the row within it at a height; null between lanes and below the last. */
export function placeAt(layout: LaneLayout, atPx: number): { lane: number; row: number } | null {
  const lane = layout.lanes.findIndex(({ topPx, heightPx }) => atPx >= topPx && atPx < topPx + heightPx)
  if (lane < 0) return null
  return { lane, row: layout.isCompact ? 0 : Math.floor((atPx - layout.lanes[lane]!.topPx) / layout.pitchPx) }
}

/** The top of a row's bar. */
export function barTop(layout: LaneLayout, lane: number, row: number): number {
  const { topPx, rowCount } = layout.lanes[lane]!
  return topPx + (layout.isCompact ? 0 : Math.min(row, rowCount - 1) * layout.pitchPx)
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most)
}
