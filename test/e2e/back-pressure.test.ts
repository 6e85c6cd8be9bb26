/**
 * A guest that outruns the disk, seen in the window. Behind the browser door alone: the inspector is the spec's own,
 * with little memory for a trace, and a disk that stands still when the spec wants it.
 */
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startBrowserDoor } from '../../main/doors/web-socket.ts'
import { createFolder, startInspector, valueOf } from '../support/inspector.ts'
import { stallDisk } from '../support/stalled-disk.ts'
import { startBrowser } from './drivers/browser-door.ts'
import { waitForInspector } from './drivers/page-input.ts'
import { callsTable, countRows, eventually, runExport } from './inspector-page.ts'
import { guestFile, ROOT } from './paths.ts'

const LIMIT_MS = 60_000
const CALLS = 600_000

let browser: Browser

beforeAll(async () => {
  browser = await startBrowser()
}, LIMIT_MS)

afterAll(() => browser.close())

/** The window with the guest `chatty`, whose trace may take 16 MiB of memory. */
async function openWindow(): Promise<Page> {
  const temporaryFolder = await createFolder()
  const inspector = startInspector({ traceLimitBytes: 16 * 2 ** 20, temporaryFolder })
  valueOf(await inspector.open({ path: guestFile('chatty/chatty.wasm') }))
  const door = valueOf(await startBrowserDoor({ inspector, rendererFolder: join(ROOT, 'out/renderer') }))
  const page = await browser.newPage()
  onTestFinished(async () => {
    await page.close()
    await door.close()
  })
  await page.goto(door.url)
  await waitForInspector(page)
  return page
}

async function stall(): Promise<() => void> {
  const goOn = stallDisk(await createFolder())
  onTestFinished(goOn)
  return goOn
}

const status = (page: Page): Promise<string | null> => page.locator('footer').textContent()

test('the guest is slowed, and the window says so as long as it is', { timeout: LIMIT_MS }, async () => {
  const page = await openWindow()
  const goOn = await stall()
  await runExport(page, 'call_sync', [String(CALLS)])
  await eventually(() => status(page)).toContain('guest slowed by the disk')
  goOn()
  await eventually(() => countRows(page)).toBe(CALLS + 1)
  await eventually(() => status(page)).toMatch(/guest was slowed, [\d.]+ m?s/)
  expect(await status(page)).not.toContain('left out')
})

test('with “Keep newest” it runs on, and the oldest calls are left out', { timeout: LIMIT_MS }, async () => {
  const page = await openWindow()
  await stall()
  await runExport(page, 'call_sync', [String(CALLS)])
  await eventually(() => status(page)).toContain('guest slowed by the disk')
  // While the guest waits.
  await page.getByRole('button', { name: 'Limits' }).click()
  const box = page.getByRole('checkbox', { name: 'Keep newest' })
  expect(await box.isChecked()).toBe(false)
  await box.check()
  await page.keyboard.press('Escape')
  await eventually(() => countRows(page)).toBe(CALLS + 1)
  await eventually(() => status(page)).toMatch(/[\d,]+ left out/)
  await callsTable(page).focus()
  await page.keyboard.press('End')
  await callsTable(page).getByRole('row', { name: /sync/ }).last().waitFor()
  await page.getByRole('combobox', { name: 'Filter calls' }).fill('error=CALLS_LEFT_OUT')
  await eventually(() =>
    callsTable(page)
      .getByRole('row', { name: /left out/ })
      .count(),
  ).toBeGreaterThan(5)
})
