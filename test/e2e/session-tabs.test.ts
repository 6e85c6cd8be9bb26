/** The sessions in the top bar, of which that one is in sight that is shown. */
import type { Page } from 'playwright-core'
import { test } from 'vitest'
import { describeOnDrivers } from './harness.ts'
import { eventually, openExample } from './inspector-page.ts'

/** By how many pixels the active tab, with its button to close it, lies outside of what can be seen. */
function measureHidden(page: Page): Promise<number> {
  return page.getByRole('list', { name: 'Sessions' }).evaluate((list) => {
    const seen = list.getBoundingClientRect()
    const tab = list.querySelector('.active')!.getBoundingClientRect()
    return Math.round(Math.max(0, seen.left - tab.left, tab.right - seen.right))
  })
}

describeOnDrivers('many sessions', (app) => {
  test('the one that is shown stays in sight', async () => {
    const page = app().page
    await page.setViewportSize({ width: 1600, height: 860 })
    for (const name of ['fail-unbound', 'word-count', 'call-back', 'chatty', 'fail-start', 'fail-unbound']) {
      await openExample(page, name)
    }
    await eventually(() => measureHidden(page)).toBe(0)
    for (const width of [1000, 780, 1600, 1000]) {
      await page.setViewportSize({ width, height: 860 })
      await eventually(() => measureHidden(page)).toBe(0)
    }
    const sessions = page.getByRole('list', { name: 'Sessions' })
    await sessions.getByRole('button', { name: /^chatty/ }).click()
    await eventually(() => measureHidden(page)).toBe(0)
    await sessions.getByRole('button', { name: 'Close chatty' }).click()
    await eventually(() => measureHidden(page)).toBe(0)
  })
})
