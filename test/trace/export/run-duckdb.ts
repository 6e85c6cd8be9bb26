/**
 * Has DuckDB itself read a trace as CSV, Parquet and JSON Lines, and compares them by SQL: by hand.
 *
 *     npm install --prefix ../duckdb @duckdb/node-api@1.5.6-r.1
 *     node test/trace/export/run-duckdb.ts ../duckdb/node_modules
 *
 * The folder is one that has DuckDB's package. Exits with 1 where it reads something else from one than from another.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { argv, stderr, stdout } from 'node:process'
import { COLUMN_NAMES } from '../../../main/trace/export/table.ts'
import { Trace } from '../../../main/trace/trace.ts'
import { fill } from '../random-trace.ts'
import { encodePieces, latestNs } from './encode.ts'

const CALLS = 100_000
/** Columns that the trace format has by other names. */
const OF_JSON_LINES = {
  id: 'id',
  parent: 'parent',
  kind: 'kind',
  module: 'module',
  name: 'name',
  outcome: 'outcome',
  error: 'error.code',
  message: 'error.message',
  start_ns: '"startNs"',
  end_ns: '"endNs"',
  guest_ns: '"guestNs"',
  host_ns: '"hostNs"',
  suspended_ns: '"suspendedNs"',
}

interface DuckDb {
  DuckDBInstance: { create(path: string): Promise<{ connect(): Promise<Connection> }> }
}
interface Connection {
  runAndReadAll(sql: string): Promise<{ getRowsJson(): unknown[][] }>
}

const [, , folder] = argv
if (folder === undefined) {
  stderr.write('usage: node test/trace/export/run-duckdb.ts FOLDER\n')
  process.exit(2)
}
const { DuckDBInstance } = createRequire(join(resolve(folder), 'here.js'))('@duckdb/node-api') as DuckDb
const connection = await (await DuckDBInstance.create(':memory:')).connect()
const temporary = mkdtempSync(join(tmpdir(), 'jspi-inspector-duckdb-'))
try {
  writeFiles()
  const files = {
    csv: `read_csv('${join(temporary, 'trace.csv')}', strict_mode = true)`,
    parquet: `'${join(temporary, 'trace.parquet')}'`,
    jsonl: `read_json('${join(temporary, 'trace.jsonl')}', format = 'newline_delimited')`,
  }
  for (const [format, file] of Object.entries(files)) {
    const sql = `SELECT count(*), count(DISTINCT id), max(id) FROM ${file}`
    await expectRow(`${CALLS} calls of ${format}`, sql, [CALLS, CALLS, CALLS])
  }
  // A list is the same text in either.
  const all = COLUMN_NAMES.map((name) => `${name}::VARCHAR`).join(', ')
  await expectSame('csv as parquet', `SELECT ${all} FROM ${files.csv}`, `SELECT ${all} FROM ${files.parquet}`)
  await expectSame(
    'jsonl as parquet',
    `SELECT ${Object.values(OF_JSON_LINES).join(', ')} FROM ${files.jsonl}`,
    `SELECT ${Object.keys(OF_JSON_LINES).join(', ')} FROM ${files.parquet}`,
  )
} finally {
  rmSync(temporary, { recursive: true })
}

function writeFiles(): void {
  const trace = new Trace(Infinity)
  for (const _ of fill([trace], CALLS, 1));
  for (const format of ['csv', 'parquet', 'jsonl'] as const) {
    const pieces = encodePieces(trace, format, latestNs(trace))
    const bytes = Buffer.concat(pieces.map((piece) => Buffer.from(piece as Uint8Array)))
    writeFileSync(join(temporary, `trace.${format}`), bytes)
  }
}

async function expectSame(what: string, one: string, other: string): Promise<void> {
  await expectRow(what, `SELECT count(*) FROM (${one} EXCEPT ${other})`, [0])
  await expectRow(`${what}, the other way`, `SELECT count(*) FROM (${other} EXCEPT ${one})`, [0])
}

async function expectRow(what: string, sql: string, expected: readonly number[]): Promise<void> {
  const [row] = (await connection.runAndReadAll(sql)).getRowsJson()
  const isSame = String(row) === String(expected)
  const difference = isSame ? '' : `: ${String(row)}, not ${String(expected)}`
  stdout.write(`${isSame ? 'same' : 'DIFFERENT'}  ${what}${difference}\n`)
  if (!isSame) process.exitCode = 1
}
