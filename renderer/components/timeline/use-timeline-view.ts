import { readonly, shallowRef } from 'vue'
import type { ShallowRef } from 'vue'
import type { TimelineExtent } from '../../../main/contract/timeline.ts'
import { clampView, fit, moveToShow, panBy, spanOf, zoomAt } from '../../canvas/time-view.ts'
import type { TimeRange, TimeView } from '../../canvas/time-view.ts'

/** A view that is this near to the end, in shares of itself, is at the end. */
const END_SHARE = 0.05

export interface TimelineViewState {
  readonly view: Readonly<ShallowRef<TimeView>>
  readonly extent: Readonly<ShallowRef<TimelineExtent>>
  /** Whether the view keeps to the end of the trace. */
  readonly following: Readonly<ShallowRef<boolean>>
  /** Takes over how far the trace has grown; `isLive` while calls run. */
  setExtent(extent: TimelineExtent, isLive: boolean): void
  /** Shows `factor` times as much time around an instant. */
  zoom(atNs: number, factor: number): void
  pan(byNs: number): void
  /** Shows a stretch whole. */
  show(range: TimeRange): void
  /** Moves to a stretch, if it is not in sight. */
  reveal(range: TimeRange): void
  showWhole(): void
  /** Shows the first instant, at the present zoom. */
  showStart(): void
  /** Keeps to the latest burst of calls from now on, all of it in view. */
  follow(): void
}

/**
 * What of a session's time is in view. At first that is the latest burst of calls, and goes on being so. Who zooms
 * while calls run keeps the end in view, at that zoom; who moves away from the end stays there.
 */
export function useTimelineView(): TimelineViewState {
  const view = shallowRef<TimeView>({ fromNs: 0, toNs: 1e9 })
  const extent = shallowRef<TimelineExtent>({
    startNs: 0,
    endNs: 0,
    burstStartNs: 0,
    isComplete: true,
    laneRows: [],
    hiddenLaneCount: 0,
  })
  const following = shallowRef(true)
  /** How much is shown while following; null for the whole burst. */
  let followedNs: number | null = null
  let live = false

  const whole = (): TimeRange => ({ fromNs: extent.value.startNs, toNs: extent.value.endNs })

  function keepToEnd(): void {
    const { burstStartNs, endNs } = extent.value
    if (followedNs === null) view.value = fit({ fromNs: burstStartNs, toNs: endNs })
    else
      view.value = {
        fromNs: endNs - followedNs * (1 - END_SHARE / 2),
        toNs: endNs + followedNs * (END_SHARE / 2),
      }
  }

  function leave(next: TimeView): void {
    following.value = false
    view.value = clampView(next, whole())
  }

  return {
    view,
    extent,
    following: readonly(following),
    setExtent(next, isLive) {
      extent.value = next
      live = isLive
      if (following.value) keepToEnd()
    },
    zoom(atNs, factor) {
      const zoomed = clampView(zoomAt(view.value, atNs, factor), whole())
      if (following.value && live) {
        followedNs = spanOf(zoomed)
        keepToEnd()
      } else leave(zoomed)
    },
    pan(byNs) {
      const spanNs = spanOf(view.value)
      leave(panBy(view.value, byNs))
      if (byNs <= 0 || !live || Math.abs(view.value.toNs - extent.value.endNs) > spanNs * END_SHARE) return
      followedNs = spanNs
      following.value = true
      keepToEnd()
    },
    show: (range) => leave(fit(range)),
    reveal(range) {
      const next = moveToShow(view.value, range)
      if (next !== view.value) leave(next)
    },
    showWhole: () => leave(fit(whole())),
    showStart: () =>
      leave(panBy(view.value, extent.value.startNs - spanOf(view.value) * 0.02 - view.value.fromNs)),
    follow() {
      followedNs = null
      following.value = true
      keepToEnd()
    },
  }
}
