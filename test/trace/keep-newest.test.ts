/** Traces that keep the newest calls: the oldest are given up, and say so. */
import { describe, expect, test } from 'vitest'
import { OUTCOMES } from '../../main/trace/events.ts'
import { EVERY_CALL, FilterScan } from '../../main/trace/filter-scan.ts'
import { parseFilter } from '../../main/filter/parse.ts'
import { readCallRow } from '../../main/trace/call-row.ts'
import { StatisticsScan } from '../../main/trace/statistics/statistics-scan.ts'
import { Trace } from '../../main/trace/trace.ts'
import { returnedCall } from '../support/returned-calls.ts'
import { fill, sumBlockSizes } from './random-trace.ts'

const MEBIBYTE = 2 ** 20
const RETURNED = OUTCOMES.indexOf('returned')
const NOW_NS = 1e12

/** The same calls, once with room for all and once with room for few and no file. */
function createBoth(callCount: number, seed: number, limitBytes: number): { plain: Trace; rolled: Trace } {
  const plain = new Trace(Infinity)
  const rolled = new Trace(limitBytes)
  rolled.keepsNewest = true
  for (const step of fill([plain, rolled], callCount, seed)) {
    if (step % 1000 === 0) expect(rolled.makeRoom()).toBe(false)
  }
  return { plain, rolled }
}

function isLeftOut(trace: Trace, id: number): boolean {
  return trace.calls.errorOf(id)?.code === 'CALLS_LEFT_OUT'
}

describe('calls of all kinds, without a file', () => {
  const { plain, rolled } = createBoth(200_000, 1, 8 * MEBIBYTE)
  const ids = Array.from({ length: 200_000 }, (_, index) => index + 1)
  const kept = ids.filter((id) => !isLeftOut(rolled, id))

  test('those that are left are as they were recorded', () => {
    expect(kept.length).toBeGreaterThan(16_384)
    expect(kept.at(-1)).toBe(200_000)
    for (const id of kept.filter((_, index) => index % 7 === 0)) {
      expect(readCallRow(rolled.calls, id, NOW_NS)).toEqual(readCallRow(plain.calls, id, NOW_NS))
      expect(rolled.calls.stackOf(id)).toEqual(plain.calls.stackOf(id))
    }
  })

  test('what the blocks take is known without asking each', () => {
    for (const trace of [plain, rolled]) expect(trace.calls.blocks.sizeBytes).toBe(sumBlockSizes(trace))
  })

  test('those that were left out are counted, say so, and stand where they stood', () => {
    expect(rolled.status(NOW_NS)).toMatchObject({
      callCount: 200_000,
      leftOutCount: 200_000 - kept.length,
      droppedCount: 0,
    })
    const leftOut = ids.filter((id) => isLeftOut(rolled, id))
    for (const id of leftOut.filter((_, index) => index % 97 === 0)) {
      expect(readCallRow(rolled.calls, id, NOW_NS)).toMatchObject({
        name: 'left out',
        outcome: 'cancelled',
        params: [],
        topLevel: readCallRow(plain.calls, id, NOW_NS).topLevel,
        totalNs: 0,
        errorText: expect.stringContaining('left out'),
      })
    }
    for (let row = 0; row < 200_000; row += 101) {
      const id = plain.calls.order.idAt(row)
      expect(rolled.calls.order.idAt(row)).toBe(id)
      expect(rolled.calls.rowOf(id)).toBe(row)
    }
  })

  test('a call that runs is never left out', () => {
    expect([...rolled.calls.running]).toEqual([...plain.calls.running])
    for (const id of rolled.calls.running) expect(isLeftOut(rolled, id)).toBe(false)
  })

  test('times are summed up over all of them', () => {
    const sums = ({ guestNs, hostNs, suspendedNs }: ReturnType<Trace['status']>) => [
      guestNs,
      hostNs,
      suspendedNs,
    ]
    expect(sums(rolled.status(NOW_NS))).toEqual(sums(plain.status(NOW_NS)))
    const counts = (trace: Trace) => trace.timings().map(({ name, count }) => [name, count])
    expect(counts(rolled)).toEqual(counts(plain))
  })

  test('filters and statistics look at all, and find what is left', () => {
    const find = (trace: Trace, text: string): number[] => {
      const scan = new FilterScan(trace.calls, parseFilter(text).filter!, () => [])
      while (!scan.isComplete) scan.advance(NOW_NS, 100)
      return scan.list(0, 200_000)
    }
    const keptIds = new Set(kept)
    expect(find(rolled, 'import:env.add')).toEqual(
      find(plain, 'import:env.add').filter((id) => keptIds.has(id)),
    )
    expect(find(rolled, 'error=CALLS_LEFT_OUT*')).toHaveLength(200_000 - kept.length)
    const scan = new StatisticsScan(rolled.calls, EVERY_CALL)
    while (!scan.isComplete) scan.advance(NOW_NS, 100)
    const { functions } = scan.read(NOW_NS)
    const leftOut = functions.find(({ name }) => name === 'left out')
    expect(leftOut?.count).toBe(200_000 - kept.length)
  })

  test('the timeline goes over all of them', () => {
    const read = (trace: Trace) => {
      const reader = trace.readTimeline(NOW_NS)
      const { extent, callCounts } = reader.density(100)
      return { extent, callCounts }
    }
    expect(read(rolled)).toEqual(read(plain))
    const { extent } = rolled.readTimeline(NOW_NS).density(100)
    for (const share of [0.0001, 0.01, 0.3, 1]) {
      const toNs = extent.startNs + share * (extent.endNs - extent.startNs)
      const window = { fromNs: extent.startNs, toNs, columnCount: 50, firstLane: 0, laneCount: 8 }
      expect(rolled.readTimeline(NOW_NS).read(window).callCount).toBeGreaterThan(0)
    }
  })
})

