import { expect, test } from 'vitest'
import type { TimingRow } from '../../../main/contract/traces.ts'
import {
  nextOrder,
  sortTimings,
  TIMING_COLUMNS,
} from '../../../renderer/components/timings/timing-columns.ts'

function timing(name: string, count: number, p95Ns: number): TimingRow {
  const distribution = { p50Ns: 1, p90Ns: 2, p95Ns, p99Ns: 3, maxNs: 4 }
  return {
    functionIndex: 0,
    kind: 'import',
    module: 'env',
    name,
    count,
    runningCount: 0,
    failedCount: 0,
    sumTotalNs: count * 10,
    sumSuspendedNs: count * 5,
    total: distribution,
    suspended: { ...distribution, p95Ns: -p95Ns },
    histogram: [],
  }
}

const rows = [timing('b', 2, 30), timing('a10', 2, 20), timing('a9', 3, 10)]
const names = (order: Parameters<typeof sortTimings>[1]) => sortTimings(rows, order).map(({ name }) => name)

test('rows are ordered by any column', () => {
  expect(names({ column: 'total-p95', direction: 'descending' })).toEqual(['b', 'a10', 'a9'])
  expect(names({ column: 'total-p95', direction: 'ascending' })).toEqual(['a9', 'a10', 'b'])
  expect(names({ column: 'suspended-p95', direction: 'descending' })).toEqual(['a9', 'a10', 'b'])
  expect(names({ column: 'suspended-sum', direction: 'descending' })[0]).toBe('a9')
})

test('names are ordered as people count, and equal figures by name, either way round', () => {
  expect(names({ column: 'call', direction: 'ascending' })).toEqual(['a9', 'a10', 'b'])
  expect(names({ column: 'call', direction: 'descending' })).toEqual(['b', 'a10', 'a9'])
  expect(names({ column: 'count', direction: 'descending' })).toEqual(['a9', 'a10', 'b'])
  expect(names({ column: 'count', direction: 'ascending' })).toEqual(['a10', 'b', 'a9'])
})

test('a heading sorts its natural way first, then the other', () => {
  const byCount = nextOrder({ column: 'call', direction: 'ascending' }, 'count')
  expect(byCount).toEqual({ column: 'count', direction: 'descending' })
  expect(nextOrder(byCount, 'count')).toEqual({ column: 'count', direction: 'ascending' })
  expect(nextOrder(byCount, 'call')).toEqual({ column: 'call', direction: 'ascending' })
})

test('there are all the columns that were promised', () => {
  expect(TIMING_COLUMNS.map(({ name }) => name)).toEqual([
    'call',
    'count',
    'running',
    'failed',
    ...['total', 'suspended'].flatMap((part) =>
      ['p50', 'p90', 'p95', 'p99', 'max', 'sum'].map((figure) => `${part}-${figure}`),
    ),
  ])
})
