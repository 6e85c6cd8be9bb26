import { onScopeDispose, shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import type { SessionId } from '../../../main/contract/ids.ts'
import type { TraceStatus } from '../../../main/contract/traces.ts'
import type { Timeline, TimelineDensity } from '../../../main/contract/timeline.ts'
import type { Backend } from '../../backend/backend.ts'
import { spanOf, widen } from '../../canvas/time-view.ts'
import type { TimeView } from '../../canvas/time-view.ts'
import { createCoalescedRead, nextFrame } from '../calls/coalesced-read.ts'
import type { TimelineViewState } from './use-timeline-view.ts'

/** What is read beyond each edge of the view, in shares of it: a little panning finds it there. */
const OVERSCAN_SHARE = 0.5
/** Columns for each pixel of what is read; the service rounds their width up to a power of two. */
const COLUMNS_PER_PX = 1
const MOST_COLUMNS = 4096
/** Of all lanes together, so that an answer stays small. */
const MOST_CELLS = 60_000
/** How often calls in flight are drawn anew. */
const TICK_MS = 100
/** The minimap changes little by little. */
const DENSITY_WAIT_MS = 150
const PX_PER_DENSITY_COLUMN = 3

/** The part of the canvas that is to be filled. */
export interface TimelineFrame {
  widthPx: number
  /** The lanes in sight. */
  first: number
  count: number
}

export interface TimelineData {
  /** The last answer, for the view or one near to it. */
  readonly detail: Readonly<ShallowRef<Timeline['detail'] | null>>
  readonly density: Readonly<ShallowRef<TimelineDensity | null>>
}

/** Keeps what is in view, and a little beyond it, at the zoom of the view. */
export function useTimelineData(
  backend: Backend,
  sessionId: () => SessionId,
  trace: () => TraceStatus | null,
  { view, setExtent }: TimelineViewState,
  frame: () => TimelineFrame,
): TimelineData {
  const detail = shallowRef<Timeline['detail'] | null>(null)
  const density = shallowRef<TimelineDensity | null>(null)
  /** What the last answer is about. */
  let loaded: { view: TimeView; askedNs: number; first: number; end: number } | null = null
  let ticker: ReturnType<typeof setTimeout> | undefined

  const reader = createCoalescedRead(read, nextFrame)
  const densityReader = createCoalescedRead(readDensity, wait)

  function wait(): Promise<void> {
    // The first picture is not waited for.
    return density.value ? new Promise((resolve) => setTimeout(resolve, DENSITY_WAIT_MS)) : nextFrame()
  }

  async function read(): Promise<void> {
    clearTimeout(ticker)
    const { widthPx, first, count } = frame()
    if (widthPx <= 0) return
    const session = sessionId()
    const asked = widen(view.value, OVERSCAN_SHARE)
    const columnCount = Math.ceil(widthPx * COLUMNS_PER_PX * (1 + 2 * OVERSCAN_SHARE))
    const answer = await backend.call.readTimeline({
      sessionId: session,
      ...asked,
      columnCount: Math.max(
        1,
        Math.min(columnCount, MOST_COLUMNS, Math.ceil(MOST_CELLS / Math.max(1, count))),
      ),
      firstLane: first,
      laneCount: count,
    })
    if (!answer.ok || session !== sessionId()) return
    const isLive = (trace()?.inFlightCount ?? 0) > 0 || !answer.value.extent.isComplete
    loaded = { view: asked, askedNs: spanOf(asked), first, end: first + count }
    detail.value = answer.value.detail
    setExtent(answer.value.extent, isLive)
    readIfWanted()
    if (isLive && view.value.toNs >= answer.value.extent.endNs) ticker = setTimeout(reader.request, TICK_MS)
  }

  async function readDensity(): Promise<void> {
    const { widthPx } = frame()
    if (widthPx <= 0) return
    const session = sessionId()
    const columnCount = Math.max(1, Math.min(MOST_COLUMNS, Math.floor(widthPx / PX_PER_DENSITY_COLUMN)))
    const answer = await backend.call.readDensity({ sessionId: session, columnCount })
    if (!answer.ok || session !== sessionId()) return
    density.value = answer.value
    if (!answer.value.extent.isComplete) densityReader.request()
  }

  /** Reads if the last answer does not cover what is in sight, or is of another zoom. */
  function readIfWanted(): void {
    const { first, count } = frame()
    const spanNs = spanOf(view.value) * (1 + 2 * OVERSCAN_SHARE)
    const isCovered =
      loaded !== null &&
      loaded.view.fromNs <= Math.max(0, view.value.fromNs) &&
      loaded.view.toNs >= view.value.toNs &&
      loaded.first <= first &&
      loaded.end >= first + count &&
      (detail.value?.form === 'slices' || spanNs > loaded.askedNs * 0.75)
    if (!isCovered) reader.request()
  }

  watch([view, frame], readIfWanted)
  watch(
    [sessionId, trace, () => frame().widthPx],
    () => {
      reader.request()
      densityReader.request()
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    reader.dispose()
    densityReader.dispose()
    clearTimeout(ticker)
  })
  return { detail, density }
}
