import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'
import { CHROMIUM_ARGUMENTS, findChromium } from '../chromium.ts'
import { guestFile, makeTempFolder, ROOT } from '../paths.ts'
import { collectOutput, expectEnd } from './child.ts'
import type { Driver, LaunchOptions, RunningApp } from './driver.ts'
import { dropFilesOn, waitForInspector } from './page-input.ts'

const LAUNCHER = join(ROOT, 'main/cli/launch.mjs')

/** One browser for all launches of a spec file. It ends with the process. */
let browser: Promise<Browser> | null = null

export const browserDoorDriver: Driver = {
  name: 'browser door',
  async launch(options: LaunchOptions = {}): Promise<RunningApp> {
    browser ??= startBrowser()
    const settingsFolder = options.settingsFolder ?? makeTempFolder('settings')
    // By itself `serve` opens nothing; `open`, which a user starts, opens this one.
    const { child, output, url } = await serve(
      options.arguments ?? [guestFile('sum/sum.wasm')],
      settingsFolder,
    )
    const context = await (await browser).newContext({ viewport: { width: 1440, height: 860 } })
    const openPage = async () => {
      const opened = await context.newPage()
      await opened.goto(url)
      await waitForInspector(opened)
      return opened
    }
    let page = await openPage()
    return {
      driver: 'browser door',
      get page() {
        return page
      },
      settingsFolder,
      dropFiles: (paths, target) => dropFilesOn(page, paths, target),
      async readDownload(action) {
        const [download] = await Promise.all([page.waitForEvent('download'), action()])
        return readFileSync(await download.path(), 'utf8')
      },
      async crashPage() {
        const session = await context.newCDPSession(page)
        const crashed = page.waitForEvent('crash')
        // The command's own answer is lost with the process.
        session.send('Page.crash').catch(() => {})
        await crashed
        // A browser leaves it to its user to open the address again.
        await page.close()
        page = await openPage()
      },
      desktop: null,
      standIn: null,
      output,
      async close() {
        await context.close()
        child.kill('SIGINT')
        // Windows knows no signals: there this ends the process at once.
        if (process.platform !== 'win32') await expectEnd(child, output)
      },
    }
  },
}

/** A Chromium without a page. */
export async function startBrowser(): Promise<Browser> {
  const { path, env } = await findChromium()
  return chromium.launch({
    executablePath: path,
    env: env as Record<string, string>,
    args: CHROMIUM_ARGUMENTS,
  })
}

async function serve(
  texts: string[],
  settingsFolder: string,
): Promise<{ child: ChildProcess; output: () => string; url: string }> {
  const child = spawn(process.execPath, [LAUNCHER, 'serve', '--no-open', ...texts], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, JSPI_INSPECTOR_SETTINGS: settingsFolder },
  })
  process.once('exit', () => child.kill('SIGKILL'))
  const output = collectOutput(child)
  const lines = createInterface({ input: child.stdout })
  const ended = once(child, 'exit').then(() => {
    throw new Error(`The browser door did not open:\n${output()}`)
  })
  const [url] = (await Promise.race([once(lines, 'line'), ended])) as [string]
  ended.catch(() => {})
  return { child, output, url }
}
