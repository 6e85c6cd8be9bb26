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
  /** Where the host's part of an import ends. */
  hostEndPx: number
  topPx: number
}

/** Where a label of a guest's bar begins, and has to end. */
function findRoom(bar: Bar, imports: readonly Bar[], isCompact: boolean): [fromPx: number, toPx: number] {
  const leftPx = Math.max(0, bar.leftPx)
  return isCompact
    ? [leftPx, findFirstImport(bar, imports)]
    : [passShortStretch(bar, imports, leftPx), bar.rightPx]
}

/** In compact lanes imports lie on the guest's bars: what is seen of a bar in one piece ends there. */
function findFirstImport(bar: Bar, imports: readonly Bar[]): number {
  let toPx = bar.rightPx
  for (const { slice, leftPx } of imports) {
    if (slice.lane === bar.slice.lane && leftPx >= bar.leftPx) toPx = Math.min(toPx, leftPx)
  }
  return toPx
}

/** A label that would begin in a short solid stretch begins in the pale one behind it. */
function passShortStretch(bar: Bar, imports: readonly Bar[], fromPx: number): number {
  const first = imports.find(({ slice, rightPx }) => liesBelow(slice, bar.slice) && rightPx > fromPx)
  if (!first || first.leftPx - fromPx > USUAL_LABEL_PX) return fromPx
  return first.rightPx - first.leftPx > USUAL_LABEL_PX ? Math.max(fromPx, first.leftPx) : fromPx
}

/** Whether a call lies in the row below another, in its lane. */
function liesBelow(slice: TimelineSlice, outer: TimelineSlice): boolean {
  return slice.lane === outer.lane && slice.row === outer.row + 1
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
  for (const bar of guests) {
    if (bar.rightPx - bar.leftPx < LABEL_LEAST_PX) continue
    const [leftPx, endPx] = findRoom(bar, imports, layout.isCompact)
    const label = fitLabel(drawing, bar, Math.min(drawing.widthPx, endPx) - leftPx)
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
    if (!liesBelow(slice, bar.slice) || rightPx <= fromPx || leftPx >= toPx) continue
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