test('a long run takes no more memory than its limit and some headroom', () => {
  const limitBytes = 16 * MEBIBYTE
  const trace = new Trace(limitBytes)
  trace.keepsNewest = true
  trace.define(0, { kind: 'export', module: null, name: 'run', params: [], results: [] })
  trace.define(1, { kind: 'import', module: 'env', name: 'read', params: ['i32'], results: ['i32'] })
  const words = new Uint32Array(4)
  const error = (id: number): string =>
    JSON.stringify({ code: 'HOST_THREW', what: 'It threw.', why: `${id} ${'x'.repeat(500)}`, fix: '' })
  const sizes: number[] = []
  trace.begin(1, 0, 0, 0, words, 0)
  for (let id = 2; id <= 3_000_000; id++) {
    const nowNs = id * 1000
    words[0] = id
    if (id % 100 === 0) {
      trace.begin(id, 1, 1, nowNs, words, 0)
      trace.addDecoded(id, `[{"type":"utf8","value":"${id}"}]`)
      trace.fail(id, error(id))
      trace.end(id, OUTCOMES.indexOf('threw'), nowNs + 500, 500, 0, words, 2)
    } else trace.addReturned(returnedCall(id, 1, 1, nowNs, nowNs + 500, words))
    if (id % 5000 > 0) continue
    expect(trace.makeRoom()).toBe(false)
    sizes.push(trace.sizeBytes)
  }
  trace.end(1, RETURNED, 3_000_001_000, 0, 0, words, 0)
  // Half of it is kept for calls, whatever the timeline takes.
  expect(Math.max(...sizes)).toBeLessThan(limitBytes * 1.5)
  expect(trace.leftOutCount).toBeGreaterThan(2_500_000)
  // It ran all the time.
  expect(readCallRow(trace.calls, 1, NOW_NS)).toMatchObject({
    name: 'run',
    outcome: 'returned',
    childCount: 2_999_999,
  })
  expect(readCallRow(trace.calls, 2_999_999, NOW_NS)).toMatchObject({
    name: 'read',
    params: [{ value: 2_999_999 }],
  })
  expect(trace.calls.errors.list.filter(({ why }) => why !== '').length).toBeLessThan(3000)
})

test('a call of one that was left out is shown where it stands', () => {
  const trace = new Trace(4 * MEBIBYTE)
  trace.keepsNewest = true
  trace.define(0, { kind: 'export', module: null, name: 'run', params: [], results: [] })
  trace.define(1, { kind: 'import', module: 'env', name: 'later', params: [], results: [] })
  const words = new Uint32Array(8)
  let id = 0
  const run = (parent: number): number => {
    trace.begin(++id, parent, 0, id * 10, words, 0)
    trace.end(id, RETURNED, id * 10 + 5, 0, 0, words, 0)
    return id
  }
  const first = run(0)
  const second = run(0)
  while (!isLeftOut(trace, second)) {
    for (let count = 0; count < 5000; count++) run(0)
    trace.makeRoom()
  }
  // A handler may call the guest when the call that it was called by has ended.
  const late = run(first)
  expect(readCallRow(trace.calls, late, 0)).toMatchObject({ parent: first, topLevel: first })
  expect(trace.calls.rowOf(late)).toBe(1)
  expect(trace.calls.order.idAt(1)).toBe(late)
  expect(trace.calls.order.idAt(2)).toBe(second)
  expect(trace.calls.rowOf(second)).toBe(2)
})
