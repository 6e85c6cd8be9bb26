/** A guest that asks to be ended: `context.exit`, as WASI's `proc_exit` needs it. */
import { describe, expect, test } from 'vitest'
import { openText, valueOf } from '../support/inspector.ts'
import type { TestSession } from '../support/inspector.ts'
import { exportLines, findProblems } from '../trace/trace-lines.ts'

/** Catches whatever can be caught, and says so. */
const CATCHES_ALL = `(module
  (import "env" "exit" (func $exit (param i32)))
  (import "env" "inner" (func $inner (param i32) (result i32)))
  (global $reached (export "reached") (mut i32) (i32.const 0))
  (func (export "run") (param i32) (result i32)
    try (result i32)
      (call $exit (local.get 0))
      (global.set $reached (i32.const 1))
      (i32.const 1)
    catch_all
      (global.set $reached (i32.const 2))
      (i32.const 2)
    end)
  (func (export "nested") (param i32) (result i32) (call $inner (local.get 0)))
  (func (export "reads") (result i32) (global.get $reached)))`

const HOSTS = {
  'a handler that exits at once': 'export default ({ exit }) => ({ env: { exit, inner: (n) => n } })',
  'a handler marked sync':
    'export default ({ exit, sync }) => ({ env: { exit: sync((n) => exit(n)), inner: (n) => n } })',
  'an async handler that waits before': `export default (context) => ({ env: {
      async exit(n) { await new Promise((done) => setTimeout(done, 5)); context.exit(n) },
      async inner(n) { return await context.exports.run(n) } } })`,
}

function outcomes(session: TestSession): string[] {
  return session.rows().map(({ name, outcome, results }) => `${name} ${outcome} ${JSON.stringify(results)}`)
}

describe.each(Object.entries(HOSTS))('%s', (_name, host) => {
  test.each([true, false])('ends the guest, whatever it catches; imports recorded: %s', async (enabled) => {
    const session = await openText(CATCHES_ALL, host)
    valueOf(session.inspector.service.setRecording({ sessionId: session.sessionId, enabled }))
    const run = await session.call('run', '3')
    expect(run).toMatchObject({
      state: 'exited',
      results: null,
      exitStatus: 3,
      error: { code: 'GUEST_EXITED', why: 'Status 3.' },
    })
    expect(outcomes(session)).toEqual(['run exited null', ...(enabled ? ['exit exited null'] : [])])
    // Neither went it on, nor did it catch anything; and the instance can be called again.
    expect(await session.call('reads')).toMatchObject({ state: 'returned', results: [{ value: 0 }] })
    expect(await session.call('run', '0')).toMatchObject({ state: 'exited', exitStatus: 0, error: null })
  })
})

test('status 0 is no error and no failure, and the console says so', async () => {
  const session = await openText(CATCHES_ALL, HOSTS['a handler that exits at once'])
  await session.call('run', '0')
  await session.call('run', '7')
  const { service } = session.inspector
  const { sessionId } = session
  expect(valueOf(service.readCall({ sessionId, callId: 1 })).error).toBeNull()
  expect(valueOf(service.readCall({ sessionId, callId: 3 })).error?.code).toBe('GUEST_EXITED')
  const lines = exportLines(session)
  expect(findProblems(lines)).toEqual([])
  expect(lines.map(({ outcome, error }) => [outcome, error?.code])).toEqual([
    ['exited', undefined],
    ['exited', undefined],
    ['exited', 'GUEST_EXITED'],
    ['exited', 'GUEST_EXITED'],
  ])
  const failed = valueOf(service.readTimings({ sessionId })).map(({ name, failedCount }) => [
    name,
    failedCount,
  ])
  expect(failed).toContainEqual(['run', 0])
  const printed = valueOf(service.readConsole({ sessionId, fromLine: 0, lineCount: 10 })).lines
  expect(printed.map(({ level, text }) => `${level}: ${text}`)).toEqual([
    'info: wasm exited with status 0',
    expect.stringMatching(/^error: GUEST_EXITED: .* Status 7\./),
  ])
})

test('one that is called by a handler ends that which called the handler, too', async () => {
  const session = await openText(CATCHES_ALL, HOSTS['an async handler that waits before'])
  expect(await session.call('nested', '4')).toMatchObject({ state: 'exited', exitStatus: 4 })
  expect(outcomes(session)).toEqual([
    'nested exited null',
    'inner exited null',
    'run exited null',
    'exit exited null',
  ])
})

test('a handler can catch that the guest it called has exited', async () => {
  const host = `export default (context) => ({ env: {
    exit: (n) => context.exit(n),
    async inner(n) {
      try { return await context.exports.run(n) }
      catch (thrown) { context.console.log(String(thrown)); return thrown.status }
    } } })`
  const session = await openText(CATCHES_ALL, host)
  expect(await session.call('nested', '5')).toMatchObject({ state: 'returned', results: [{ value: 5 }] })
})

test('through a function of the guest that a handler calls by itself', async () => {
  const session = await openText(
    `(module
      (import "env" "call" (func $call (param funcref)))
      (import "env" "exit" (func $exit (param i32)))
      (elem declare func $inner)
      (func $inner (call $exit (i32.const 6)))
      (func (export "run") (call $call (ref.func $inner))))`,
    'export default ({ exit, sync }) => ({ env: { call: sync((inner) => inner()), exit: sync((n) => exit(n)) } })',
  )
  expect(await session.call('run')).toMatchObject({ state: 'exited', exitStatus: 6 })
  expect(outcomes(session)).toEqual(['run exited null', 'call exited null', 'exit exited null'])
})

test('while it is instantiated it cannot start', async () => {
  const session = await openText(
    '(module (import "env" "exit" (func $exit (param i32))) (func $start (call $exit (i32.const 2))) (start $start))',
    'export default ({ exit }) => ({ env: { exit } })',
  )
  expect(session.info).toMatchObject({
    state: 'failed',
    error: { code: 'START_FAILED', why: 'The guest exited with status 2.' },
  })
})

test('a status is an integer', async () => {
  const session = await openText(
    CATCHES_ALL,
    'export default ({ exit }) => ({ env: { exit: () => exit("1"), inner: (n) => n } })',
  )
  expect(await session.call('run', '1')).toMatchObject({ state: 'returned', results: [{ value: 2 }] })
  expect(
    valueOf(session.inspector.service.readCall({ sessionId: session.sessionId, callId: 2 })).error?.why,
  ).toBe('env.exit failed: exit() takes an integer, and not 1.')
})
