/** The console as a terminal: what of it depends on the window's size. */
import { expect, test } from 'vitest'
import { describeOnDrivers } from './harness.ts'
import { eventually, openExample, runExport } from './inspector-page.ts'

describeOnDrivers(
  'the console',
  (app) => {
    const page = () => app().page

    /** The rows as they are drawn, without those that are empty. */
    const rows = () =>
      page()
        .locator('.xterm-rows > div')
        .evaluateAll((all) => all.map((row) => row.textContent!.trimEnd()).filter((text) => text !== ''))

    test('breaks its lines anew, the newest too, when the window gets another size', async () => {
      await page().setViewportSize({ width: 1000, height: 860 })
      await openExample(page(), 'fail-trap')
      await runExport(page(), 'unreachable', [])
      const told = /GUEST_TRAPPED: .* look at the call that led to it\.$/
      await eventually(async () => (await rows()).join('')).toMatch(told)
      expect(await rows()).toHaveLength(2)
      await page().setViewportSize({ width: 1600, height: 860 })
      await eventually(rows).toHaveLength(1)
      expect((await rows())[0]).toMatch(told)
      await page().setViewportSize({ width: 1000, height: 860 })
      await eventually(rows).toHaveLength(2)
      expect((await rows()).join('')).toMatch(told)
    })
  },
  { only: ({ name }) => name === 'browser door' },
)
