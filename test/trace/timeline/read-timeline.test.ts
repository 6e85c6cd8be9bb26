import { describe, expect, test } from 'vitest'
import { SLICE_LIMIT } from '../../../main/contract/timeline.ts'
import type { TimelineColumns } from '../../../main/contract/timeline.ts'
import { TimelineReader } from '../../../main/trace/timeline/read-timeline.ts'
import { Timeline } from '../../../main/trace/timeline/timeline.ts'
import { createRandom, makeRandomTrace } from './random-trace.ts'
import type { KnownCall, RandomTrace } from './random-trace.ts'

const ALL_LANES = { firstLane: 0, laneCount: 256 }

/** Time of guest, host and suspended in one column, from the calls themselves. */
function sumNaively(known: readonly KnownCall[], lane: number, fromNs: number, toNs: number): number[] {
  const within = (startNs: number, endNs: number) =>
    Math.max(0, Math.min(endNs, toNs) - Math.max(startNs, fromNs))
  let [activationNs, hostNs, suspendedNs] = [0, 0, 0]
  for (const call of known) {
    if (call.lane !== lane) continue
    if (call.isActivation) activationNs += within(call.startNs, call.endNs)
    else {
      hostNs += within(call.startNs, call.startNs + call.hostNs)
      suspendedNs += within(call.startNs + call.hostNs, call.endNs)
    }
  }
  return [Math.max(0, activationNs - hostNs - suspendedNs), hostNs, suspendedNs]
}

function expectColumns(trace: RandomTrace, columns: TimelineColumns, seed: number): void {
  const random = createRandom(seed)
  const columnCount = Math.max(...columns.lanes.map((shares) => shares.length)) / 3
  for (let sample = 0; sample < 60; sample++) {
    const lane = Math.floor(random() * columns.lanes.length)
    const column = Math.floor(random() * columnCount)
    const fromNs = columns.fromNs + column * columns.columnNs
    const shares = columns.lanes[lane]!
    const found = shares.length === 0 ? [0, 0, 0] : Array.from(shares.subarray(3 * column, 3 * column + 3))
    const sums = sumNaively(trace.known, lane, fromNs, fromNs + columns.columnNs)
    for (const [part, timeNs] of sums.entries()) {
      const exact = Math.min(255, (timeNs / columns.columnNs) * 255)
      expect(Math.abs(found[part]! - exact), `lane ${lane}, column ${column}`).toBeLessThanOrEqual(1.01)
    }
  }
}

describe.each([
  ['without overlap', { overlap: 0, magnitude: 5 }],
  ['with much overlap', { overlap: 0.9, magnitude: 5 }],
  ['of nanoseconds', { overlap: 0.3, magnitude: 2 }],
  ['of up to seconds', { overlap: 0.3, magnitude: 9 }],
  ['with levels given up for want of memory', { overlap: 0.3, magnitude: 6, limitBytes: 60_000 }],
])('a trace of calls %s', (_what, options) => {
  const traces = [1, 2, 3].map((seed) => makeRandomTrace(seed, 12_000, options))

  test('has the columns that a sum over all calls gives, at any zoom', () => {
    let columnsSeen = 0
    for (const [index, trace] of traces.entries()) {
      const reader = new TimelineReader(trace.calls, trace.timeline, trace.nowNs)
      const random = createRandom(index + 77)
      const { startNs, endNs } = reader.density(10).extent
      for (let zoom = 0; zoom < 12; zoom++) {
        const spanNs = (endNs - startNs) * (zoom === 0 ? 1 : 0.2 + 0.8 * random())
        const fromNs = startNs + (endNs - startNs - spanNs) * random()
        const columnCount = 10 + Math.floor(random() * 600)
        const { detail } = reader.read({ fromNs, toNs: fromNs + spanNs, columnCount, ...ALL_LANES })
        if (detail.form === 'slices') continue
        columnsSeen++
        expectColumns(trace, detail, zoom + 1)
      }
    }
    expect(columnsSeen).toBeGreaterThan(10)
  })

  test('has each call in sight as a slice where they are few', () => {
    for (const [index, { calls, timeline, known, nowNs }] of traces.entries()) {
      const reader = new TimelineReader(calls, timeline, nowNs)
      const random = createRandom(index + 99)
      for (let zoom = 0; zoom < 10; zoom++) {
        const first = known[Math.floor(random() * known.length)]!
        const last = known[Math.min(known.length - 1, first.id + Math.floor(random() * 900))]!
        const [fromNs, toNs] = [first.startNs + Math.floor(random() * 3), last.startNs]
        if (fromNs >= toNs) continue
        const answer = reader.read({ fromNs, toNs, columnCount: 500, firstLane: 0, laneCount: 2 })
        if (answer.detail.form !== 'slices') throw new Error('columns')
        const inSight = known.filter(
          ({ startNs, endNs, lane, row }) =>
            lane < 2 && row < 8 && startNs < toNs && (startNs >= fromNs || endNs > fromNs),
        )
        expect(
          answer.detail.slices.map(({ id, lane, row, startNs, endNs, hostNs }) => ({
            id,
            lane,
            row,
            startNs,
            endNs,
            hostNs,
          })),
        ).toEqual(
          inSight.map(({ id, lane, row, startNs, endNs, hostNs }) => ({
            id,
            lane,
            row,
            startNs,
            endNs,
            hostNs,
          })),
        )
        const begun = known.filter(({ startNs }) => startNs >= fromNs && startNs < toNs)
        expect([answer.callCount, answer.firstCallId]).toEqual([begun.length, begun[0]?.id ?? null])
      }
    }
  })

  test('counts each call once in its density', () => {
    for (const { calls, timeline, known, nowNs } of traces) {
      for (const columnCount of [7, 100, 1000]) {
        const { fromNs, columnNs, callCounts } = new TimelineReader(calls, timeline, nowNs).density(
          columnCount,
        )
        const expected = callCounts.map(() => 0)
        for (const { startNs } of known) expected[Math.floor((startNs - fromNs) / columnNs)]!++
        expect(callCounts).toEqual(expected)
      }
    }
  })

  test('says how many rows each lane needs', () => {
    const { calls, timeline, known, nowNs } = traces[0]!
    const rows = new Map<number, number>()
    for (const { lane, row } of known) rows.set(lane, Math.min(8, Math.max(rows.get(lane) ?? 1, row + 1)))
    const { laneRows } = new TimelineReader(calls, timeline, nowNs).density(10).extent
    const expected = [...rows].sort(([a], [b]) => a - b).map(([, count]) => count)
    expect(laneRows).toEqual(expected.slice(0, 256))
  })
})

