/**
 * Takes the pictures of the README from the running inspector: `npm run pictures`. They show what a user sees
 * in a browser; the desktop's window shows the same page.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { browserDoorDriver } from './drivers/browser-door.ts'
import { callsTable, runExport } from './inspector-page.ts'
import { guestFile, ROOT } from './paths.ts'

const FOLDER = join(ROOT, 'docs/images')

/** What is called, one after the other; the last is still in flight when the picture is taken. */
const RUNS: readonly (readonly [exportName: string, ...argumentTexts: string[]])[] = [
  ['spin', '8000000'],
  ['wait', '18'],
  ['work', '12'],
  ['both', '6000000', '15'],
  ['both', '2000000', '6'],
  ['wait', '3'],
  ['both', '9000000', '9'],
  ['wait', '60000'],
]

const app = await browserDoorDriver.launch({ arguments: [guestFile('times/times.wasm')] })
const { page } = app
for (const [index, [exportName, ...argumentTexts]] of RUNS.entries()) {
  await runExport(page, exportName, argumentTexts)
  const rows = 2 * (index + 1)
  await page.waitForFunction(
    (count) => Number(document.querySelector('[role=treegrid]')?.getAttribute('aria-rowcount')) >= count,
    rows,
  )
}
await callsTable(page)
  .getByRole('row', { name: /^6 both/ })
  .click()
mkdirSync(FOLDER, { recursive: true })
for (const colorScheme of ['light', 'dark'] as const) {
  await page.emulateMedia({ colorScheme })
  // The terminal takes over new colours with its next frame.
  await page.waitForTimeout(500)
  await page.screenshot({ path: join(FOLDER, `window-${colorScheme}.png`) })
}
await app.close()
process.exit()
