import { expect, test } from 'vitest'
import { targetRow } from '../../../renderer/components/calls/row-keys.ts'

const cursor = (row: number | null, totalRows = 1000) => ({
  row,
  totalRows,
  pageRows: 19,
  firstVisibleRow: 100,
  lastVisibleRow: 119,
})

test.each([
  ['ArrowDown', 110, 111],
  ['ArrowUp', 110, 109],
  ['PageDown', 110, 129],
  ['PageUp', 110, 91],
  ['Home', 110, 0],
  ['End', 110, 999],
  ['Enter', 110, 110],
  [' ', 110, 110],
  ['a', 110, null],
  ['Tab', 110, null],
])('%s from row %d goes to %s', (key, row, target) => {
  expect(targetRow(key, cursor(row))).toBe(target)
})

test('the cursor does not leave the table', () => {
  expect(targetRow('ArrowUp', cursor(0))).toBe(0)
  expect(targetRow('PageUp', cursor(3))).toBe(0)
  expect(targetRow('ArrowDown', cursor(999))).toBe(999)
  expect(targetRow('PageDown', cursor(990))).toBe(999)
})

test('without a cursor, a key starts from the rows in sight', () => {
  expect(targetRow('ArrowDown', cursor(null))).toBe(100)
  expect(targetRow('ArrowUp', cursor(null))).toBe(119)
  expect(targetRow('Enter', cursor(null))).toBe(119)
})

test('an empty table has nowhere to go', () => {
  expect(targetRow('End', cursor(null, 0))).toBe(null)
  expect(targetRow('Enter', cursor(null, 0))).toBe(null)
})
