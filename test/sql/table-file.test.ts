/** SQLite opens the files that are made without it, and finds in them what was put there. */
import { openSync, closeSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { Cell } from '../../main/sql/cell.ts'
import { TableFile } from '../../main/sql/table-file.ts'
import { createFolder } from '../support/inspector.ts'

type Value = number | string | null

function fill(cell: Cell, values: readonly Value[]): Cell {
  cell.begin()
  // The first column is the number of the row.
  cell.addNull()
  for (const value of values) {
    if (value === null) cell.addNull()
    else if (typeof value === 'number') cell.addInteger(value)
    else cell.addText(value)
  }
  return cell
}

/** Makes a file with rows of one value each, by their numbers. */
async function openTable(rows: Iterable<[number, Value]>): Promise<DatabaseSync> {
  const path = join(await createFolder(), 'table.db')
  const file = openSync(path, 'wx')
  const table = new TableFile()
  const cell = new Cell()
  for (const [id, value] of rows) {
    expect(table.add(id, fill(cell, [value]))).toBe(true)
    for (const { offsetBytes, bytes } of table.take()) writeSync(file, bytes, 0, bytes.length, offsetBytes)
  }
  for (const { offsetBytes, bytes } of table.end('one', 'CREATE TABLE one (id integer primary key, value)')) {
    writeSync(file, bytes, 0, bytes.length, offsetBytes)
  }
  closeSync(file)
  const database = new DatabaseSync(path)
  expect(database.prepare('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
  return database
}

function readRows(database: DatabaseSync): [number, Value][] {
  const statement = database.prepare('select id, value from one order by id')
  statement.setReturnArrays(true)
  return statement.all() as unknown as [number, Value][]
}

const BOUNDARIES = [7, 8, 15, 16, 23, 24, 31, 32, 33, 47, 48, 53].map((bits) => 2 ** bits)
const INTEGERS = BOUNDARIES.flatMap((power) => [power - 1, power, -power, -power - 1, 1 - power]).filter(
  Number.isSafeInteger,
)

test('integers of every size, texts of every length and nulls are found again', async () => {
  const lengths = [0, 1, 57, 58, 127, 128, 4000, 8000]
  const texts = [...lengths.map((length) => 'x'.repeat(length)), 'ä€\u{1f600}', 'a\0b']
  const values = [null, 0, 1, -1, ...INTEGERS, ...texts]
  const rows = values.map((value, index): [number, Value] => [1 + index, value])
  expect(readRows(await openTable(rows))).toEqual(rows)
})

test('half of a surrogate pair is shown as what is no character', async () => {
  expect(readRows(await openTable([[1, '\ud800x']]))).toEqual([[1, '\ufffdx']])
})

test.each([0, 1, 2, 300, 1000, 1500])('%d rows of most of a page each, with gaps', async (count) => {
  // About 540 pages have one above them: a thousand make a third level.
  const rows = Array.from({ length: count }, (_, index): [number, Value] => [
    3 * index + 1,
    String(index).repeat(1000),
  ])
  expect(readRows(await openTable(rows))).toEqual(rows)
})

test('rows can be added, replaced and taken out afterwards', async () => {
  const rows = Array.from({ length: 20_000 }, (_, index): [number, Value] => [2 * index + 2, index])
  const database = await openTable(rows)
  database.exec('insert into one values (1, -1), (40001, -2), (50000, -3); delete from one where id % 3 = 0')
  database.exec("insert or replace into one values (4, printf('%9000d', 1))")
  // Which makes all of it anew.
  database.exec('vacuum')
  expect(database.prepare('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
  const expected = [[1, -1] as [number, Value], ...rows, [40_001, -2], [50_000, -3]].filter(
    ([id]) => Number(id) % 3 !== 0,
  )
  expect(readRows(database)).toEqual(
    expected.map(([id, value]) => [id, id === 4 ? `${' '.repeat(8999)}1` : value]),
  )
})

test('what is larger than a page is refused, and the others are whole', () => {
  const table = new TableFile()
  const cell = new Cell()
  expect(table.add(1, fill(cell, ['x'.repeat(9000)]))).toBe(false)
  expect(table.add(2, fill(cell, ['x'.repeat(8000)]))).toBe(true)
})
