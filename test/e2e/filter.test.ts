/** A filter over the calls table: typed, completed, corrected and taken away with the keyboard alone. */
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
import { exportTrace } from './trace-export.ts'

const CALLS = 300

function field(page: Page) {
  return page.getByRole('combobox', { name: 'Filter calls' })
}

function bar(page: Page) {
  return page.getByRole('search', { name: 'Calls' })
}

describeOnDrivers('the filter', (app) => {
  const page = () => app().page
  const readReport = () => bar(page()).getByRole('status').textContent()

  test('there is none before the first call', async () => {
    await openExample(page(), 'chatty')
    expect(await field(page()).count()).toBe(0)
    await runExport(page(), 'call_sync', [String(CALLS)])
    await eventually(() => countRows(page())).toBe(CALLS + 1)
    expect(await readReport()).toBe('')
  })

  test('a slash leads to it, and the rows are those that it holds for', async () => {
    await callsTable(page()).focus()
    await page().keyboard.press('/')
    await page().keyboard.type('arg0>=7 arg0<9')
    await eventually(async () =>
      (await readRows(page())).map(([number, name]) => `${number} ${name}`),
    ).toEqual(['9 env.next_sync', '10 env.next_sync'])
    await eventually(readReport).toBe(`2 of ${CALLS + 1}`)
    expect(await field(page()).inputValue()).toBe('arg0>=7 arg0<9')
  })

  test('what is exported is what it shows', async () => {
    expect((await exportTrace(app())).map(({ id }) => id)).toEqual([9, 10])
  })

  test('keys move through what was found', async () => {
    await callsTable(page()).focus()
    await page().keyboard.press('Home')
    await eventually(() => callDetail(page()).textContent()).toContain('#9')
    await page().keyboard.press('ArrowDown')
    await eventually(() => callDetail(page()).textContent()).toContain('#10')
  })

  test('calls that come later are found too', async () => {
    await runExport(page(), 'call_sync', [String(CALLS)])
    await eventually(readReport).toBe(`4 of ${2 * (CALLS + 1)}`)
    await eventually(() => countRows(page())).toBe(4)
  })

  test('a mistake is explained and underlined, and what was found stays', async () => {
    await field(page()).fill('arg0>=7 total>5')
    await eventually(() => field(page()).getAttribute('aria-invalid')).toBe('true')
    const explanation = await bar(page()).locator('.problem').textContent()
    expect(explanation).toContain('“5” is no time.')
    expect(explanation).toContain('5ms')
    expect(await bar(page()).locator('.meant').textContent()).toBe('5')
    // The line is drawn below the very characters.
    const [marked, wide] = await Promise.all([
      bar(page()).locator('.meant').boundingBox(),
      field(page()).boundingBox(),
    ])
    expect(marked!.x).toBeGreaterThan(wide!.x)
    expect(marked!.y).toBeGreaterThanOrEqual(wide!.y)
    expect(marked!.y + marked!.height).toBeLessThanOrEqual(wide!.y + wide!.height)
    expect(await countRows(page())).toBe(4)
  })

  test('names are completed by keys', async () => {
    await field(page()).fill('')
    await page().keyboard.type('outc')
    const options = bar(page()).getByRole('option')
    await eventually(() => options.allTextContents()).toEqual([expect.stringContaining('outcome=')])
    await page().keyboard.press('ArrowDown')
    await page().keyboard.press('Enter')
    await eventually(() => field(page()).inputValue()).toBe('outcome=')
    await page().keyboard.type('tr')
    await eventually(() => options.allTextContents()).toEqual(['trapped'])
    await page().keyboard.press('ArrowDown')
    await page().keyboard.press('Tab')
    await eventually(() => field(page()).inputValue()).toBe('outcome=trapped')
  })

  test('finding nothing is said', async () => {
    await callsTable(page()).locator('..').getByText('No call fits the filter.').waitFor()
    await eventually(readReport).toBe(`0 of ${2 * (CALLS + 1)}`)
  })

  test('Escape takes it away, and all calls are back', async () => {
    await field(page()).press('Escape')
    expect(await field(page()).inputValue()).toBe('')
    await eventually(() => countRows(page())).toBe(2 * (CALLS + 1))
    await field(page()).fill('outcome=trapped')
    await eventually(() => countRows(page())).toBe(0)
    await page().getByRole('button', { name: 'Clear the filter' }).click()
    await eventually(() => countRows(page())).toBe(2 * (CALLS + 1))
    // The call that was selected among those found is shown among all.
    await eventually(async () => (await readRows(page())).map(([number]) => number)).toContain('10')
    expect(await field(page()).evaluate((input) => input === document.activeElement)).toBe(true)
  })
})
