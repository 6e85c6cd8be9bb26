/** SQL over a trace in the window: run, refused, cancelled; and its calls are shown in the table. */
import { expect, test } from 'vitest'
import { describeOnDrivers } from './harness.ts'
import { callDetail, countRows, eventually, openExample, runExport } from './inspector-page.ts'

const ENDLESS = 'with recursive n(x) as (select 1 union all select x + 1 from n) select count(*) from n'

describeOnDrivers('the SQL console', (app) => {
  const page = () => app().page
  const panel = () => page().getByRole('tabpanel', { name: 'SQL' })
  const field = () => panel().getByRole('textbox', { name: 'SQL' })
  const readRows = () =>
    panel()
      .getByRole('table', { name: 'Rows' })
      .locator('tbody tr')
      .evaluateAll((rows) =>
        rows.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent!.trim())),
      )

  test('Ctrl+Enter runs what is typed', async () => {
    await openExample(page(), 'sum')
    await runExport(page(), 'sum', ['223'])
    await eventually(() => countRows(page())).toBe(2)
    await page().getByRole('tab', { name: 'SQL' }).click()
    await field().fill('select id, module, name, params from calls')
    await field().press('Control+Enter')
    await eventually(readRows).toEqual([
      ['1', 'null', 'sum', '[223]'],
      ['2', 'env', 'from_host', '[10,1]'],
    ])
    expect(await panel().getByRole('status').textContent()).toBe('2 rows')
  })

  test('the number of a call leads to it', async () => {
    await panel().getByRole('button', { name: 'Show call 2' }).click()
    await eventually(() => callDetail(page()).textContent()).toContain('#2 env.from_host')
  })

  test('tables and columns are listed, and are written by a click', async () => {
    const tables = panel().getByRole('region', { name: 'Tables and columns' })
    await eventually(() => tables.locator('summary').allTextContents()).toEqual([
      'calls',
      'functions',
      'console',
      'session',
    ])
    await field().fill('select ')
    await tables.getByRole('button', { name: 'suspended_ns' }).click()
    expect(await field().inputValue()).toBe('select suspended_ns')
  })

  test('a sample is run by a click', async () => {
    await panel().getByRole('button', { name: 'Longest calls' }).click()
    await eventually(async () => (await readRows()).map(([id, kind]) => `${id} ${kind}`)).toEqual([
      '1 export',
      '2 import',
    ])
  })

  test('a mistake is said, and what is typed stays when another tab was looked at', async () => {
    await field().fill('select nme from calls')
    await panel().getByRole('button', { name: 'Run query' }).click()
    await eventually(() => panel().getByRole('alert').textContent()).toContain('no such column: nme')
    await page().getByRole('tab', { name: 'Timings' }).click()
    await page().getByRole('tab', { name: 'SQL' }).click()
    expect(await field().inputValue()).toBe('select nme from calls')
    expect(await panel().getByRole('alert').count()).toBe(1)
  })

  test('a query without an end can be cancelled', async () => {
    await field().fill(ENDLESS)
    await field().press('Control+Enter')
    await panel().getByRole('button', { name: 'Cancel query' }).click()
    await eventually(() => panel().getByRole('alert').textContent()).toContain('SQL_CANCELLED')
  })
})
