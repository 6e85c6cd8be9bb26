/** What a guest may use, set in the window. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeOnDrivers } from './harness.ts'
import { eventually, expectSession, latestRun, openExample, runExport } from './inspector-page.ts'
import { makeTempFolder } from './paths.ts'

describeOnDrivers('limits', (app) => {
  const page = () => app().page
  const opener = () => page().getByRole('button', { name: 'Limits' })
  const field = (name: string) =>
    page().getByRole('form', { name: 'Limits' }).getByRole('spinbutton', { name })

  test('a run is cancelled after the time that is set for it', async () => {
    await openExample(page(), 'fail-host')
    await expectSession(page(), 'fail-host.wasm')
    await opener().click()
    await field('Time of a run').fill('200')
    await page().keyboard.press('Enter')
    await page().keyboard.press('Escape')
    await field('Time of a run').waitFor({ state: 'detached' })
    await eventually(() => opener().evaluate((element) => element === document.activeElement)).toBe(true)
    await runExport(page(), 'never_settles', [])
    await eventually(() => latestRun(page()).textContent()).toContain('cancelled')
  })

  test('what cannot be is not taken; what may be empty is no limit then', async () => {
    await opener().click()
    await field('Time of a run').fill('')
    await page().keyboard.press('Enter')
    await field('Stalled after').fill('1')
    await page().keyboard.press('Enter')
    const message = await field('Stalled after').evaluate(
      (input: HTMLInputElement) => input.validationMessage,
    )
    expect(message).toContain('50')
    await page().keyboard.press('Escape')
    await opener().click()
    expect(await field('Time of a run').inputValue()).toBe('')
    expect(await field('Stalled after').inputValue()).toBe('5000')
    await page().keyboard.press('Escape')
  })

  test('a memory does not grow beyond its limit, after a reload', async () => {
    const path = join(makeTempFolder('guest'), 'grow.wat')
    writeFileSync(
      path,
      '(module (memory 1) (func (export "grow") (result i32) (memory.grow (i32.const 100))))',
    )
    await app().dropFiles([path])
    await expectSession(page(), 'grow.wat')
    await opener().click()
    await field('Each memory').fill('1')
    await field('Each memory').blur()
    await page().getByRole('button', { name: 'Reload' }).click()
    // One that is asked for while the session is read again is refused.
    await eventually(async () => {
      await runExport(page(), 'grow', [])
      return latestRun(page()).textContent()
    }).toContain('returned -1')
  })
})
