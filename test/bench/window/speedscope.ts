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
import { chromium } from 'playwright-core'
import { CHROMIUM_ARGUMENTS, findChromium } from '../../e2e/chromium.ts'
import { ROOT } from '../../e2e/paths.ts'
import { describeGuest } from '../describe-guest.ts'
import { openInWindow, PATIENCE_MS, readHeap, waitForPicture } from './window-session.ts'
import { writeSession } from '../write-session.ts'

const COUNTS = [200_000, 1_000_000]
const ROUNDS = 3
const LAUNCHER = join(ROOT, 'main/cli/launch.mjs')

interface Measured {
  pictureMs: number
  heapBytes: number
}

async function openInInspector(path: string): Promise<Measured> {
  const startMs = performance.now()
  const app = await openInWindow(path)
  const pictureMs = performance.now() - startMs
  try {
    return { pictureMs, heapBytes: await readHeap(app.page) }
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
    await Promise.race([waitForPicture(page), end.promise])
    return { pictureMs: performance.now() - startMs, heapBytes: await readHeap(page) }
  } finally {
    await browser.close()
    await rm(script)
  }
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
    const { name: kind, message } = thrown as Error
    const why =
      kind === 'TimeoutError' ? `nothing drawn after ${PATIENCE_MS / 1000} s` : message.split('\n')[0]!
    process.stdout.write(`${why}\n`)
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
