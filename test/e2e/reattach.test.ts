/** The window may reload, crash, close and come again: sessions run on, and no record is lost. */
import { expect, test } from 'vitest'
import { drivers } from './drivers/index.ts'
import { describeOnDrivers } from './harness.ts'
import {
  callsTable,
  countRows,
  eventually,
  expectSession,
  latestRun,
  openExample,
  readConsole,
  runButton,
  runExport,
} from './inspector-page.ts'
import { guestFile, makeTempFolder } from './paths.ts'
import { exportTrace } from './trace-export.ts'

/** Enough that the guest is still at it when the page goes away. */
const CALLS = 150_000

describeOnDrivers('a window that comes back', (app) => {
  const page = () => app().page

  async function startLongRun(): Promise<void> {
    await openExample(page(), 'chatty')
    await eventually(() => runButton(page()).isEnabled()).toBe(true)
    await runExport(page(), 'call_async', [String(CALLS)])
    await eventually(() => countRows(page())).toBeGreaterThan(0)
  }

  async function expectEveryRecord(): Promise<void> {
    await expectSession(page(), 'chatty.wasm')
    await eventually(() => countRows(page())).toBe(CALLS + 1)
    await eventually(() => latestRun(page()).textContent()).toContain(`returned ${CALLS}`)
    const lines = await exportTrace(app())
    expect(lines.map(({ id }) => id)).toEqual(Array.from({ length: CALLS + 1 }, (_, index) => index + 1))
    expect(new Set(lines.map(({ outcome }) => outcome))).toEqual(new Set(['returned']))
  }

  async function reloadGuest(): Promise<void> {
    await page().getByRole('group', { name: 'Run control' }).getByRole('button', { name: 'Reload' }).click()
    await eventually(() => countRows(page())).toBe(0)
  }

  test('a reload during a run finds sessions, runs, console and every record', async () => {
    await openExample(page(), 'sum')
    await runExport(page(), 'sum', ['1'])
    await eventually(() => readConsole(page())).toContain('called from wasm')
    await startLongRun()
    expect(await countRows(page())).toBeLessThan(CALLS)
    await page().reload()
    await expectEveryRecord()
    await openExample(page(), 'sum')
    await eventually(() => readConsole(page())).toContain('called from wasm')
    expect(await countRows(page())).toBe(2)
  })

  test('a crash of the page during a run loses nothing either', async () => {
    await openExample(page(), 'chatty')
    await reloadGuest()
    await startLongRun()
    expect(await countRows(page())).toBeLessThan(CALLS)
    await app().crashPage()
    await expectEveryRecord()
  })

  test('the window works on after the crash', async () => {
    await reloadGuest()
    await runExport(page(), 'call_both', ['3'])
    await eventually(() => latestRun(page()).textContent()).toContain('returned 6')
    await callsTable(page()).getByRole('row', { name: 'env.next_sync' }).first().click()
    await page()
      .getByRole('heading', { name: /^#\d+ env\.next_sync$/ })
      .waitFor()
  })
})

test.each(drivers.map((driver) => [driver.name, driver] as const))(
  '%s: what the user arranged and opened is there at the next start',
  async (_, driver) => {
    const settingsFolder = makeTempFolder('settings')
    const first = await driver.launch({ settingsFolder, arguments: [guestFile('times/times.wasm')] })
    await expectSession(first.page, 'times.wasm')
    await first.page.getByRole('group', { name: 'Panes' }).getByRole('button').first().click()
    await eventually(() => first.page.locator('#pane-sidebar').count()).toBe(0)
    // The layout is saved a moment after it has been changed.
    await first.page.waitForTimeout(1500)
    await first.close()

    const second = await driver.launch({ settingsFolder, arguments: [guestFile('sum/sum.wasm')] })
    await expectSession(second.page, 'sum.wasm')
    await eventually(() => second.page.locator('#pane-sidebar').count()).toBe(0)
    await second.page.getByRole('group', { name: 'Panes' }).getByRole('button').first().click()
    await second.page.locator('#pane-sidebar').waitFor()
    await second.close()
  },
)
