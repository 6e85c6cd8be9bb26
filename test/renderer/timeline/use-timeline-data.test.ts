import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { effectScope, nextTick, shallowRef } from 'vue'
import type { EffectScope } from 'vue'
import type { TraceStatus } from '../../../main/contract/traces.ts'
import type { Timeline, TimelineDensity } from '../../../main/contract/timeline.ts'
import type { Backend } from '../../../renderer/backend/backend.ts'
import { spanOf } from '../../../renderer/canvas/time-view.ts'
import { useTimelineData } from '../../../renderer/components/timeline/use-timeline-data.ts'
import { useTimelineView } from '../../../renderer/components/timeline/use-timeline-view.ts'

let scope: EffectScope
beforeEach(() => {
  vi.stubGlobal('requestAnimationFrame', (callback: () => void) => setTimeout(callback))
  scope = effectScope()
})
afterEach(() => {
  scope.stop()
  vi.unstubAllGlobals()
})

interface Request {
  fromNs: number
  toNs: number
  columnCount: number
  firstLane: number
  laneCount: number
}

/** A timeline of a trace from 1 s to `endNs`, of which every answer is columns. */
function createFixture(form: 'columns' | 'slices') {
  const trace = shallowRef({ callCount: 1, inFlightCount: 0 } as TraceStatus)
  const frame = shallowRef({ widthPx: 1000, first: 0, count: 3 })
  const requests: Request[] = []
  const state = useTimelineView()
  const extent = {
    startNs: 1e9,
    endNs: 3e9,
    burstStartNs: 1e9,
    isComplete: true,
    laneRows: [2, 2, 2],
    hiddenLaneCount: 0,
  }
  const backend = {
    call: {
      async readTimeline(request: Request) {
        requests.push(request)
        await new Promise(setImmediate)
        const detail =
          form === 'slices'
            ? { form, functions: [], slices: [] }
            : { form, fromNs: 0, columnNs: 1, lanes: [], firstLane: 0 }
        return {
          ok: true,
          value: { extent: { ...extent }, callCount: 0, firstCallId: null, detail } as Timeline,
        }
      },
      async readDensity() {
        await new Promise(setImmediate)
        const value = { extent, fromNs: 0, columnNs: 1, callCounts: [], shares: new Uint8Array() }
        return { ok: true, value: value as TimelineDensity }
      },
    },
  } as unknown as Backend
  scope.run(() =>
    useTimelineData(
      backend,
      () => 'first',
      () => trace.value,
      state,
      () => frame.value,
    ),
  )
  return {
    state,
    trace,
    frame,
    extent,
    requests,
    async settle() {
      for (let quiet = 0, seen = -1; quiet < 5; quiet = seen === requests.length ? quiet + 1 : 0) {
        seen = requests.length
        await nextTick()
        await new Promise((resolve) => setTimeout(resolve, 3))
      }
    },
  }
}

test('what is in view is read, and a little beyond it', async () => {
  const { state, requests, settle } = createFixture('columns')
  await settle()
  const { fromNs, toNs, firstLane, laneCount, columnCount } = requests.at(-1)!
  expect(fromNs).toBeLessThan(state.view.value.fromNs)
  expect(toNs).toBeGreaterThan(state.view.value.toNs)
  expect(toNs - fromNs).toBeLessThan(spanOf(state.view.value) * 2.1)
  expect([firstLane, laneCount]).toEqual([0, 3])
  expect(columnCount).toBeLessThanOrEqual(4096)
})

test('a little panning asks for nothing, and more for what then comes into view', async () => {
  const { state, requests, settle } = createFixture('columns')
  await settle()
  state.zoom(2e9, 0.01)
  await settle()
  const before = requests.length
  state.pan(spanOf(state.view.value) * 0.3)
  await settle()
  expect(requests.length).toBe(before)
  state.pan(spanOf(state.view.value) * 0.3)
  await settle()
  expect(requests.length).toBe(before + 1)
  expect(requests.at(-1)!.toNs).toBeGreaterThan(state.view.value.toNs)
})

test('a closer look asks for finer columns, but not for calls that are there already', async () => {
  for (const form of ['columns', 'slices'] as const) {
    const { state, requests, settle } = createFixture(form)
    await settle()
    const before = requests.length
    state.zoom(2e9, 0.5)
    await settle()
    expect(requests.length).toBe(form === 'columns' ? before + 1 : before)
  }
})

test('other lanes are asked for when they come into sight', async () => {
  const { frame, requests, settle } = createFixture('slices')
  await settle()
  frame.value = { ...frame.value, first: 40, count: 12 }
  await settle()
  expect([requests.at(-1)!.firstLane, requests.at(-1)!.laneCount]).toEqual([40, 12])
})

test('many lanes get wider columns, so that an answer stays small', async () => {
  const { frame, requests, settle } = createFixture('columns')
  frame.value = { ...frame.value, count: 200 }
  await settle()
  expect(requests.at(-1)!.columnCount * 200).toBeLessThan(61_000)
})

test('a trace that grows is read again, and followed', async () => {
  const { state, trace, extent, requests, settle } = createFixture('slices')
  await settle()
  const before = requests.length
  extent.endNs = 9e9
  trace.value = { callCount: 2, inFlightCount: 0 } as TraceStatus
  await settle()
  expect(requests.length).toBeGreaterThan(before)
  expect(state.view.value.toNs).toBeGreaterThan(9e9)
  expect(requests.at(-1)!.toNs).toBeGreaterThan(9e9)
})
