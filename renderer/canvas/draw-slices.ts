/** Draws calls one by one. */
import type { TimelineSlices } from '../../main/contract/timeline.ts'
import type { Bar } from './draw-slice-labels.ts'
import { drawGuestLabels, drawImportLabels } from './draw-slice-labels.ts'
import type { DrawingOf } from './draw-timeline.ts'
import { barTop } from './lane-layout.ts'
import { toPx } from './time-view.ts'

/** A call is drawn at least this wide. */
const LEAST_PX = 1

/**
 * A call of the guest is solid where the guest itself computed, and pale where it called the host. Below it the
 * host's part is solid, and hatched from where the guest was suspended. In compact lanes all lie on one another.
 */
export function drawSlices(drawing: DrawingOf<TimelineSlices>): void {
  const { context, theme } = drawing
  const bars = layOutBars(drawing)
  const guests = bars.filter(({ isGuest }) => isGuest)
  const imports = bars.filter(({ isGuest }) => !isGuest)
  context.font = theme.labelFont
  context.textBaseline = 'middle'

  context.fillStyle = theme.guest
  for (const bar of guests) fillSpan(drawing, bar, bar.leftPx, Math.max(bar.rightPx, bar.leftPx + LEAST_PX))
  drawCuts(drawing, imports)
  drawGuestLabels(drawing, guests, imports)

  context.fillStyle = theme.host
  for (const bar of imports) {
    const isShort = bar.rightPx - bar.leftPx < LEAST_PX
    if (bar.hostEndPx > bar.leftPx) {
      fillSpan(drawing, bar, bar.leftPx, isShort ? bar.leftPx + LEAST_PX : bar.hostEndPx)
    }
  }
  for (const bar of imports) drawSuspension(drawing, bar)
  drawImportLabels(drawing, imports)
  context.fillStyle = theme.bad
  for (const bar of bars) {
    if (bar.slice.outcome !== 'trapped' && bar.slice.outcome !== 'threw') continue
    const rightPx = Math.max(bar.rightPx, bar.leftPx + 3)
    fillSpan(drawing, bar, rightPx - 3, rightPx)
  }
  drawSelected(drawing, bars)
}

/** The bars that are in sight. */
function layOutBars({ detail, layout, view, widthPx }: DrawingOf<TimelineSlices>): Bar[] {
  const bars: Bar[] = []
  for (const slice of detail.slices) {
    if (slice.lane >= layout.lanes.length || slice.endNs < view.fromNs || slice.startNs > view.toNs) continue
    const called = detail.functions[slice.functionIndex]!
    // Far outside of the canvas bars would be drawn without need, and without precision.
    const clip = (atNs: number) => Math.min(Math.max(toPx(view, widthPx, atNs), -10), widthPx + 10)
    const leftPx = clip(slice.startNs)
    bars.push({
      slice,
      called,
      isGuest: called.kind !== 'import',
      leftPx,
      rightPx: clip(slice.endNs),
      hostEndPx: clip(Math.min(slice.endNs, slice.startNs + slice.hostNs)),
      topPx: barTop(layout, slice.lane, slice.row),
    })
  }
  return bars
}

function fillSpan(
  { context, layout }: DrawingOf<TimelineSlices>,
  bar: Bar,
  leftPx: number,
  rightPx: number,
): void {
  context.fillRect(leftPx, bar.topPx, rightPx - leftPx, layout.barPx)
}

/** Takes out of the guest's bars what is not the guest's time. */
function drawCuts({ context, theme, layout }: DrawingOf<TimelineSlices>, imports: readonly Bar[]): void {
  if (layout.isCompact) return
  context.fillStyle = theme.guestPale
  for (const bar of imports) {
    if (bar.slice.row === 0) continue
    const topPx = barTop(layout, bar.slice.lane, bar.slice.row - 1)
    if (topPx >= bar.topPx) continue
    context.fillRect(bar.leftPx, topPx, bar.rightPx - bar.leftPx, layout.barPx)
  }
}

function drawSuspension(drawing: DrawingOf<TimelineSlices>, bar: Bar): void {
  const { context, theme, layout } = drawing
  const widthPx = bar.rightPx - bar.hostEndPx
  if (widthPx < 0.25) return
  if (layout.isCompact) {
    context.fillStyle = theme.background
    fillSpan(drawing, bar, bar.hostEndPx, bar.rightPx)
  }
  context.fillStyle = drawing.hatching
  fillSpan(drawing, bar, bar.hostEndPx, Math.max(bar.rightPx, bar.hostEndPx + LEAST_PX))
  if (widthPx < 4) return
  context.strokeStyle = theme.suspended
  context.lineWidth = layout.barPx < 9 ? 0.5 : 1
  context.strokeRect(bar.hostEndPx + 0.5, bar.topPx + 0.5, widthPx - 1, layout.barPx - 1)
}

function drawSelected(
  { context, theme, layout, selectedId }: DrawingOf<TimelineSlices>,
  bars: readonly Bar[],
): void {
  const bar = bars.find(({ slice }) => slice.id === selectedId)
  if (!bar) return
  const widthPx = Math.max(bar.rightPx - bar.leftPx, LEAST_PX)
  context.lineWidth = 1
  context.strokeStyle = theme.background
  context.strokeRect(bar.leftPx - 0.5, bar.topPx - 0.5, widthPx + 1, layout.barPx + 1)
  context.lineWidth = 2
  context.strokeStyle = theme.ink
  context.strokeRect(bar.leftPx - 1, bar.topPx - 1, widthPx + 2, layout.barPx + 2)
}
