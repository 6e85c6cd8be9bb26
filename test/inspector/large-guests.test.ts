/** Guests with very many imports and exports, such as those that emscripten makes for programs that load others. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createFolder, errorOf, startInspector, TestSession, valueOf } from '../support/inspector.ts'
import { makeLargeGuest } from '../support/large-guest.ts'

async function openLarge(counts: { imports?: number; exports?: number }): Promise<TestSession> {
  const folder = await createFolder({ 'large.wasm': makeLargeGuest(counts) })
  const inspector = startInspector()
  const opened = await inspector.open({ path: join(folder, 'large.wasm'), trustHost: true })
  return new TestSession(inspector, valueOf(opened))
}

test('any of 75,000 exports is called, and an error about one that there is not names the first', async () => {
  const session = await openLarge({ exports: 75_000 })
  expect(session.info.exports).toHaveLength(75_000)
  expect((await session.call('export_74999')).results).toEqual([{ type: 'i32', value: 74_999 }])
  expect(session.rows().map(({ name }) => name)).toEqual(['export_74999'])
  const { sessionId, inspector } = session
  const refused = inspector.service.startRun({ sessionId, exportName: 'exprot_1', argumentTexts: [] })
  expect(errorOf(refused).why).toMatch(/, export_98, export_99, and 74900 more\.$/)
})

test('20,000 imports are given stubs at once', async () => {
  const session = await openLarge({ imports: 20_000, exports: 1 })
  const { sessionId, inspector } = session
  expect(session.info.state).toBe('unbound')
  const stub = { kind: 'return' as const, values: ['0'], delayMs: 0 }
  const stubs = session.info.imports.map(({ module, name }) => ({ module, name, stub }))
  expect(valueOf(await inspector.service.setStubs({ sessionId, stubs })).state).toBe('ready')
  expect(session.info.imports.every(({ binding }) => binding.by === 'stub')).toBe(true)
})
