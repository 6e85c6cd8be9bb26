/**
 * The scenarios of wasmtime's tests of call hooks (`tests/all/call_hook.rs`), each under its name there. What a hook
 * sees there, the trace shows here: one record for each crossing into the guest and into the host, properly nested.
 */
import { describe, expect, test } from 'vitest'
import type { CallRow } from '../../main/contract/calls.ts'
import type { TestSession } from '../support/inspector.ts'
import { openText, valueOf, waitFor } from '../support/inspector.ts'

const FOUR_VALUES = `(module
  (import "host" "f" (func $f (param i32 i64 f32 f64)))
  (export "f" (func $f))
  (func (export "export")
    (call $f (i32.const 1) (i64.const 2) (f32.const 3.0) (f64.const 4.0))))`

const CHECKS_VALUES = `async (a: unknown, b: unknown, c: unknown, d: unknown) => {
  if (a !== 1 || b !== 2n || c !== 3 || d !== 4) throw new Error('other values')
}`

/** Crossings into the guest and into the host, and how many of each have returned. */
function countCrossings(session: TestSession): Record<string, number> {
  const rows = session.rows()
  const count = (matches: (row: CallRow) => boolean): number => rows.filter(matches).length
  const intoHost = (row: CallRow): boolean => row.kind === 'import'
  const isBack = (row: CallRow): boolean => row.outcome !== 'running'
  return {
    intoWasm: count((row) => !intoHost(row)),
    fromWasm: count((row) => !intoHost(row) && isBack(row)),
    intoHost: count(intoHost),
    fromHost: count((row) => intoHost(row) && isBack(row)),
  }
}

function crossings(intoWasm: number, intoHost: number): Record<string, number> {
  return { intoWasm, fromWasm: intoWasm, intoHost, fromHost: intoHost }
}

describe.each([
  ['sync', `context.sync(${CHECKS_VALUES.replace('async ', '')})`, 'call_wrapped_func', 'call_linked_func'],
  ['async', CHECKS_VALUES, 'call_wrapped_async_func', 'call_linked_func_async'],
])('a host function that is %s', (_what, handler, wrapped, linked) => {
  test.each([
    [wrapped, 'f', ['1', '2', '3', '4']],
    [linked, 'export', []],
  ])(
    '%s: each call crosses into the guest once and into the host once',
    async (_name, exportName, values) => {
      const session = await openText(
        FOUR_VALUES,
        `export default (context: any) => ({ host: { f: ${handler} } })`,
      )
      for (const count of [1, 2]) {
        expect((await session.call(exportName, ...values)).state).toBe('returned')
        expect(countCrossings(session)).toEqual(crossings(count, count))
      }
      const [outer, inner] = session.rows()
      expect(inner).toMatchObject({ parent: outer!.id, params: [1, '2', 3, 4].map((value) => ({ value })) })
      expect(inner!.startNs).toBeGreaterThanOrEqual(outer!.startNs)
      expect(inner!.endNs).toBeLessThanOrEqual(outer!.endNs!)
    },
  )
})

test('basic_async_hook: a handler that awaits is still seen as one crossing', async () => {
  const session = await openText(
    FOUR_VALUES,
    `export default { host: { f: () => new Promise((resolve) => setTimeout(resolve, 50)) } }`,
  )
  await session.call('export')
  expect(countCrossings(session)).toEqual(crossings(1, 1))
  expect(session.rows()[1]!.suspendedNs).toBeGreaterThan(20e6)
})

test.each(['instantiate', 'instantiate_async'])(
  '%s: a guest without a start function is not entered; one with it, once',
  async () => {
    const without = await openText('(module)', null)
    expect(countCrossings(without)).toEqual(crossings(0, 0))
    const withStart = await openText('(module (func $start) (start $start))', null)
    expect(countCrossings(withStart)).toEqual(crossings(1, 0))
  },
)

test('recursion: ten levels of guest and host are eleven crossings each way', async () => {
  const session = await openText(
    `(module (import "host" "f" (func $f (param i32)))
      (func (export "export") (param i32) (call $f (local.get 0))))`,
    `export default (context: any) => ({ host: {
      f: async (left: number) => { if (left > 0) await context.exports.export(left - 1) },
    } })`,
  )
  await session.call('export', '10')
  expect(countCrossings(session)).toEqual(crossings(11, 11))
  expect(session.rows().map(({ depth }) => depth)).toEqual(Array.from({ length: 22 }, (_, depth) => depth))
  await session.call('export', '10')
  expect(countCrossings(session)).toEqual(crossings(22, 22))
})

