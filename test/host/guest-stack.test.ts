import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { StackFrame } from '../../main/contract/calls.ts'
import { createFolder, openExample, openText, ROOT, startInspector } from '../support/inspector.ts'
import { TestSession, valueOf } from '../support/inspector.ts'

const SHAPES = join(ROOT, 'test/fixtures/guest-stack/shapes-dwarf5.wasm')

function stackOf(session: TestSession, callId: number): StackFrame[] | null {
  return valueOf(session.inspector.service.readCall({ sessionId: session.sessionId, callId })).stack
}

/** The stack of the outermost call of a run. */
async function stackOfCall(
  session: TestSession,
  exportName: string,
  ...texts: string[]
): Promise<StackFrame[] | null> {
  const run = await session.call(exportName, ...texts)
  return stackOf(session, run.callId!)
}

/** The stack of the first import call of that name. */
function stackOfImport(session: TestSession, name: string): StackFrame[] | null {
  const row = session.rows().find((each) => each.kind === 'import' && each.name === name)
  return stackOf(session, row!.id)
}

function capture(session: TestSession, enabled: boolean): void {
  const { sessionId } = session
  const info = valueOf(session.inspector.service.setStackCapture({ sessionId, enabled }))
  expect(info.capturesStacks).toBe(enabled)
}

const names = (stack: StackFrame[] | null) => stack?.map(({ functionName }) => functionName)

/** A guest in which `outer` calls `inner`, which calls the import `ask`. */
const ASKS = `(module
  (import "env" "ask" (func $ask (result i32)))
  (func $inner (result i32) (call $ask))
  (func $outer (export "run") (result i32) (i32.add (call $inner) (i32.const 1)))
  (func $again (export "again") (result i32) (i32.add (call $outer) (i32.const 1)))
  (func $fail (export "fail") (result i32) (drop (call $ask)) (unreachable)))`

const hostOf = (ask: string) =>
  `export default (context) => ({ env: { ${ask} } })
let asked = 0
const wait = () => new Promise((resolve) => setTimeout(resolve, 5))`

