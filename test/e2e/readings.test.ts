/** Readings: what an import points at, said by the host module, offered, and set in the window. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeOnDrivers } from './harness.ts'
import {
  callDetail,
  callsTable,
  closeSession,
  eventually,
  expectSession,
  openExample,
  readRows,
  runButton,
  runExport,
} from './inspector-page.ts'
import { makeTempFolder } from './paths.ts'

/** Logs a text twelve times. */
const GUEST = `(module
  (import "env" "log" (func $log (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 1024) "hello from the guest")
  (func (export "run") (param $count i32)
    (loop $again
      (call $log (i32.const 1024) (i32.const 20))
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (br_if $again (local.get $count)))))`
const HOST = 'export default { env: { log() {} } }'

describeOnDrivers('readings', (app) => {
  const page = () => app().page

  test('what a host module declares is in the table and in the detail', async () => {
    await openExample(page(), 'timers')
    await eventually(() => runButton(page()).isEnabled()).toBe(true)
    await runExport(page(), 'nap', ['1'])
    await eventually(async () => (await readRows(page()))[0]?.[4]).toBe('returned')
    await callsTable(page())
      .getByRole('row', { name: /env\.say/ })
      .first()
      .click()
    const read = callDetail(page()).getByRole('list', { name: 'Read at entry' })
    await eventually(async () => (await read.innerText()).replaceAll(/\s+/g, ' ')).toBe(
      '0 cstring "falling asleep" 14 bytes · at 0x400 Bytes',
    )
    await read.getByText('Bytes', { exact: true }).click()
    await eventually(() => read.innerText()).toContain('66 61 6c 6c 69 6e 67 20  falling ')
    const shown = (await readRows(page())).find(([, name]) => name === 'env.say')
    expect(shown?.[2]).toMatch(/^"falling asleep" \(\d+\)$/)
    await closeSession(page(), 'timers.wasm')
  })

  test('what fits is offered, set by a click, changed in an editor, and refused with the place', async () => {
    const folder = makeTempFolder('readings')
    writeFileSync(join(folder, 'logger.wat'), GUEST)
    writeFileSync(join(folder, 'host.mjs'), HOST)
    await app().dropFiles([join(folder, 'logger.wat'), join(folder, 'host.mjs')])
    await expectSession(page(), 'logger.wat')
    const trust = page().getByRole('button', { name: 'Run this host module' })
    await trust.click()
    await eventually(() => runButton(page()).isEnabled()).toBe(true)
    await runExport(page(), 'run', ['2'])
    const imports = page().getByRole('list', { name: 'Imports' })
    await imports.getByRole('button', { name: 'Read as utf8(0, 1)' }).click()
    await eventually(() => imports.innerText()).toContain('utf8(0, 1)')
    await runExport(page(), 'run', ['1'])
    await eventually(async () => (await readRows(page())).at(-1)?.[2]).toBe(
      '"hello from the guest" (1024, 20)',
    )
    expect((await readRows(page()))[1]?.[2]).toBe('1024, 20')

    await imports.getByRole('button', { name: 'Read… env.log' }).click()
    const editor = page().getByRole('form', { name: 'Readings of env.log' })
    const field = editor.getByRole('textbox', { name: 'Readings' })
    expect(await field.inputValue()).toBe('utf8(0, 1)')
    await field.fill('bytes(0, 2)')
    await editor.getByRole('button', { name: 'Read so' }).click()
    await eventually(() => editor.getByRole('alert').innerText()).toContain(
      'Character 10: The import has 2 parameters; the first is 0.',
    )
    expect(await field.getAttribute('aria-invalid')).toBe('true')
    await field.fill('length: u32(1)')
    await field.press('Enter')
    await eventually(() => editor.count()).toBe(0)
    await runExport(page(), 'run', ['1'])
    await eventually(async () => (await readRows(page())).at(-1)?.[2]).toBe('1024, 20')
    await callsTable(page()).focus()
    await page().keyboard.press('End')
    const read = callDetail(page()).getByRole('list', { name: 'Read at entry' })
    await eventually(async () => (await read.innerText()).replaceAll(/\s+/g, ' ')).toBe('length u32 20')
    await closeSession(page(), 'logger.wat')
  })
})
