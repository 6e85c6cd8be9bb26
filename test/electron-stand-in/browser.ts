import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { CHROMIUM_ARGUMENTS, findChromium } from '../e2e/chromium.ts'
import { CdpConnection } from './cdp.ts'

export interface Browser {
  connection: CdpConnection
  /** Where tests connect to as well. */
  debuggerUrl: string
  profileFolder: string
}

let started: Promise<Browser> | null = null

/** The Chromium that shows this application's windows; started when first asked for. */
export function getBrowser(): Promise<Browser> {
  started ??= startBrowser()
  return started
}

async function startBrowser(): Promise<Browser> {
  const { path, env } = await findChromium()
  const profileFolder = mkdtempSync(join(tmpdir(), 'electron-stand-in-'))
  const chromium = spawn(
    path,
    [
      ...CHROMIUM_ARGUMENTS,
      '--headless',
      '--remote-debugging-port=0',
      `--user-data-dir=${profileFolder}`,
      '--window-size=1440,860',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--hide-scrollbars',
      // What setWindowOpenHandler refuses is refused before a window exists, as in Electron.
      '--block-new-web-contents',
      'about:blank',
    ],
    { env, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  process.once('exit', () => {
    chromium.kill('SIGKILL')
    try {
      rmSync(profileFolder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
    } catch {
      // The system clears its folder for temporary files.
    }
  })
  const debuggerUrl = await new Promise<string>((resolve, reject) => {
    const lines = createInterface({ input: chromium.stderr })
    const seen: string[] = []
    lines.on('line', (line) => {
      seen.push(line)
      const [, url] = /^DevTools listening on (ws:.*)$/.exec(line) ?? []
      if (url) resolve(url)
    })
    chromium.once('error', reject)
    chromium.once('exit', (code) => reject(new Error(`Chromium ended with ${code}:\n${seen.join('\n')}`)))
  })
  return { connection: await CdpConnection.open(debuggerUrl), debuggerUrl, profileFolder }
}
