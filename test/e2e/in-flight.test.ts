/** Runs that take long, never end, or overlap: each shows its state, and the window stays at work. */
import { expect, test } from 'vitest'
import { describeOnDrivers } from './harness.ts'
import {
  callsTable,
  closeSession,
  countRows,
  eventually,
  latestRun,
  openExample,
  readRows,
  runButton,
  runExport,
  sessionTab,
} from './inspector-page.ts'

describeOnDrivers('runs in flight', (app) => {
  const page = () => app().page
  const runs = () => page().getByRole('list', { name: 'Runs' })
  const button = (name: string) =>
    page().getByRole('group', { name: 'Run control' }).getByRole('button', { name, exact: true })

  async function open(name: string): Promise<void> {
    await openExample(page(), name)
    await eventually(() => runButton(page()).isEnabled()).toBe(true)
  }

  test('calls are serial: a second run waits for the first, and each shows its state', async () => {
    await open('in-flight')
    await runExport(page(), 'run', ['1', '150'])
    await runExport(page(), 'run', ['2', '1'])
    await eventually(() => runs().textContent()).toContain('queued')
    await eventually(() => runs().textContent()).not.toMatch(/queued|running/)
    await callsTable(page()).focus()
    await page().keyboard.press('Home')
    await eventually(async () => (await readRows(page()))[0]?.[2]).toBe('1, 150')
    await page().keyboard.press('End')
    await eventually(async () => (await readRows(page())).at(-2)?.[2]).toBe('2, 1')
  })

  test('interleaved, the second overtakes the first', async () => {
    await page().getByLabel('Interleave').check()
    await runExport(page(), 'run', ['1', '200'])
    await runExport(page(), 'run', ['2', '1'])
    await eventually(() => readStates()).toEqual({ '1, 200': 'running', '2, 1': 'returned' })
    await page().getByLabel('Interleave').uncheck()
  })

  test('Cancel unwinds a suspended call', async () => {
    await eventually(() => button('Cancel').isEnabled()).toBe(true)
    await button('Cancel').click()
    await eventually(() => readStates()).toEqual({ '1, 200': 'cancelled', '2, 1': 'returned' })
    await closeSession(page(), 'in-flight.wasm')
  })

  test.each(['until_cancelled', 'never_settles', 'catch_cancellation'])(
    'Cancel ends %s, and the session goes on',
    async (exportName) => {
      await open('fail-host')
      await runExport(page(), exportName)
      await eventually(async () => (await readRows(page())).at(-1)?.[4]).toBe('suspended')
      await button('Cancel').click()
      await eventually(() => latestRun(page()).textContent()).toContain('cancelled')
      await eventually(async () => (await readRows(page())).slice(-2).map((cells) => cells[4])).toEqual([
        'cancelled',
        'cancelled',
      ])
      await runExport(page(), 'catch_rejection')
      await eventually(() => latestRun(page()).textContent()).toContain('returned -1')
      await closeSession(page(), 'fail-host.wasm')
    },
  )

  test.each(['loop', 'loop_after_call', 'loop_calling_sync', 'loop_calling_async'])(
    'End stops %s, which never ends by itself; the window lives and the records stay',
    async (exportName) => {
      await open('fail-loop')
      await runExport(page(), exportName)
      await eventually(() => countRows(page())).toBeGreaterThan(0)
      // The window answers while the guest keeps its worker busy.
      await page().getByRole('tab', { name: 'Timings' }).click()
      await page().getByRole('table', { name: 'Timings' }).waitFor()
      await page().getByRole('tab', { name: 'Console' }).click()
      await button('End').click()
      await page().getByText('The session has ended; what it recorded stays.').waitFor()
      const kept = await countRows(page())
      expect(kept).toBeGreaterThan(0)
      await callsTable(page()).focus()
      await page().keyboard.press('Home')
      await eventually(async () => (await readRows(page()))[0]?.slice(0, 2)).toEqual(['1', exportName])
      await eventually(async () => (await readRows(page()))[0]?.[4]).toBe('cancelled')
      await button('Reload').click()
      await eventually(() => runButton(page()).isEnabled()).toBe(true)
      expect(await countRows(page())).toBe(0)
      await closeSession(page(), 'fail-loop.wasm')
    },
  )

  test('Cancel stops an endless loop too, although the guest does not answer', async () => {
    await open('fail-loop')
    await runExport(page(), 'loop')
    await eventually(() => countRows(page())).toBeGreaterThan(0)
    await button('Cancel').click()
    await eventually(() => latestRun(page()).textContent()).toContain('cancelled')
    await closeSession(page(), 'fail-loop.wasm')
  })

  test('with slices an endless loop is paused, looked at, let go on and cancelled; the session goes on', async () => {
    await open('fail-loop')
    expect(await button('Pause').count()).toBe(0)
    await page().getByLabel('Slices').check()
    await eventually(() => runButton(page()).isEnabled()).toBe(true)
    await eventually(() => button('Pause').isDisabled()).toBe(true)
    await runExport(page(), 'loop')
    await eventually(() => countRows(page())).toBe(1)
    await button('Pause').click()
    await eventually(async () => (await readRows(page()))[0]?.[4]).toBe('paused')
    await eventually(() => latestRun(page()).textContent()).toContain('paused')
    await callsTable(page())
      .getByRole('row', { name: /^1 loop/ })
      .click()
    await eventually(() => page().getByRole('list', { name: 'Guest stack' }).textContent()).toContain('loop')
    await button('Resume').click()
    await eventually(async () => (await readRows(page()))[0]?.[4]).toBe('running')
    await button('Cancel').click()
    await eventually(async () => (await readRows(page()))[0]?.[4]).toBe('cancelled')
    await eventually(() => runButton(page()).isEnabled()).toBe(true)
    await closeSession(page(), 'fail-loop.wasm')
  })

  test('a session that is closed while it starts again does not come back', async () => {
    await open('fail-loop')
    // Both requests leave before either is answered.
    await page().evaluate(() => {
      const click = (name: string) => document.querySelector<HTMLElement>(`[aria-label="${name}"]`)?.click()
      click('Reload')
      click('Close fail-loop.wasm')
    })
    await eventually(() => sessionTab(page(), 'fail-loop.wasm').count()).toBe(0)
    // The answer to the first comes after the second has been carried out.
    await page().waitForTimeout(500)
    expect(await sessionTab(page(), 'fail-loop.wasm').count()).toBe(0)
    expect(await page().getByRole('region', { name: 'Problems' }).getByRole('alert').count()).toBe(0)
  })

  /** The newest two runs, by their arguments. */
  async function readStates(): Promise<Record<string, string>> {
    const rows = await runs().getByRole('listitem').allTextContents()
    return Object.fromEntries(
      rows.slice(0, 2).map((text) => {
        const [, name = '', rest = ''] = /run\((.*?)\)\s*(.*)$/s.exec(text) ?? []
        const state = /queued|running|cancelled|trapped|threw/.exec(rest)?.[0] ?? 'returned'
        return [name, state]
      }),
    )
  }
})
