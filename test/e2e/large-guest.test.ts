/** Guests with more exports and imports than people read through: some are shown, and any is found by its name. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeLargeGuest } from '../support/large-guest.ts'
import { describeOnDrivers } from './harness.ts'
import { closeSession, eventually, expectSession, latestRun, runButton } from './inspector-page.ts'
import { makeTempFolder } from './paths.ts'

const EXPORT_COUNT = 20_000
const IMPORT_COUNT = 3000
/** That of the whole window, with the guests, 200 exports, and as many options. */
const ELEMENT_LIMIT = 2500

function writeGuest(name: string, counts: { imports?: number; exports?: number }): string {
  const path = join(makeTempFolder('large'), name)
  writeFileSync(path, makeLargeGuest(counts))
  return path
}

describeOnDrivers('a guest with very many exports', (app) => {
  const page = () => app().page
  const exportList = () => page().getByRole('list', { name: 'Exports' })
  const exportField = () => page().getByRole('searchbox', { name: 'Find an export' })
  const choice = () => page().getByLabel('Export', { exact: true })
  const countElements = () => page().locator('*').count()

  test('shows some of them, and says how many there are', async () => {
    await app().dropFiles([writeGuest('many-exports.wasm', { exports: EXPORT_COUNT })])
    await expectSession(page(), 'many-exports.wasm')
    await eventually(() => runButton(page()).isEnabled()).toBe(true)
    await page().getByText('First 200 of 20,000').waitFor()
    expect(await exportList().getByRole('listitem').count()).toBe(200)
    expect(await choice().locator('option').count()).toBe(201)
    expect(await countElements()).toBeLessThan(ELEMENT_LIMIT)
  })

  test('the last one is found, chosen and run by the keyboard alone', async () => {
    const finder = page().getByRole('button', { name: 'Find an export' })
    await finder.focus()
    await page().keyboard.press('Enter')
    await eventually(() => exportField().evaluate((field) => field === document.activeElement)).toBe(true)
    await page().keyboard.type(`export_${EXPORT_COUNT - 1}`)
    await page().getByText('1 of 20,000').waitFor()
    await page().keyboard.press('Enter')
    await eventually(() => choice().inputValue()).toBe(`export_${EXPORT_COUNT - 1}`)
    await page().keyboard.press('ControlOrMeta+Enter')
    await eventually(() => latestRun(page()).textContent()).toContain(`returned ${EXPORT_COUNT - 1}`)
  })

  test('the arrow key leads from the field to those that were found', async () => {
    await exportField().fill('port_123')
    await page().getByText('111 of 20,000').waitFor()
    await exportField().press('ArrowDown')
    await page().keyboard.press('ArrowDown')
    await page().keyboard.press('Enter')
    await eventually(() => choice().inputValue()).toBe('export_1230')
    expect(await exportList().locator('[aria-current=true]').textContent()).toContain('export_1230')
  })

  test('the field is found where the sidebar was hidden, too', async () => {
    await page().getByRole('button', { name: 'Sidebar' }).click()
    await page().getByRole('button', { name: 'Find an export' }).click()
    await eventually(() => exportField().evaluate((field) => field === document.activeElement)).toBe(true)
    await closeSession(page(), 'many-exports.wasm')
  })

  test('of very many imports that nobody binds some are shown, and any can be stubbed', async () => {
    await app().dropFiles([writeGuest('many-imports.wasm', { imports: IMPORT_COUNT, exports: 1 })])
    await page().getByRole('heading', { name: 'many-imports.wasm needs 3,000 imports' }).waitFor()
    expect(await countElements()).toBeLessThan(3 * ELEMENT_LIMIT)
    const last = `env.import_${IMPORT_COUNT - 1}`
    const unbound = page().getByRole('list', { name: 'Unbound imports' })
    const imports = page().getByRole('list', { name: 'Imports', exact: true })
    await page().getByRole('searchbox', { name: 'Find an unbound import' }).fill(last)
    await unbound.getByRole('button', { name: `Stub… ${last}` }).waitFor()
    expect(await unbound.getByRole('listitem').count()).toBe(1)
    await page().getByRole('searchbox', { name: 'Find an import' }).fill(last)
    await imports.getByRole('button', { name: `Stub… ${last}` }).waitFor()
    await page().getByRole('button', { name: 'Stub all with zeros' }).click()
    await eventually(() => runButton(page()).isEnabled()).toBe(true)
    await eventually(() => imports.textContent()).toContain('stub')
    await closeSession(page(), 'many-imports.wasm')
  })
})
