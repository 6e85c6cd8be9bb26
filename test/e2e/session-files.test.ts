/** Sessions that are saved from the window, and opened in it again. */
import { Buffer } from 'node:buffer'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeOnDrivers } from './harness.ts'
import { eventually, expectSession, readRows, runButton, runExport } from './inspector-page.ts'
import { guestFile, makeTempFolder, ROOT } from './paths.ts'

/** A session file of one call of `sum`, made by the command line. */
function recordSum(): string {
  const path = join(makeTempFolder('session'), 'recorded.jspi')
  const launcher = join(ROOT, 'main/cli/launch.mjs')
  execFileSync(process.execPath, [
    launcher,
    'run',
    guestFile('sum/sum.wasm'),
    'sum',
    '223',
    '--session',
    path,
  ])
  return path
}

describeOnDrivers('session files', (app) => {
  const page = () => app().page

  test('a dropped one shows its calls, and offers its guest', async () => {
    await app().dropFiles([recordSum()])
    await page().getByText('A saved session: nothing of it runs.').waitFor()
    await eventually(async () => (await readRows(page())).length).toBe(2)
    expect(await runButton(page()).count()).toBe(0)
    await page().getByRole('button', { name: 'Open sum.wasm to run it again' }).click()
    await expectSession(page(), 'sum.wasm')
  })

  test('what cannot be saved yet looks so, and says why', async () => {
    const exporting = page().getByRole('button', { name: 'Export trace' })
    const saving = page().getByRole('button', { name: 'Save', exact: true })
    const format = page().getByLabel('Format of the trace')
    const readColors = () =>
      Promise.all(
        [exporting, format].map((control) => control.evaluate((element) => getComputedStyle(element).color)),
      )
    await eventually(() => exporting.isDisabled()).toBe(true)
    for (const control of [exporting, saving, format]) {
      expect(await control.isDisabled()).toBe(true)
      expect(await control.getAttribute('title')).toBe('There are no calls to save yet')
    }
    const [ofButton, ofFormat] = await readColors()
    expect(ofFormat).toBe(ofButton)
    await runExport(page(), 'sum', ['1'])
    await eventually(() => exporting.isEnabled()).toBe(true)
    expect(await exporting.getAttribute('title')).toContain('Save the trace as JSON Lines')
    expect(await readColors()).not.toContain(ofButton)
  })

  test('a session is saved as a file', async () => {
    await eventually(async () => (await readRows(page())).length).toBe(2)
    const text = await app().readDownload(() =>
      page().getByRole('button', { name: 'Save', exact: true }).click(),
    )
    expect(Buffer.from(text).subarray(0, 4).toString()).toBe('JSB1')
    expect(text).toContain('"format":"jspi-inspector session"')
  })

  test('a trace is exported in the format that is chosen beside the button', async () => {
    const format = page().getByLabel('Format of the trace')
    await format.focus()
    await page().keyboard.press('ArrowDown')
    expect(await format.inputValue()).toBe('chrome')
    const text = await app().readDownload(() =>
      page().getByRole('button', { name: 'Export trace' }).press('Enter'),
    )
    const { traceEvents } = JSON.parse(text) as { traceEvents: { ph: string; name: string }[] }
    expect(traceEvents.filter(({ ph }) => ph === 'X').map(({ name }) => name)).toEqual([
      'sum',
      'env.from_host',
    ])
    await format.selectOption('speedscope')
    const profiles = await app().readDownload(() =>
      page().getByRole('button', { name: 'Export trace' }).click(),
    )
    expect((JSON.parse(profiles) as { profiles: unknown[] }).profiles).toHaveLength(1)
    await format.selectOption('parquet')
    // Bytes, which this reads as text: the format begins and ends with its name.
    const table = await app().readDownload(() => page().getByRole('button', { name: 'Export trace' }).click())
    expect(table).toMatch(/^PAR1[^]+from_host[^]+PAR1$/)
    await format.selectOption('jsonl')
  })
})
