/**
 * Which rows of a very long table are in sight. Two spaces are at work: the content, `ROW_HEIGHT_PX` for every
 * row there is, and the browser's scroll range, which stands for it. Up to `SCROLL_RANGE_LIMIT_PX` they are the
 * same; beyond that the scroll range is a scaled-down picture of the content.
 */

/** `--row-height` in tokens.css. */
export const ROW_HEIGHT_PX = 22

/** Browsers cap an element's height: Chromium near 33.5 million px, Firefox near 17.9 million. */
export const SCROLL_RANGE_LIMIT_PX = 16_000_000

/** What is in sight: `topPx` is the content's first visible pixel. */
export interface RowWindow {
  totalRows: number
  viewportPx: number
  topPx: number
}

/** Rows `[first, first + count)`. */
export interface RowRange {
  first: number
  count: number
}

/** The largest `topPx`: the newest row is then at the lower edge. */
export function maximumTopPx({ totalRows, viewportPx }: RowWindow): number {
  return Math.max(0, totalRows * ROW_HEIGHT_PX - viewportPx)
}

/** The window with its `topPx` inside the content. */
export function clampWindow(window: RowWindow): RowWindow {
  return { ...window, topPx: Math.min(Math.max(0, window.topPx), maximumTopPx(window)) }
}

/** Height to give to the element that makes the browser's scroll range. */
export function scrollRangePx({ totalRows }: RowWindow): number {
  return Math.min(totalRows * ROW_HEIGHT_PX, SCROLL_RANGE_LIMIT_PX)
}

/** Whether the scroll range is smaller than the content. */
export function isScaled({ totalRows }: RowWindow): boolean {
  return totalRows * ROW_HEIGHT_PX > SCROLL_RANGE_LIMIT_PX
}

/** Where the browser's scroll position has to be for the window's `topPx`. */
export function toScrollTop(window: RowWindow): number {
  if (!isScaled(window)) return window.topPx
  return (window.topPx / maximumTopPx(window)) * (scrollRangePx(window) - window.viewportPx)
}

/** The `topPx` that the browser's scroll position means. */
export function fromScrollTop(window: RowWindow, scrollTop: number): number {
  if (!isScaled(window)) return scrollTop
  return (scrollTop / (scrollRangePx(window) - window.viewportPx)) * maximumTopPx(window)
}

/** Whether the newest row is in sight; half a row short of the end counts. */
export function isAtEnd(window: RowWindow): boolean {
  return window.topPx >= maximumTopPx(window) - ROW_HEIGHT_PX / 2
}

/** The rows of which at least a pixel is in sight. */
export function visibleRows(window: RowWindow): RowRange {
  const first = Math.min(Math.floor(window.topPx / ROW_HEIGHT_PX), window.totalRows)
  const end = Math.ceil((window.topPx + window.viewportPx) / ROW_HEIGHT_PX)
  return { first, count: Math.max(0, Math.min(end, window.totalRows) - first) }
}

/** How many rows a page key moves: one less than fit, so that the eye keeps a line to hold on to. */
export function pageRows({ viewportPx }: RowWindow): number {
  return Math.max(1, Math.floor(viewportPx / ROW_HEIGHT_PX) - 1)
}

/** The `topPx` nearest to the present one at which `row` is wholly in sight. */
export function topPxToShow(window: RowWindow, row: number): number {
  const rowTopPx = row * ROW_HEIGHT_PX
  const highest = rowTopPx + ROW_HEIGHT_PX - window.viewportPx
  return Math.min(Math.max(window.topPx, highest), rowTopPx)
}
