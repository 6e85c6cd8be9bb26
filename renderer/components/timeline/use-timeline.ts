import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import type { ComputedRef, ShallowRef } from 'vue'
import type { CallRow } from '../../../main/contract/calls.ts'
import type { CallId, SessionId } from '../../../main/contract/ids.ts'
import type { TraceStatus } from '../../../main/contract/traces.ts'
import type { TimelineSlice } from '../../../main/contract/timeline.ts'
import type { Backend } from '../../backend/backend.ts'
import { AXIS_HEIGHT_PX } from '../../canvas/draw-timeline.ts'
import type { TimelineCursor } from '../../canvas/draw-timeline.ts'
import { findSlice } from '../../canvas/find-slice.ts'
import { lanesBetween, layOutLanes, placeAt } from '../../canvas/lane-layout.ts'
import type { LaneLayout } from '../../canvas/lane-layout.ts'
import { spanOf, toNs } from '../../canvas/time-view.ts'
import { describeColumn, describeSlice } from './tooltip-text.ts'
import type { TooltipText } from './tooltip-text.ts'
import { useTimelineData } from './use-timeline-data.ts'
import type { TimelineData } from './use-timeline-data.ts'
import type { Point } from './use-timeline-input.ts'
import { useTimelineView } from './use-timeline-view.ts'
import type { TimelineViewState } from './use-timeline-view.ts'

/** A call this near to the pointer counts as hit. */
const REACH_PX = 4
/** The pointer rests for this long before more is read about a call. */
const HOVER_WAIT_MS = 80

export interface TimelineModel {
  readonly state: TimelineViewState
  readonly data: TimelineData
  readonly layout: ComputedRef<LaneLayout>
  readonly scrollPx: Readonly<ShallowRef<number>>
  /** Where the keyboard is: a row, at the middle of the view. */
  readonly cursor: ComputedRef<TimelineCursor>
  readonly tooltip: ComputedRef<(TooltipText & Point) | null>
  hover(at: Point | null): void
  /** Moves the lanes. */
  scrollBy(byPx: number): void
  /** Moves the keyboard's place by rows. */
  moveCursor(byRows: number): void
  /** The call at a place, or that of the keyboard; where calls are too many, the first one there. */
  findCall(at: Point | 'cursor'): Promise<CallId | null>
  sliceAt(at: Point): TimelineSlice | null
}

