/** The window with a session file of any length, for benchmarks. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { createBenchInspector } from '../inspector.ts'
import { parseWat } from '../../../main/wasm/wat.ts'
import { browserDoorDriver } from '../../e2e/drivers/browser-door.ts'
import type { RunningApp } from '../../e2e/drivers/driver.ts'

/** After so long it is said that nothing was drawn. */
export const PATIENCE_MS = 180_000

/** What `writeSession` says was called. */
const GUEST = `(module
  (import "env" "read" (func $read (param i32 i32) (result i32)))
  (func (export "run") (param i32 i32) (result i32) (call $read (local.get 0) (local.get 1))))`

/** What a session of the guest says of itself. */
export async function describeGuest(folder: string): Promise<() => unknown> {
  const path = join(folder, 'guest.wasm')
  const hostPath = join(folder, 'guest.ts')
  const bytes = await parseWat(GUEST, 'guest.wat')
  if (!bytes.ok) throw new Error(bytes.error.message)
  await writeFile(path, bytes.value)
  await writeFile(hostPath, 'export default { env: { read: () => 0 } }')
  const inspector = createBenchInspector()
  const opened = await inspector.open({ path, hostPath })
  await inspector.close()
  if (!opened.ok) throw new Error(opened.error.why)
  const { node: nodeVersion, v8: v8Version } = process.versions
  return () => ({ info: opened.value, guestHash: '', version: 'bench', nodeVersion, v8Version })
}

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
