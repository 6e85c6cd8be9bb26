/** Draws how busy a whole trace was, and which part of it is in view. */
import type { TimelineDensity } from '../../main/contract/timeline.ts'
import { toPx } from './time-view.ts'
import type { TimeView } from './time-view.ts'
import type { TimelineTheme } from './timeline-theme.ts'

export interface MinimapDrawing {
  context: CanvasRenderingContext2D
  theme: TimelineTheme
  hatching: CanvasPattern
  widthPx: number
  heightPx: number
  /** What the whole width shows. */
  whole: TimeView
  /** What the timeline shows. */
  view: TimeView
  density: TimelineDensity
}

/** Room above the tallest bar. */
const TOP_PX = 3
/** A bar in which anything happened is this tall, however many calls another has. */
const LEAST_SHARE = 0.12
/** One in which guest and host never waited, however few calls that were. */
const WORKING_SHARE = 0.5
const WHOLE = 255

/**
 * Bars as tall as calls are many, by the square root, so that few beside many are seen; and as guest and host worked.
 * Their parts are how the time was spent.
 */
export function drawMinimap(drawing: MinimapDrawing): void {
  const { context, theme, widthPx, heightPx, density, whole, view } = drawing
  context.clearRect(0, 0, widthPx, heightPx)
  const columnPx = toPx(whole, widthPx, whole.fromNs + density.columnNs)
  const most = Math.max(1, ...density.callCounts)
  const roomPx = heightPx - TOP_PX
  const styles = [theme.guest, theme.host, drawing.hatching]
  for (const [column, count] of density.callCounts.entries()) {
    const shares = [0, 1, 2].map((part) => density.shares[3 * column + part] ?? 0)
    const sum = shares.reduce((total, share) => total + share, 0)
    if (sum === 0 && count === 0) continue
    const leftPx = toPx(whole, widthPx, density.fromNs + column * density.columnNs)
    const working = Math.min(1, (shares[0]! + shares[1]!) / WHOLE)
    const heightOfAll = roomPx * Math.max(LEAST_SHARE, WORKING_SHARE * working, Math.sqrt(count / most))
    let bottomPx = heightPx
    for (const [part, style] of styles.entries()) {
      const partPx = (sum === 0 ? Number(part === 0) : shares[part]! / sum) * heightOfAll
      bottomPx -= partPx
      context.fillStyle = style
      if (partPx > 0)
        context.fillRect(leftPx, bottomPx, Math.max(1, columnPx - (columnPx >= 3 ? 1 : 0)), partPx)
    }
  }
  drawView(drawing, view)
}

/** What is out of view is dimmed. */
function drawView({ context, theme, widthPx, heightPx, whole }: MinimapDrawing, view: TimeView): void {
  const leftPx = Math.max(0, toPx(whole, widthPx, view.fromNs))
  const rightPx = Math.min(widthPx, Math.max(leftPx + 3, toPx(whole, widthPx, view.toNs)))
  if (leftPx <= 0.5 && rightPx >= widthPx - 0.5) return
  context.globalAlpha = 0.62
  context.fillStyle = theme.chrome
  context.fillRect(0, 0, leftPx, heightPx)
  context.fillRect(rightPx, 0, widthPx - rightPx, heightPx)
  context.globalAlpha = 1
  context.strokeStyle = theme.guest
  context.lineWidth = 1
  context.strokeRect(leftPx + 0.5, 0.5, Math.max(1, rightPx - leftPx - 1), heightPx - 1)
}
