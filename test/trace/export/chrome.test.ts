import { describe, expect, test } from 'vitest'
import { readCallRow } from '../../../main/trace/call-row.ts'
import { OUTCOMES } from '../../../main/trace/events.ts'
import { Trace } from '../../../main/trace/trace.ts'
import { createRolled, fill } from '../random-trace.ts'
import { encodeTrace, latestNs } from './encode.ts'
import { returnedCall } from '../../support/returned-calls.ts'

interface Event {
  ph: string
  tid: number
  cat: string
  name: string
  ts: number
  dur: number
  args: Record<string, unknown>
}

function parseEvents(pieces: readonly string[]): { slices: Event[]; names: Map<number, string> } {
  const { traceEvents } = JSON.parse(pieces.join('')) as { traceEvents: Event[] }
  const threads = traceEvents.filter(({ ph, name }) => ph === 'M' && name === 'thread_name')
  return {
    slices: traceEvents.filter(({ ph }) => ph === 'X'),
    names: new Map(threads.map(({ tid, args }) => [tid, String(args.name)])),
  }
}

const inNs = (micros: number): number => Math.round(micros * 1000)

/** Slices that are cut off by the end of the one that they begin in. */
function findMisfits(slices: readonly Event[]): string[] {
  const misfits: string[] = []
  for (const [tid, ofThread] of Map.groupBy(slices, (slice) => slice.tid)) {
    const ends: number[] = []
    // Of two that begin at once, the outer one is longer, or has the smaller id.
    for (const { ts, dur, args } of ofThread.toSorted(
      (a, b) => a.ts - b.ts || b.dur - a.dur || Number(a.args.id) - Number(b.args.id),
    )) {
      const endNs = inNs(ts) + inNs(dur)
      while (ends.length > 0 && ends.at(-1)! <= inNs(ts)) ends.pop()
      if (ends.length > 0 && ends.at(-1)! < endNs) misfits.push(`thread ${tid}: #${String(args.id)}`)
      ends.push(endNs)
    }
  }
  return misfits
}

test('calls that were left out of the trace have no slice, and the others nest', () => {
  const trace = createRolled(100_000, 4)
  const { slices } = parseEvents(encodeTrace(trace, 'chrome', latestNs(trace)))
  expect(slices).toHaveLength(100_000 - trace.leftOutCount)
  expect(trace.leftOutCount).toBeGreaterThan(16_000)
  expect(findMisfits(slices)).toEqual([])
  expect(slices.filter(({ name }) => name.includes('left out'))).toEqual([])
})

test.each([1, 2, 3])('slices nest in their threads: random trace %i', (seed) => {
  const trace = new Trace(Infinity)
  for (const _ of fill([trace], 8000, seed));
  const pieces = encodeTrace(trace, 'chrome', latestNs(trace))
  expect(pieces.length).toBeGreaterThan(3)
  const { slices, names } = parseEvents(pieces)
  expect(slices.map(({ args }) => args.id)).toEqual(Array.from({ length: 8000 }, (_, index) => index + 1))
  expect(findMisfits(slices)).toEqual([])
  // More than one call was in flight at once, and each thread is one of the timeline's lanes.
  expect(names.size).toBeGreaterThan(3)
  for (const { tid, args } of slices) {
    expect(names.get(tid)).toBe(`lane ${tid}`)
    expect(tid).toBe(trace.timeline.lanes.placeOf(Number(args.id)).lane + 1)
  }
})

test('what is recorded during the export is left out, and does not break the nesting', () => {
  const trace = new Trace(Infinity)
  const steps = fill([trace], 8000, 7)
  while ((steps.next().value ?? 0) <= 4000);
  const nowNs = latestNs(trace)
  const pieces = encodeTrace(trace, 'chrome', nowNs, () => {
    for (let step = 0; step < 500; step++) steps.next()
  })
  const { slices } = parseEvents(pieces)
  expect(slices).toHaveLength(4001)
  expect(trace.calls.callCount).toBeGreaterThan(4500)
  expect(findMisfits(slices)).toEqual([])
  expect(Math.max(...slices.map(({ ts, dur }) => inNs(ts) + inNs(dur)))).toBe(Math.round(nowNs))
})