describe('trapping', () => {
  const GUEST = `(module (import "host" "f" (func $f (param i32 i32)))
    (func (export "export") (param i32 i32) (call $f (local.get 0) (local.get 1)))
    (func (export "trap") (param i32 i32) unreachable))`
  // Where wasmtime's hook fails at a crossing, the handler does: there is no other code of the user's there.
  const HOST = `export default (context: any) => ({ host: { async f(action: number, recur: number) {
    if (action === 0) throw new Error('trapping in f')
    if (recur > 0) await context.exports[action === 1 ? 'export' : 'trap'](action === 1 ? 0 : action, 0)
    if (action === 3) throw new Error('trapping on the way back')
  } } })`

  test.each([
    ['in f', ['0', '0'], 'threw', /trapping in f/, ['threw', 'threw']],
    [
      'in the next call of the host, which does not come',
      ['1', '0'],
      'returned',
      null,
      ['returned', 'returned'],
    ],
    ['in the next call of the host', ['1', '1'], 'threw', /trapping in f/, Array(4).fill('threw')],
    ['on the return from the host', ['3', '0'], 'threw', /way back/, ['threw', 'threw']],
    [
      'in the next call of the guest, which does not come',
      ['2', '0'],
      'returned',
      null,
      ['returned', 'returned'],
    ],
    ['in the next call of the guest', ['2', '1'], 'threw', /unreachable/, ['threw', 'threw', 'trapped']],
  ])('%s', async (_what, values, state, why, outcomes) => {
    const session = await openText(GUEST, HOST)
    const run = await session.call('export', ...values)
    expect(run.state).toBe(state)
    if (why) expect(run.error!.why).toMatch(why)
    expect(session.rows().map(({ outcome }) => outcome)).toEqual(outcomes)
    expect(countCrossings(session).fromWasm).toBe(countCrossings(session).intoWasm)
    // A failure leaves the instance as it is: it can be called again.
    expect((await session.call('export', '1', '0')).state).toBe('returned')
  })
})

test('timeout_async_hook: a guest that calls for ever is ended after a time', async () => {
  const session = await openText(
    `(module (import "host" "f" (func $f)) (func (export "export") (loop $again (call $f) (br $again))))`,
    `export default { host: { f: () => new Promise((resolve) => setTimeout(resolve, 1)) } }`,
  )
  const { sessionId } = session
  const run = valueOf(
    session.inspector.service.startRun({
      sessionId,
      exportName: 'export',
      argumentTexts: [],
      timeoutMs: 200,
    }),
  )
  expect(await session.ended(run)).toMatchObject({ state: 'cancelled', error: { code: 'CALL_TIMED_OUT' } })
  const { intoWasm, intoHost, fromHost } = countCrossings(session)
  expect(intoWasm).toBe(1)
  expect(intoHost).toBeGreaterThan(1)
  expect(fromHost).toBe(intoHost)
  expect(session.info.state).toBe('ready')
})

test('drop_suspended_async_hook: a cancelled call releases what its handler holds, time after time', async () => {
  const session = await openText(
    `(module (import "host" "f" (func $f)) (func (export "export") (call $f)))`,
    `let held = 0
    export default (context: any) => ({ host: { f: () => new Promise(() => {
      console.log('held', ++held)
      const ticks = setInterval(() => {}, 1)
      context.signal.addEventListener('abort', () => { clearInterval(ticks); console.log('held', --held) })
    }) } })`,
  )
  for (let round = 0; round < 5; round++) {
    const run = session.start('export')
    await waitFor('the suspension', () => session.rows()[2 * round + 1]?.suspended)
    valueOf(await session.inspector.service.cancelRun({ runId: run.runId }))
  }
  expect(session.lines().filter((line) => line.startsWith('held'))).toEqual(
    Array.from({ length: 5 }, () => ['held 1', 'held 0']).flat(),
  )
  expect(countCrossings(session)).toEqual(crossings(5, 5))
})

test('hooks_used_at_yield_points: a start function that is stopped between slices is one crossing into the guest', async () => {
  const session = await openText(
    `(module (import "host" "f" (func $f))
      (func $start (local $left i32)
        (call $f)
        (local.set $left (i32.const 50000000))
        (loop $again (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
        (call $f))
      (start $start))`,
    `export default ({ sync }: any) => ({ host: { f: sync(() => {}) } })`,
    { sliceMs: 1 },
  )
  expect(session.info.state).toBe('ready')
  expect(countCrossings(session)).toEqual({ intoWasm: 1, fromWasm: 1, intoHost: 2, fromHost: 2 })
  expect(session.rows()[0]!.suspendedNs).toBeGreaterThan(0)
})
