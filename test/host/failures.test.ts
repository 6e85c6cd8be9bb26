import { describe, expect, test } from 'vitest'
import { openExample, openText, valueOf } from '../support/inspector.ts'

describe('traps by their names in the specification', () => {
  test.each([
    ['unreachable', 'unreachable'],
    ['divide_by_zero', 'integer divide by zero'],
    ['remainder_by_zero', 'integer divide by zero'],
    ['integer_overflow', 'integer overflow'],
    ['invalid_conversion', 'invalid conversion to integer'],
    ['memory_out_of_bounds', 'out of bounds memory access'],
    ['data_segment_out_of_bounds', 'out of bounds memory access'],
    ['table_out_of_bounds', 'undefined element'],
    ['element_segment_out_of_bounds', 'out of bounds table access'],
    ['call_null', 'indirect call to null or type mismatch'],
    ['call_wrong_type', 'indirect call to null or type mismatch'],
    ['unaligned_atomic', 'unaligned atomic'],
    ['null_dereference', 'null structure reference'],
    ['array_out_of_bounds', 'out of bounds array access'],
    ['failed_cast', 'cast failure'],
    ['recurse', 'stack overflow'],
  ])('%s: %s', async (exportName, name) => {
    const session = await openExample('fail-trap')
    const run = await session.call(exportName)
    expect(run).toMatchObject({ state: 'trapped', results: null, error: { code: 'GUEST_TRAPPED' } })
    expect(run.error!.why).toBe(`Trap: ${name}.`)
    // The stack of the guest is kept for the detail of the call.
    expect(run.error!.cause).toMatch(/wasm/)
    // The instance lives on.
    expect((await session.call('divide_by_zero')).error!.why).toBe('Trap: integer divide by zero.')
    expect(session.rows().map(({ outcome }) => outcome)).toEqual(['trapped', 'trapped'])
  })

  test('an exception that nobody catches is not a trap of the engine', async () => {
    const session = await openExample('fail-trap')
    const run = await session.call('uncaught_exception')
    expect(run).toMatchObject({
      state: 'trapped',
      error: { code: 'GUEST_EXCEPTION', why: 'Exception failure, with [I32(42)].' },
    })
  })

  test.each([
    [
      '(tag $e (export "shown") (param i64 f32))',
      '(i64.const -5) (f32.const 1.5)',
      'shown, with [I64(-5), F32(1.5)]',
    ],
    ['(tag $e (param f64))', '(f64.const 0.1)', 'e, with [F64(0.1)]'],
    ['(tag (param i32)) (tag)', '1', 'of tag 1'],
    [
      '(tag $e (param externref i32))',
      '(ref.null extern) (i32.const 7)',
      'e, with [ExternRef(null), I32(7)]',
    ],
    ['(tag $e (param v128))', '(v128.const i32x4 1 2 3 4)', 'e, with values of v128'],
    ['(import "env" "given" (tag $e (param i32)))', '(i32.const 3)', 'given, with [I32(3)]'],
  ])('an exception is told with what it carries: %s', async (tag, operands, told) => {
    const thrown = operands === '1' ? operands : `$e ${operands}`
    const session = await openText(
      `(module ${tag} (func (export "run") (throw ${thrown})))`,
      'export default {}',
    )
    expect((await session.call('run')).error).toMatchObject({
      code: 'GUEST_EXCEPTION',
      why: `Exception ${told}.`,
    })
  })

  test('what a handler lets through of an export that it called is said to be an exception', async () => {
    const session = await openText(
      `(module (tag $e) (import "env" "back" (func $back))
        (func (export "throws") (throw $e)) (func (export "run") (call $back)))`,
      'export default (context) => ({ env: { async back() { await context.exports.throws() } } })',
    )
    const run = await session.call('run')
    expect(run.error).toMatchObject({ code: 'HOST_THREW' })
    expect(run.error!.why).toBe('env.back failed: an exception of WebAssembly.')
  })
})

