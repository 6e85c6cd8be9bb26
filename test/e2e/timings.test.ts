/** The timings table: what it shows at the widths that windows have. */
import { expect, test } from 'vitest'
import { describeOnDrivers } from './harness.ts'
import { eventually, openExample, runExport } from './inspector-page.ts'

describeOnDrivers(
  'timings',
  (app) => {
    const page = () => app().page

    test.each([1000, 1280, 1600])('names are whole in a window of %i pixels', async (width) => {
      await page().setViewportSize({ width, height: 860 })
      await openExample(page(), 'chatty')
      await runExport(page(), 'call_both', ['3'])
      await page().getByRole('tab', { name: 'Timings' }).click()
      const names = page().getByRole('table', { name: 'Timings' }).getByRole('rowheader')
      await eventually(() => names.count()).toBe(3)
      const cut = await names.evaluateAll((cells) =>
        cells.filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.textContent?.trim()),
      )
      expect(cut).toEqual([])
    })

    test('figures are whole, and names do not take the pane from them', async () => {
      await page().setViewportSize({ width: 1000, height: 860 })
      const table = page().getByRole('table', { name: 'Timings' })
      const cut = await table
        .getByRole('cell')
        .evaluateAll((cells) =>
          cells.filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.textContent?.trim()),
        )
      expect(cut).toEqual([])
    })
  },
  { only: ({ name }) => name === 'browser door' },
)
