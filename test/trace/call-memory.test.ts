import { expect, test } from 'vitest'
import type { FunctionDefinition } from '../../main/trace/events.ts'
import { OUTCOMES } from '../../main/trace/events.ts'
import { ReturnedCalls } from '../../main/trace/returned-calls.ts'
import { Trace } from '../../main/trace/trace.ts'
import { addReturnedCall } from '../support/returned-calls.ts'

const NO_WORDS = new Uint32Array(0)
const RETURNED = OUTCOMES.indexOf('returned')
const BLOCK_LENGTH = 16_384

function makeTrace(imported: Pick<FunctionDefinition, 'params' | 'results'>): Trace {
  const trace = new Trace(Infinity)
  trace.define(2, { kind: 'export', module: null, name: 'run', params: [], results: [] })
  trace.define(3, { kind: 'import', module: 'env', name: 'next', ...imported })
  trace.begin(1, 0, 2, 0, NO_WORDS, 0)
  return trace
}

/** What the calls take in memory, in bytes each, without the run that they are made in. */
function sizePerCall(trace: Trace): number {
  return trace.calls.blocks.sizeBytes / trace.calls.callCount
}

test('a call with two i32 arguments and a result takes less than 49 bytes of memory', () => {
  const trace = makeTrace({ params: ['i32', 'i32'], results: ['i32'] })
  const returned = new ReturnedCalls()
  const words = Uint32Array.of(1, 0, 2, 0, 3, 0)
  for (let id = 2; id < 20 * BLOCK_LENGTH; id++) {
    addReturnedCall(returned, id, 1, 3, 100 * id, 100 * id + 50, words)
    if (!returned.isFull) continue
    trace.addReturned(returned)
    returned.clear()
  }
  trace.addReturned(returned)
  expect(sizePerCall(trace)).toBeLessThan(49)
})

test('what few calls have takes memory from the first of them on', () => {
  const trace = makeTrace({ params: [], results: [] })
  trace.addReturned(returnedAt(2))
  const before = trace.sizeBytes
  trace.setStack(2, [64])
  const withStack = trace.sizeBytes
  expect(withStack - before).toBeGreaterThanOrEqual(4 * BLOCK_LENGTH)
  trace.addReturned(returnedAt(3))
  trace.setStack(3, [64])
  expect(trace.sizeBytes - withStack).toBeLessThan(1000)
})

function returnedAt(id: number): ReturnedCalls {
  const returned = new ReturnedCalls()
  addReturnedCall(returned, id, 1, 3, 100 * id, 100 * id + 50)
  return returned
}

test('results are those of their call, whatever was recorded between its beginning and its end', () => {
  const trace = makeTrace({ params: ['i32', 'i64', 'externref'], results: ['f64', 'i32'] })
  const float = new Float64Array([0.1, -0])
  const [half, negativeZero] = [new Uint32Array(float.buffer, 0, 2), new Uint32Array(float.buffer, 8, 2)]
  trace.begin(2, 1, 3, 100, Uint32Array.of(7, 9, 1, 0x8000_0000, 0, 5), 0)
  trace.begin(3, 1, 3, 110, Uint32Array.of(0xffff_ffff, 9, 0, 1, 4, 5), 0)
  trace.end(2, RETURNED, 200, 10, 90, Uint32Array.of(...half, 3, 9), 0)
  const at4 = new ReturnedCalls()
  addReturnedCall(at4, 4, 1, 3, 210, 220, Uint32Array.of(1, 0, 2, 0, 0, 0, ...negativeZero, 6, 0))
  trace.addReturned(at4)
  trace.end(3, RETURNED, 300, 10, 180, Uint32Array.of(...negativeZero, 8, 9), 0)

  const { calls } = trace
  const shown = (id: number): unknown[] =>
    [...calls.paramsOf(id), ...calls.resultsOf(id)].map(({ value }) => value)
  expect(shown(2)).toEqual([7, String(1n - 2n ** 63n), null, 0.1, 3])
  expect(shown(3)).toEqual([-1, String(2n ** 32n), 'externref#4', '-0', 8])
  expect(shown(4)).toEqual([1, '2', null, '-0', 6])
  expect(calls.timesOf(2, 0)).toMatchObject({ totalNs: 100, hostNs: 10, suspendedNs: 90 })
  expect(calls.timesOf(4, 0)).toMatchObject({ totalNs: 10, hostNs: 10, suspendedNs: 0 })
})
