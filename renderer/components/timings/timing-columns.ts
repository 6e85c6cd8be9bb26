/** The columns of the timings table, and its order. */
import type { TimingRow } from '../../../main/contract/traces.ts'
import { formatCallName } from '../../format/calls.ts'

export type TimingColumnName =
  | 'call'
  | 'count'
  | 'running'
  | 'failed'
  | 'total-p50'
  | 'total-p90'
  | 'total-p95'
  | 'total-p99'
  | 'total-max'
  | 'total-sum'
  | 'suspended-p50'
  | 'suspended-p90'
  | 'suspended-p95'
  | 'suspended-p99'
  | 'suspended-max'
  | 'suspended-sum'

/** `text` sorts by name, from A on; the others by their figure, the largest first. */
export interface TimingColumn {
  name: TimingColumnName
  heading: string
  /** For people who do not see the group above the heading. */
  label: string
  kind: 'text' | 'count' | 'duration'
  read(row: TimingRow): number
}

const FIGURES = [
  ['p50', 'p50Ns'],
  ['p90', 'p90Ns'],
  ['p95', 'p95Ns'],
  ['p99', 'p99Ns'],
  ['max', 'maxNs'],
] as const

/** All columns, in their order on the screen. */
export const TIMING_COLUMNS: readonly TimingColumn[] = [
  { name: 'call', heading: 'Call', label: 'Call', kind: 'text', read: () => 0 },
  { name: 'count', heading: 'Count', label: 'Count', kind: 'count', read: (row) => row.count },
  { name: 'running', heading: 'Running', label: 'Running', kind: 'count', read: (row) => row.runningCount },
  { name: 'failed', heading: 'Failed', label: 'Failed', kind: 'count', read: (row) => row.failedCount },
  ...distributionColumns('total'),
  ...distributionColumns('suspended'),
]

export interface TimingOrder {
  column: TimingColumnName
  direction: 'ascending' | 'descending'
}

/** The order after a click on the heading of `column`: its natural direction first, then the other. */
export function nextOrder(order: TimingOrder, column: TimingColumnName): TimingOrder {
  const natural = column === 'call' ? 'ascending' : 'descending'
  if (order.column !== column) return { column, direction: natural }
  return { column, direction: order.direction === 'ascending' ? 'descending' : 'ascending' }
}

/** The rows in the order asked for; equal ones by name, so that rows do not swap places as figures come in. */
export function sortTimings(rows: readonly TimingRow[], order: TimingOrder): TimingRow[] {
  const column = TIMING_COLUMNS.find(({ name }) => name === order.column)
  const sign = order.direction === 'ascending' ? 1 : -1
  return [...rows].sort((left, right) => {
    const byName = compareNames(left, right)
    if (!column || column.kind === 'text') return sign * byName
    return sign * (column.read(left) - column.read(right)) || byName
  })
}

function compareNames(left: TimingRow, right: TimingRow): number {
  return (
    formatCallName(left).localeCompare(formatCallName(right), 'en', { numeric: true }) ||
    left.kind.localeCompare(right.kind)
  )
}

function distributionColumns(part: 'total' | 'suspended'): TimingColumn[] {
  const sumField = part === 'total' ? 'sumTotalNs' : 'sumSuspendedNs'
  const group = part === 'total' ? 'Total' : 'Suspended'
  const figures = FIGURES.map(([heading, field]): TimingColumn => ({
    name: `${part}-${heading}`,
    heading,
    label: `${group} ${heading}`,
    kind: 'duration',
    read: (row) => row[part][field],
  }))
  const sum: TimingColumn = {
    name: `${part}-sum`,
    heading: 'sum',
    label: `${group} sum`,
    kind: 'duration',
    read: (row) => row[sumField],
  }
  return [...figures, sum]
}

/** The classes of a cell or heading in a column. */
export function classesOf(column: TimingColumn): string[] {
  return [column.kind, column.name, ...(column.name.endsWith('-p50') ? ['first-of-group'] : [])]
}
