import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** A Chromium to start, with the surroundings that it needs. */
export interface ChromiumProgram {
  path: string
  env: NodeJS.ProcessEnv
}

/**
 * No sandbox, since the browser then also starts as root and in containers; the pages here are our own. Nothing
 * that separates origins is turned off.
 */
export const CHROMIUM_ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--force-color-profile=srgb',
  '--font-render-hinting=none',
]

/**
 * Finds the Chromium for the specs: the one that CHROMIUM_PATH names, the one that npm installed, or one of the
 * machine. Throws where there is none, since the specs must not pass without having run.
 */
export async function findChromium(): Promise<ChromiumProgram> {
  const named = process.env['CHROMIUM_PATH']
  if (named) return { path: named, env: process.env }
  if (process.platform === 'linux' && process.arch === 'x64') return await unpackChromium()
  const installed = listInstalled().find((path) => existsSync(path))
  if (installed) return { path: installed, env: process.env }
  throw new Error('No Chromium was found. Install Google Chrome, or name a Chromium in CHROMIUM_PATH.')
}

/** The package unpacks itself below the system's folder for temporary files, and names libraries to go with it. */
async function unpackChromium(): Promise<ChromiumProgram> {
  const before = { ...process.env }
  // The package reads from this whether it has to bring the libraries along.
  process.env['AWS_EXECUTION_ENV'] = 'AWS_Lambda_nodejs22.x'
  const { default: packed } = await import('@sparticuz/chromium')
  const path = await packed.executablePath()
  const env = { ...process.env }
  // Its own fonts lack a monospaced one; the machine's are better where there are any.
  if (existsSync('/etc/fonts/fonts.conf')) env['FONTCONFIG_PATH'] = '/etc/fonts'
  process.env = before
  return { path, env }
}

function listInstalled(): string[] {
  if (process.platform === 'darwin') {
    return [
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
    ]
  }
  if (process.platform === 'win32') {
    const roots = ['ProgramFiles', 'ProgramFiles(x86)', 'LOCALAPPDATA'].map((name) => process.env[name] ?? '')
    return roots.flatMap((root) => [
      join(root, 'Google/Chrome/Application/chrome.exe'),
      join(root, 'Microsoft/Edge/Application/msedge.exe'),
    ])
  }
  return ['google-chrome', 'chromium', 'chromium-browser'].map((name) => `/usr/bin/${name}`)
}
