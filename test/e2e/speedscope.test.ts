/** Opens exports in speedscope itself, as its npm package has it: what it shows is what it has understood. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { TraceFormat } from '../../main/contract/trace-format.ts'
import type { TestSession } from '../support/inspector.ts'
import { openExample, valueOf } from '../support/inspector.ts'
import { CHROMIUM_ARGUMENTS, findChromium } from './chromium.ts'
import { makeTempFolder } from './paths.ts'

const SPEEDSCOPE = import.meta.resolve('speedscope/dist/release/index.html')

let browser: Browser

beforeAll(async () => {
  const { path, env } = await findChromium()
  browser = await chromium.launch({
    executablePath: path,
    env: env as Record<string, string>,
    args: CHROMIUM_ARGUMENTS,
  })
})

afterAll(() => browser.close())

function exportAs(format: TraceFormat, { inspector, sessionId }: TestSession): string {
  let text = ''
  for (let next: number | null = 1; next !== null;) {
    const piece: { content: unknown; nextCallId: number | null } = valueOf(
      inspector.service.exportTrace({ sessionId, format, fromCallId: next }),
    )
    text += String(piece.content)
    next = piece.nextCallId
  }
  return text
}

/** Opens a file as speedscope's command line does: in a script, which names it and holds it. */
async function openInSpeedscope(name: string, text: string): Promise<Page> {
  const page = await browser.newPage()
  const problems: string[] = []
  page.on('pageerror', ({ message }) => problems.push(message))
  page.on('dialog', (dialog) => {
    problems.push(dialog.message())
    void dialog.dismiss()
  })
  onTestFinished(async () => {
    await page.close()
    expect(problems).toEqual([])
  })
  const script = join(makeTempFolder('speedscope'), 'load.js')
  const content = JSON.stringify(Buffer.from(text).toString('base64'))
  writeFileSync(script, `speedscope.loadFileFromBase64(${JSON.stringify(name)}, ${content})`)
  const path = pathToFileURL(script).href.slice('file:///'.length)
  await page.goto(`${SPEEDSCOPE}#localProfilePath=${path}`)
  return page
}

/** Names of the functions in the table of the view "Sandwich". */
async function readNames(page: Page): Promise<string[]> {
  await page.getByText('Sandwich').click()
  await page.getByText('Symbol Name').waitFor()
  const rows = await page.locator('table tr').allInnerTexts()
  return rows.map((row) => row.split('\t').at(-1)!.trim()).filter((name) => name !== 'Symbol Name')
}

test('its own format: functions, and the time in which the guest was suspended', async () => {
  const session = await openExample('times')
  await session.call('both', '1000', '5')
  await session.call('spin', '1000')
  const page = await openInSpeedscope('times.speedscope.json', exportAs('speedscope', session))
  await page.getByText('lane 1').waitFor()
  expect((await readNames(page)).sort()).toEqual(['(suspended)', 'both', 'env.wait', 'spin'])
})

test('its own format: a profile for each lane', async () => {
  const session = await openExample('in-flight')
  const { inspector, sessionId } = session
  valueOf(inspector.service.setInterleaved({ sessionId, interleaved: true }))
  const runs = ['1', '2', '3'].map((first) => session.start('run', first, '3'))
  await Promise.all(runs.map((run) => session.ended(run)))
  const page = await openInSpeedscope('in-flight.speedscope.json', exportAs('speedscope', session))
  await page.getByText('lane 1 (1/3)').waitFor()
})

test('Chrome trace events: calls in threads in which they nest', async () => {
  const session = await openExample('call-back')
  await session.call('factorial', '3')
  const page = await openInSpeedscope('call-back.trace.json', exportAs('chrome', session))
  await page.getByText('call-back.wasm (pid 1), lane 1 (tid 1)').waitFor()
  const names = await readNames(page)
  // What differs in its arguments is a function of its own there.
  expect(names.map((name) => name.split(' ')[0]).sort()).toEqual(
    session
      .rows()
      .map(({ module, name }) => (module === null ? name : `${module}.${name}`))
      .sort(),
  )
})
