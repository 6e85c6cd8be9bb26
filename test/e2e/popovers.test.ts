/** What buttons open below them stays at its button, inside of the window, when the window gets another size. */
import type { Locator } from 'playwright-core'
import { expect, test } from 'vitest'
import { describeOnDrivers } from './harness.ts'
import { eventually, openExample, runExport } from './inspector-page.ts'

const SIZES = [
  { width: 1600, height: 900 },
  { width: 1000, height: 700 },
  { width: 1000, height: 420 },
  { width: 1300, height: 860 },
]

describeOnDrivers('a popover', (app) => {
  const page = () => app().page

  async function boxOf(locator: Locator) {
    const { x, y, width, height } = (await locator.boundingBox())!
    return { left: x, top: y, right: x + width, bottom: y + height }
  }

  test.each([
    ['Go to a call', 'dialog'],
    ['Columns', 'menu'],
  ] as const)('%s follows its button', async (name, role) => {
    await openExample(page(), 'chatty')
    await runExport(page(), 'call_sync', ['10'])
    await page().setViewportSize(SIZES.at(-1)!)
    const button = page().getByRole('button', { name, exact: true })
    const popover = page().getByRole(role, { name })
    // Before the first of its frames is drawn, and therefore before it is told of as open.
    const topAtOnce = await button.evaluate((element) => {
      const opened = document.getElementById(element.getAttribute('popovertarget')!)!
      opened.showPopover()
      return opened.getBoundingClientRect().top - element.getBoundingClientRect().bottom
    })
    expect(topAtOnce).toBe(4)
    for (const size of SIZES) {
      await page().setViewportSize(size)
      await eventually(async () => {
        const [at, box] = [await boxOf(button), await boxOf(popover)]
        return [Math.round(box.top - at.bottom), Math.round(box.right - at.right)]
      }).toEqual([4, 0])
      const { left, top, right, bottom } = await boxOf(popover)
      expect(Math.min(left, top)).toBeGreaterThanOrEqual(0)
      expect(right).toBeLessThanOrEqual(size.width)
      expect(bottom).toBeLessThanOrEqual(size.height)
    }
    await page().keyboard.press('Escape')
    await popover.waitFor({ state: 'hidden' })
  })
})
