import type { FileMetaData } from 'hyparquet'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { expect, test } from 'vitest'
import { readCallRow } from '../../../main/trace/call-row.ts'
import { Trace } from '../../../main/trace/trace.ts'
import { fill } from '../random-trace.ts'
import { encodePieces, latestNs, STARTED_AT_MS } from './encode.ts'
import { returnedCall } from '../../support/returned-calls.ts'

type Row = Record<string, unknown>

/** Reads a file with the reader of its format that is written apart from the writer's. */
async function readFile(
  pieces: readonly (string | Uint8Array)[],
): Promise<{ file: FileMetaData; rows: Row[] }> {
  const { buffer } = new Uint8Array(Buffer.concat(pieces.map((piece) => Buffer.from(piece as Uint8Array))))
  return { file: parquetMetadata(buffer), rows: await parquetReadObjects({ file: buffer }) }
}

const toInteger = (ns: number): bigint => BigInt(Math.round(ns))

test.each([1, 2])('a reader reads what the calls are, with their types: random trace %i', async (seed) => {
  const trace = new Trace(Infinity)
  for (const _ of fill([trace], 50_000, seed));
  const nowNs = latestNs(trace)
  const { file, rows } = await readFile(encodePieces(trace, 'parquet', nowNs))
  expect(file.row_groups.map(({ num_rows }) => Number(num_rows))).toEqual([16_384, 16_384, 16_384, 848])
  expect(rows).toHaveLength(50_000)
  const plain = (values: { value: unknown; preview?: string }[]) =>
    values.map(({ value, preview }) => (preview === undefined ? value : `${String(value)} ${preview}`))
  for (const [index, record] of rows.entries()) {
    const row = readCallRow(trace.calls, index + 1, nowNs)
    const error = trace.calls.errorOf(row.id)
    const expected: Row = {
      id: BigInt(row.id),
      parent: row.parent === null ? null : BigInt(row.parent),
      depth: BigInt(row.depth),
      kind: row.kind,
      module: row.module,
      name: row.name,
      params: plain(row.params),
      results: row.results && plain(row.results),
      decoded: row.decodedTexts?.map(({ text }) => text) ?? null,
      outcome: row.outcome,
      error: error && error.code,
      message: error && `${error.what} ${error.why}`,
      overlapped: row.overlapped,
      start_ns: toInteger(row.startNs),
      end_ns: row.endNs === null ? null : toInteger(row.endNs),
      total_ns: toInteger(row.totalNs),
      guest_ns: row.kind === 'import' ? null : toInteger(row.guestNs),
      host_ns: toInteger(row.hostNs),
      suspended_ns: toInteger(row.suspendedNs),
    }
    // Many times faster than the comparison that explains.
    const nullable = Object.fromEntries(Object.entries(record).map(([name, value]) => [name, value ?? null]))
    if (toText(nullable) !== toText(expected)) expect(nullable).toEqual(expected)
  }
})

const toText = (row: Row): string =>
  JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))

test('the file says of what it is', async () => {
  const trace = new Trace(Infinity)
  for (const _ of fill([trace], 100, 3));
  const { file } = await readFile(encodePieces(trace, 'parquet', latestNs(trace)))
  expect(file.created_by).toBe('jspi-inspector version 0.0.0')
  expect(file.key_value_metadata).toEqual([
    { key: 'jspi_inspector.guest', value: 'guest.wasm' },
    { key: 'jspi_inspector.started_at', value: new Date(STARTED_AT_MS).toISOString() },
  ])
})

test('a group has fewer rows where those are large', async () => {
  const trace = new Trace(Infinity)
  trace.define(0, { kind: 'import', module: 'env', name: 'n'.repeat(1024 * 1024), params: [], results: [] })
  for (let id = 1; id <= 20; id++) trace.addReturned(returnedCall(id, 0, 0, id, id))
  const pieces = encodePieces(trace, 'parquet', 100)
  const { file, rows } = await readFile(pieces)
  expect(rows).toHaveLength(20)
  expect(file.row_groups.map(({ num_rows }) => Number(num_rows))).toEqual([8, 8, 4])
})

test('what is recorded during the export is left out', async () => {
  const trace = new Trace(Infinity)
  const steps = fill([trace], 8000, 7)
  while ((steps.next().value ?? 0) <= 4000);
  const pieces = encodePieces(trace, 'parquet', latestNs(trace), () => {
    for (let step = 0; step < 500; step++) steps.next()
  })
  expect((await readFile(pieces)).rows).toHaveLength(4001)
  expect(trace.calls.callCount).toBeGreaterThan(4500)
})

test('a filter leaves rows out', async () => {
  const trace = new Trace(Infinity)
  for (const _ of fill([trace], 300, 3));
  const idsOf = async (isWanted: (id: number) => boolean) =>
    (await readFile(encodePieces(trace, 'parquet', 1e12, undefined, isWanted))).rows.map(({ id }) => id)
  expect(await idsOf((id) => id % 100 === 1)).toEqual([1n, 101n, 201n])
  expect(await idsOf(() => false)).toEqual([])
})

test('a trace without calls is one that opens', async () => {
  expect((await readFile(encodePieces(new Trace(Infinity), 'parquet', 0))).rows).toEqual([])
})
