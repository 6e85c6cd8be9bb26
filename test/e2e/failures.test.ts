/** Every way to fail shows what failed, keeps what was recorded, and leaves the app at work. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeOnDrivers } from './harness.ts'
import {
  callDetail,
  callsTable,
  closeSession,
  countRows,
  eventually,
  expectSession,
  latestRun,
  openExample,
  readRows,
  runButton,
  runExport,
} from './inspector-page.ts'
import { guestFile, makeTempFolder } from './paths.ts'

const TRAPS = (
  'unreachable trap_after_import data_segment_out_of_bounds element_segment_out_of_bounds divide_by_zero ' +
  'integer_overflow invalid_conversion remainder_by_zero memory_out_of_bounds table_out_of_bounds ' +
  'unaligned_atomic call_null call_wrong_type recurse null_dereference array_out_of_bounds failed_cast'
).split(' ')
/** What the handler does wrong, the code, and the outcome of the import call. */
const HOST_FAILURES: [exportName: string, code: string][] = [
  ['throws', 'HOST_THREW'],
  ['throws_sync', 'HOST_THREW'],
  ['throws_text', 'HOST_THREW'],
  ['rejects', 'HOST_THREW'],
  ['wrong_type', 'HOST_RESULT_TYPE'],
  ['wrong_i64', 'HOST_RESULT_TYPE'],
  ['wrong_count', 'HOST_RESULT_TYPE'],
  ['sync_promise', 'HOST_SYNC_PROMISE'],
]

