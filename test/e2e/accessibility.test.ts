/** axe finds nothing, in any state of the window, in light and in dark. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import axe from 'axe-core'
import { expect, test } from 'vitest'
import { makeLargeGuest } from '../support/large-guest.ts'
import { describeOnDrivers } from './harness.ts'
import {
  callDetail,
  callsTable,
  closeSession,
  countRows,
  eventually,
  expectSession,
  fillCall,
  openExample,
  runButton,
  runExport,
} from './inspector-page.ts'
import { guestFile, makeTempFolder } from './paths.ts'

interface Violation {
  id: string
  nodes: { html: string; failureSummary: string }[]
}

describeOnDrivers('accessibility', (app) => {
  const page = () => app().page

  /** What axe objects to, in both colour schemes. */
  async function findViolations(): Promise<string[]> {
    const found: string[] = []
    for (const colorScheme of ['light', 'dark'] as const) {
      await page().emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      // The terminal takes its colours by script: it learns of the scheme in one frame and draws in the next. A colour
      // that changes has its contrast when it has changed.
      await page().evaluate(async () => {
        for (let frames = 0; frames < 3; frames++) await new Promise(requestAnimationFrame)
        await new Promise((resolve) => setTimeout(resolve))
        await Promise.allSettled(document.getAnimations().map(({ finished }) => finished))
      })
      if (await page().evaluate(() => !('axe' in window))) await page().evaluate(axe.source)
      const violations = await page().evaluate(async () => {
        const inPage = window as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } }
        return (await inPage.axe.run()).violations
      })
      for (const { id, nodes } of violations) {
        for (const node of nodes) found.push(`${colorScheme}: ${id}: ${node.html}\n${node.failureSummary}`)
      }
    }
    return found
  }

  test('before the first call', async () => {
    await expectSession(page(), 'sum.wasm')
    await eventually(() => runButton(page()).isEnabled()).toBe(true)
    expect(await findViolations()).toEqual([])
  })

  test('with calls, a selected one and the console', async () => {
    await runExport(page(), 'sum', ['223'])
    await eventually(() => countRows(page())).toBe(2)
    await callsTable(page()).getByRole('row', { name: 'env.from_host' }).click()
    await callDetail(page()).getByRole('heading', { name: '#2 env.from_host' }).waitFor()
    expect(await findViolations()).toEqual([])
  })

  test('with the calls in order of their arguments', async () => {
    const heading = callsTable(page()).getByRole('columnheader', { name: /^Arguments/ })
    await heading.getByRole('button').click()
    await eventually(() => heading.getAttribute('aria-sort')).toBe('ascending')
    expect(await findViolations()).toEqual([])
    await heading.getByRole('button').click()
    await heading.getByRole('button').click()
    await eventually(() => heading.getAttribute('aria-sort')).toBe('none')
  })

  test('with every view of call paths', async () => {
    await page().getByRole('tab', { name: 'Call paths' }).click()
    for (const name of ['Flame graph', 'Sandwich', 'Paths', 'Functions', 'In flight', 'Slowest calls']) {
      await page().getByRole('button', { name, exact: true }).click()
      expect(await findViolations()).toEqual([])
    }
  })

  test('with the timings, and with an argument refused', async () => {
    await page().getByRole('tab', { name: 'Timings' }).click()
    await fillCall(page(), 'sum', ['twelve'])
    await runButton(page()).click()
    await page().getByRole('form', { name: 'Run' }).getByRole('alert').waitFor()
    expect(await findViolations()).toEqual([])
    await page().getByRole('tab', { name: 'Console' }).click()
  })

  test('with the answer to a query, and with one refused', async () => {
    await page().getByRole('tab', { name: 'SQL' }).click()
    const panel = page().getByRole('tabpanel', { name: 'SQL' })
    await panel.getByRole('button', { name: 'Longest calls' }).click()
    await panel.getByRole('table', { name: 'Rows' }).waitFor()
    expect(await findViolations()).toEqual([])
    await panel.getByRole('textbox', { name: 'SQL' }).fill('select')
    await panel.getByRole('button', { name: 'Run query' }).click()
    await panel.getByRole('alert').waitFor()
    expect(await findViolations()).toEqual([])
    await page().getByRole('tab', { name: 'Console' }).click()
  })

  test('with a mistake in the filter, completions, and nothing found', async () => {
    const field = page().getByRole('combobox', { name: 'Filter calls' })
    await field.fill('total>5 s')
    await page().getByRole('listbox', { name: 'Completions' }).waitFor()
    await eventually(() => field.getAttribute('aria-invalid')).toBe('true')
    await field.press('ArrowDown')
    expect(await findViolations()).toEqual([])
    await field.fill('outcome=cancelled')
    await eventually(() => countRows(page())).toBe(0)
    expect(await findViolations()).toEqual([])
    await field.press('Escape')
  })

  test('with calls folded, and going to a call that there is not', async () => {
    await page().getByRole('button', { name: 'Outermost calls only' }).click()
    await eventually(() => countRows(page())).toBe(1)
    await page().keyboard.press('Control+g')
    const panel = page().getByRole('dialog', { name: 'Go to a call' })
    await panel.getByRole('textbox').fill('77')
    await page().keyboard.press('Enter')
    await eventually(() => panel.getByRole('alert').textContent()).toBe('There are calls 1 to 2.')
    expect(await findViolations()).toEqual([])
    await page().keyboard.press('Escape')
    await page().getByRole('button', { name: 'Outermost calls only' }).click()
  })

  test('with the menu of columns, all of them, sorted by one', async () => {
    await page().getByRole('button', { name: 'Columns' }).click()
    const menu = page().getByRole('menu', { name: 'Columns' })
    for (const name of ['Kind', 'Start', 'Depth', 'Made by call', 'Outermost call']) {
      await menu.getByRole('menuitemcheckbox', { name }).click()
    }
    expect(await findViolations()).toEqual([])
    await page().keyboard.press('Escape')
    const heading = callsTable(page()).getByRole('columnheader', { name: /^Total/ })
    await heading.getByRole('button').click()
    await eventually(() => heading.getAttribute('aria-sort')).toBe('descending')
    await heading.getByRole('button').press('Tab')
    expect(await findViolations()).toEqual([])
    await page().getByRole('button', { name: 'Columns' }).click()
    await menu.getByRole('menuitem', { name: 'As at the beginning' }).click()
  })

  test('with a failed call', async () => {
    await openExample(page(), 'fail-host')
    await runExport(page(), 'rejects')
    await eventually(() => countRows(page())).toBe(2)
    await callsTable(page()).getByRole('row', { name: 'env.rejects' }).last().click()
    await callDetail(page()).getByText('HOST_THREW').waitFor()
    expect(await findViolations()).toEqual([])
  })

  test('with unbound imports and the editor of a stub', async () => {
    await openExample(page(), 'fail-unbound')
    await page().getByRole('list', { name: 'Unbound imports' }).getByRole('button').first().click()
    await page()
      .getByRole('form', { name: /^Stub for/ })
      .first()
      .waitFor()
    expect(await findViolations()).toEqual([])
  })

  test('with a session that failed, and one that has ended', async () => {
    await openExample(page(), 'fail-start')
    await page().locator('main [role=alert]').waitFor()
    expect(await findViolations()).toEqual([])
    await openExample(page(), 'fail-loop')
    await runExport(page(), 'loop')
    await eventually(() => countRows(page())).toBe(1)
    await page().getByRole('button', { name: 'End', exact: true }).click()
    await page().getByText('The session has ended; what it recorded stays.').waitFor()
    expect(await findViolations()).toEqual([])
  })

  test('while it asks about a host module, and with a problem', async () => {
    const folder = makeTempFolder('host')
    writeFileSync(
      join(folder, 'extra.mjs'),
      'export default { env: { from_host: () => 1, unused: () => 2 } }',
    )
    await app().dropFiles([guestFile('sum/sum.wasm'), join(folder, 'extra.mjs')])
    await page().getByRole('button', { name: 'Run this host module' }).waitFor()
    writeFileSync(join(folder, 'notes.txt'), '')
    await app().dropFiles([join(folder, 'notes.txt')])
    await page().getByRole('region', { name: 'Problems' }).getByRole('alert').waitFor()
    expect(await findViolations()).toEqual([])
    await page().getByRole('button', { name: 'Dismiss' }).click()
    await page().getByRole('button', { name: 'Run this host module' }).click()
    await page().getByRole('region', { name: 'Warnings' }).waitFor()
    expect(await findViolations()).toEqual([])
  })

  test('with very many exports and unbound imports', async () => {
    const path = join(makeTempFolder('large'), 'large.wasm')
    writeFileSync(path, makeLargeGuest({ imports: 300, exports: 300 }))
    await app().dropFiles([path])
    await page().getByRole('searchbox', { name: 'Find an unbound import' }).fill('import_299')
    await page().getByRole('searchbox', { name: 'Find an import' }).fill('import_299')
    await page().getByRole('searchbox', { name: 'Find an export' }).fill('none')
    await page().getByText('None of 300').waitFor()
    expect(await findViolations()).toEqual([])
    await page().getByRole('searchbox', { name: 'Find an export' }).fill('export_299')
    await page().getByRole('searchbox', { name: 'Find an export' }).press('Enter')
    expect(await findViolations()).toEqual([])
  })

  test('without any session', async () => {
    const closers = page()
      .getByRole('list', { name: 'Sessions' })
      .getByRole('button', { name: /^Close / })
    while ((await closers.count()) > 0) {
      const name = (await closers.first().getAttribute('aria-label')) ?? ''
      await closeSession(page(), name.slice('Close '.length))
    }
    await page().getByRole('heading', { name: 'Open a guest to watch its calls' }).waitFor()
    expect(await findViolations()).toEqual([])
  })
})
