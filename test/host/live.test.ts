import { describe, expect, test } from 'vitest'
import { openExample, openText, waitFor } from '../support/inspector.ts'

describe('a guest that never yields', () => {
  test('shows the call that it is in, and the calls before it', async () => {
    const session = await openExample('fail-loop')
    session.start('loop_after_call')
    await waitFor('the return of the first', () => session.rows()[1]?.outcome === 'returned')
    expect(session.rows().map(({ name, outcome }) => [name, outcome])).toEqual([
      ['loop_after_call', 'running'],
      ['tick_async', 'returned'],
    ])
  })

  test.each(['loop_calling_sync', 'loop_calling_async'])('%s streams its calls', async (exportName) => {
    const session = await openExample('fail-loop')
    const run = session.start(exportName)
    const first = await waitFor('many rows', () => {
      const { callCount } = session.status()
      return callCount > 10_000 && callCount
    })
    await waitFor('more rows', () => session.status().callCount > 2 * first)
    await session.inspector.service.endSession({ sessionId: session.sessionId })
    const { callCount, droppedCount, inFlightCount } = session.status()
    expect(callCount).toBeGreaterThan(2 * first)
    expect(droppedCount).toBe(0)
    expect(inFlightCount).toBe(0)
    expect(session.run(run.runId).state).toBe('cancelled')
    // Each call carries its number: none is missing and none is out of order.
    const last = session.rows(callCount - 100, 100)
    expect(last.map(({ id }) => id)).toEqual(last.map((_, index) => callCount - 99 + index))
  })

  test('clients hear of a call whose handler never yields', async () => {
    const session = await openText(
      '(module (import "env" "spin" (func $spin)) (func (export "run") (call $spin)))',
      'export default { env: { spin() { for (;;); } } }',
    )
    let heard = 0
    session.inspector.subscribe({ traceGrew: ({ callCount }) => (heard = callCount) })
    session.start('run')
    await waitFor('the import call', () => heard === 2)
    expect(session.rows()[1]).toMatchObject({ name: 'spin', outcome: 'running' })
    await session.inspector.service.endSession({ sessionId: session.sessionId })
    expect(session.rows()[1]).toMatchObject({ name: 'spin', outcome: 'cancelled' })
  })

  test('leaves other sessions alone', async () => {
    const busy = await openExample('fail-loop')
    busy.start('loop')
    await waitFor('the loop', () => busy.rows().length === 1)
    const { inspector } = busy
    const other = await inspector.service.openExample({ name: 'chatty' })
    expect(other.ok && other.value.state).toBe('ready')
  })
})

test('every call of a chatty guest is recorded, with its arguments', async () => {
  const session = await openExample('chatty')
  const run = await session.call('call_both', '50000')
  expect(run.results).toEqual([{ type: 'i32', value: 100_000 }])
  expect(session.status()).toMatchObject({ callCount: 100_001, droppedCount: 0, inFlightCount: 0 })
  for (const fromRow of [1, 49_000, 98_001]) {
    for (const row of session.rows(fromRow, 2000)) {
      expect(row.parent).toBe(1)
      expect(row.outcome).toBe('returned')
    }
  }
})

test('calls beyond what memory and disk take are counted', async () => {
  const session = await openExample('chatty', {
    traceLimitBytes: 8 * 1024 * 1024,
    temporaryFolder: '/missing/folder',
  })
  const run = await session.call('call_sync', '400000')
  expect(run.state).toBe('returned')
  const { callCount, droppedCount } = session.status()
  expect(droppedCount).toBeGreaterThan(0)
  expect(callCount + droppedCount).toBe(400_001)
  expect(session.rows(callCount - 1, 10)).toHaveLength(1)
})

test('console lines stay in order with calls, also beyond a ring full of them', async () => {
  const session = await openText(
    `(module
      (import "env" "print" (func $print (param i32)))
      (func (export "run") (param $count i32) (local $i i32)
        (loop $again
          (call $print (local.get $i))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br_if $again (i32.lt_u (local.get $i) (local.get $count))))))`,
    `export default ({ sync, console }: any) => ({ env: {
      print: sync((n: number) => { console.log('line ' + n + ' ' + 'x'.repeat(500)) }),
    } })`,
  )
  await session.call('run', '30000')
  const { consoleLineCount } = session.status()
  expect(consoleLineCount).toBe(30_000)
  const read = session.inspector.service.readConsole({
    sessionId: session.sessionId,
    fromLine: 29_990,
    lineCount: 100,
  })
  expect(read.ok && read.value.lines.map(({ text }) => text.slice(0, 10))).toEqual(
    Array.from({ length: 10 }, (_, index) => `line ${29_990 + index}`),
  )
})

test('a handler that fails without end fills memory up to a limit, and no further', async () => {
  const session = await openText(
    `(module
      (import "env" "fail" (func $fail (param i32)))
      (func (export "run") (param $count i32)
        (loop $again
          (block $caught
            (try_table (catch_all $caught) (call $fail (local.get $count))))
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (br_if $again (local.get $count)))))`,
    `export default ({ sync }: any) => ({ env: { fail: sync((n: number) => { throw new Error('failure ' + n + ' ' + 'x'.repeat(2000)) }) } })`,
    { traceLimitBytes: 16 * 1024 * 1024 },
  )
  const run = await session.call('run', '20000')
  expect(run.state).toBe('returned')
  const { droppedCount, callCount, sizeBytes } = session.status()
  expect(callCount + droppedCount).toBe(20_001)
  expect(droppedCount).toBeGreaterThan(0)
  // Errors are not let go when they are in a file; there is room for 64 MiB beyond the limit.
  expect(sizeBytes).toBeLessThan(96 * 1024 * 1024)
})
