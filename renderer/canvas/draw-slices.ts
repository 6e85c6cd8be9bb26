/** Draws calls one by one. */
import type { TimelineFunction, TimelineSlice, TimelineSlices } from '../../main/contract/timeline.ts'
import { formatCallName } from '../format/calls.ts'
import { formatDuration } from '../format/times.ts'
import type { DrawingOf } from './draw-timeline.ts'
import { barTop } from './lane-layout.ts'
import { toPx } from './time-view.ts'

/** Shorter bars have no room for a label. */
const LABEL_LEAST_PX = 28
const LABEL_INSET_PX = 5
/** A label of usual length: it is not begun in a stretch that is shorter, if the next one has room for it. */
const USUAL_LABEL_PX = 70
/** Lower bars have no room for one either. */
const LABEL_LEAST_HEIGHT_PX = 12
/** A call is drawn at least this wide. */
const LEAST_PX = 1

interface Bar {
  slice: TimelineSlice
  called: TimelineFunction
  isGuest: boolean
  leftPx: number
  rightPx: number
  /** Where a label in it begins, and has to end. */
  labelStartPx: number
  labelEndPx: number
  /** Where the host's part of an import ends. */
  hostEndPx: number
  topPx: number
}

/**
 * A call of the guest is solid where the guest itself computed, and pale where it called the host. Below it the
 * host's part is solid, and hatched from where the guest was suspended. In compact lanes all lie on one another.
 */
export function drawSlices(drawing: DrawingOf<TimelineSlices>): void {
  const { context, theme, layout } = drawing
  const bars = layOutBars(drawing)
  const guests = bars.filter(({ isGuest }) => isGuest)
  const imports = bars.filter(({ isGuest }) => !isGuest)
  context.font = theme.labelFont
  context.textBaseline = 'middle'

  context.fillStyle = theme.guest
  for (const bar of guests) fillSpan(drawing, bar, bar.leftPx, Math.max(bar.rightPx, bar.leftPx + LEAST_PX))
  if (layout.isCompact) endLabelsAtImports(guests, imports)
  else beginLabelsAtImports(guests, imports)
  drawLabels(drawing, guests, theme.onGuest)
  drawCuts(drawing, guests, imports)

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
      labelStartPx: Math.max(0, leftPx),
      rightPx: clip(slice.endNs),
      labelEndPx: clip(slice.endNs),
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
function drawCuts(drawing: DrawingOf<TimelineSlices>, guests: readonly Bar[], imports: readonly Bar[]): void {
  const { context, theme, layout } = drawing
  if (layout.isCompact || imports.length === 0) return
  context.fillStyle = theme.guestPale
  context.beginPath()
  for (const bar of imports) {
    if (bar.slice.row === 0) continue
    const topPx = barTop(layout, bar.slice.lane, bar.slice.row - 1)
    if (topPx >= bar.topPx) continue
    const widthPx = bar.rightPx - bar.leftPx
    context.fillRect(bar.leftPx, topPx, widthPx, layout.barPx)
    // Through narrower ones no text is seen.
    if (widthPx >= 2) context.rect(bar.leftPx, topPx, widthPx, layout.barPx)
  }
  context.save()
  context.clip()
  drawLabels(drawing, guests, theme.ink)
  context.restore()
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

/** In compact lanes imports lie on the guest's bars: what is seen of a bar in one piece ends there. */
function endLabelsAtImports(guests: readonly Bar[], imports: readonly Bar[]): void {
  for (const bar of guests) {
    if (bar.rightPx - bar.leftPx < LABEL_LEAST_PX) continue
    for (const { slice, leftPx } of imports) {
      if (slice.lane === bar.slice.lane && leftPx >= bar.leftPx)
        bar.labelEndPx = Math.min(bar.labelEndPx, leftPx)
    }
  }
}

/** A label that would begin in a short solid stretch begins in the pale one behind it. */
function beginLabelsAtImports(guests: readonly Bar[], imports: readonly Bar[]): void {
  for (const bar of guests) {
    if (bar.rightPx - bar.leftPx < LABEL_LEAST_PX) continue
    const first = imports.find(
      ({ slice, rightPx }) =>
        slice.lane === bar.slice.lane && slice.row === bar.slice.row + 1 && rightPx > bar.labelStartPx,
    )
    if (!first || first.leftPx - bar.labelStartPx > USUAL_LABEL_PX) continue
    if (first.rightPx - first.leftPx > USUAL_LABEL_PX)
      bar.labelStartPx = Math.max(bar.labelStartPx, first.leftPx)
  }
}

function drawLabels(drawing: DrawingOf<TimelineSlices>, bars: readonly Bar[], color: string): void {
  drawing.context.fillStyle = color
  for (const bar of bars) {
    const leftPx = bar.labelStartPx
    const label = fitLabel(drawing, bar, Math.min(drawing.widthPx, bar.labelEndPx) - leftPx)
    if (label)
      drawing.context.fillText(label, leftPx + LABEL_INSET_PX, bar.topPx + drawing.layout.barPx / 2 + 0.5)
  }
}

/** A label stands in the larger part: on amber as it is, on the hatching with the background behind it. */
function drawImportLabels(drawing: DrawingOf<TimelineSlices>, bars: readonly Bar[]): void {
  const { context, theme, layout } = drawing
  for (const bar of bars) {
    const edges = [bar.leftPx, bar.hostEndPx, bar.rightPx].map((px) =>
      Math.min(Math.max(px, 0), drawing.widthPx),
    )
    const [left, middle, right] = edges as [number, number, number]
    const onHost = middle - left > right - middle
    const fromPx = onHost ? left : middle
    const label = fitLabel(drawing, bar, (onHost ? middle : right) - fromPx)
    if (!label) continue
    const centerPx = bar.topPx + layout.barPx / 2
    if (!onHost) {
      context.fillStyle = theme.background
      const widthPx = context.measureText(label).width + LABEL_INSET_PX + 3
      context.fillRect(fromPx + 1, bar.topPx + 1, widthPx, layout.barPx - 2)
    }
    context.fillStyle = onHost ? theme.onHost : theme.ink
    context.fillText(label, fromPx + LABEL_INSET_PX, centerPx + 0.5)
  }
}

/** The name and how long it took, or as much of it as finds room. */
function fitLabel(
  { context, layout }: DrawingOf<TimelineSlices>,
  { slice, called }: Bar,
  roomPx: number,
): string | null {
  if (roomPx < LABEL_LEAST_PX || layout.barPx < LABEL_LEAST_HEIGHT_PX) return null
  const name = formatCallName(called)
  const long = `${name} ${formatDuration(slice.endNs - slice.startNs)}`
  // The font is monospaced.
  const characters = Math.floor((roomPx - 2 * LABEL_INSET_PX) / context.measureText('0').width)
  if (long.length <= characters) return long
  if (name.length <= characters) return name
  return characters >= 3 ? `${name.slice(0, characters - 1)}…` : null
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
