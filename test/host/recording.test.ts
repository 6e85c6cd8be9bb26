/** What is recorded when a session does not record its imports, and how imports that do not wait are recorded. */
import { describe, expect, test } from 'vitest'
import { errorOf, openText, valueOf, waitFor } from '../support/inspector.ts'

const GUEST = `(module
  (import "env" "next" (func $next (param i32) (result i32)))
  (import "env" "nap" (func $nap (param i32)))
  (import "env" "fail" (func $fail))
  (func (export "count") (param $to i32) (result i32) (local $n i32)
    (loop $again
      (local.set $n (call $next (local.get $n)))
      (br_if $again (i32.lt_u (local.get $n) (local.get $to))))
    (local.get $n))
  (func (export "wait") (param i32) (call $nap (local.get 0)))
  (func (export "fails") (call $fail)))`
const HOST = `export default { env: {
  next: (n: number) => n + 1,
  nap: (ms: number) => new Promise((resolve) => setTimeout(resolve, ms)),
  fail: async () => { throw new Error('no such thing') },
} }`

describe('a session that records no imports', () => {
  test('records the calls of exports, with their results and the time that they took', async () => {
    const session = await openText(GUEST, HOST)
    const { sessionId, inspector } = session
    valueOf(inspector.service.setRecording({ sessionId, enabled: false }))
    expect(session.info.recordsImports).toBe(false)
    expect((await session.call('count', '1000')).results).toEqual([{ type: 'i32', value: 1000 }])
    await session.call('wait', '20')
    expect(session.rows()).toMatchObject([
      { id: 1, name: 'count', outcome: 'returned' },
      { id: 2, name: 'wait', outcome: 'returned' },
    ])
    const { totalNs, guestNs } = session.rows()[1]!
    expect(guestNs).toBe(totalNs)

    valueOf(inspector.service.setRecording({ sessionId, enabled: true }))
    await session.call('count', '2')
    expect(session.rows().slice(2)).toMatchObject([
      { id: 3, name: 'count' },
      { id: 4, parent: 3, name: 'next', params: [{ value: 0 }], results: [{ value: 1 }] },
      { id: 5, parent: 3, name: 'next', params: [{ value: 1 }], results: [{ value: 2 }] },
    ])
  })

  test('still says why a call failed, and can be cancelled', async () => {
    const session = await openText(GUEST, HOST)
    const { sessionId, inspector } = session
    valueOf(inspector.service.setRecording({ sessionId, enabled: false }))
    const failed = await session.call('fails')
    expect(failed).toMatchObject({ state: 'threw', error: { code: 'HOST_THREW' } })
    const run = session.start('wait', '600000')
    await waitFor('the call', () => session.rows().length === 2)
    await inspector.service.cancelRun({ runId: run.runId })
    expect((await session.ended(run)).state).toBe('cancelled')
    expect(session.rows()[1]).toMatchObject({ name: 'wait', outcome: 'cancelled' })
  })

  test('ends the calls that were recorded when it was told to', async () => {
    const session = await openText(GUEST, HOST)
    const { sessionId, inspector } = session
    const run = session.start('wait', '300')
    await waitFor('the suspension', () => session.rows()[1]?.suspended)
    valueOf(inspector.service.setRecording({ sessionId, enabled: false }))
    await session.ended(run)
    expect(session.rows()[1]).toMatchObject({ name: 'nap', outcome: 'returned' })
  })

  test('is one that there is', async () => {
    const { inspector } = await openText(GUEST, HOST)
    const answer = inspector.service.setRecording({ sessionId: 'none', enabled: false })
    expect(errorOf(answer).code).toBe('SESSION_NOT_FOUND')
  })
})

describe('an import that returns at once', () => {
  test.each([
    ['nothing', '(func $f)', '() => {}', '(call $f)', []],
    ['several values', '(func $f (result i32 f64))', '() => [1, 2.5]', '(call $f) drop drop', [1, 2.5]],
    [
      'a text by reference',
      '(func $f (result externref))',
      "() => 'text'",
      '(call $f) drop',
      ['externref#1'],
    ],
  ])('is recorded with what it returned: %s', async (_what, import_, handler, call, results) => {
    const session = await openText(
      `(module (import "env" "f" ${import_}) (func (export "run") ${call}))`,
      `export default { env: { f: ${handler} } }`,
    )
    await session.call('run')
    const row = session.rows()[1]!
    expect(row).toMatchObject({ name: 'f', outcome: 'returned', suspendedNs: 0 })
    expect(row.results!.map(({ value }) => value)).toEqual(results)
    expect(row.hostNs).toBe(row.endNs! - row.startNs)
  })

  test('and prints in between is recorded around the line', async () => {
    const session = await openText(
      '(module (import "env" "f" (func $f (param i32) (result i32))) (func (export "run") (result i32) (call $f (i32.const 4))))',
      `export default ({ console }: any) => ({ env: { f: (n: number) => { console.log('in it'); return n * 2 } } })`,
    )
    expect((await session.call('run')).results).toEqual([{ type: 'i32', value: 8 }])
    expect(session.rows()[1]).toMatchObject({ name: 'f', outcome: 'returned', results: [{ value: 8 }] })
    expect(session.lines()).toEqual(['in it', 'wasm said: 8'])
  })
})
