/**
 * The two spaces that a timeline is laid out in. Nothing else converts between them.
 *
 * - Session nanoseconds (`…Ns`): the session's clock, from its begin. Everything that the service says is in these.
 * - View pixels (`…Px`): CSS pixels from the left edge of what is drawn, whatever the screen's density.
 */

/** The stretch of session time that a view of some width shows. */
export interface TimeView {
  fromNs: number
  toNs: number
}

/** A stretch of session time, the first instant before the last. */
export type TimeRange = TimeView

/** Closer than this there is nothing to see: the clock itself has steps. */
const SHORTEST_VIEW_NS = 200
/** How much of a view may lie beyond either end of the trace. */
const BLANK_SHARE = 0.5
/** Left free on either side of what is shown whole. */
const MARGIN_SHARE = 0.02

export function spanOf({ fromNs, toNs }: TimeView): number {
  return toNs - fromNs
}

export function toPx(view: TimeView, widthPx: number, atNs: number): number {
  return ((atNs - view.fromNs) / spanOf(view)) * widthPx
}

export function toNs(view: TimeView, widthPx: number, atPx: number): number {
  return view.fromNs + (atPx / widthPx) * spanOf(view)
}

/** Shows `factor` times as much time; the instant `atNs` stays where it is. */
export function zoomAt(view: TimeView, atNs: number, factor: number): TimeView {
  return { fromNs: atNs + (view.fromNs - atNs) * factor, toNs: atNs + (view.toNs - atNs) * factor }
}

/** Shows what comes `byNs` later. */
export function panBy(view: TimeView, byNs: number): TimeView {
  return { fromNs: view.fromNs + byNs, toNs: view.toNs + byNs }
}

/** Shows a stretch whole, with a little room on either side. */
export function fit({ fromNs, toNs }: TimeRange): TimeView {
  const spanNs = Math.max(SHORTEST_VIEW_NS, toNs - fromNs)
  return { fromNs: fromNs - spanNs * MARGIN_SHARE, toNs: fromNs + spanNs * (1 + MARGIN_SHARE) }
}

/** The nearest view that is neither too close nor too far, and shows something of the trace. */
export function clampView(view: TimeView, trace: TimeRange): TimeView {
  const whole = fit(trace)
  if (spanOf(view) >= spanOf(whole)) return whole
  const spanNs = Math.max(spanOf(view), SHORTEST_VIEW_NS)
  const middleNs = (view.fromNs + view.toNs) / 2
  const blankNs = spanNs * BLANK_SHARE
  const lowestNs = Math.min(whole.fromNs, trace.fromNs - blankNs)
  const highestNs = Math.max(whole.toNs, trace.toNs + blankNs) - spanNs
  const fromNs = Math.min(Math.max(middleNs - spanNs / 2, lowestNs), highestNs)
  return { fromNs, toNs: fromNs + spanNs }
}

/** A view of which some of a stretch is in sight: the same one, or one with the stretch in its middle, all of it. */
export function moveToShow(view: TimeView, range: TimeRange): TimeView {
  if (range.toNs > view.fromNs && range.fromNs < view.toNs) return view
  const spanNs = spanOf(view)
  if (range.toNs - range.fromNs > spanNs) return fit(range)
  const middleNs = (range.fromNs + range.toNs) / 2
  return { fromNs: middleNs - spanNs / 2, toNs: middleNs + spanNs / 2 }
}

/** Widens a view to either side by `share` of itself; not to before the session's begin. */
export function widen(view: TimeView, share: number): TimeView {
  const byNs = spanOf(view) * share
  return { fromNs: Math.max(0, view.fromNs - byNs), toNs: Math.max(0, view.toNs + byNs) }
}
