import { expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../../../main/contract/limits.ts'
import type { ExportInfo } from '../../../main/contract/guests.ts'
import type { SessionInfo } from '../../../main/contract/sessions.ts'
import {
  chooseExport,
  findFaultyArgument,
  listChoices,
  readArgumentTexts,
  typeArgument,
  useChosenExport,
} from '../../../renderer/state/run-form.ts'
import { errorOf, startInspector, valueOf } from '../../support/inspector.ts'

let sessionCount = 0

function createSession(names: string[], change: Partial<ExportInfo> = {}): SessionInfo {
  sessionCount += 1
  const exports = names.map((name): ExportInfo => ({
    name,
    kind: 'function',
    typeText: '(i32) → ()',
    signature: { params: [{ type: 'i32', hint: '1' }], results: [] },
    ...change,
  }))
  return {
    sessionId: `chosen-${sessionCount}`,
    guest: { name: 'a.wasm', sizeBytes: 8, producers: [] },
    host: null,
    debugFile: null,
    state: 'ready',
    error: null,
    warnings: [],
    exports,
    imports: [],
    interleaved: false,
    capturesStacks: false,
    recordsImports: true,
    keepsNewest: false,
    sliceMs: null,
    paused: false,
    limits: DEFAULT_LIMITS,
    stall: null,
    startedAtMs: 0,
  }
}

test.each([
  [['__ctors', 'sum', 'other'], 'sum'],
  [['sum', '_start'], '_start'],
  [['__only'], '__only'],
  [[], undefined],
])('of %j it is %s that Run calls at first', (names, expected) => {
  expect(useChosenExport(createSession(names)).value?.name).toBe(expected)
})

test('what the user chose is called, for as long as the guest has it', () => {
  const session = createSession(['first', 'second'])
  chooseExport(session.sessionId, 'second')
  expect(useChosenExport(session).value?.name).toBe('second')
  const reloaded = { ...createSession(['first']), sessionId: session.sessionId }
  expect(useChosenExport(reloaded).value?.name).toBe('first')
})

test('an export that cannot be called is never called', () => {
  const session = createSession(['vectors'], { notCallable: 'v128' })
  chooseExport(session.sessionId, 'vectors')
  expect(useChosenExport(session).value).toBeNull()
})

test('of very many functions the first are offered, and the one that is chosen', () => {
  const { exports } = createSession(Array.from({ length: 1000 }, (_, index) => `export_${index}`))
  const first = exports.slice(0, 200)
  expect(listChoices(exports, exports[7]!)).toEqual(first)
  expect(listChoices(exports, exports[999]!)).toEqual([...first, exports[999]])
  expect(listChoices(exports, null)).toEqual(first)
  expect(listChoices(first, exports[199]!)).toEqual(first)
})

test('what was typed stays, until the signature has another number of parameters', () => {
  const session = createSession(['sum'])
  const [item] = session.exports as [ExportInfo]
  typeArgument(session.sessionId, item, 0, '223')
  expect(readArgumentTexts(session.sessionId, item)).toEqual(['223'])
  const params = ['i64', 'f32', 'externref'].map((type) => ({ type, hint: '' }))
  const changed = { ...item, signature: { params, results: [] } }
  expect(readArgumentTexts(session.sessionId, changed)).toEqual(['1', '1', 'null'])
})

test('the field that a refusal is about is found, with the names and messages of the real service', async () => {
  const { service } = startInspector()
  const { sessionId, exports } = valueOf(await service.openExample({ name: 'in-flight' }))
  const params = exports.find(({ name }) => name === 'run')?.signature?.params ?? []
  expect(params).toHaveLength(2)
  const startRun = (argumentTexts: string[]) =>
    errorOf(service.startRun({ sessionId, exportName: 'run', argumentTexts }))

  expect(findFaultyArgument(startRun(['x', '1']), params)).toBe(0)
  expect(findFaultyArgument(startRun(['1', '99999999999']), params)).toBe(1)
  expect(findFaultyArgument(startRun(['1']), params)).toBeNull()

  const sum = valueOf(await service.openExample({ name: 'sum' }))
  const refusal = errorOf(
    service.startRun({ sessionId: sum.sessionId, exportName: 'sum', argumentTexts: [''] }),
  )
  const unnamed = sum.exports.find(({ name }) => name === 'sum')?.signature?.params ?? []
  expect(findFaultyArgument(refusal, unnamed)).toBe(0)
})
