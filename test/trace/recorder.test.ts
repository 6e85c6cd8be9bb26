/** Calls that are told of in the event with which they began, whatever the reader does meanwhile. */
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Recorder } from '../../main/host/recorder.ts'
import { References } from '../../main/host/references.ts'
import { readCallRow, readCallRows } from '../../main/trace/call-row.ts'
import { FoldedRows, NOTHING_FOLDED } from '../../main/trace/folded-rows.ts'
import { createRing, RingWriter } from '../../main/trace/ring.ts'
import { Trace } from '../../main/trace/trace.ts'
import { TraceFeed } from '../../main/trace/trace-feed.ts'

const definition = {
  kind: 'import' as const,
  module: 'env',
  name: 'f',
  params: ['i32', 'i64'],
  results: ['f64'],
}
/** Longer than it takes until the reader believes what is not published. */
const MOMENT_MS = 5

function create(limitBytes = 1 << 30) {
  const ring = createRing(256 * 1024)
  const trace = new Trace(limitBytes)
  const feed = new TraceFeed(ring, trace)
  const writer = new RingWriter(ring, () => {})
  const recorder = new Recorder(writer, new References(), process.hrtime())
  const traced = recorder.define(definition)
  const begin = (parent = 0, startNs = 10): number => recorder.enterImport(traced, parent, [-1, -2n], startNs)
  return { trace, feed, writer, recorder, traced, begin }
}

type Created = ReturnType<typeof create>

/** The rows once the reader has looked twice. */
async function read({ trace, feed }: Created): Promise<unknown> {
  for (let look = 0; look < 2; look++) {
    await delay(MOMENT_MS)
    feed.drain(Infinity)
  }
  return readCallRows(trace.calls, new FoldedRows(trace.calls, NOTHING_FOLDED), 0, 10, 1000).map(
    ({ outcome, params, results, startNs, endNs, hostNs, suspendedNs, suspended }) => ({
      outcome,
      values: params.map(({ value }) => value),
      results: results?.map(({ value }) => value) ?? null,
      times: [startNs, endNs, hostNs, suspendedNs],
      suspended,
    }),
  )
}

const call = { values: [-1, '-2'], suspended: false }
const running = { ...call, outcome: 'running', results: null, times: [10, null, 990, 0] }
const suspended = { ...running, times: [10, null, 5, 985], suspended: true }
const returned = { ...call, outcome: 'returned', results: [0.5], times: [10, 30, 20, 0] }
const resumed = { ...returned, times: [10, 30, 5, 15] }

test('a call is one event where nothing comes between', async () => {
  const created = create()
  const { recorder, traced, begin, feed, writer } = created
  recorder.exitReturned(traced, begin(), 0.5, 30, 20, 0)
  writer.flush()
  const readBytes = feed.drain(Infinity)
  expect(await read(created)).toEqual([returned])
  recorder.exitReturned(traced, begin(), 0.5, 30, 20, 0)
  writer.flush()
  expect(feed.drain(Infinity)).toBe(48 + 3 * 8)
  expect(readBytes).toBeGreaterThan(48 + 3 * 8)
})

test('so is one in which the guest was suspended', async () => {
  const created = create()
  const { recorder, traced, begin, feed, writer } = created
  const id = begin()
  recorder.suspend(id, 5)
  recorder.exitReturned(traced, id, 0.5, 30, 5, 15)
  writer.flush()
  feed.drain(Infinity)
  expect(await read(created)).toEqual([resumed])
  expect(created.trace.timings()[0]).toMatchObject({ sumTotalNs: 20, sumSuspendedNs: 15 })
})

test('a call that is not published is seen after a moment, as far as it has come', async () => {
  const created = create()
  const { recorder, traced, begin } = created
  const id = begin()
  expect(await read(created)).toEqual([running])
  recorder.suspend(id, 5)
  expect(await read(created)).toEqual([suspended])
  recorder.exitReturned(traced, id, 0.5, 30, 5, 15)
  expect(await read(created)).toEqual([resumed])
  expect(created.trace.calls.running.size).toBe(0)
  expect(created.trace.calls.suspended.size).toBe(0)
})

test('a call that was seen while it ran may end in one step, or in an event of its own', async () => {
  const created = create()
  const { recorder, traced, begin } = created
  const first = begin()
  expect(await read(created)).toEqual([running])
  recorder.exitReturned(traced, first, 0.5, 30, 20, 0)
  const second = begin()
  expect(await read(created)).toEqual([returned, running])
  recorder.print('host', 'log', 'between')
  recorder.suspend(second, 5)
  expect(await read(created)).toEqual([returned, suspended])
  recorder.exitReturned(traced, second, 0.5, 30, 5, 15)
  expect(await read(created)).toEqual([returned, resumed])
})

test('so does one inside of which another was recorded', async () => {
  const created = create()
  const { recorder, traced, begin } = created
  const outer = begin()
  const inner = begin(outer)
  recorder.exitReturned(traced, inner, 0.5, 30, 20, 0)
  recorder.exitReturned(traced, outer, 0.5, 30, 20, 0)
  expect(await read(created)).toEqual([returned, returned])
})

test('what a writer that is gone had not published is taken in', async () => {
  const created = create()
  const { recorder, traced, begin, feed, trace } = created
  recorder.exitReturned(traced, begin(), 0.5, 30, 20, 0)
  recorder.suspend(begin(), 5)
  feed.drainLast()
  expect(trace.calls.callCount).toBe(2)
  expect([...trace.calls.suspended]).toEqual([2])
})

test('more calls than are added at once, below several others', async () => {
  const created = create()
  const { recorder, traced, begin, trace } = created
  const outers = [begin(), begin(), begin()]
  const inner = Array.from({ length: 999 }, (_, at) => {
    const parent = outers[Math.floor(at / 10) % 3]!
    const id = begin(parent, 100 + at)
    recorder.exitReturned(traced, id, at, 200 + at, 100, 0)
    return { id, parent }
  })
  await read(created)
  expect(trace.calls.callCount).toBe(1002)
  for (const { id, parent } of inner) expect(trace.calls.parentOf(id)).toBe(parent)
  for (const outer of outers) expect(trace.calls.childCountOf(outer)).toBeGreaterThan(329)
  expect(readCallRow(trace.calls, 1002, 0)).toMatchObject({
    depth: 1,
    startNs: 1098,
    results: [{ value: 998 }],
  })
})

test('a call that a full trace leaves out is counted once, read before its end or after', async () => {
  const created = create(0)
  const { trace, recorder, traced, begin } = created
  const first = begin()
  await read(created)
  recorder.exitReturned(traced, first, 1, 2, 1, 0)
  recorder.exitReturned(traced, begin(), 1, 4, 1, 0)
  await read(created)
  expect(trace.droppedCount).toBe(2)
  expect(trace.calls.callCount).toBe(0)
})
