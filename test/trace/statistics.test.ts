/** Statistics of the calls that a filter holds for are what summing up every row gives, also while a trace grows. */
import { expect, test } from 'vitest'
import type { CallRow } from '../../main/contract/calls.ts'
import { parseFilter } from '../../main/filter/parse.ts'
import { indexInBlock } from '../../main/trace/call-block.ts'
import { readCallRow } from '../../main/trace/call-row.ts'
import { OUTCOMES } from '../../main/trace/events.ts'
import { createCallTest, EVERY_CALL, FilterScan } from '../../main/trace/filter-scan.ts'
import { BusyColumns } from '../../main/trace/statistics/busy-columns.ts'
import { PATH_LIMIT, PathTree } from '../../main/trace/statistics/path-tree.ts'
import { SLOWEST_LIMIT } from '../../main/trace/statistics/slowest-calls.ts'
import { StatisticsScan } from '../../main/trace/statistics/statistics-scan.ts'
import { Trace } from '../../main/trace/trace.ts'
import { fill } from './random-trace.ts'

const NOW_NS = 1e12
const FILTERS = [
  '',
  'import:env.*',
  'kind=export depth>0',
  'outcome!=returned or total>2us',
  'start>1us -end<5us',
]
const noNames = () => []

function parse(filterText: string) {
  const { filter } = parseFilter(filterText)
  if (filter === null) throw new Error(`${filterText} cannot be read.`)
  return filter
}

function answersOf(trace: Trace, filterText: string): FilterScan {
  return new FilterScan(trace.calls, parse(filterText), noNames)
}

/** The rows of the calls that have ended and that the filter holds for. */
function listRows(trace: Trace, filterText: string): CallRow[] {
  const holds = createCallTest(trace.calls, parse(filterText), noNames)
  return Array.from({ length: trace.calls.callCount }, (_, index) => index + 1)
    .filter((id) => !trace.calls.running.has(id) && holds(id, NOW_NS))
    .map((id) => readCallRow(trace.calls, id, NOW_NS))
}

/** What is known of a call inside and out, slowly. */
function selfOf(trace: Trace, row: CallRow): number {
  if (row.kind !== 'import') return row.guestNs
  let selfNs = row.totalNs
  for (let id = row.id + 1; id <= trace.calls.callCount; id++) {
    if (trace.calls.parentOf(id) !== row.id || trace.calls.running.has(id)) continue
    selfNs -= trace.calls.timesOf(id, NOW_NS).totalNs
  }
  return selfNs
}

function pathOf(trace: Trace, id: number): string {
  const parent = trace.calls.parentOf(id)
  const own = String(trace.calls.functionIndexOf(id))
  return parent === null ? own : `${pathOf(trace, parent)} ${own}`
}

const SUMS = ['totalNs', 'guestNs', 'hostNs', 'suspendedNs'] as const