test('calls that were there before are taken in as if they were recorded then', { timeout: 240_000 }, () => {
  const { calls, timeline, known, nowNs } = makeRandomTrace(9, 120_000, { overlap: 0.2, magnitude: 5 })
  for (const id of [...calls.running].toReversed()) {
    const { hostNs, suspendedNs } = calls.timesOf(id, nowNs)
    calls.end(id, 1, nowNs, hostNs, suspendedNs, new Uint32Array(0), 0)
    timeline.end(id)
  }
  const later = new Timeline(calls)
  // Too many to be taken in at once: until then there is what there is so far.
  later.catchUp()
  expect(later.extent(nowNs).isComplete).toBe(false)
  expect(later.extent(nowNs).endNs).toBeLessThan(nowNs)
  later.catchUp()
  expect(later.extent(nowNs)).toEqual(timeline.extent(nowNs))
  const readers = [
    new TimelineReader(calls, timeline, nowNs),
    new TimelineReader(calls, later, nowNs),
  ] as const
  for (const share of [1, 0.1, 0.001]) {
    const window = {
      fromNs: nowNs * (1 - share) * 0.7,
      toNs: nowNs * (0.7 + share * 0.3),
      columnCount: 300,
      ...ALL_LANES,
    }
    expect(readers[1].read(window)).toEqual(readers[0].read(window))
  }
  expect(readers[1].density(100)).toEqual(readers[0].density(100))
  expect(later.firstFrom(known[99_000]!.startNs)).toBeLessThanOrEqual(known[99_000]!.id)
})

test('an empty trace is an empty timeline', () => {
  const { calls, timeline } = makeRandomTrace(1, 0, { overlap: 0, magnitude: 1 })
  const reader = new TimelineReader(calls, timeline, 5000)
  expect(reader.read({ fromNs: 0, toNs: 1e9, columnCount: 100, ...ALL_LANES })).toEqual({
    extent: { startNs: 0, endNs: 0, burstStartNs: 0, isComplete: true, laneRows: [], hiddenLaneCount: 0 },
    callCount: 0,
    firstCallId: null,
    detail: { form: 'slices', functions: [], slices: [] },
  })
  expect(reader.density(10).callCounts).toEqual([0])
})

test('calls in more lanes than are drawn are counted, and the lanes too', () => {
  const { calls, timeline } = makeRandomTrace(1, 0, { overlap: 0, magnitude: 1 })
  calls.definitions[0] = { kind: 'export', module: null, name: 'run', params: [], results: [] }
  for (let id = 1; id <= 300; id++) {
    calls.begin(id, 0, 0, id, new Uint32Array(0), 0)
    timeline.begin(id, 0, id)
  }
  const reader = new TimelineReader(calls, timeline, 1000)
  const { extent, detail } = reader.read({ fromNs: 0, toNs: 1000, columnCount: 10, ...ALL_LANES })
  expect([extent.laneRows.length, extent.hiddenLaneCount]).toEqual([256, 44])
  expect(detail.form === 'slices' && detail.slices.length).toBe(256)
  const { callCounts } = reader.density(10)
  expect(callCounts.reduce((sum, count) => sum + count, 0)).toBe(300)
})

test('an answer never has more slices than it may', () => {
  const { calls, timeline, nowNs } = makeRandomTrace(5, SLICE_LIMIT + 500, { overlap: 0.2, magnitude: 4 })
  const { detail, callCount } = new TimelineReader(calls, timeline, nowNs).read({
    fromNs: 0,
    toNs: nowNs,
    columnCount: 100,
    ...ALL_LANES,
  })
  expect([callCount, detail.form]).toEqual([SLICE_LIMIT + 500, 'columns'])
})
