/** A timeline is read from a file as it was, and goes on from there. */
import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import { ByteSink, MalformedBytes } from '../../main/session-file/bytes.ts'
import { readTimeline, writeTimeline } from '../../main/session-file/timeline-codec.ts'
import { OUTCOMES } from '../../main/trace/events.ts'
import { TimelineReader } from '../../main/trace/timeline/read-timeline.ts'
import type { SavedColumn, SavedTimeline } from '../../main/trace/timeline/saved-timeline.ts'
import type { SavedRest } from '../../main/trace/timeline/timeline.ts'
import { Timeline } from '../../main/trace/timeline/timeline.ts'
import { createRandom, makeRandomTrace } from '../trace/timeline/random-trace.ts'
import type { RandomTrace } from '../trace/timeline/random-trace.ts'

const RETURNED = OUTCOMES.indexOf('returned')
const NO_VALUES = new Uint32Array(0)

function encode(timeline: Timeline): Uint8Array {
  const sink = new ByteSink()
  writeTimeline(sink, timeline.save())
  return sink.written.slice()
}

/** What is drawn at some zooms. */
function readZooms({ calls, timeline, nowNs }: Omit<RandomTrace, 'known'>): unknown[] {
  const reader = new TimelineReader(calls, timeline, nowNs)
  const random = createRandom(5)
  const { startNs, endNs } = reader.density(100).extent
  const read: unknown[] = [reader.density(100)]
  for (let zoom = 0; zoom < 20; zoom++) {
    const spanNs = (endNs - startNs) * (zoom === 0 ? 1 : random() ** 2)
    const fromNs = startNs + (endNs - startNs - spanNs) * random()
    read.push(reader.read({ fromNs, toNs: fromNs + spanNs, columnCount: 300, firstLane: 0, laneCount: 256 }))
  }
  return read
}

/** There is too much of it for a difference to be shown. */
function expectSame(trace: RandomTrace, timeline: Timeline): void {
  expect(isDeepStrictEqual(readZooms({ ...trace, timeline }), readZooms(trace))).toBe(true)
}

test.each<[what: string, options: { overlap: number; magnitude: number; limitBytes?: number }]>([
  ['without overlap', { overlap: 0, magnitude: 5 }],
  ['with much overlap', { overlap: 0.9, magnitude: 5 }],
  ['with levels given up for want of memory', { overlap: 0.3, magnitude: 6, limitBytes: 60_000 }],
])('a timeline %s is the same when it is read again, and later', (_what, options) => {
  for (const seed of [1, 2, 3]) {
    const trace = makeRandomTrace(seed, 4_000, options)
    const restored = new Timeline(trace.calls, options.limitBytes)
    restored.restore(readTimeline(encode(trace.timeline)), trace.calls.running)
    expect(restored.extent(trace.nowNs).isComplete).toBe(true)
    expectSame(trace, restored)
    const { calls, nowNs } = trace
    for (const id of [...calls.running].sort((a, b) => b - a)) {
      calls.end(id, RETURNED, nowNs, 0, 0, NO_VALUES, 0)
      for (const timeline of [trace.timeline, restored]) timeline.end(id)
    }
    const id = calls.callCount + 1
    calls.begin(id, 0, 0, nowNs + 10, NO_VALUES, 0)
    for (const timeline of [trace.timeline, restored]) timeline.begin(id, 0, nowNs + 10)
    calls.end(id, RETURNED, nowNs + 1000, 0, 0, NO_VALUES, 0)
    for (const timeline of [trace.timeline, restored]) timeline.end(id)
    expectSame(trace, restored)
  }
})

test('bytes that end too early, or are of no known kind, are refused', () => {
  const bytes = encode(makeRandomTrace(1, 100, { overlap: 0, magnitude: 3 }).timeline)
  expect(() => readTimeline(bytes.slice(0, bytes.length - 1))).toThrow(MalformedBytes)
  // What there is besides columns, and their count, come first.
  const textBytes = new DataView(bytes.buffer).getUint32(0, true)
  const altered = Uint8Array.from(bytes)
  altered[4 + textBytes + 4] = 9
  expect(() => readTimeline(altered)).toThrow('a column has no known type')
})

test.each<[what: string, change: (saved: SavedTimeline<SavedRest>) => void]>([
  ['other calls', ({ rest }) => rest.callCount++],
  ['not all of its columns', ({ columns }) => columns.pop()],
  ['a column of another length', ({ columns }) => (columns[0] = new Float64Array(7))],
  ['something that is no number', ({ columns }) => columns.find(isFloats)!.fill(NaN)],
  ['more lanes than calls', ({ rest }) => (rest.lanes.laneCount = 1e6)],
  ['a place of no lane', ({ rest }) => (rest.lanes.running[0]![1].lane = 1e6)],
  ['a call that there is not', ({ rest }) => (rest.records[0]!.running = [1e6])],
  ['a level that there is not', ({ rest }) => rest.records[0]!.bucketLevels.unshift(99)],
  ['not all that run', ({ rest }) => (rest.lanes.running = [])],
])('a timeline with %s is refused', (what, change) => {
  const { timeline, calls } = makeRandomTrace(1, 400, { overlap: 0.9, magnitude: 5 })
  const saved = readTimeline(encode(timeline))
  expect(saved.rest.lanes.running).not.toEqual([])
  change(saved)
  expect(() => new Timeline(calls).restore(saved, calls.running)).toThrow(what)
})

/** Of which none may be missing; the first one of all begins with a time before all calls. */
function isFloats(column: SavedColumn, index: number): boolean {
  return index > 0 && column instanceof Float64Array && column.length > 0
}
