/** The window's parts by the roles and names that its users meet, and what users do with them. */
import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'

/** Long enough for a busy machine; nothing here asserts a time. */
const LIMIT = { timeout: 20_000, interval: 50 }

/** Guests may have tens of thousands of exports. */
const OPENED_LIMIT_MS = 45_000

/** Retries an assertion until it holds. */
export function eventually<Value>(read: () => Value | Promise<Value>) {
  return expect.poll(read, LIMIT)
}

export function callsTable(page: Page): Locator {
  return page.getByRole('treegrid', { name: 'Calls' })
}

/** The pane with all about the selected call. */
export function callDetail(page: Page): Locator {
  return page.getByRole('complementary', { name: 'Call detail' })
}

export function runButton(page: Page): Locator {
  return page.getByRole('button', { name: 'Run', exact: true })
}

export function latestRun(page: Page): Locator {
  return page.getByLabel('Latest run')
}

/** The button of a session at the top of the window. */
export function sessionTab(page: Page, guestName: string): Locator {
  return page
    .getByRole('list', { name: 'Sessions' })
    .getByRole('button', { name: new RegExp(`^${guestName}`) })
}

/** The rows of the calls table that are drawn, each as `#, name, arguments, result, outcome`. */
export async function readRows(page: Page): Promise<string[][]> {
  const rows = await callsTable(page)
    .locator('[role=row][aria-rowindex]')
    .evaluateAll((elements) =>
      elements.map((row) =>
        Array.from(row.querySelectorAll('[role=gridcell]'), (cell) => cell.textContent ?? ''),
      ),
    )
  return rows.filter((cells) => cells.length > 0).map((cells) => cells.slice(0, 5))
}

/** How many calls the table has, those that are not drawn too. */
export async function countRows(page: Page): Promise<number> {
  return Number(await callsTable(page).getAttribute('aria-rowcount')) - 1
}

/** Opens a bundled guest and waits until its session is shown. */
export async function openExample(page: Page, name: string): Promise<void> {
  const list = page.getByRole('list', { name: /^(Guests|Examples)$/ }).first()
  await list
    .locator('button', { has: page.locator('.name', { hasText: new RegExp(`^${name}$`) }) })
    .last()
    .click()
  await expectSession(page, `${name}.wasm`)
}

/** Waits until the session of `guestName` is the one that is shown. */
export async function expectSession(page: Page, guestName: string): Promise<void> {
  await page
    .getByRole('list', { name: 'Sessions' })
    .locator('[aria-current=true]', { hasText: guestName })
    .waitFor({ timeout: OPENED_LIMIT_MS })
}

/** Closes the newest session of `guestName`, and waits until it is gone. */
export async function closeSession(page: Page, guestName: string): Promise<void> {
  const closers = page.getByRole('button', { name: `Close ${guestName}` })
  const before = await closers.count()
  await closers.last().click()
  await eventually(() => closers.count()).toBe(before - 1)
}

/** Chooses an export and fills in its arguments. */
export async function fillCall(page: Page, exportName: string, argumentTexts: string[] = []): Promise<void> {
  await page.getByLabel('Export', { exact: true }).selectOption({ label: exportName })
  const fields = page.getByRole('form', { name: 'Run' }).getByRole('textbox')
  for (const [index, text] of argumentTexts.entries()) await fields.nth(index).fill(text)
}

/** Calls an export as a user does. Does not wait for its end. */
export async function runExport(page: Page, exportName: string, argumentTexts: string[] = []): Promise<void> {
  await fillCall(page, exportName, argumentTexts)
  await runButton(page).click()
}

/** What the console has printed, as those hear it who do not see the terminal. */
export async function readConsole(page: Page): Promise<string> {
  return (await page.getByRole('log', { name: 'Console output' }).textContent()) ?? ''
}
