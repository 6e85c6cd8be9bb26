import { describe, expect, test } from 'vitest'
import type { TimelineExtent } from '../../../main/contract/timeline.ts'
import { spanOf } from '../../../renderer/canvas/time-view.ts'
import { useTimelineView } from '../../../renderer/components/timeline/use-timeline-view.ts'

const extent = (startNs: number, endNs: number, burstStartNs = startNs): TimelineExtent => ({
  startNs,
  endNs,
  burstStartNs,
  isComplete: true,
  laneRows: [2],
  hiddenLaneCount: 0,
})

describe('following', () => {
  test('shows the latest burst whole, as it grows', () => {
    const state = useTimelineView()
    state.setExtent(extent(1e6, 3e6), true)
    expect(state.view.value.fromNs).toBeLessThan(1e6)
    expect(state.view.value.toNs).toBeGreaterThan(3e6)
    state.setExtent(extent(1e6, 9e9, 8.9e9), true)
    expect(state.view.value.fromNs).toBeGreaterThan(8.8e9)
    expect(state.view.value.toNs).toBeGreaterThan(9e9)
  })

  test('goes on at the zoom that is chosen while calls run', () => {
    const state = useTimelineView()
    state.setExtent(extent(0, 1e9), true)
    state.zoom(5e8, 0.1)
    expect(state.following.value).toBe(true)
    const spanNs = spanOf(state.view.value)
    expect(spanNs).toBeCloseTo(1.04e8, -3)
    state.setExtent(extent(0, 2e9), true)
    expect(spanOf(state.view.value)).toBeCloseTo(spanNs, 0)
    expect(state.view.value.toNs).toBeGreaterThan(2e9)
  })

  test.each([
    ['panned', (state: ReturnType<typeof useTimelineView>) => state.pan(-5e8)],
    [
      'sent to a stretch',
      (state: ReturnType<typeof useTimelineView>) => state.show({ fromNs: 1e8, toNs: 2e8 }),
    ],
    ['sent to a call', (state: ReturnType<typeof useTimelineView>) => state.reveal({ fromNs: 1, toNs: 2 })],
  ])('ends when the view is %s, and begins again when asked to', (_how, move) => {
    const state = useTimelineView()
    state.setExtent(extent(0, 1e10, 9e9), true)
    move(state)
    const seen = state.view.value
    state.setExtent(extent(0, 2e10, 9e9), true)
    expect(state.following.value).toBe(false)
    expect(state.view.value).toEqual(seen)
    state.follow()
    expect(state.following.value).toBe(true)
    expect(state.view.value.toNs).toBeGreaterThan(2e10)
  })

  test('begins again at the end, while calls run', () => {
    const state = useTimelineView()
    state.setExtent(extent(0, 1e9), true)
    state.show({ fromNs: 1e8, toNs: 2e8 })
    state.pan(9e8 - 1e8)
    expect(state.following.value).toBe(true)
    state.setExtent(extent(0, 3e9), true)
    expect(state.view.value.toNs).toBeGreaterThan(3e9)
    expect(spanOf(state.view.value)).toBeLessThan(2e8)
  })
})

test('a finished trace is zoomed around the pointer', () => {
  const state = useTimelineView()
  state.setExtent(extent(0, 1e9), false)
  state.zoom(2.5e8, 0.01)
  expect(state.view.value.fromNs).toBeLessThan(2.5e8)
  expect(state.view.value.toNs).toBeGreaterThan(2.5e8)
  expect(state.following.value).toBe(false)
})

test('a call that is in sight moves nothing', () => {
  const state = useTimelineView()
  state.setExtent(extent(0, 1e9), false)
  const seen = state.view.value
  state.reveal({ fromNs: 5e8, toNs: 6e8 })
  expect(state.view.value).toBe(seen)
  expect(state.following.value).toBe(true)
})

test('the whole and the begin are shown when asked for', () => {
  const state = useTimelineView()
  state.setExtent(extent(1e9, 2e9), false)
  state.zoom(1.9e9, 0.01)
  state.showStart()
  expect(state.view.value.fromNs).toBeLessThan(1e9)
  expect(state.view.value.toNs).toBeLessThan(1.1e9)
  state.showWhole()
  expect(state.view.value.toNs).toBeGreaterThan(2e9)
})
