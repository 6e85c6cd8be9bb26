/** The tables of a trace, as SQL sees them. See docs/sql.md. */
import type { CallId } from '../contract/ids.ts'
import type { ConsoleLine } from '../contract/traces.ts'
import type { CallStore } from '../trace/call-store.ts'
import type { FunctionDefinition } from '../trace/events.ts'
import type { ExportSource } from '../trace/export/encoder.ts'
import type { Column, Field } from '../trace/export/table.ts'
import { COLUMN_NAMES, COLUMNS, readFields } from '../trace/export/table.ts'

/** What SQLite keeps in a field. */
export type SqlValue = number | string | null
export type SqlRow = SqlValue[]

/** SQLite has neither lists nor booleans: JSON, and 0 or 1. */
const SQL_TYPES: Record<Column['type'], string> = {
  integer: 'integer',
  boolean: 'integer',
  text: 'text',
  list: 'text',
}

/** The columns of each table with their types; the first one of `calls` and `console` is its key. */
export const TABLES = {
  calls: COLUMN_NAMES.map((name) => [name, SQL_TYPES[COLUMNS[name].type]]),
  functions: ['kind', 'module', 'name', 'params', 'results'].map((name) => [name, 'text']),
  console: [
    ['line', 'integer'],
    ['time_ns', 'integer'],
    ['level', 'text'],
    ['source', 'text'],
    ['text', 'text'],
  ],
  session: [
    ['guest', 'text'],
    ['started_at', 'text'],
    ['now_ns', 'integer'],
    ['version', 'text'],
  ],
} satisfies Record<string, string[][]>

export type TableName = keyof typeof TABLES
export const TABLE_NAMES = Object.keys(TABLES) as TableName[]

/** The statement that makes a table, empty, as SQLite itself keeps it. */
export function describeTable(table: TableName): string {
  const columns = TABLES[table].map(([name, type], index) =>
    index === 0 && type === 'integer' ? `${name} integer primary key` : `${name} ${type}`,
  )
  return `CREATE TABLE ${table} (${columns.join(', ')})`
}

/** Whether a statement can be about a table: identifiers know no escapes, so it has to have the name. */
export function mentionsTable(sql: string, table: TableName): boolean {
  return sql.toLowerCase().includes(table)
}

/** A row of `calls`. */
export function toCallRow(calls: CallStore, snapshot: ExportSource['snapshot'], id: CallId): SqlRow {
  const fields = readFields({ calls, snapshot }, id)
  return COLUMN_NAMES.map((name) => toSqlValue(fields[name]))
}

function toSqlValue(field: Field): SqlValue {
  if (typeof field === 'boolean') return Number(field)
  return typeof field === 'object' && field !== null ? JSON.stringify(field) : field
}

/** A row of `functions`. */
export function toFunctionRow({ kind, module, name, params, results }: FunctionDefinition): SqlRow {
  return [kind, module, name, JSON.stringify(params), JSON.stringify(results)]
}

/** A row of `console`. */
export function toConsoleRow({ index, timeNs, level, source, text }: ConsoleLine): SqlRow {
  return [index, Math.round(timeNs), level, source, text]
}
