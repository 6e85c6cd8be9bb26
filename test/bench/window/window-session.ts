/** The window with a session file of any length, for benchmarks. */
import type { Page } from 'playwright-core'
import { browserDoorDriver } from '../../e2e/drivers/browser-door.ts'
import type { RunningApp } from '../../e2e/drivers/driver.ts'

/** After so long it is said that nothing was drawn. */
export const PATIENCE_MS = 180_000

/** What the page keeps, in bytes, with what its arrays keep outside of the heap. */
export async function readHeap(page: Page): Promise<number> {
  const client = await page.context().newCDPSession(page)
  await client.send('HeapProfiler.collectGarbage')
  const usage = (await client.send('Runtime.getHeapUsage')) as Record<string, number>
  return usage['usedSize']! + (usage['embedderHeapUsedSize'] ?? 0) + (usage['backingStorageSize'] ?? 0)
}

/** Starts the inspector with a file; resolves when calls are drawn. */
export async function openInWindow(path: string): Promise<RunningApp> {
  const app = await browserDoorDriver.launch({ arguments: [path] })
  const row = app.page.locator('[role=treegrid] [role=row][aria-rowindex]').nth(2)
  await row.waitFor({ timeout: PATIENCE_MS })
  await waitForPicture(app.page)
  return app
}

/** Until a canvas is there and two frames have been drawn. */
export async function waitForPicture(page: Page): Promise<void> {
  await page.locator('canvas').first().waitFor({ timeout: PATIENCE_MS })
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  )
}