describe('the stack of a guest that fails', () => {
  test('names its functions after a resumption', async () => {
    const session = await openExample('fail-trap')
    const stack = await stackOfCall(session, 'trap_after_import')
    expect(names(stack)).toEqual(['inner', 'middle', 'outer', 'trap_after_import'])
  })

  test('is there for each kind of trap, and of a deep recursion its innermost part', async () => {
    const session = await openExample('fail-trap')
    for (const name of ['unreachable', 'divide_by_zero', 'memory_out_of_bounds', 'call_null']) {
      expect(names(await stackOfCall(session, name))).toEqual([name])
    }
    const stack = await stackOfCall(session, 'recurse')
    expect(stack!.length).toBeGreaterThan(20)
    expect(new Set(names(stack))).toEqual(new Set(['recurse']))
  })

  test('has files and lines where the guest has debug information, and inlined functions', async () => {
    const folder = await createFolder()
    const path = join(folder, 'shapes.wasm')
    await copyFile(SHAPES, path)
    const inspector = startInspector()
    const opened = await inspector.open({ path, stubUnbound: true })
    const session = new TestSession(inspector, valueOf(opened))
    const inside = [
      ['shapes::(anonymous namespace)::twice', 'shapes.cc', 24, true],
      ['shapes::measure', 'shapes.cc', 29, false],
      ['run', 'shapes.cc', 37, false],
    ]
    const places = async (argument: string) =>
      (await stackOfCall(session, 'run', argument))!.map((frame) => [
        frame.functionName,
        frame.file,
        frame.line,
        frame.inlined,
      ])
    expect(await places('13')).toEqual([['shapes::Square<int>::area', 'shapes.cc', 15, true], ...inside])
    // After a resumption: 0 is what it divides by.
    expect(await places('0')).toEqual([['shapes::Square<int>::area', 'shapes.cc', 17, true], ...inside])
  })

  test('gives offsets in the file of the guest, also where the module is rewritten before it is compiled', async () => {
    const session = await openText(
      `(module (import "env" "ask" (func $ask)) (start $main)
        (func $main (call $ask)) (func $fail (export "fail") (unreachable)))`,
      hostOf('ask() {}'),
    )
    const [frame] = (await stackOfCall(session, 'fail'))!
    // The code section, last but for the names: its contents, two bodies, of which the second is 03 00 00 0b.
    expect(frame).toMatchObject({ functionName: 'fail', functionIndex: 2, inlined: false })
    const [again] = (await stackOfCall(
      await openText(
        `(module (import "env" "ask" (func $ask)) (func $x (call $ask)) (func $fail (export "fail") (unreachable)))`,
        hostOf('ask() {}'),
      ),
      'fail',
    ))!
    // A start section of one function takes three bytes.
    expect(frame!.offsetBytes).toBe(again!.offsetBytes + 3)
  })

  test.each([
    ['throws', `ask() { throw new Error('no') }`],
    ['throws a text', `ask() { throw 'no' }`],
    [
      'throws an object that fails when it is looked at',
      `ask() { throw new Proxy(new Error(), { get() { throw 1 } }) }`,
    ],
    ['rejects at once', `async ask() { throw new Error('no') }`],
    ['returns a wrong value', `ask() { return 'text' }`],
  ])('is there where a host function %s', async (_, ask) => {
    const session = await openText(ASKS, hostOf(ask))
    expect(names(await stackOfCall(session, 'run'))).toEqual(['inner', 'outer'])
    expect(names(stackOfImport(session, 'ask'))).toEqual(['inner', 'outer'])
  })

  test('is not made up where a host function rejects later', async () => {
    const session = await openText(ASKS, hostOf(`async ask() { await wait(); throw new Error('no') }`))
    expect(await stackOfCall(session, 'run')).toBeNull()
  })

  test('is not that of another call, where an error passes on', async () => {
    const session = await openText(
      ASKS,
      hostOf(`async ask() { return await (asked++ ? 1 : context.exports.fail()) }`),
    )
    await session.call('run')
    const stacks = session
      .rows()
      .map((row) => [row.name, row.outcome, names(stackOf(session, row.id)) ?? null])
    expect(stacks).toEqual([
      ['run', 'threw', null],
      ['ask', 'threw', null],
      ['fail', 'trapped', ['fail']],
      ['ask', 'returned', null],
    ])
  })

  test('is left out for calls that return or are cancelled', async () => {
    const session = await openText(ASKS, hostOf(`ask: () => new Promise(() => {})`))
    const run = session.start('run')
    const cancelled = valueOf(await session.inspector.service.cancelRun({ runId: run.runId }))
    expect(cancelled.state).toBe('cancelled')
    expect(session.rows().map(({ id }) => stackOf(session, id))).toEqual([null, null])
  })
})

describe('stacks at imports', () => {
  test('are recorded on request, and no longer', async () => {
    const session = await openText(ASKS, hostOf(`async ask() { await wait(); return 1 }`))
    await session.call('again')
    capture(session, true)
    await session.call('again')
    capture(session, false)
    await session.call('again')
    const stacks = session.rows().map(({ name, id }) => [name, names(stackOf(session, id)) ?? null])
    expect(stacks).toEqual([
      ['again', null],
      ['ask', null],
      ['again', null],
      ['ask', ['inner', 'outer', 'again']],
      ['again', null],
      ['ask', null],
    ])
  })

  test('are kept over a reload, and stand by the export where the import fails later', async () => {
    const session = await openText(ASKS, hostOf(`async ask() { await wait(); throw new Error('no') }`))
    capture(session, true)
    valueOf(await session.inspector.service.reloadSession({ sessionId: session.sessionId }))
    expect(session.info.capturesStacks).toBe(true)
    expect(names(await stackOfCall(session, 'run'))).toEqual(['inner', 'outer'])
  })

  test('end where the activation begins', async () => {
    const session = await openText(
      ASKS,
      hostOf(`async ask() { return await (asked++ ? 1 : context.exports.again()) }`),
    )
    capture(session, true)
    await session.call('run')
    const asks = session.rows().filter(({ name }) => name === 'ask')
    expect(asks.map(({ id }) => names(stackOf(session, id)))).toEqual([
      ['inner', 'outer'],
      ['inner', 'outer', 'again'],
    ])
  })

  test('are not disturbed by what a host module does to Error', async () => {
    const session = await openText(
      ASKS,
      `Error.stackTraceLimit = 0
      Error.prepareStackTrace = () => 'mine'
      export default { env: { ask() { return new Error().stack === 'mine' ? 7 : 8 } } }`,
    )
    capture(session, true)
    expect((await session.call('run')).results).toMatchObject([{ value: 8 }])
    expect(names(stackOfImport(session, 'ask'))).toEqual(['inner', 'outer'])
  })
})
