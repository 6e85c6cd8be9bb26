/** The columns of a trace as a table, of whatever format. See docs/exports.md. */
import type { CallId } from '../../contract/ids.ts'
import { readCallRow } from '../call-row.ts'
import type { ExportSource } from './encoder.ts'
import { plainValues } from './encoder.ts'

type PlainValues = ReturnType<typeof plainValues>

/** What the fields of a column are; those of an optional one may be null. */
export interface Column {
  type: 'integer' | 'boolean' | 'text' | 'list'
  optional: boolean
}

const required = (type: Column['type']): Column => ({ type, optional: false })
const optional = (type: Column['type']): Column => ({ type, optional: true })

/** By name, in their order. */
export const COLUMNS = {
  id: required('integer'),
  parent: optional('integer'),
  depth: required('integer'),
  kind: required('text'),
  module: optional('text'),
  name: required('text'),
  params: required('list'),
  results: optional('list'),
  decoded: optional('list'),
  outcome: required('text'),
  error: optional('text'),
  message: optional('text'),
  overlapped: required('boolean'),
  start_ns: required('integer'),
  end_ns: optional('integer'),
  total_ns: required('integer'),
  guest_ns: optional('integer'),
  host_ns: required('integer'),
  suspended_ns: required('integer'),
} satisfies Record<string, Column>

export type ColumnName = keyof typeof COLUMNS
export const COLUMN_NAMES = Object.keys(COLUMNS) as ColumnName[]
export type Field = number | boolean | string | PlainValues | null

/** The fields of a call. Integers are safe ones. */
export function readFields(
  { calls, snapshot }: Pick<ExportSource, 'calls' | 'snapshot'>,
  id: CallId,
): Record<ColumnName, Field> {
  const row = readCallRow(calls, id, snapshot.nowNs)
  const error = calls.errorOf(id)
  return {
    id,
    parent: row.parent,
    depth: row.depth,
    kind: row.kind,
    module: row.module,
    name: row.name,
    params: plainValues(row.params),
    results: row.results && plainValues(row.results),
    decoded: row.decodedTexts?.map(({ text }) => text) ?? null,
    outcome: row.outcome,
    error: error && error.code,
    message: error && `${error.what} ${error.why}`.trim(),
    overlapped: row.overlapped,
    start_ns: Math.round(row.startNs),
    end_ns: row.endNs === null ? null : Math.round(row.endNs),
    total_ns: Math.round(row.totalNs),
    guest_ns: row.kind === 'import' ? null : Math.round(row.guestNs),
    host_ns: Math.round(row.hostNs),
    suspended_ns: Math.round(row.suspendedNs),
  }
}
