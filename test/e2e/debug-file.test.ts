/** Debug information in a file of its own is given in the window. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { expect, test } from 'vitest'
import { extractDebug, namesDebugFile, readShapes, stripShapes } from '../support/debug-files.ts'
import { describeOnDrivers } from './harness.ts'
import {
  callDetail,
  callsTable,
  closeSession,
  eventually,
  readRows,
  runButton,
  runExport,
} from './inspector-page.ts'
import { guestFile, makeTempFolder } from './paths.ts'

describeOnDrivers('a debug file', (app) => {
  const page = () => app().page
  const debug = () => callDetail(page()).getByRole('group', { name: 'Debug information' })
  const places = async () =>
    (
      await callDetail(page())
        .getByRole('list', { name: 'Guest stack' })
        .getByRole('listitem')
        .allInnerTexts()
    ).map((text) => text.split(/\s+/).at(-1))
  /** Whether the notice has another colour than the pane's chrome. */
  const isLoud = () =>
    debug()
      .locator('.notice')
      .evaluate((notice) => {
        const probe = notice.ownerDocument.createElement('i')
        notice.append(probe)
        probe.style.background = 'var(--bg2)'
        const isQuiet = getComputedStyle(probe).backgroundColor === getComputedStyle(notice).backgroundColor
        probe.remove()
        return !isQuiet
      })
  const chooser = (): Locator => debug().getByLabel('Debug file', { exact: true })

  test('that the guest names and that is not there is asked for', async () => {
    const folder = makeTempFolder('debug-file')
    const guest = join(folder, 'shapes.wasm')
    writeFileSync(guest, stripShapes(namesDebugFile('shapes.debug.wasm')))
    await app().dropFiles([guest])
    await page().getByRole('button', { name: 'Stub all with zeros' }).click()
    await eventually(() => runButton(page()).isEnabled()).toBe(true)
    await runExport(page(), 'run', ['13'])
    await eventually(async () => (await readRows(page()))[0]?.[4]).toBe('trapped')
    await callsTable(page()).focus()
    await page().keyboard.press('Home')
    await debug().getByText('the guest has its debug information in shapes.debug.wasm').waitFor()
    await debug().getByText('DEBUG_FILE_UNREADABLE').waitFor()
    expect(await isLoud()).toBe(false)
    expect((await places()).every((place) => /^\+0x[0-9a-f]+$/.test(place!))).toBe(true)
  })

  test('of another guest is refused, and the stack stays', async () => {
    const before = await places()
    const chosen = page().waitForEvent('filechooser')
    await debug().getByRole('button', { name: 'Choose debug file…' }).press('Enter')
    await (await chosen).setFiles(guestFile('timers/timers.wasm'))
    await debug().getByText('DEBUG_FILE_MISMATCH').waitFor()
    expect(await isLoud()).toBe(true)
    expect(await places()).toEqual(before)
  })

  test('gives the lines of calls that are recorded already', async () => {
    const path = join(makeTempFolder('debug-file'), 'built.with-debug')
    writeFileSync(path, extractDebug())
    await chooser().setInputFiles(path)
    await debug().getByText('Lines are from built.with-debug, which you gave.').waitFor()
    await eventually(async () => (await places()).every((place) => /^\w+\.\w+:\d+$/.test(place!))).toBe(true)
    expect(await debug().getByText('DEBUG_FILE').count()).toBe(0)
  })

  test('is left again by keyboard', async () => {
    await debug().getByRole('button', { name: 'Without it' }).press('Enter')
    await debug().getByText('the guest has its debug information in shapes.debug.wasm').waitFor()
    await eventually(async () => (await places())[0]).toMatch(/^\+0x/)
    expect(
      await debug()
        .getByRole('button', { name: 'Choose debug file…' })
        .evaluate((button) => button === document.activeElement),
    ).toBe(true)
  })

  test('is taken where it is dropped on the stack, and opens no session', async () => {
    const path = join(makeTempFolder('debug-file'), 'shapes-built.wasm')
    writeFileSync(path, readShapes())
    await app().dropFiles([path], debug())
    await debug().getByText('Lines are from shapes-built.wasm, which you gave.').waitFor()
    expect(
      await page()
        .getByRole('button', { name: /^Close / })
        .count(),
    ).toBe(2)
    await closeSession(page(), 'shapes.wasm')
  })
})
