/** Calls that are completed in the event with which they began, whatever the reader does meanwhile. */
import { expect, test } from 'vitest'
import { Recorder } from '../../main/host/recorder.ts'
import { References } from '../../main/host/references.ts'
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

function create(limitBytes = 1 << 30) {
  const ring = createRing(64 * 1024)
  const trace = new Trace(limitBytes)
  const feed = new TraceFeed(ring, trace)
  const recorder = new Recorder(new RingWriter(ring, () => {}), new References(), performance.now())
  return { trace, feed, recorder, traced: recorder.define(definition) }
}

type Created = ReturnType<typeof create>

function read({ trace, feed }: Created): unknown {
  feed.drain(Infinity)
  return trace.rows(0, 10, 1000).map(({ outcome, params, results, startNs, endNs }) => ({
    outcome,
    values: params.map(({ value }) => value),
    results: results?.map(({ value }) => value) ?? null,
    startNs,
    endNs,
  }))
}

const call = { values: [-1, '-2'], startNs: 10 }
const expected = { ...call, outcome: 'returned', results: [0.5], endNs: 30 }

test('a call is one event where nothing comes between', () => {
  const created = create()
  const { recorder, traced } = created
  const id = recorder.enterImport(traced, 0, [-1, -2n], 10)
  recorder.completeImport(traced, id, 0.5, 10, 30)
  expect(read(created)).toEqual([expected])
})

test('a call whose beginning was read already ends in an event of its own', () => {
  const created = create()
  const { recorder, traced } = created
  const id = recorder.enterImport(traced, 0, [-1, -2n], 10)
  expect(read(created)).toEqual([{ ...call, outcome: 'running', results: null, endNs: null }])
  recorder.completeImport(traced, id, 0.5, 10, 30)
  expect(read(created)).toEqual([expected])
})

test('so does one inside of which another was recorded', () => {
  const created = create()
  const { recorder, traced } = created
  const outer = recorder.enterImport(traced, 0, [-1, -2n], 10)
  const inner = recorder.enterImport(traced, outer, [-1, -2n], 10)
  recorder.completeImport(traced, inner, 0.5, 10, 30)
  recorder.completeImport(traced, outer, 0.5, 10, 30)
  expect(read(created)).toEqual([expected, expected])
})

test('a call that a full trace leaves out is counted once, read before its end or after', () => {
  const { trace, feed, recorder, traced } = create(0)
  const first = recorder.enterImport(traced, 0, [1, 1n], 1)
  feed.drain(Infinity)
  recorder.completeImport(traced, first, 1, 1, 2)
  const second = recorder.enterImport(traced, 0, [1, 1n], 3)
  recorder.completeImport(traced, second, 1, 3, 4)
  feed.drain(Infinity)
  expect(trace.droppedCount).toBe(2)
  expect(trace.calls.callCount).toBe(0)
})