test.each(FILTERS)('%j: sums by function and by path are those of the rows', (filterText) => {
  const trace = new Trace(Infinity)
  const scan = new StatisticsScan(trace.calls, answersOf(trace, filterText))
  for (const callCount of fill([trace], 1200, 11)) {
    // Many calls run when they are looked at, and end later.
    if (callCount % 7 !== 0) continue
    scan.refresh(NOW_NS)
    scan.advance(NOW_NS, Infinity)
  }
  scan.refresh(NOW_NS)
  scan.advance(NOW_NS, Infinity)
  const { functions, paths, slowest } = scan.read(NOW_NS)
  const rows = listRows(trace, filterText)
  expect(rows.length).toBeGreaterThan(10)
  expect(scan.matchCount).toBe(rows.length)

  for (const { functionIndex, count, sumTotalNs, sumSuspendedNs, guestNs, hostNs, selfNs } of functions) {
    const own = rows.filter(({ id }) => trace.calls.functionIndexOf(id) === functionIndex)
    const sum = (read: (row: CallRow) => number) => own.reduce((total, row) => total + read(row), 0)
    expect(count).toBe(own.length)
    expect(sumTotalNs).toBe(sum((row) => row.totalNs))
    expect(sumSuspendedNs).toBe(sum((row) => row.suspendedNs))
    expect(guestNs).toBe(sum((row) => row.guestNs))
    expect(hostNs).toBe(sum((row) => row.hostNs))
    expect(selfNs).toBeCloseTo(
      Math.max(
        0,
        sum((row) => selfOf(trace, row)),
      ),
      3,
    )
  }
  expect(functions.reduce((total, { count }) => total + count, 0)).toBe(rows.length)

  const names: string[] = []
  for (const [index, path] of paths.entries()) {
    const name = path.parent < 0 ? `${path.functionIndex}` : `${names[path.parent]} ${path.functionIndex}`
    expect(path.parent).toBeLessThan(index)
    names.push(name)
    const own = rows.filter(({ id }) => pathOf(trace, id) === name)
    expect(path.count).toBe(own.length)
    for (const part of SUMS) expect(path[part]).toBe(own.reduce((total, row) => total + row[part], 0))
  }
  expect(new Set(names).size).toBe(names.length)

  const longest = rows.toSorted((a, b) => b.totalNs - a.totalNs || a.id - b.id).slice(0, SLOWEST_LIMIT)
  expect(slowest.map(({ totalNs }) => totalNs)).toEqual(longest.map(({ totalNs }) => totalNs))
})

test.each(['the list', 'the statistics', 'both in turns'])(
  'a filter of a list and of statistics is evaluated once for each call, looked at by %s first',
  (first) => {
    const trace = new Trace(Infinity)
    Array.from(fill([trace], 3000, 11))
    const { previews } = trace.calls
    const previewOf = previews.get.bind(previews)
    let evaluations = 0
    previews.get = (handle) => {
      evaluations++
      return previewOf(handle)
    }
    const list = answersOf(trace, 'arg0~one')
    const statistics = new StatisticsScan(trace.calls, list)
    const advanceList = (sliceMs: number) => list.advance(NOW_NS, sliceMs)
    const advanceStatistics = (sliceMs: number) => statistics.advance(NOW_NS, sliceMs)
    if (first === 'the list') advanceList(Infinity)
    if (first === 'the statistics') advanceStatistics(Infinity)
    while (!list.isComplete || !statistics.isComplete) {
      advanceStatistics(0)
      advanceList(0)
    }
    // The function with a reference is the only one that a text can be of.
    const asked = Array.from({ length: 3000 }, (_, at) => trace.calls.definitionOf(at + 1).params[0])
    expect(evaluations).toBe(asked.filter((type) => type === 'externref').length)
    const alone = new StatisticsScan(trace.calls, answersOf(trace, 'arg0~one'))
    alone.advance(NOW_NS, Infinity)
    expect(statistics.matchCount).toBeGreaterThan(10)
    expect(statistics.read(NOW_NS)).toEqual(alone.read(NOW_NS))
  },
)

test('a call that ran when the list looked at it is counted as it ended', () => {
  const trace = new Trace(Infinity)
  trace.define(0, { kind: 'export', module: null, name: 'run', params: [], results: [] })
  const words = new Uint32Array(0)
  trace.begin(1, 0, 0, 0, words, 0)
  const list = answersOf(trace, 'outcome=returned')
  list.advance(NOW_NS, Infinity)
  trace.end(1, OUTCOMES.indexOf('returned'), 10, 0, 0, words, 0)
  const statistics = new StatisticsScan(trace.calls, list)
  statistics.advance(NOW_NS, Infinity)
  expect(statistics.matchCount).toBe(1)
})

