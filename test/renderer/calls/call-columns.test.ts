import { beforeEach, describe, expect, test } from 'vitest'
import {
  CALL_COLUMNS,
  chooseColumns,
  gridTemplate,
  placeColumns,
  totalWidthPx,
} from '../../../renderer/components/calls/call-columns.ts'
import {
  columnLayout,
  columnWidthPx,
  isColumnShown,
  resetColumns,
  restoreColumns,
  setColumnWidth,
  showColumn,
} from '../../../renderer/state/call-columns.ts'

beforeEach(resetColumns)

const namesAt = (tablePx: number) => chooseColumns(tablePx, isColumnShown).map(({ name }) => name)
const placeAt = (tablePx: number, digits = 7) =>
  placeColumns(chooseColumns(tablePx, isColumnShown), tablePx, digits, columnWidthPx)

describe('which columns are shown', () => {
  test('a narrow table does without some', () => {
    const wide = ['number', 'call', 'arguments', 'result', 'outcome', 'total', 'guest', 'host', 'suspended']
    expect(namesAt(900)).toEqual([...wide, 'split'])
    expect(namesAt(600)).not.toContain('guest')
    expect(namesAt(600)).toContain('suspended')
    expect(namesAt(450)).not.toContain('suspended')
  })

  test('what is chosen holds at any width, and the call is always there', () => {
    showColumn('guest', true)
    showColumn('total', false)
    showColumn('call', false)
    expect(namesAt(450)).toContain('guest')
    expect(namesAt(900)).not.toContain('total')
    expect(namesAt(900)).toContain('call')
    resetColumns()
    expect(namesAt(900)).toContain('total')
  })

  test('all of them can be shown', () => {
    for (const { name } of CALL_COLUMNS) showColumn(name, true)
    expect(namesAt(300)).toEqual(CALL_COLUMNS.map(({ name }) => name))
  })
})

describe('how wide they are', () => {
  test.each([444, 560, 700, 899, 900, 1000, 1600])('together they fill a table of %i px', (tablePx) => {
    const total = totalWidthPx(placeAt(tablePx))
    expect(total).toBeLessThanOrEqual(tablePx)
    expect(total).toBeGreaterThan(tablePx - 4)
  })

  test('what a user chose is kept, and the rest shares what is left', () => {
    const before = placeAt(1600).find(({ name }) => name === 'call')!
    setColumnWidth('arguments', 200)
    setColumnWidth('total', 150)
    const columns = placeAt(1600)
    expect(columns.find(({ name }) => name === 'arguments')!.widthPx).toBe(200)
    expect(columns.find(({ name }) => name === 'total')!.widthPx).toBe(150)
    expect(columns.find(({ name }) => name === 'call')!.widthPx).not.toBe(before.widthPx)
    expect(totalWidthPx(columns)).toBeLessThanOrEqual(1600)
    setColumnWidth('arguments', null)
    setColumnWidth('total', null)
    expect(placeAt(1600)).toContainEqual(before)
  })

  test('where there is no room nothing is squeezed, and the table is wider than what is seen of it', () => {
    for (const { name } of CALL_COLUMNS) showColumn(name, true)
    const columns = placeAt(400)
    expect(totalWidthPx(columns)).toBeGreaterThan(400)
    for (const { widthPx } of columns) expect(widthPx).toBeGreaterThanOrEqual(40)
  })

  test('where users have set all of them, the table may end before its edge', () => {
    for (const { name } of CALL_COLUMNS) setColumnWidth(name, 50)
    expect(gridTemplate(placeAt(900))).toBe(Array.from({ length: 10 }, () => '50px').join(' '))
  })

  test('numbers have room for the digits there are', () => {
    const widthAt = (digits: number) => placeAt(1000, digits)[0]!.widthPx
    expect(widthAt(11)).toBeGreaterThan(widthAt(7))
  })
})

test('what was saved is taken over as far as it is about columns', () => {
  restoreColumns({
    'column.shown.total': false,
    'column.widthPx.call': 300,
    'column.shown.guest': 4,
    sidebarWidth: 200,
  })
  expect(columnLayout).toEqual({ 'column.shown.total': false, 'column.widthPx.call': 300 })
})
