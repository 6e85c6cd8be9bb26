import { describe, expect, test } from 'vitest'
import { CallOrder } from '../../main/trace/call-order.ts'
import { ConsoleStore } from '../../main/trace/console-store.ts'
import { Histogram } from '../../main/trace/histogram.ts'

/** Numbers that look random and are the same in every run. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

/** Parents of `count` calls; `overlap` is the chance that another top-level call goes on. */
function makeParents(count: number, overlap: number, random: () => number): number[] {
  const parents = [0]
  const open: number[][] = []
  for (let id = 1; id <= count; id++) {
    if (open.length === 0 || random() < 0.1) {
      open.push([id])
      parents.push(0)
      continue
    }
    if (random() < overlap) open.push(open.splice(Math.floor(random() * open.length), 1)[0]!)
    const stack = open.at(-1)!
    while (stack.length > 1 && random() < 0.5) stack.pop()
    parents.push(stack.at(-1)!)
    stack.push(id)
    if (random() < 0.05) open.pop()
  }
  return parents
}

describe('the order of rows', () => {
  test.each([
    ['without overlap', 0],
    ['with some overlap', 0.1],
    ['with much overlap', 0.9],
  ])('%s is that of a plain list of lists', (_what, overlap) => {
    const random = createRandom(7)
    const parents = makeParents(3000, overlap, random)
    const order = new CallOrder()
    const orderRoots: number[] = []
    const roots: number[][] = []
    const rootOf: number[][] = []
    for (let id = 1; id < parents.length; id++) {
      orderRoots[id] = order.add(id, parents[id] === 0 ? null : orderRoots[parents[id]!]!)
      const root = parents[id] === 0 ? [] : rootOf[parents[id]!]!
      if (parents[id] === 0) roots.push(root)
      root.push(id)
      rootOf[id] = root
      if (id % 500 !== 0 && id !== parents.length - 1) continue
      const expected = roots.flat()
      expect(Array.from({ length: id }, (_, row) => order.idAt(row))).toEqual(expected)
      for (const [row, listed] of expected.entries())
        expect(order.rowOf(listed, orderRoots[listed]!)).toBe(row)
    }
    expect(order.idAt(parents.length)).toBe(0)
    expect(order.idAt(-1)).toBe(0)
  })
})

describe('percentiles', () => {
  test.each([
    ['evenly spread', (random: () => number) => random() * 1e6],
    ['over nine magnitudes', (random: () => number) => 10 ** (random() * 9)],
    ['very short', (random: () => number) => Math.floor(random() * 50)],
    ['all the same', () => 12_345],
  ])('of durations %s are exact to 1/64', (_what, draw) => {
    const random = createRandom(11)
    const histogram = new Histogram()
    const durations = Array.from({ length: 10_000 }, () => draw(random))
    for (const duration of durations) histogram.record(duration)
    const sorted = durations.map(Math.round).sort((a, b) => a - b)
    const summary = histogram.summarize()
    for (const [found, fraction] of [
      [summary.p50Ns, 0.5],
      [summary.p95Ns, 0.95],
      [summary.p99Ns, 0.99],
    ] as const) {
      const exact = sorted[Math.ceil(fraction * sorted.length) - 1]!
      expect(Math.abs(found - exact)).toBeLessThanOrEqual(exact / 64 + 0.5)
    }
    expect(summary.maxNs).toBe(sorted.at(-1))
  })

  test('of nothing are zero, and a duration of years fits', () => {
    const histogram = new Histogram()
    expect(histogram.summarize()).toEqual({ p50Ns: 0, p90Ns: 0, p95Ns: 0, p99Ns: 0, maxNs: 0 })
    histogram.record(1e17)
    expect(histogram.summarize().p50Ns / 1e17).toBeCloseTo(1, 1)
  })
})

describe('the console', () => {
  const line = { timeNs: 0, level: 'log', source: 'host' } as const

  test('keeps the newest lines, with their numbers', () => {
    const store = new ConsoleStore()
    for (let index = 0; index < 260_000; index++) store.append(`line ${index}`, line)
    expect(store.lineCount).toBe(260_000)
    expect(store.firstKept).toBe(160_000)
    expect(store.read(259_999, 10).map(({ text, index }) => [text, index])).toEqual([
      ['line 259999', 259_999],
    ])
    expect(store.read(0, 160_002).map(({ index }) => index)).toEqual([160_000, 160_001])
  })

  test('bounds the text that it keeps, and splits it into lines', () => {
    const store = new ConsoleStore()
    for (let index = 0; index < 100; index++) store.append(`${'x'.repeat(1_000_000)}\nend`, line)
    expect(store.lineCount).toBe(200)
    expect(store.sizeBytes).toBeLessThan(70 * 1024 * 1024)
    expect(store.read(199, 1)[0]!.text).toBe('end')
  })
})