describe('calls that do not lie within their caller', () => {
  const NO_WORDS = new Uint32Array(0)
  const RETURNED = OUTCOMES.indexOf('returned')

  /** `run` calls `ask`, whose handler calls `inner` and does not wait for it. `inner` makes a call too. */
  function recordDetached(): Trace {
    const trace = new Trace(Infinity)
    for (const [index, name] of ['run', 'ask', 'inner'].entries()) {
      const isImport = name === 'ask'
      const kind = isImport ? 'import' : 'export'
      trace.define(index, { kind, module: isImport ? 'env' : null, name, params: [], results: [] })
    }
    trace.begin(1, 0, 0, 100, NO_WORDS, 0)
    trace.begin(2, 1, 1, 200, NO_WORDS, 0)
    trace.begin(3, 2, 2, 300, NO_WORDS, 0)
    trace.end(2, RETURNED, 400, 200, 0, NO_WORDS, 0)
    trace.addReturned(returnedCall(4, 3, 1, 500, 600))
    trace.addReturned(returnedCall(5, 1, 1, 650, 700))
    trace.end(3, RETURNED, 800, 0, 0, NO_WORDS, 0)
    trace.end(1, RETURNED, 900, 0, 0, NO_WORDS, 0)
    // Nobody in the guest made this one.
    trace.begin(6, 0, 1, 150, NO_WORDS, 0)
    trace.end(6, RETURNED, 1000, 850, 0, NO_WORDS, 0)
    return trace
  }

  test('have a thread of their own, with what happens inside of them', () => {
    const { slices, names } = parseEvents(encodeTrace(recordDetached(), 'chrome', 1000))
    expect(slices.map(({ tid }) => names.get(tid))).toEqual([
      'lane 1',
      'lane 1',
      '#3, outlives its caller',
      '#3, outlives its caller',
      'lane 1',
      '#6',
    ])
    expect(findMisfits(slices)).toEqual([])
  })

  test('have it by its name also where a filter leaves out the call that it is of', () => {
    const pieces = encodeTrace(recordDetached(), 'chrome', 1000, undefined, (id) => id === 4)
    const { slices, names } = parseEvents(pieces)
    expect(slices.map(({ tid }) => names.get(tid))).toEqual(['#3, outlives its caller'])
  })
})

test('an event says what is known of the call', () => {
  const trace = new Trace(Infinity)
  for (const _ of fill([trace], 500, 5));
  const { slices } = parseEvents(encodeTrace(trace, 'chrome', latestNs(trace)))
  const failed = slices.find(({ args }) => args.outcome === 'threw' && args.parent !== undefined)!
  const row = readCallRow(trace.calls, Number(failed.args.id), 0)
  expect(failed).toMatchObject({
    cat: row.kind,
    name: row.module === null ? row.name : `${row.module}.${row.name}`,
    ts: Math.round(row.startNs) / 1000,
    args: {
      parent: row.parent,
      error: 'HOST_THREW',
      message: expect.stringMatching(/^It threw\. No \d\.$/),
      hostNs: Math.round(row.hostNs),
      suspendedNs: Math.round(row.suspendedNs),
    },
  })
  const returned = slices.find(({ args }) => args.outcome === 'returned' && args.results)!
  expect(returned.args.results).toEqual(
    readCallRow(trace.calls, Number(returned.args.id), 0).results!.map(({ value, preview }) =>
      preview === undefined ? (value ?? 'null') : `${value} ${preview}`,
    ),
  )
})

describe('values are written as Perfetto reads them', () => {
  /** What stands in the file for a parameter. */
  function writeParam(type: string, value: number): string {
    const trace = new Trace(Infinity)
    trace.define(0, { kind: 'export', module: null, name: 'run', params: [type], results: [] })
    trace.begin(1, 0, 0, 5, new Uint32Array(new Float64Array([value]).buffer), 0)
    return /"params":\[(.*?)\]/.exec(encodeTrace(trace, 'chrome', 9).join(''))![1]!
  }

  // It counts the digits of a fraction, and of a whole number, in 64 bits, which overflow.
  test.each([
    [0.000045558612328023335, '4.5558612328023335e-5'],
    [-0.000001634816813351235, '-1.634816813351235e-6'],
    [0.1, '0.1'],
    [123456.789, '123456.789'],
    [2 ** 53, '9007199254740992'],
    [2 ** 63, '9.223372036854776e+18'],
    [-851124579534719700000, '-8.511245795347197e+20'],
    [1e300, '1e+300'],
  ])('%d as %s', (value, text) => {
    expect(writeParam('f64', value)).toBe(text)
    expect(Number(text)).toBe(value)
  })

  test('a reference to nothing as a text, since what follows a null takes its place', () => {
    expect(writeParam('externref', 0)).toBe('"null"')
  })

  test('a name with what ends a text there', () => {
    const trace = new Trace(Infinity)
    trace.define(0, { kind: 'export', module: null, name: 'a\0b', params: [], results: [] })
    trace.begin(1, 0, 0, 5, new Uint32Array(0), 0)
    expect(parseEvents(encodeTrace(trace, 'chrome', 9)).slices[0]!.name).toBe('a\u2400b')
  })
})

test('a trace without calls is one that opens', () => {
  expect(parseEvents(encodeTrace(new Trace(Infinity), 'chrome', 0)).slices).toEqual([])
})
