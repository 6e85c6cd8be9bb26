/** Draws lanes in which calls are too many to be told apart: the taller a column, the more of its time. */
import type { TimelineColumns } from '../../main/contract/timeline.ts'
import type { DrawingOf } from './draw-timeline.ts'
import { barTop } from './lane-layout.ts'
import { toPx } from './time-view.ts'

const WHOLE = 255

/** Heights of one column's pieces, in pixels. */
interface Stack {
  guestPx: number
  /** Of all that happened, the guest's part included. */
  busyPx: number
  hostPx: number
  suspendedPx: number
}

/**
 * The guest's row has its own time solid, and pale above it the time in which it called the host. The row below has
 * the host's time solid and the suspension hatched above it. Compact lanes have all three in one.
 */
export function drawColumns(drawing: DrawingOf<TimelineColumns>): void {
  const { context, theme, layout, detail, view, widthPx } = drawing
  const columnPx = toPx(view, widthPx, view.fromNs + detail.columnNs)
  const originPx = toPx(view, widthPx, detail.fromNs)
  // Rectangles by what they are filled with: each on its own, a path of thousands takes far longer.
  const guest: number[] = []
  const pale: number[] = []
  const host: number[] = []
  const suspended: number[] = []
  for (const [index, shares] of detail.lanes.entries()) {
    const lane = detail.firstLane + index
    if (lane >= layout.lanes.length || shares.length === 0) continue
    const guestBottomPx = barTop(layout, lane, 0) + layout.barPx
    const hostBottomPx = barTop(layout, lane, 1) + layout.barPx
    const first = Math.max(0, Math.floor(-originPx / columnPx))
    const end = Math.min(shares.length / 3, Math.ceil((widthPx - originPx) / columnPx))
    for (let column = first; column < end;) {
      const next = endOfRun(shares, column, end)
      const leftPx = originPx + column * columnPx
      const runPx = (next - column) * columnPx
      const stack = stackOf(shares, column, layout.barPx)
      column = next
      if (layout.isCompact) {
        addUp(guest, leftPx, runPx, guestBottomPx, stack.guestPx)
        addUp(host, leftPx, runPx, guestBottomPx - stack.guestPx, stack.hostPx)
        addUp(suspended, leftPx, runPx, guestBottomPx - stack.guestPx - stack.hostPx, stack.suspendedPx)
        continue
      }
      addUp(pale, leftPx, runPx, guestBottomPx, stack.busyPx)
      addUp(guest, leftPx, runPx, guestBottomPx, stack.guestPx)
      addUp(host, leftPx, runPx, hostBottomPx, stack.hostPx)
      addUp(suspended, leftPx, runPx, hostBottomPx - stack.hostPx, stack.suspendedPx)
    }
  }
  for (const [rectangles, style] of [
    [pale, theme.guestPale],
    [guest, theme.guest],
    [host, theme.host],
    [suspended, drawing.hatching],
  ] as const) {
    context.fillStyle = style
    for (let at = 0; at < rectangles.length; at += 4) {
      context.fillRect(rectangles[at]!, rectangles[at + 1]!, rectangles[at + 2]!, rectangles[at + 3]!)
    }
  }
}

/** Columns that are alike are drawn as one. */
function endOfRun(shares: Uint8Array, column: number, end: number): number {
  const at = 3 * column
  let next = column + 1
  while (
    next < end &&
    shares[3 * next] === shares[at] &&
    shares[3 * next + 1] === shares[at + 1] &&
    shares[3 * next + 2] === shares[at + 2]
  ) {
    next++
  }
  return next
}

/** What is there at all is a pixel tall at least, as far as there is room. */
function stackOf(shares: Uint8Array, column: number, barPx: number): Stack {
  const [guest, host, suspended] = [shares[3 * column]!, shares[3 * column + 1]!, shares[3 * column + 2]!]
  const scale = barPx / Math.max(WHOLE, guest + host + suspended)
  const toHeight = (share: number) => (share === 0 ? 0 : Math.max(1, share * scale))
  return {
    guestPx: toHeight(guest),
    busyPx: toHeight(guest + host + suspended),
    hostPx: toHeight(host),
    suspendedPx: toHeight(suspended),
  }
}

function addUp(
  rectangles: number[],
  leftPx: number,
  widthPx: number,
  bottomPx: number,
  heightPx: number,
): void {
  if (heightPx > 0) rectangles.push(leftPx, bottomPx - heightPx, widthPx, heightPx)
}
