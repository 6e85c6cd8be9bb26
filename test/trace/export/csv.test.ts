import { isDeepStrictEqual } from 'node:util'
import { parse } from 'csv-parse/sync'
import { expect, test } from 'vitest'
import { readCallRow } from '../../../main/trace/call-row.ts'
import { Trace } from '../../../main/trace/trace.ts'
import { fill } from '../random-trace.ts'
import { encodeTrace, latestNs } from './encode.ts'

/** Reads a table as the grammar of RFC 4180 has it, and no other; a library that programs use must read the same. */
function readTable(text: string): string[][] {
  const records: string[][] = [[]]
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y
  while (field.lastIndex < text.length) {
    const at = field.lastIndex
    const [, quoted, plain, end] = field.exec(text) ?? expect.fail(`Not a field at ${at}.`)
    records.at(-1)!.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'))
    if (end === '\r\n') records.push([])
  }
  expect(records.pop()).toEqual([])
  expect(isDeepStrictEqual(parse(text, { record_delimiter: '\r\n' }), records)).toBe(true)
  return records
}

function readRecords(pieces: readonly string[]): Record<string, string>[] {
  const [columns, ...records] = readTable(pieces.join(''))
  return records.map((fields) => {
    expect(fields).toHaveLength(columns!.length)
    return Object.fromEntries(fields.map((field, index) => [columns![index]!, field]))
  })
}

test.each([1, 2])('a strict reader reads what the calls are: random trace %i', (seed) => {
  const trace = new Trace(Infinity)
  for (const _ of fill([trace], 8000, seed));
  const nowNs = latestNs(trace)
  const pieces = encodeTrace(trace, 'csv', nowNs)
  expect(pieces.length).toBeGreaterThan(3)
  const records = readRecords(pieces)
  expect(records).toHaveLength(8000)
  const plain = (values: { value: unknown; preview?: string }[]) =>
    values.map(({ value, preview }) => (preview === undefined ? value : `${String(value)} ${preview}`))
  for (const [index, record] of records.entries()) {
    const row = readCallRow(trace.calls, index + 1, nowNs)
    expect(record).toMatchObject({
      id: String(row.id),
      parent: String(row.parent ?? ''),
      depth: String(row.depth),
      kind: row.kind,
      module: row.module ?? '',
      name: row.name,
      outcome: row.outcome,
      overlapped: String(row.overlapped),
      start_ns: String(Math.round(row.startNs)),
      end_ns: row.endNs === null ? '' : String(Math.round(row.endNs)),
      guest_ns: row.kind === 'import' ? '' : String(Math.round(row.guestNs)),
      host_ns: String(Math.round(row.hostNs)),
      suspended_ns: String(Math.round(row.suspendedNs)),
    })
    expect(JSON.parse(record.params!)).toEqual(plain(row.params))
    if (row.results === null) expect(record.results).toBe('')
    else expect(JSON.parse(record.results!)).toEqual(plain(row.results))
    expect(record.error).toBe(row.errorText === null ? '' : 'HOST_THREW')
  }
})

test('names may hold what separates fields', () => {
  const trace = new Trace(Infinity)
  const name = 'a "name",\r\nand more'
  trace.define(0, { kind: 'import', module: '', name, params: [], results: [] })
  trace.begin(1, 0, 0, 5, new Uint32Array(0), 0)
  expect(readRecords(encodeTrace(trace, 'csv', 9))).toMatchObject([
    { id: '1', module: '', name, outcome: 'running', start_ns: '5', end_ns: '', total_ns: '4' },
  ])
})

test('a trace without calls is a table without lines', () => {
  expect(readTable(encodeTrace(new Trace(Infinity), 'csv', 0).join(''))).toHaveLength(1)
})
