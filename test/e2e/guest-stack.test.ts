/** The guest's stack in the detail of a call: where it failed, and from where it called an import. */
import { expect, test } from 'vitest'
import { describeOnDrivers } from './harness.ts'
import {
  callDetail,
  callsTable,
  closeSession,
  eventually,
  openExample,
  readRows,
  runButton,
  runExport,
} from './inspector-page.ts'

describeOnDrivers("the guest's stack", (app) => {
  const page = () => app().page
  const frames = () => callDetail(page()).getByRole('list', { name: 'Guest stack' }).getByRole('listitem')

  test('names the functions of a guest that trapped', async () => {
    await openExample(page(), 'fail-trap')
    await eventually(() => runButton(page()).isEnabled()).toBe(true)
    await runExport(page(), 'trap_after_import')
    await eventually(async () => (await readRows(page()))[0]?.[4]).toBe('trapped')
    await callsTable(page()).focus()
    await page().keyboard.press('Home')
    await eventually(async () => (await frames().allInnerTexts()).map((text) => text.split(/\s/)[0])).toEqual(
      ['inner', 'middle', 'outer', 'trap_after_import'],
    )
    await closeSession(page(), 'fail-trap.wasm')
  })

  test('has the lines that import calls were made from, once it is asked for', async () => {
    await openExample(page(), 'timers')
    await eventually(() => runButton(page()).isEnabled()).toBe(true)
    await page().getByLabel('Stacks').check()
    await runExport(page(), 'nap', ['1'])
    await eventually(async () => (await readRows(page()))[0]?.[4]).toBe('returned')
    await callsTable(page()).focus()
    await page().keyboard.press('End')
    await eventually(async () => (await frames().allInnerTexts()).join().replaceAll(/\s+/g, ' ')).toBe(
      'nap timers.c:27',
    )
    expect(await page().getByLabel('Stacks').isChecked()).toBe(true)
    await closeSession(page(), 'timers.wasm')
  })
})