test.each(FILTERS)('%j: what was in flight over time is what the rows say', (filterText) => {
  const trace = new Trace(Infinity)
  Array.from(fill([trace], 1500, 23))
  const scan = new StatisticsScan(trace.calls, answersOf(trace, filterText))
  scan.advance(NOW_NS, Infinity)
  const { fromNs, columnNs, exports, imports } = scan.read(NOW_NS).inFlight
  const rows = listRows(trace, filterText)
  for (const [column, mean] of exports.entries()) {
    const [beginNs, endNs] = [fromNs + column * columnNs, fromNs + (column + 1) * columnNs]
    const meanOf = (isImport: boolean) =>
      rows
        .filter(({ kind }) => (kind === 'import') === isImport)
        .reduce(
          (sum, row) => sum + Math.max(0, Math.min(row.endNs!, endNs) - Math.max(row.startNs, beginNs)),
          0,
        ) / columnNs
    expect(mean).toBeCloseTo(meanOf(false), 6)
    expect(imports[column]).toBeCloseTo(meanOf(true), 6)
  }
  const busyNs = (list: number[]) => list.reduce((sum, mean) => sum + mean * columnNs, 0)
  const totalNs = rows.reduce((sum, row) => sum + row.totalNs, 0)
  expect((busyNs(exports) + busyNs(imports)) / totalNs).toBeCloseTo(1, 6)
})

test('times and parents that cannot be, of a file that somebody made, hold up nothing', () => {
  const columns = new BusyColumns()
  for (const [startNs, endNs] of [
    [0, Infinity],
    [NaN, 5],
    [-10, 5],
    [1, 1e300],
  ] as const) {
    columns.add(startNs, endNs)
  }
  columns.add(1024, 2048)
  expect(columns.list().filter((mean) => mean > 0)).toEqual([1])
  const trace = new Trace(Infinity)
  Array.from(fill([trace], 100, 3))
  const block = trace.calls.blocks.block(1)
  block.parents[indexInBlock(20)] = 30
  block.parents[indexInBlock(30)] = 20
  const scan = new StatisticsScan(trace.calls, EVERY_CALL)
  scan.advance(NOW_NS, Infinity)
  expect(scan.matchCount).toBe(100 - trace.calls.running.size)
})

test('percentiles and the histogram are those of the sorted durations', () => {
  const trace = new Trace(Infinity)
  Array.from(fill([trace], 3000, 5))
  const scan = new StatisticsScan(trace.calls, EVERY_CALL)
  scan.advance(NOW_NS, Infinity)
  const rows = listRows(trace, '')
  for (const { functionIndex, total, histogram } of scan.read(NOW_NS).functions) {
    const sorted = rows
      .filter(({ id }) => trace.calls.functionIndexOf(id) === functionIndex)
      .map(({ totalNs }) => totalNs)
      .sort((a, b) => a - b)
    const exact = (fraction: number) => sorted[Math.ceil(fraction * sorted.length) - 1]!
    for (const [value, fraction] of [
      [total.p50Ns, 0.5],
      [total.p90Ns, 0.9],
      [total.p99Ns, 0.99],
    ] as const) {
      expect(Math.abs(value - exact(fraction))).toBeLessThanOrEqual(exact(fraction) / 64 + 1)
    }
    expect(total.maxNs).toBe(sorted.at(-1))
    const octaves = histogram.map((_, place) => {
      const fromNs = place === 0 ? 0 : 2 ** (place - 1)
      return sorted.filter((durationNs) => durationNs >= fromNs && durationNs < 2 ** place).length
    })
    expect(histogram).toEqual(octaves)
    expect(histogram.reduce((sum, count) => sum + count, 0)).toBe(sorted.length)
  }
})

test('a guest that calls back into itself makes no more paths than there may be', () => {
  const trace = new Trace(Infinity)
  const words = new Uint32Array(0)
  for (const [index, kind] of (['export', 'import'] as const).entries()) {
    trace.define(index, {
      kind,
      module: kind === 'import' ? 'env' : null,
      name: 'again',
      params: [],
      results: [],
    })
  }
  const depth = PATH_LIMIT + 500
  for (let id = 1; id <= depth; id++) trace.begin(id, id - 1, (id - 1) % 2, id, words, 0)
  const paths = new PathTree(trace.calls)
  const times = { totalNs: 1, guestNs: 1, hostNs: 0, suspendedNs: 0 }
  for (let id = depth; id >= 1; id--) paths.add(id - 1, (id - 1) % 2, times, 1)
  expect(paths.list()).toHaveLength(PATH_LIMIT)
  expect(paths.leftOutCount).toBe(500)
  expect(paths.list().every(({ count }) => count === 1)).toBe(true)
})