describe('import handlers that fail', () => {
  test.each([
    ['throws', 'HOST_THREW', /env\.throws failed/],
    ['throws_sync', 'HOST_THREW', /env\.throws_sync failed/],
    ['throws_text', 'HOST_THREW', /env\.throws_text failed/],
    ['rejects', 'HOST_THREW', /env\.rejects failed/],
    ['wrong_type', 'HOST_RESULT_TYPE', /env\.wrong_type: Its result is .* where the guest expects an i32/],
    ['wrong_i64', 'HOST_RESULT_TYPE', /where the guest expects an i64/],
    ['wrong_count', 'HOST_RESULT_TYPE', /where the guest expects 2 results/],
    ['sync_promise', 'HOST_SYNC_PROMISE', /env\.sync_promise did/],
  ])('%s: %s', async (exportName, code, why) => {
    const session = await openExample('fail-host')
    const run = await session.call(exportName)
    expect(run).toMatchObject({ state: 'threw', error: { code } })
    expect(run.error!.why).toMatch(why)
    const [exported, imported] = session.rows()
    expect([exported!.outcome, imported!.outcome]).toEqual(['threw', 'threw'])
    expect(imported!.errorText).toMatch(why)
  })

  test('the guest may catch the failure', async () => {
    const session = await openExample('fail-host')
    const run = await session.call('catch_rejection')
    expect(run).toMatchObject({ state: 'returned', results: [{ type: 'i32', value: -1 }] })
    expect(session.rows().map(({ outcome }) => outcome)).toEqual(['returned', 'threw'])
  })

  test('a text that is cut within a character is made one that every reader of a trace takes', async () => {
    const session = await openText(
      `(module (import "env" "f" (func $f)) (func (export "run") (call $f)))`,
      `export default { env: { f() { throw new Error('half of \\ud83d') } } }`,
    )
    await session.call('run')
    for (const format of ['jsonl', 'chrome', 'csv', 'otlp'] as const) {
      const { content } = valueOf(
        session.inspector.service.exportTrace({ sessionId: session.sessionId, format, fromCallId: 1 }),
      )
      expect(content).toContain('env.f failed: half of \ufffd.')
      expect(content).not.toMatch(/\\ud83d/)
    }
  })

  test('the error names the line of the handler', async () => {
    const session = await openText(
      `(module (import "env" "f" (func $f)) (func (export "run") (call $f)))`,
      `export default { env: {\n  f() {\n    throw new Error('of purpose', { cause: new Error('underneath') })\n  },\n} }`,
    )
    const run = await session.call('run')
    expect(run.error!.why).toBe('env.f failed: of purpose.')
    expect(run.error!.cause).toMatch(/host\.ts:3:\d+/)
    expect(run.error!.cause).toMatch(/caused by Error: underneath/)
  })
})

test('a guest that is called where it cannot be suspended', async () => {
  const session = await openText(
    `(module
      (import "env" "wait" (func $wait))
      (import "env" "through" (func $through (param funcref)))
      (elem declare func $inner)
      (func $inner (call $wait))
      (func (export "run") (call $through (ref.func $inner))))`,
    `export default { env: {
      wait: () => new Promise((resolve) => setTimeout(resolve, 1)),
      through: (inner: () => void) => { inner() },
    } }`,
  )
  const run = await session.call('run')
  expect(run.state).toBe('threw')
  expect(run.error!.why).toMatch(/suspend/i)
})

test('a start function that traps is an error of instantiation', async () => {
  const session = await openExample('fail-start')
  expect(session.info).toMatchObject({
    state: 'failed',
    error: { code: 'START_FAILED', why: 'Trap: unreachable.' },
  })
  // What it called before is in the trace.
  expect(session.rows().map(({ name, kind, depth, outcome }) => [name, kind, depth, outcome])).toEqual([
    ['(start)', 'start', 0, 'trapped'],
    ['starting', 'import', 1, 'returned'],
  ])
})
