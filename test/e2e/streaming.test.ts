/** While calls and lines rush in nothing jumps, and the window answers. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeOnDrivers } from './harness.ts'
import {
  callsTable,
  countRows,
  eventually,
  fillCall,
  openExample,
  readConsole,
  readRows,
  runButton,
  runExport,
} from './inspector-page.ts'
import { guestFile, makeTempFolder } from './paths.ts'

const CALLS = 300_000
const CONSOLE_LINES = 100_000

interface LayoutShift extends PerformanceEntry {
  hadRecentInput: boolean
  sources: { node: Node | null }[]
}

declare const window: Window & { shifts: string[] }

describeOnDrivers('streams', (app) => {
  const page = () => app().page

  /** Collects what the browser calls layout shifts, from now on. */
  async function watchShifts(): Promise<void> {
    await page().evaluate(() => {
      window.shifts = []
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries() as LayoutShift[]) {
          // What answers a click is no jump, nor are the parts of a bar, which are its data.
          if (entry.hadRecentInput) continue
          for (const { node } of entry.sources) {
            const element = node instanceof Element ? node : node?.parentElement
            if (!element?.closest('.split')) window.shifts.push(element?.outerHTML.slice(0, 200) ?? 'gone')
          }
        }
      }).observe({ type: 'layout-shift' })
    })
  }

  test('rows stream in without a layout jump', async () => {
    await openExample(page(), 'chatty')
    await eventually(() => runButton(page()).isEnabled()).toBe(true)
    // The first call brings the pane for its details, once.
    await runExport(page(), 'call_async', ['1'])
    await eventually(() => countRows(page())).toBe(2)
    await fillCall(page(), 'call_async', [String(CALLS)])
    const places = () =>
      page()
        .locator('[role=columnheader], header, aside, section[id], [role=tab]')
        .evaluateAll((elements) =>
          elements.map((element) => {
            const { x, y, width, height } = element.getBoundingClientRect()
            return [x, y, width, height].map(Math.round).join(' ')
          }),
        )
    const before = await places()
    await watchShifts()
    await runButton(page()).click()
    await eventually(() => countRows(page())).toBe(CALLS + 3)
    expect(await places()).toEqual(before)
    expect(await page().evaluate(() => window.shifts)).toEqual([])
  })

  test('it follows the newest row until the user scrolls away, and again when asked to', async () => {
    await eventually(async () => (await readRows(page())).at(-1)?.[0]).toBe((CALLS + 3).toLocaleString('en'))
    await callsTable(page()).focus()
    await page().keyboard.press('Home')
    await eventually(async () => (await readRows(page()))[0]?.[0]).toBe('1')
    await runExport(page(), 'call_sync', ['1000'])
    await eventually(() => countRows(page())).toBe(CALLS + 1004)
    expect((await readRows(page()))[0]?.[0]).toBe('1')
    await page()
      .getByRole('button', { name: /^Follow/ })
      .click()
    await eventually(async () => (await readRows(page())).at(-1)?.[0]).toBe(
      (CALLS + 1004).toLocaleString('en'),
    )
  })

  test('a flood of console lines does not freeze the window, and its end is there', async () => {
    const host = join(makeTempFolder('host'), 'flood.mjs')
    writeFileSync(
      host,
      `export default ({ console }) => ({ env: { async from_host() {
        for (let line = 1; line <= ${CONSOLE_LINES}; line += 1) console.log('line ' + line)
        return 1
      } } })`,
    )
    await app().dropFiles([guestFile('sum/sum.wasm'), host])
    await page().getByRole('button', { name: 'Run this host module' }).click()
    await eventually(() => runButton(page()).isEnabled()).toBe(true)
    await runExport(page(), 'sum', ['1'])
    // Typing is answered while the lines come.
    const field = page().getByRole('form', { name: 'Run' }).getByRole('textbox')
    await field.fill('')
    await field.pressSequentially('123456')
    expect(await field.inputValue()).toBe('123456')
    await eventually(() => readConsole(page())).toContain(`line ${CONSOLE_LINES}`)
    await eventually(async () => (await readRows(page())).at(-1)?.[4]).toBe('returned')
  })
})
