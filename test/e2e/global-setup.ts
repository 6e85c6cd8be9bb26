import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findChromium } from './chromium.ts'
import { ROOT } from './paths.ts'

/**
 * Before the specs: the browser is unpacked once, not by several processes at the same time, and there is
 * something built to look at.
 */
export default async function prepare(): Promise<void> {
  for (const file of [
    'out/main/electron.js',
    'out/main/cli.js',
    'out/preload/preload.cjs',
    'out/renderer/index.html',
  ]) {
    if (!existsSync(join(ROOT, file))) throw new Error(`${file} is missing. Run \`npm run build\` first.`)
  }
  // Where there is none, the specs say so themselves; thrown here, it would keep every other test from running.
  await findChromium().catch(() => {})
}
