import type { Locator, Page } from 'playwright-core'

/** Drops real files on the middle of the page, or of `target`: the browser reads them from the disk, as after a real drag. */
export async function dropFilesOn(page: Page, paths: string[], target?: Locator): Promise<void> {
  const session = await page.context().newCDPSession(page)
  await target?.scrollIntoViewIfNeeded()
  const box = (await target?.boundingBox()) ?? { x: 0, y: 0, ...(await readWindowSize(page)) }
  const { x, y } = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
  const data = { items: [], files: paths, dragOperationsMask: 1 }
  // A hand goes on moving while the page answers to what hangs over it.
  for (const type of ['dragEnter', 'dragOver', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x, y, data })
    if (type !== 'drop') await nextFrame(page)
  }
  await session.detach()
}

function readWindowSize(page: Page): Promise<{ width: number; height: number }> {
  return page.evaluate(() => ({ width: innerWidth, height: innerHeight }))
}

async function nextFrame(page: Page): Promise<void> {
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))))
}

/** Waits until the page has drawn the inspector. */
export async function waitForInspector(page: Page): Promise<void> {
  await page.locator('#app > *').first().waitFor()
}
