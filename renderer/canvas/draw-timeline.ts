/** Draws a timeline: axis, lanes, and what is marked in them. Knows a 2D context and a layout, and nothing else. */
import type { CallId } from '../../main/contract/ids.ts'
import type { TimelineColumns, TimelineSlices } from '../../main/contract/timeline.ts'
import { formatQuantity } from '../format/numbers.ts'
import { layOutTicks } from './axis.ts'
import { drawColumns } from './draw-columns.ts'
import { drawSlices } from './draw-slices.ts'
import { barTop } from './lane-layout.ts'
import type { LaneLayout } from './lane-layout.ts'
import { toPx } from './time-view.ts'
import type { TimeRange, TimeView } from './time-view.ts'
import type { TimelineTheme } from './timeline-theme.ts'

export const AXIS_HEIGHT_PX = 22
/** Kept free of labels, at the right end of the axis. */
const TOOLS_WIDTH_PX = 90

/** Where the keyboard is. */
export interface TimelineCursor {
  atNs: number
  lane: number
  row: number
}

export interface TimelineDrawing {
  context: CanvasRenderingContext2D
  theme: TimelineTheme
  hatching: CanvasPattern
  view: TimeView
  /** Of the whole canvas, in pixels of CSS. */
  widthPx: number
  heightPx: number
  layout: LaneLayout
  /** How far the lanes are scrolled. */
  scrollPx: number
  /** Null before the first answer. */
  detail: TimelineSlices | TimelineColumns | null
  hiddenLaneCount: number
  selectedId: CallId | null
  /** When the selected call ran, wherever that is. */
  selectedRange: TimeRange | null
  range: TimeRange | null
  cursor: TimelineCursor | null
}

export type DrawingOf<Detail> = TimelineDrawing & { detail: Detail }

/** Draws everything anew. */
export function drawTimeline(drawing: TimelineDrawing): void {
  const { context, theme, widthPx, heightPx, detail } = drawing
  context.clearRect(0, 0, widthPx, heightPx)
  drawGrid(drawing)
  context.save()
  context.beginPath()
  context.rect(0, AXIS_HEIGHT_PX, widthPx, heightPx - AXIS_HEIGHT_PX)
  context.clip()
  context.translate(0, AXIS_HEIGHT_PX - drawing.scrollPx)
  if (detail?.form === 'slices') drawSlices({ ...drawing, detail })
  else if (detail) drawColumns({ ...drawing, detail })
  drawCursor(drawing)
  context.restore()
  drawSelectedRange(drawing)
  drawRange(drawing)
  drawScroll(drawing)
  if (drawing.hiddenLaneCount === 0) return
  const text = `+ ${formatQuantity(drawing.hiddenLaneCount, 'lane')} more`
  context.font = theme.axisFont
  context.textBaseline = 'bottom'
  const textPx = context.measureText(text).width
  context.fillStyle = theme.chrome
  context.fillRect(widthPx - textPx - 16, heightPx - 18, textPx + 12, 16)
  context.fillStyle = theme.secondary
  context.fillText(text, widthPx - textPx - 10, heightPx - 4)
}

function drawGrid({ context, theme, view, widthPx, heightPx }: TimelineDrawing): void {
  context.font = theme.axisFont
  context.textBaseline = 'middle'
  for (const { atPx, label } of layOutTicks(view, widthPx)) {
    const x = Math.round(atPx)
    context.fillStyle = theme.line
    context.fillRect(x, 0, 1, AXIS_HEIGHT_PX)
    context.fillStyle = theme.softLine
    context.fillRect(x, AXIS_HEIGHT_PX, 1, heightPx - AXIS_HEIGHT_PX)
    context.fillStyle = theme.secondary
    if (x + 5 + context.measureText(label).width > widthPx - TOOLS_WIDTH_PX) continue
    context.fillText(label, x + 5, AXIS_HEIGHT_PX / 2 + 0.5)
  }
  context.fillStyle = theme.softLine
  context.fillRect(0, AXIS_HEIGHT_PX - 1, widthPx, 1)
}

/** A call that is too short to be seen, or in another lane, is found by its place on the axis. */
function drawSelectedRange({ context, theme, view, widthPx, selectedRange }: TimelineDrawing): void {
  if (!selectedRange) return
  const leftPx = toPx(view, widthPx, selectedRange.fromNs)
  const rightPx = toPx(view, widthPx, selectedRange.toNs)
  if (rightPx < 0 || leftPx > widthPx) return
  context.fillStyle = theme.ink
  context.fillRect(leftPx, AXIS_HEIGHT_PX - 3, Math.max(3, rightPx - leftPx), 3)
}

function drawRange({ context, theme, view, widthPx, heightPx, range }: TimelineDrawing): void {
  if (!range) return
  const leftPx = toPx(view, widthPx, range.fromNs)
  const rightPx = toPx(view, widthPx, range.toNs)
  context.globalAlpha = 0.14
  context.fillStyle = theme.guest
  context.fillRect(leftPx, 0, rightPx - leftPx, heightPx)
  context.globalAlpha = 1
  context.fillRect(Math.round(leftPx), 0, 1, heightPx)
  context.fillRect(Math.round(rightPx) - 1, 0, 1, heightPx)
}

function drawCursor({ context, theme, view, widthPx, layout, cursor }: TimelineDrawing): void {
  if (!cursor || cursor.lane >= layout.lanes.length) return
  const x = Math.round(toPx(view, widthPx, cursor.atNs))
  const topPx = barTop(layout, cursor.lane, cursor.row)
  context.fillStyle = theme.focus
  context.fillRect(x - 1, topPx - 2, 2, layout.barPx + 4)
  context.fillRect(x - 4, topPx - 3, 8, 2)
  context.fillRect(x - 4, topPx + layout.barPx + 1, 8, 2)
}

function drawScroll({ context, theme, widthPx, heightPx, layout, scrollPx }: TimelineDrawing): void {
  const roomPx = heightPx - AXIS_HEIGHT_PX
  if (layout.totalPx <= roomPx) return
  context.fillStyle = theme.suspended
  context.fillRect(
    widthPx - 5,
    AXIS_HEIGHT_PX + (scrollPx / layout.totalPx) * roomPx,
    4,
    Math.max(12, (roomPx / layout.totalPx) * roomPx),
  )
}
