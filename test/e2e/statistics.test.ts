/** Statistics and call paths of what is selected: by the marked range, by the filter, and of everything. */
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

/** The middle of what the timeline shows of imports. */
const IMPORT_ROW_PX = 62

const chip = (page: Page) => page.getByRole('button', { name: /^Clear the marked range,/ })
const paths = (page: Page) => page.getByRole('tabpanel', { name: 'Call paths' })

/** Marks the second half of the latest burst of calls. */
async function markRange(page: Page): Promise<void> {
  const box = (await page.getByRole('application', { name: 'Timeline' }).boundingBox())!
  await page.mouse.move(box.x + box.width / 2, box.y + IMPORT_ROW_PX)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width - 40, box.y + IMPORT_ROW_PX, { steps: 4 })
  await page.mouse.up()
}

describeOnDrivers('statistics of a selection', (app) => {
  const page = () => app().page
  const readIds = async () => (await readRows(page())).map(([number]) => number)

  test('the marked range chooses the calls of the table, and a chip says so and clears it', async () => {
    await openExample(page(), 'times')
    await runExport(page(), 'both', ['4000000', '60'])
    await eventually(async () => (await readRows(page())).map((cells) => cells[4])).toEqual([
      'returned',
      'returned',
    ])
    await page().waitForTimeout(400)
    await runExport(page(), 'work', ['40'])
    await eventually(
      async () => (await readRows(page())).filter((cells) => cells[4] === 'returned').length,
    ).toBe(4)
    await markRange(page())
    await chip(page()).waitFor()
    await eventually(readIds).toEqual(['3', '4'])
    await eventually(() =>
      page().getByRole('search', { name: 'Calls' }).getByRole('status').textContent(),
    ).toBe('2 of 4')
    await chip(page()).click()
    await eventually(() => countRows(page())).toBe(4)
    expect(await chip(page()).count()).toBe(0)
  })

  test('the keyboard clears it as well: on the chip, in the field and in the table', async () => {
    const places = [chip(page()), page().getByRole('combobox', { name: 'Filter calls' }), callsTable(page())]
    for (const place of places) {
      await markRange(page())
      await eventually(() => countRows(page())).toBe(2)
      await place.focus()
      await page().keyboard.press('Escape')
      await eventually(() => countRows(page())).toBe(4)
    }
  })

  test('timings are those of the selection, and say of which calls', async () => {
    await page().getByRole('tab', { name: 'Timings' }).click()
    const table = page().getByRole('table', { name: 'Timings' })
    const names = () => table.getByRole('rowheader').allTextContents()
    await eventually(async () => (await names()).map((name) => name.trim()).sort()).toEqual([
      'both',
      'env.wait',
      'env.work',
      'work',
    ])
    await markRange(page())
    await eventually(async () => (await names()).map((name) => name.trim()).sort()).toEqual([
      'env.work',
      'work',
    ])
    await eventually(() =>
      page().getByRole('region', { name: 'Timings by' }).getByRole('status').textContent(),
    ).toBe('Of 2 finished calls that the filter and the marked range choose')
  })

  test('the flame graph has the paths of the selection, and keys move in it and zoom', async () => {
    await page().getByRole('tab', { name: 'Call paths' }).click()
    const flame = paths(page()).getByRole('group', { name: 'Flame graph of call paths' })
    await eventually(() => flame.getByRole('button').allTextContents()).toEqual(['work', 'env.work'])
    await chip(page()).click()
    await eventually(async () => (await flame.getByRole('button').allTextContents()).sort()).toEqual([
      'both',
      'env.wait',
      'env.work',
      'work',
    ])
    await flame.getByRole('button', { name: /^both/ }).focus()
    await page().keyboard.press('ArrowDown')
    expect(await flame.locator(':focus').textContent()).toBe('env.wait')
    await page().keyboard.press('Enter')
    await eventually(() => flame.getByRole('button').allTextContents()).toEqual(['both', 'env.wait'])
    await page().keyboard.press('Escape')
    await eventually(() => flame.getByRole('button').count()).toBe(4)
  })

  test('a sandwich has callers above and callees below of the function that is chosen', async () => {
    await paths(page()).getByRole('button', { name: 'Sandwich' }).click()
    await paths(page()).getByRole('combobox', { name: 'Function in the middle' }).selectOption('env.work')
    const textsOf = (name: string) =>
      paths(page()).getByRole('group', { name }).getByRole('button').allTextContents()
    await eventually(() => textsOf('Callers')).toEqual(['env.work', 'work'])
    expect(await textsOf('Callees')).toEqual(['env.work'])
  })

  test('paths are a table too, and the slowest calls lead to the calls', async () => {
    await paths(page()).getByRole('button', { name: 'Paths' }).click()
    await eventually(() =>
      paths(page()).getByRole('table', { name: 'Time by path' }).getByRole('row').count(),
    ).toBe(5)
    await paths(page()).getByRole('button', { name: 'Functions' }).click()
    await paths(page()).getByRole('table', { name: 'Time by function' }).waitFor()
    await paths(page()).getByRole('button', { name: 'In flight' }).click()
    await paths(page())
      .getByRole('img', { name: /^In flight at most 1.0 calls of exports and 1.0 of imports/ })
      .waitFor()
    await paths(page()).getByRole('button', { name: 'Slowest calls' }).click()
    const slowest = paths(page()).getByRole('list', { name: 'Slowest calls' }).getByRole('button')
    await eventually(() => slowest.count()).toBe(4)
    await slowest.filter({ hasText: 'env.work' }).click()
    await callDetail(page()).getByRole('heading', { name: '#4 env.work' }).waitFor()
  })
})
