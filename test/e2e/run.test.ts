/** A newcomer's first minute: the bundled guest is there, runs, and shows what it called. */
import { statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { describeOnDrivers } from './harness.ts'
import {
  callDetail,
  callsTable,
  eventually,
  expectSession,
  fillCall,
  latestRun,
  readConsole,
  readRows,
  runButton,
  runExport,
} from './inspector-page.ts'
import { guestFile } from './paths.ts'

const MANIFEST_BYTES = statSync(guestFile('sum/Cargo.toml')).size

describeOnDrivers('the first run', (app) => {
  test('opens with sum, which is ready to run', async () => {
    const { page } = app()
    await expectSession(page, 'sum.wasm')
    await eventually(() => runButton(page).isEnabled()).toBe(true)
    await eventually(() => page.title()).toBe('sum.wasm – JSPI Inspector')
    await page.getByText('No calls yet. Choose an export and press Run.').waitFor()
    const imports = page.getByRole('list', { name: 'Imports' })
    expect(await imports.textContent()).toContain('env.from_host')
    expect(await imports.textContent()).toContain('host.ts')
  })

  test('Run shows the call, the import that it suspended in, the console line and the result', async () => {
    const { page } = app()
    await runExport(page, 'sum', ['223'])
    await eventually(() => readRows(page)).toEqual([
      ['1', 'sum', '223', String(223 + MANIFEST_BYTES), 'returned'],
      ['2', 'env.from_host', '10, 1', String(MANIFEST_BYTES), 'returned'],
    ])
    await eventually(() => readConsole(page)).toContain('called from wasm: [I32(10), I32(1)]')
    await eventually(() => latestRun(page).textContent()).toContain(`returned ${223 + MANIFEST_BYTES}`)
  })

  test('a selected call shows its values in decimal and hex, its times and its kin', async () => {
    const { page } = app()
    await callsTable(page).getByRole('row', { name: 'env.from_host' }).click()
    const detail = callDetail(page)
    await detail.getByRole('heading', { name: '#2 env.from_host' }).waitFor()
    const text = (await detail.textContent()) ?? ''
    expect(text).toContain('0x0a')
    expect(text).toMatch(/suspended\s*[\d.]+ (ns|µs|ms|s)/)
    await detail.getByRole('button', { name: /sum/ }).first().click()
    await detail.getByRole('heading', { name: '#1 sum' }).waitFor()
  })

  test('the timings count both', async () => {
    const { page } = app()
    await page.getByRole('tab', { name: 'Timings' }).click()
    const table = page.getByRole('table', { name: 'Timings' })
    await table.getByRole('rowheader', { name: 'env.from_host' }).waitFor()
    await table.getByRole('rowheader', { name: 'sum', exact: true }).waitFor()
    await page.getByRole('tab', { name: 'Console' }).click()
  })

  test('a bad argument is refused where it was typed, and nothing is called', async () => {
    const { page } = app()
    await fillCall(page, 'sum', ['twelve'])
    await runButton(page).click()
    const field = page.getByRole('form', { name: 'Run' }).getByRole('textbox')
    await eventually(() => field.getAttribute('aria-invalid')).toBe('true')
    await page.getByRole('form', { name: 'Run' }).getByRole('alert').waitFor()
    expect(await readRows(page)).toHaveLength(2)
    await field.fill('1')
    await eventually(() => field.getAttribute('aria-invalid')).toBe('false')
  })

  test('the keyboard alone chooses, runs and looks at a call', async () => {
    const { page } = app()
    const field = page.getByRole('form', { name: 'Run' }).getByRole('textbox')
    await field.focus()
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.type('0x10')
    await page.keyboard.press('Enter')
    await eventually(async () => (await readRows(page)).length).toBe(4)
    await page.keyboard.press('ControlOrMeta+Enter')
    await eventually(async () => (await readRows(page)).length).toBe(6)
    await callsTable(page).focus()
    await page.keyboard.press('Home')
    const detail = callDetail(page)
    await detail.getByRole('heading', { name: '#1 sum' }).waitFor()
    await page.keyboard.press('ArrowDown')
    await detail.getByRole('heading', { name: '#2 env.from_host' }).waitFor()
    await page.keyboard.press('End')
    await detail.getByRole('heading', { name: '#6 env.from_host' }).waitFor()
  })
})