describeOnDrivers('failures', (app) => {
  const page = () => app().page
  const detail = () => callDetail(page())
  const alerts = () => page().locator('main [role=alert]')

  /** Runs an export and gives the row of its call, once it has ended. */
  async function runToEnd(exportName: string): Promise<string[]> {
    const before = await countRows(page())
    await runExport(page(), exportName)
    let last: string[] | undefined
    await eventually(async () => {
      if ((await countRows(page())) <= before) return 'running'
      last = (await readRows(page())).findLast((cells) => cells[1] === exportName)
      return last?.[4] ?? 'running'
    }).not.toMatch(/running|suspended/)
    return last ?? []
  }

  test('each kind of trap: the row says which, the run is over, the next one works', async () => {
    await openExample(page(), 'fail-trap')
    await eventually(() => runButton(page()).isEnabled()).toBe(true)
    const reasons = new Set<string>()
    for (const exportName of TRAPS) {
      const [, name, , reason = '', outcome] = await runToEnd(exportName)
      expect([name, outcome]).toEqual([exportName, 'trapped'])
      expect(reason, exportName).not.toBe('')
      reasons.add(reason)
    }
    expect(reasons.size).toBeGreaterThan(TRAPS.length / 2)
  }, 120_000)

  test('an exception that nobody catches is not called a trap of the engine', async () => {
    await runToEnd('uncaught_exception')
    await callsTable(page()).getByRole('row', { name: 'uncaught_exception' }).last().click()
    await detail().getByText('GUEST_EXCEPTION').waitFor()
    await closeSession(page(), 'fail-trap.wasm')
  })

  test.each(HOST_FAILURES)('a handler that fails (%s) is %s, with its cause', async (exportName, code) => {
    await openExample(page(), 'fail-host')
    await eventually(() => runButton(page()).isEnabled()).toBe(true)
    const row = await runToEnd(exportName)
    expect(row[4]).not.toBe('trapped')
    await callsTable(page())
      .getByRole('row', { name: `env.${exportName} ` })
      .last()
      .click()
    await detail().getByText(code).first().waitFor()
  })

  test('a guest may catch what a handler throws', async () => {
    const row = await runToEnd('catch_rejection')
    expect(row.slice(3)).toEqual(['-1', 'returned'])
    await closeSession(page(), 'fail-host.wasm')
  })

  test('a start function that traps: the session says so and can be reloaded', async () => {
    await openExample(page(), 'fail-start')
    await eventually(() => alerts().allTextContents()).toContainEqual(expect.stringContaining('START_FAILED'))
    expect(await runButton(page()).isEnabled()).toBe(false)
    await page().getByRole('button', { name: 'Reload fail-start.wasm' }).click()
    await eventually(() => alerts().allTextContents()).toContainEqual(expect.stringContaining('START_FAILED'))
    await closeSession(page(), 'fail-start.wasm')
  })

  test('unbound imports are named with their types; with stubs the guest runs', async () => {
    await openExample(page(), 'fail-unbound')
    const unbound = page().getByRole('list', { name: 'Unbound imports' })
    await eventually(() => unbound.textContent()).toContain('env.missing')
    expect(await unbound.textContent()).toContain('other.also_missing')
    expect(await unbound.textContent()).toContain('(i64, f64)')

    await unbound.getByRole('button', { name: 'Stub… env.missing' }).click()
    const editor = page().getByRole('form', { name: 'Stub for env.missing' }).last()
    await editor.getByRole('textbox', { name: /Result 1/ }).fill('not a number')
    await editor.getByRole('button', { name: /Bind/ }).click()
    await editor.getByText('STUB_INVALID').waitFor()
    await editor.getByRole('textbox', { name: /Result 1/ }).fill('77')
    await editor.getByRole('button', { name: /Bind/ }).click()
    await eventually(() => unbound.textContent()).not.toContain('env.missing')
    await page().getByRole('button', { name: 'Stub all with zeros' }).click()
    await eventually(() => runButton(page()).isEnabled()).toBe(true)

    await runExport(page(), 'run', ['5'])
    await eventually(() => latestRun(page()).textContent()).toContain('returned 77')
    await closeSession(page(), 'fail-unbound.wasm')
  })

  test('an unbound import with a long name keeps its button in reach, and its row low', async () => {
    const name = 'wasi:filesystem/types@0.2.12" "[method]descriptor.metadata-hash-at-with-a-longer-name'
    const path = join(makeTempFolder('long'), 'long.wat')
    writeFileSync(
      path,
      `(module (import "${name}" (func (param i32 i32 i64 f64 i32 i32 i32 i32) (result i64))))`,
    )
    await app().dropFiles([path])
    await expectSession(page(), 'long.wat')
    await page().setViewportSize({ width: 1000, height: 860 })
    const row = page().getByRole('list', { name: 'Unbound imports' }).getByRole('listitem')
    const [ofRow, ofButton] = await Promise.all([row.boundingBox(), row.getByRole('button').boundingBox()])
    expect(ofRow!.height).toBeLessThan(80)
    expect(ofButton!.x + ofButton!.width).toBeLessThan(1000)
    const listed = page().getByRole('list', { name: 'Imports' }).locator('.name')
    const shown = await listed.evaluate((element) => element.clientWidth)
    expect(shown).toBeGreaterThan(140)
    // What tells it from its neighbours has the room.
    const [ofModule, ofName] = await Promise.all(
      ['.module', '.field'].map((part) => listed.locator(part).boundingBox()),
    )
    expect(ofModule!.width).toBeLessThan(ofName!.width)
    await closeSession(page(), 'long.wat')
  })

  test('a host module that ends its worker: the session says so, its records stay', async () => {
    const host = join(makeTempFolder('host'), 'exits.ts')
    writeFileSync(
      host,
      'let calls = 0\nexport default { env: { from_host: async () => ++calls < 2 ? 1 : process.exit(3) } }\n',
    )
    await app().dropFiles([guestFile('sum/sum.wasm'), host])
    await page().getByRole('button', { name: 'Run this host module' }).click()
    await eventually(() => runButton(page()).isEnabled()).toBe(true)
    await runExport(page(), 'sum', ['1'])
    await eventually(() => latestRun(page()).textContent()).toContain('returned 2')
    await runExport(page(), 'sum', ['2'])
    await eventually(() => alerts().allTextContents()).toContainEqual(
      expect.stringContaining('WORKER_EXITED'),
    )
    const rows = await readRows(page())
    expect(rows.slice(0, 2).map((cells) => cells[4])).toEqual(['returned', 'returned'])
    await page().getByRole('button', { name: 'Reload sum.wasm' }).click()
    await eventually(() => runButton(page()).isEnabled()).toBe(true)
  })

  test.each([
    ['HOST_LOAD_FAILED', 'export default { env: { from_host() { return 1 } }', /broken\.ts:\d+/],
    ['HOST_WRONG_EXPORT', 'export default 5', /broken\.ts/],
    ['HOST_LOAD_FAILED', 'import "./there-is-no-such-file.ts"', /there-is-no-such-file/],
  ])('a host module that does not do (%s) names file and line', async (code, text, place) => {
    const host = join(makeTempFolder('host'), 'broken.ts')
    writeFileSync(host, text)
    await app().dropFiles([guestFile('sum/sum.wasm'), host])
    await page().getByRole('button', { name: 'Run this host module' }).click()
    await eventually(() => alerts().allTextContents()).toContainEqual(expect.stringContaining(code))
    expect((await alerts().allTextContents()).join('\n')).toMatch(place)
    await closeSession(page(), 'sum.wasm')
  })

  test('a handler for something that the guest does not import is a warning', async () => {
    const host = join(makeTempFolder('host'), 'extra.ts')
    writeFileSync(host, 'export default { env: { from_host: () => 1, form_host: () => 2 } }')
    await app().dropFiles([guestFile('sum/sum.wasm'), host])
    await page().getByRole('button', { name: 'Run this host module' }).click()
    const warnings = page().getByRole('region', { name: 'Warnings' })
    await eventually(() => warnings.textContent()).toContain('HOST_IMPORT_UNUSED')
    expect(await warnings.textContent()).toContain('form_host')
    await expectSession(page(), 'sum.wasm')
    expect(await runButton(page()).isEnabled()).toBe(true)
  })
})