/** All that a timeline of some size shows of a session, and where in it what lies. */
export function useTimeline(
  backend: Backend,
  sessionId: () => SessionId,
  trace: () => TraceStatus | null,
  size: () => { widthPx: number; heightPx: number },
): TimelineModel {
  const state = useTimelineView()
  const { view, extent } = state
  const scrollPx = shallowRef(0)
  const hovered = shallowRef<Point | null>(null)
  const hoveredRow = shallowRef<CallRow | null>(null)
  const cursorPlace = shallowRef({ lane: 0, row: 0 })
  let hoverTimer: ReturnType<typeof setTimeout> | undefined

  const roomPx = computed(() => Math.max(0, size().heightPx - AXIS_HEIGHT_PX))
  // The lanes change seldom, the extent all the time.
  const laneKey = computed(() => extent.value.laneRows.join(' '))
  const layout = computed(() =>
    layOutLanes(laneKey.value ? laneKey.value.split(' ').map(Number) : [], roomPx.value),
  )
  const lanesInSight = computed(() => {
    // Before the first answer nobody knows how many there are.
    if (layout.value.lanes.length === 0) return { first: 0, count: 4 }
    return lanesBetween(layout.value, scrollPx.value, scrollPx.value + roomPx.value)
  })
  const data = useTimelineData(backend, sessionId, trace, state, () => ({
    widthPx: size().widthPx,
    ...lanesInSight.value,
  }))

  const nsPerPx = () => spanOf(view.value) / Math.max(1, size().widthPx)
  const instantAt = (xPx: number) => toNs(view.value, size().widthPx, xPx)

  function locate({ xPx, yPx }: Point): { lane: number; row: number | null; atNs: number } | null {
    const place = yPx < AXIS_HEIGHT_PX ? null : placeAt(layout.value, yPx - AXIS_HEIGHT_PX + scrollPx.value)
    return place && { lane: place.lane, row: layout.value.isCompact ? null : place.row, atNs: instantAt(xPx) }
  }

  function sliceAt(at: Point): TimelineSlice | null {
    const place = locate(at)
    const detail = data.detail.value
    return place && detail?.form === 'slices' ? findSlice(detail, place, REACH_PX * nsPerPx()) : null
  }

  /** What cannot be told apart on the screen is asked for, as close as it takes. */
  async function findInColumn(place: {
    lane: number
    row: number | null
    atNs: number
  }): Promise<CallId | null> {
    const halfNs = Math.max(nsPerPx(), 1)
    const answer = await backend.call.readTimeline({
      sessionId: sessionId(),
      fromNs: Math.max(0, place.atNs - halfNs),
      toNs: Math.max(0, place.atNs + halfNs),
      columnCount: 1,
      firstLane: place.lane,
      laneCount: 1,
    })
    if (!answer.ok) return null
    const { detail, firstCallId } = answer.value
    return detail.form === 'slices' ? (findSlice(detail, place, halfNs)?.id ?? null) : firstCallId
  }

  const cursor = computed((): TimelineCursor => {
    const { lane, row } = cursorPlace.value
    return { lane, row, atNs: (view.value.fromNs + view.value.toNs) / 2 }
  })

  async function findCall(at: Point | 'cursor'): Promise<CallId | null> {
    const detail = data.detail.value
    if (at === 'cursor') {
      const { lane, row, atNs } = cursor.value
      const place = { lane, row: layout.value.isCompact ? null : row, atNs }
      // A keyboard cannot aim: what is nearest in the row and in sight is meant.
      if (detail?.form === 'slices') return findSlice(detail, place, spanOf(view.value) / 2)?.id ?? null
      return findInColumn(place)
    }
    const place = locate(at)
    if (!place) return null
    return detail?.form === 'slices' ? (sliceAt(at)?.id ?? null) : findInColumn(place)
  }

  const tooltip = computed(() => {
    const at = hovered.value
    const detail = data.detail.value
    const place = at && locate(at)
    if (!place || !detail) return null
    if (detail.form === 'columns') {
      const text = describeColumn(detail, place)
      return text && { ...text, ...at }
    }
    const slice = sliceAt(at)
    if (!slice) return null
    const row = hoveredRow.value?.id === slice.id ? hoveredRow.value : null
    return { ...describeSlice(slice, detail.functions[slice.functionIndex]!, row), ...at }
  })

  async function readHovered(): Promise<void> {
    const slice = hovered.value && sliceAt(hovered.value)
    if (!slice || hoveredRow.value?.id === slice.id) return
    const answer = await backend.call.readCall({ sessionId: sessionId(), callId: slice.id })
    if (answer.ok) hoveredRow.value = answer.value
  }

  function scrollTo(wantedPx: number): void {
    scrollPx.value = Math.max(0, Math.min(wantedPx, layout.value.totalPx - roomPx.value))
  }

  watch(layout, () => scrollTo(scrollPx.value))
  onScopeDispose(() => clearTimeout(hoverTimer))

  return {
    state,
    data,
    layout,
    scrollPx,
    cursor,
    tooltip,
    hover(at) {
      hovered.value = at
      clearTimeout(hoverTimer)
      if (at) hoverTimer = setTimeout(() => void readHovered(), HOVER_WAIT_MS)
    },
    scrollBy: (byPx) => scrollTo(scrollPx.value + byPx),
    moveCursor(byRows) {
      const { lanes, isCompact } = layout.value
      const places = lanes.flatMap(({ rowCount }, lane) =>
        Array.from({ length: isCompact ? 1 : rowCount }, (_, row) => ({ lane, row })),
      )
      const { lane, row } = cursorPlace.value
      const at = places.findIndex((place) => place.lane === lane && place.row === row)
      const next = places[Math.max(0, Math.min(places.length - 1, at + byRows))]
      if (!next) return
      cursorPlace.value = next
      const { topPx, heightPx } = lanes[next.lane]!
      if (topPx < scrollPx.value) scrollTo(topPx)
      else if (topPx + heightPx > scrollPx.value + roomPx.value) scrollTo(topPx + heightPx - roomPx.value)
    },
    findCall,
    sliceAt,
  }
}
