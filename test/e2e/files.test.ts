/** Files as users bring them: dropped together, one after the other, in any order, good and bad. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeOnDrivers } from './harness.ts'
import {
  closeSession,
  eventually,
  expectSession,
  latestRun,
  openExample,
  readRows,
  runButton,
  runExport,
} from './inspector-page.ts'
import { guestFile, makeTempFolder } from './paths.ts'

const HOST_MODULE = `
export default () => ({
  env: { async from_host(a: number, b: number): Promise<number> { return a * 100 + b } },
})
`

/** A guest in a folder of its own, with what else is named. */
function makeGuest(name: string, files: Record<string, string> = {}): string {
  const folder = makeTempFolder('guest')
  copyFileSync(guestFile('sum/sum.wasm'), join(folder, name))
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text)
  return join(folder, name)
}

function writeHost(name: string, text = HOST_MODULE): string {
  const path = join(makeTempFolder('host'), name)
  writeFileSync(path, text)
  return path
}

describeOnDrivers('dropped files', (app) => {
  const page = () => app().page
  const allow = () => page().getByRole('button', { name: 'Run this host module' })
  const needed = (name: string) =>
    page().getByRole('heading', { name: `${name} needs 1 import that nobody binds` })
  const problem = () => page().getByRole('region', { name: 'Problems' }).getByRole('alert')

  async function expectRefusal(code: string, ...texts: string[]): Promise<void> {
    await problem().last().waitFor()
    for (const text of [code, ...texts])
      await eventually(() => problem().last().textContent()).toContain(text)
    await page().getByRole('button', { name: 'Dismiss' }).last().click()
  }

  test('a guest and its host module together: asks once, then runs', async () => {
    await app().dropFiles([makeGuest('together.wasm'), writeHost('answers.ts')])
    await expectSession(page(), 'together.wasm')
    await page().getByRole('heading', { name: 'Run the host module answers.ts?' }).waitFor()
    expect(await runButton(page()).isEnabled()).toBe(false)
    expect(await runButton(page()).getAttribute('title')).toBe('The host module is not allowed to run yet')
    await allow().click()
    await eventually(() => runButton(page()).isEnabled()).toBe(true)
    await runExport(page(), 'sum', ['5'])
    await eventually(() => readRows(page())).toEqual([
      ['1', 'sum', '5', '1006', 'returned'],
      ['2', 'env.from_host', '10, 1', '1001', 'returned'],
    ])
    await closeSession(page(), 'together.wasm')
  })

  test('a guest first, its host module afterwards', async () => {
    await app().dropFiles([makeGuest('first.wasm')])
    await needed('first.wasm').waitFor()
    expect(await page().getByRole('list', { name: 'Unbound imports' }).textContent()).toContain(
      'env.from_host',
    )
    await app().dropFiles([writeHost('later.ts')])
    await page().getByRole('heading', { name: 'Run the host module later.ts?' }).waitFor()
    await allow().click()
    await eventually(() => runButton(page()).isEnabled()).toBe(true)
    await runExport(page(), 'sum', ['1'])
    await eventually(() => latestRun(page()).textContent()).toContain('returned 1002')
    await closeSession(page(), 'first.wasm')
  })

  test('a host module that is not allowed does not run', async () => {
    await app().dropFiles([
      makeGuest('declined.wasm'),
      writeHost('unwanted.ts', 'globalThis.process.exit(3)'),
    ])
    await page().getByRole('heading', { name: 'Run the host module unwanted.ts?' }).waitFor()
    await page().getByRole('button', { name: 'Do without' }).click()
    await needed('declined.wasm').waitFor()
    await closeSession(page(), 'declined.wasm')
  })

  test('a host.ts beside the guest is found where the door knows the path', async () => {
    const path = makeGuest('beside.wasm', { 'host.ts': HOST_MODULE })
    await app().dropFiles([path])
    if (app().desktop) {
      await page().getByRole('heading', { name: 'Run the host module host.ts?' }).waitFor()
      await allow().click()
      await eventually(() => runButton(page()).isEnabled()).toBe(true)
      await closeSession(page(), 'beside.wasm')
      await app().dropFiles([path])
      await expectSession(page(), 'beside.wasm')
      // Asked once for each file, and again when it has changed.
      await eventually(() => runButton(page()).isEnabled()).toBe(true)
      await closeSession(page(), 'beside.wasm')
      writeFileSync(join(path, '../host.ts'), `${HOST_MODULE}// changed`)
      await app().dropFiles([path])
      await allow().waitFor()
    } else {
      // A browser does not say where a file lies.
      await needed('beside.wasm').waitFor()
    }
    await closeSession(page(), 'beside.wasm')
  })

  test('several guests open a session each', async () => {
    await app().dropFiles([makeGuest('one.wasm'), makeGuest('two.wasm')])
    await expectSession(page(), 'two.wasm')
    for (const name of ['one.wasm', 'two.wasm']) await closeSession(page(), name)
  })

  test('a text module is translated and runs', async () => {
    const path = join(makeTempFolder('guest'), 'double.wat')
    writeFileSync(
      path,
      '(module (func (export "double") (param i32) (result i32) local.get 0 i32.const 2 i32.mul))',
    )
    await app().dropFiles([path])
    await expectSession(page(), 'double.wat')
    await runExport(page(), 'double', ['21'])
    await eventually(() => latestRun(page()).textContent()).toContain('returned 42')
    await closeSession(page(), 'double.wat')
  })

  test('a chosen file opens like a dropped one', async () => {
    const chooser = page().waitForEvent('filechooser')
    await page().getByRole('button', { name: 'Open a guest' }).click()
    await (
      await chooser
    ).setFiles([
      makeGuest('chosen.wasm'),
      writeHost('chosen.mjs', HOST_MODULE.replaceAll(/: \w+(<\w+>)?/g, '')),
    ])
    await expectSession(page(), 'chosen.wasm')
    await page().getByRole('heading', { name: 'Run the host module chosen.mjs?' }).waitFor()
    await closeSession(page(), 'chosen.wasm')
  })

  const badGuests: [code: string, name: string, content: Uint8Array | string][] = [
    ['GUEST_EMPTY', 'empty.wasm', ''],
    ['GUEST_NOT_WASM', 'text.wasm', 'this is no module'],
    ['GUEST_TRUNCATED', 'cut.wasm', Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 99)],
    ['GUEST_MALFORMED', 'garbage.wasm', Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 3, 250, 251, 252)],
    ['GUEST_IS_COMPONENT', 'component.wasm', Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0)],
    ['GUEST_WAT_SYNTAX', 'broken.wat', '(module\n  (func (export "f") (i32.cosnt 1)))'],
  ]
  test.each(badGuests)('%s: says what is wrong, and the app goes on', async (code, name, content) => {
    const path = join(makeTempFolder('bad'), name)
    writeFileSync(path, content)
    await app().dropFiles([path])
    await expectFailure(code, name)
  })

  test('several refusals are dismissed at once', async () => {
    const all = page().getByRole('button', { name: 'Dismiss all' })
    const folder = makeTempFolder('bad')
    for (const [index, name] of ['first.wasm', 'second.wasm'].entries()) {
      writeFileSync(join(folder, name), 'this is no module')
      await app().dropFiles([join(folder, name)])
      await eventually(() => problem().count()).toBe(index + 1)
      expect(await all.count()).toBe(index)
    }
    await all.click()
    await eventually(() => problem().count()).toBe(0)
  })

  /** A guest that cannot be read shows its error in a session or as a problem; either names the code. */
  async function expectFailure(code: string, name: string): Promise<void> {
    await eventually(() => page().locator('[role=alert]').allTextContents()).toContainEqual(
      expect.stringContaining(code),
    )
    if (
      await page()
        .getByRole('button', { name: `Close ${name}` })
        .count()
    )
      await closeSession(page(), name)
    else await page().getByRole('button', { name: 'Dismiss' }).last().click()
  }

  test('a syntax error in a text module names line and column', async () => {
    const path = join(makeTempFolder('bad'), 'line-two.wat')
    writeFileSync(path, '(module\n  (func (export "f") (i32.cosnt 1)))')
    await app().dropFiles([path])
    await eventually(() => page().locator('[role=alert]').allTextContents()).toContainEqual(
      expect.stringMatching(/line-two\.wat:2:\d+/),
    )
    await expectFailure('GUEST_WAT_SYNTAX', 'line-two.wat')
  })

  test('a guest of 300 MB, a folder and a file of another kind are refused', async () => {
    const folder = makeTempFolder('bad')
    const large = join(folder, 'large.wasm')
    writeFileSync(large, '')
    const { truncateSync } = await import('node:fs')
    truncateSync(large, 300 * 1024 * 1024)
    await app().dropFiles([large])
    await expectRefusal('GUEST_TOO_LARGE', '256 MB')

    mkdirSync(join(folder, 'folder.wasm'))
    await app().dropFiles([join(folder, 'folder.wasm')])
    await eventually(() => page().locator('[role=alert]').allTextContents()).toContainEqual(
      expect.stringMatching(/GUEST_IS_FOLDER|GUEST_UNREADABLE/),
    )
    await expectFailure('GUEST_', 'folder.wasm')

    const notes = join(folder, 'notes.txt')
    writeFileSync(notes, 'notes')
    await app().dropFiles([notes])
    await expectRefusal('GUEST_NOT_WASM', 'notes.txt')
  })

  test('after all of that sum still runs', async () => {
    await openExample(page(), 'sum')
    await runExport(page(), 'sum', ['1'])
    await eventually(() => readRows(page())).toHaveLength(2)
  })
})
