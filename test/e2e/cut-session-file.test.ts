/** A session file that was not closed: its calls are shown while it is read. */
import { expect, test } from 'vitest'
import { writeCutSession } from '../support/cut-session.ts'
import { describeOnDrivers } from './harness.ts'
import { countRows, eventually, readRows } from './inspector-page.ts'

const CALL_COUNT = 1_000_000

describeOnDrivers('a session file without an index', (app) => {
  const page = () => app().page

  test('shows calls while their number grows, and all of them in the end', async () => {
    const path = await writeCutSession(CALL_COUNT)
    await app().dropFiles([path])
    const reading = page().getByRole('progressbar', { name: 'Reading of the file' })
    await reading.waitFor()
    await eventually(async () => (await readRows(page())).length).toBeGreaterThan(10)
    const waiting = page().getByText('Calls appear here when all of the file has been read.')
    expect(await waiting.isVisible()).toBe(true)
    const status = page().getByRole('contentinfo')
    expect(await status.textContent()).toContain('reading the file')
    expect(await status.textContent()).not.toContain('in flight')
    const first = await countRows(page())
    expect(first).toBeLessThan(CALL_COUNT)
    expect(await page().getByRole('button', { name: 'Export trace' }).isDisabled()).toBe(true)
    await eventually(() => countRows(page())).toBeGreaterThan(first)
    await reading.waitFor({ state: 'detached', timeout: 120_000 })
    await eventually(() => countRows(page())).toBe(CALL_COUNT)
    expect(await waiting.count()).toBe(0)
    // Nothing is new in a file: the table stays where it begins.
    expect((await readRows(page()))[0]?.[0]).toBe('1')
    expect(await page().getByText('new call').count()).toBe(0)
    await page()
      .getByText('It was not closed; what is in it can be read.')
      .or(page().getByText(/The last \d+ bytes/))
      .first()
      .waitFor()
    expect(await page().getByRole('button', { name: 'Export trace' }).isDisabled()).toBe(false)
  })
})
