/** Draws the names of calls into their bars. */
import type { TimelineFunction, TimelineSlice, TimelineSlices } from '../../main/contract/timeline.ts'
import { formatCallName } from '../format/calls.ts'
import { formatDuration } from '../format/times.ts'
import type { DrawingOf } from './draw-timeline.ts'

/** Shorter bars have no room for a label. */
const LABEL_LEAST_PX = 28
const LABEL_INSET_PX = 5
/** A label of usual length: it is not begun in a stretch that is shorter, if the next one has room for it. */
const USUAL_LABEL_PX = 70
/** Lower bars have no room for one either. */
const LABEL_LEAST_HEIGHT_PX = 12

/** How much of a bar is seen above and below the ground of a label. */
const GROUND_INSET_PX = 4

/** A call as it is drawn. */
export interface Bar {
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

/**
 * A label stands on the solid or on the pale as it is. Where it would lie across both, as over many short calls of imports,
 * it has a ground of its own.
 */
export function drawGuestLabels(
  drawing: DrawingOf<TimelineSlices>,
  guests: readonly Bar[],
  imports: readonly Bar[],
): void {
  const { context, theme, layout } = drawing
  if (layout.isCompact) endLabelsAtImports(guests, imports)
  else beginLabelsAtImports(guests, imports)
  for (const bar of guests) {
    const leftPx = bar.labelStartPx
    const label = fitLabel(drawing, bar, Math.min(drawing.widthPx, bar.labelEndPx) - leftPx)
    if (!label) continue
    const widthPx = context.measureText(label).width + 2 * LABEL_INSET_PX
    const ground = layout.isCompact ? 'solid' : findGround(bar, imports, leftPx, leftPx + widthPx)
    if (ground === 'both') {
      context.fillStyle = theme.guestPale
      // What it covers is still seen above and below.
      context.fillRect(leftPx, bar.topPx + GROUND_INSET_PX, widthPx, layout.barPx - 2 * GROUND_INSET_PX)
    }
    context.fillStyle = ground === 'solid' ? theme.onGuest : theme.ink
    context.fillText(label, leftPx + LABEL_INSET_PX, bar.topPx + layout.barPx / 2 + 0.5)
  }
}

/** What lies under a stretch of a guest's bar: its own time, that of an import that it called, or some of both. */
function findGround(
  bar: Bar,
  imports: readonly Bar[],
  fromPx: number,
  toPx: number,
): 'solid' | 'pale' | 'both' {
  for (const { slice, leftPx, rightPx } of imports) {
    if (slice.lane !== bar.slice.lane || slice.row !== bar.slice.row + 1) continue
    if (rightPx <= fromPx || leftPx >= toPx) continue
    return leftPx <= fromPx && rightPx >= toPx ? 'pale' : 'both'
  }
  return 'solid'
}

/** A label stands in the larger part: on amber as it is, on the hatching with the background behind it. */
export function drawImportLabels(drawing: DrawingOf<TimelineSlices>, bars: readonly Bar[]): void {
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
