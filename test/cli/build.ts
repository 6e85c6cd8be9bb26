import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmdirSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { ROOT } from '../support/inspector.ts'

const SOURCE_FOLDERS = ['main', 'preload', 'renderer']
const BUILT_FILES = [
  'out/main/cli.js',
  'out/main/worker.js',
  'out/main/session-file.js',
  'out/renderer/index.html',
]
const LOCK_FOLDER = join(tmpdir(), 'jspi-inspector-test-build')

/** Builds the program unless what is built is newer than its sources. Test files wait for one another here. */
export async function ensureBuilt(): Promise<void> {
  while (!takeLock()) await wait(200)
  try {
    if (!isFresh()) build()
  } finally {
    rmdirSync(LOCK_FOLDER)
  }
}

function takeLock(): boolean {
  try {
    mkdirSync(LOCK_FOLDER)
    return true
  } catch {
    return false
  }
}

function isFresh(): boolean {
  try {
    const builtMs = Math.min(...BUILT_FILES.map((file) => statSync(join(ROOT, file)).mtimeMs))
    return builtMs > Math.max(...SOURCE_FOLDERS.map(findNewestMs))
  } catch {
    // Something has not been built at all.
    return false
  }
}

function findNewestMs(folder: string): number {
  const entries = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
  return Math.max(
    ...entries
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs),
  )
}

function build(): void {
  const vite = join(ROOT, 'node_modules/electron-vite/bin/electron-vite.js')
  const built = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  if (built.status !== 0) throw new Error(`The program does not build:\n${built.stdout}${built.stderr}`)
}
