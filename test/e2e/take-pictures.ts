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

/** What is called, each while those before it wait; the last is still in flight when the picture is taken. */
const RUNS: readonly (readonly [exportName: string, ...argumentTexts: string[]])[] = [
  ['both', '9000000', '420'],
  ['wait', '360'],
  ['work', '30'],
  ['both', '6000000', '150'],
  ['spin', '8000000'],
  ['both', '4000000', '210'],
  ['work', '45'],
  ['wait', '60000'],
]

const app = await browserDoorDriver.launch({ arguments: [guestFile('times/times.wasm')] })
const { page } = app
await page.getByRole('checkbox', { name: 'Interleave' }).check()
for (const [index, [exportName, ...argumentTexts]] of RUNS.entries()) {
  await runExport(page, exportName, argumentTexts)
  await page.waitForFunction(
    (count) => Number(document.querySelector('[role=treegrid]')?.getAttribute('aria-rowcount')) > count,
    index,
  )
}
await callsTable(page)
  .getByRole('row', { name: / both / })
  .nth(1)
  .click()
// Until all but the last have returned.
await page.waitForTimeout(500)
await page.getByRole('button', { name: 'All', exact: true }).click()
mkdirSync(FOLDER, { recursive: true })
for (const colorScheme of ['light', 'dark'] as const) {
  await page.emulateMedia({ colorScheme })
  // The terminal takes over new colours with its next frame.
  await page.waitForTimeout(500)
  await page.screenshot({ path: join(FOLDER, `window-${colorScheme}.png`) })
}
await app.close()
process.exit()
