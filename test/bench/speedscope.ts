/**
 * Opens the same calls in the inspector and in speedscope, in the same Chromium: `npm run bench:speedscope`, after a
 * build. Prints for each how long until calls are drawn, and the heap of the page after that. The inspector is measured
 * from the start of its program on, speedscope from the opening of its page on.
 */
import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'
import { chromium } from 'playwright-core'
import { createInspector } from '../../main/inspector/inspector.ts'
import { parseWat } from '../../main/wasm/wat.ts'
import { CHROMIUM_ARGUMENTS, findChromium } from '../e2e/chromium.ts'
import { browserDoorDriver } from '../e2e/drivers/browser-door.ts'
import { ROOT } from '../e2e/paths.ts'
import { writeSession } from './write-session.ts'

const COUNTS = [200_000, 1_000_000]
const ROUNDS = 3
/** After so long it is said that nothing was drawn. */
const PATIENCE_MS = 180_000
const LAUNCHER = join(ROOT, 'main/cli/launch.mjs')

/** What `writeSession` says was called. */
const GUEST = `(module
  (import "env" "read" (func $read (param i32 i32) (result i32)))
  (func (export "run") (param i32 i32) (result i32) (call $read (local.get 0) (local.get 1))))`

interface Measured {
  pictureMs: number
  heapBytes: number
}

/** What a session of the guest says of itself. */
async function describeGuest(folder: string): Promise<() => unknown> {
  const path = join(folder, 'guest.wasm')
  const hostPath = join(folder, 'guest.ts')
  const bytes = await parseWat(GUEST, 'guest.wat')
  if (!bytes.ok) throw new Error(bytes.error.why)
  await writeFile(path, bytes.value)
  await writeFile(hostPath, 'export default { env: { read: () => 0 } }')
  const workerUrl = pathToFileURL(join(ROOT, 'main/host/worker.ts'))
  const inspector = createInspector({
    workerUrl,
    guestsFolder: ROOT,
    settingsFolder: null,
    version: 'bench',
  })
  const opened = await inspector.open({ path, hostPath })
  await inspector.close()
  if (!opened.ok) throw new Error(opened.error.why)
  const { node: nodeVersion, v8: v8Version } = process.versions
  return () => ({ info: opened.value, guestHash: '', version: 'bench', nodeVersion, v8Version })
}

async function readHeap(page: Page): Promise<number> {
  const client = await page.context().newCDPSession(page)
  await client.send('HeapProfiler.collectGarbage')
  const usage = (await client.send('Runtime.getHeapUsage')) as Record<string, number>
  return usage['usedSize']! + (usage['embedderHeapUsedSize'] ?? 0) + (usage['backingStorageSize'] ?? 0)
}

async function openInInspector(path: string): Promise<Measured> {
  const startMs = performance.now()
  const app = await browserDoorDriver.launch({ arguments: [path] })
  try {
    await app.page
      .locator('[role=treegrid] [role=row][aria-rowindex]')
      .nth(2)
      .waitFor({ timeout: PATIENCE_MS })
    await waitForPicture(app.page, 'canvas')
    return { pictureMs: performance.now() - startMs, heapBytes: await readHeap(app.page) }
  } finally {
    await app.close()
  }
}

/** Opens a file as speedscope's own command line does: in a script, which names it and holds it. */
async function openInSpeedscope(path: string): Promise<Measured> {
  const script = `${path}.js`
  const content = (await readFile(path)).toString('base64')
  await writeFile(script, `speedscope.loadFileFromBase64("calls.json", "${content}")`)
  const { path: executablePath, env } = await findChromium()
  const browser = await chromium.launch({
    executablePath,
    env: env as Record<string, string>,
    args: CHROMIUM_ARGUMENTS,
  })
  try {
    const page = await browser.newPage()
    const startMs = performance.now()
    const end = Promise.withResolvers<never>()
    page.on('crash', () => end.reject(new Error('the tab died')))
    const url = import.meta.resolve('speedscope/dist/release/index.html')
    await page.goto(`${url}#localProfilePath=${pathToFileURL(script).href.slice('file:///'.length)}`, {
      waitUntil: 'commit',
    })
    const shown = page.getByText('Sandwich').waitFor({ timeout: PATIENCE_MS })
    await Promise.race([shown, end.promise])
    await Promise.race([waitForPicture(page, 'canvas'), end.promise])
    return { pictureMs: performance.now() - startMs, heapBytes: await readHeap(page) }
  } finally {
    await browser.close()
    await rm(script)
  }
}

/** Until a canvas is there and two frames have been drawn. */
async function waitForPicture(page: Page, selector: string): Promise<void> {
  await page.locator(selector).first().waitFor({ timeout: PATIENCE_MS })
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  )
}

async function measure(name: string, path: string, open: (path: string) => Promise<Measured>): Promise<void> {
  const megabytes = ((await stat(path)).size / 1e6).toFixed(0)
  process.stdout.write(`  ${name} (${megabytes} MB): `)
  try {
    const measured: Measured[] = []
    for (let round = 0; round < ROUNDS; round++) measured.push(await open(path))
    const middle = measured.toSorted((a, b) => a.pictureMs - b.pictureMs)[Math.floor(ROUNDS / 2)]!
    const heap = (middle.heapBytes / 2 ** 20).toFixed(0)
    process.stdout.write(`calls drawn after ${(middle.pictureMs / 1000).toFixed(1)} s, heap ${heap} MiB\n`)
  } catch (thrown) {
    process.stdout.write(`${(thrown as Error).message.split('\n')[0]}\n`)
  }
}

const folder = await mkdtemp(join(tmpdir(), 'jspi-inspector-bench-'))
try {
  const describe = await describeGuest(folder)
  for (const callCount of COUNTS) {
    process.stdout.write(`${callCount.toLocaleString('en')} calls\n`)
    const path = join(folder, 'calls.jspi')
    await writeSession(path, callCount, describe)
    await measure('the inspector, a session file', path, openInInspector)
    for (const format of ['speedscope', 'chrome']) {
      const output = join(folder, `calls.${format}.json`)
      execFileSync(process.execPath, [LAUNCHER, 'export', path, '--format', format, '--output', output])
      await measure(
        `speedscope, its ${format === 'chrome' ? "import of Chrome's" : 'own'} format`,
        output,
        openInSpeedscope,
      )
      await rm(output)
    }
    await rm(path)
  }
} finally {
  await rm(folder, { recursive: true })
}
process.exit()
