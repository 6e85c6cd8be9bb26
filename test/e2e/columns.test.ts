/** The calls table's columns: chosen, resized and sorted by, with the pointer and with the keyboard alone. */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { describeOnDrivers } from './harness.ts'
import {
  callDetail,
  callsTable,
  countRows,
  eventually,
  openExample,
  readRows,
  runExport,
} from './inspector-page.ts'

const CALLS = 300

function heading(page: Page, name: string) {
  return callsTable(page).getByRole('columnheader', { name: new RegExp(`^${name}`) })
}

function headings(page: Page): Promise<string[]> {
  return callsTable(page).getByRole('columnheader').locator('button').allTextContents()
}

function handle(page: Page, label: string) {
  return callsTable(page).getByRole('separator', { name: `Width of ${label}` })
}

/** What has the focus, by its name. */
function focused(page: Page): Promise<string | null> {
  return page.evaluate(() => {
    const element = document.activeElement
    return element?.getAttribute('aria-label') ?? element?.textContent ?? null
  })
}

describeOnDrivers('the columns', (app) => {
  const page = () => app().page
  const menu = () => page().getByRole('menu', { name: 'Columns' })
  const numbers = async () => (await readRows(page())).map(([number]) => Number(number!.replaceAll(',', '')))
  const firstOf = async (cell: number) => (await readRows(page())).slice(0, 3).map((cells) => cells[cell])
  const widthOf = async (label: string) => Number(await handle(page(), label).getAttribute('aria-valuenow'))

  test('a menu shows and hides them, by keys alone', async () => {
    await openExample(page(), 'chatty')
    await runExport(page(), 'call_sync', [String(CALLS)])
    await eventually(() => countRows(page())).toBe(CALLS + 1)
    await page().getByRole('button', { name: 'Columns' }).focus()
    await page().keyboard.press('Enter')
    await menu().getByRole('menuitemcheckbox', { name: 'Number' }).waitFor()
    await eventually(() => focused(page())).toContain('Number')
    await page().keyboard.press('ArrowDown')
    await eventually(() => focused(page())).toContain('Kind')
    await page().keyboard.press('Space')
    await eventually(() => headings(page())).toContain('Kind')
    expect(await menu().getByRole('menuitemcheckbox', { name: 'Kind' }).getAttribute('aria-checked')).toBe(
      'true',
    )
    await menu().getByRole('menuitemcheckbox', { name: 'Start' }).click()
    await menu().getByRole('menuitemcheckbox', { name: 'Made by call' }).click()
    await menu().getByRole('menuitemcheckbox', { name: 'Total' }).click()
    await page().keyboard.press('Escape')
    await eventually(() => menu().count()).toBe(0)
    await eventually(() => focused(page())).toBe('Columns')
    const shown = await headings(page())
    expect(shown.slice(0, 4)).toEqual(['#', 'Call', 'Kind', 'Arguments'])
    expect(shown).toContain('Start')
    expect(shown).not.toContain('Total')
    expect(await callsTable(page()).getAttribute('aria-colcount')).toBe(String(shown.length))
  })

  test('they are kept over a reload of the page', async () => {
    // Longer than it takes to be saved.
    await page().waitForTimeout(1000)
    await page().reload()
    await eventually(() => headings(page())).toContain('Kind')
    expect(await headings(page())).not.toContain('Total')
    await page().getByRole('button', { name: 'Columns' }).click()
    await menu().getByRole('menuitem', { name: 'As at the beginning' }).click()
    await eventually(() => headings(page())).not.toContain('Kind')
    expect(await headings(page())).toContain('Total')
  })

  test('a handle is dragged, and double-clicked for the width of its own', async () => {
    const before = await widthOf('Call')
    const box = (await handle(page(), 'Call').boundingBox())!
    await page().mouse.move(box.x + box.width / 2, box.y + box.height / 2)
    await page().mouse.down()
    await page().mouse.move(box.x + box.width / 2 + 40, box.y + box.height / 2, { steps: 4 })
    await page().mouse.up()
    await eventually(() => widthOf('Call')).toBe(before + 40)
    const cell = callsTable(page()).locator('[role=gridcell].call').first()
    expect(Math.round((await cell.boundingBox())!.width)).toBe(before + 40)
    await handle(page(), 'Call').dblclick()
    await eventually(() => widthOf('Call')).toBe(before)
  })

  test('headings and handles are reached and used by keys', async () => {
    await callsTable(page()).focus()
    await page().keyboard.press('Tab')
    await eventually(() => focused(page())).toBe('#')
    await page().keyboard.press('ArrowRight')
    await page().keyboard.press('ArrowRight')
    await eventually(() => focused(page())).toBe('Arguments')
    await page().keyboard.press('Tab')
    await eventually(() => focused(page())).toBe('Width of Arguments')
    const before = await widthOf('Arguments')
    await page().keyboard.press('ArrowRight')
    await page().keyboard.press('ArrowRight')
    await eventually(() => widthOf('Arguments')).toBe(before + 16)
    await page().keyboard.press('Enter')
    await eventually(() => widthOf('Arguments')).toBe(before)
  })

  test('a heading sorts, the other way when pressed again, and not any more after that', async () => {
    await heading(page(), '#').getByRole('button').focus()
    await page().keyboard.press('Enter')
    await eventually(() => heading(page(), '#').getAttribute('aria-sort')).toBe('ascending')
    await eventually(async () => (await numbers()).slice(0, 3)).toEqual([1, 2, 3])
    await page().keyboard.press('Enter')
    await eventually(() => heading(page(), '#').getAttribute('aria-sort')).toBe('descending')
    await eventually(async () => (await numbers()).slice(0, 3)).toEqual([CALLS + 1, CALLS, CALLS - 1])
    await page().keyboard.press('Enter')
    await eventually(() => heading(page(), '#').getAttribute('aria-sort')).toBe('none')
    await eventually(async () => (await numbers()).at(-1)).toBe(CALLS + 1)
  })

  test('the longest call is at the top, and keys move through the order', async () => {
    await heading(page(), 'Total').getByRole('button').click()
    await eventually(() => heading(page(), 'Total').getAttribute('aria-sort')).toBe('descending')
    await eventually(async () => (await numbers())[0]).toBe(1)
    const second = (await numbers())[1]
    await callsTable(page()).focus()
    await page().keyboard.press('Home')
    await page().keyboard.press('ArrowDown')
    await eventually(() => callDetail(page()).textContent()).toContain(`#${second}`)
  })

  test('calls that come later are taken in when it is sorted again', async () => {
    await runExport(page(), 'call_sync', [String(CALLS)])
    const again = page().getByRole('button', { name: /^Sort again/ })
    await again.waitFor()
    expect(await again.textContent()).toContain(`sorted as of call #${CALLS + 1}`)
    expect(await countRows(page())).toBe(CALLS + 1)
    await again.click()
    await eventually(() => countRows(page())).toBe(2 * (CALLS + 1))
    await eventually(() => again.count()).toBe(0)
  })

  test('arguments are sorted by value, with the pointer and by keys', async () => {
    const firstArguments = () => firstOf(2)
    await heading(page(), 'Arguments').getByRole('button').click()
    await eventually(() => heading(page(), 'Arguments').getAttribute('aria-sort')).toBe('ascending')
    await eventually(firstArguments).toEqual(['0', '0', '1'])
    await page().keyboard.press('Enter')
    await eventually(() => heading(page(), 'Arguments').getAttribute('aria-sort')).toBe('descending')
    await eventually(firstArguments).toEqual([String(CALLS), String(CALLS), String(CALLS - 1)])
    await page().keyboard.press('ArrowRight')
    await eventually(() => focused(page())).toBe('Result')
  })

  test('results are sorted by value, by keys and with the pointer', async () => {
    await page().keyboard.press('Enter')
    await eventually(() => heading(page(), 'Result').getAttribute('aria-sort')).toBe('ascending')
    await eventually(() => firstOf(3)).toEqual(['1', '1', '2'])
    await heading(page(), 'Result').getByRole('button').click()
    await eventually(() => heading(page(), 'Result').getAttribute('aria-sort')).toBe('descending')
    await eventually(() => firstOf(3)).toEqual([String(CALLS), String(CALLS), String(CALLS)])
  })

  test('the split is sorted by the suspended share, and says so', async () => {
    const split = heading(page(), 'Split').getByRole('button')
    expect(await split.getAttribute('title')).toContain('share of the time in which the guest was suspended')
    await split.click()
    await eventually(() => heading(page(), 'Split').getAttribute('aria-sort')).toBe('descending')
  })

  test('a filter holds in any order', async () => {
    const field = page().getByRole('combobox', { name: 'Filter calls' })
    await field.fill('arg0=7')
    await eventually(() => countRows(page())).toBe(2)
    await field.press('Escape')
    for (let press = 0; press < 3; press++) await heading(page(), 'Total').getByRole('button').click()
    await eventually(() => heading(page(), 'Total').getAttribute('aria-sort')).toBe('none')
  })
})
