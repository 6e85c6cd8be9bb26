/** Calls that wait for long, that wait for ever, and handlers that go on when nobody waits. */
import { describe, expect, test } from 'vitest'
import type { TestSession } from '../support/inspector.ts'
import { openText, valueOf, waitFor } from '../support/inspector.ts'

const GUEST = `(module
  (import "env" "wait" (func $wait (param i32)))
  (func $inner (export "run") (param i32) (call $wait (local.get 0)))
  (func (export "outer") (param i32) (call $inner (local.get 0))))`

function limit(session: TestSession, stallMs: number): void {
  const { inspector, sessionId } = session
  valueOf(inspector.service.setLimits({ sessionId, limits: { stallMs } }))
}

describe('a call that waits for long', () => {
  test('is named with its arguments and its place in the guest, until it goes on', async () => {
    const session = await openText(
      GUEST,
      'export default { env: { wait: (ms: number) => new Promise((resolve) => setTimeout(resolve, ms)) } }',
    )
    limit(session, 100)
    const run = session.start('outer', '1500')
    const stall = await waitFor('the stall', () => session.info.stall)
    expect(stall).toMatchObject({ callCount: 1, isDeadlock: false, calls: [{ module: 'env', name: 'wait' }] })
    const [line] = session.lines()
    expect(line).toMatch(
      /^CALL_STALLED: .*env\.wait\(1500\) \(#2\), called by inner.* for more than 0\.1 s\./,
    )
    const { id } = stall.calls[0]!
    const call = valueOf(session.inspector.service.readCall({ sessionId: session.sessionId, callId: id }))
    expect(call.stack!.map(({ functionName }) => functionName)).toEqual(['inner', 'outer'])
    expect((await session.ended(run)).state).toBe('returned')
    await waitFor('the end of the stall', () => session.info.stall === null)
  })

  test('is not named while it waits for less than the limit', async () => {
    const session = await openText(
      GUEST,
      'export default { env: { wait: (ms: number) => new Promise((resolve) => setTimeout(resolve, ms)) } }',
    )
    await session.call('run', '1300')
    expect(session.lines()).toEqual([])
  })
})

describe('a deadlock', () => {
  test.each([
    ['a promise that nobody settles', 'new Promise(() => {})', true],
    ['a timer', 'new Promise((resolve) => setTimeout(resolve, 60_000))', false],
    ['a timer without a reference', 'new Promise((resolve) => setTimeout(resolve, 60_000).unref())', false],
    ['a server', 'new Promise((resolve) => createServer(resolve).listen(0))', false],
    [
      'a job of cryptography',
      'new Promise((resolve) => pbkdf2("a", "b", 1e7, 64, "sha512", resolve))',
      false,
    ],
    [
      'a promise that nobody settles, after timers and jobs that have ended',
      `(async () => {
        for (let turn = 0; turn < 2; turn++) {
          clearTimeout(setTimeout(() => {}, 60_000))
          await new Promise((resolve) => setTimeout(resolve, 5))
          await new Promise((resolve) => pbkdf2("a", "b", 1, 64, "sha512", resolve))
        }
        await new Promise(() => {})
      })()`,
      true,
    ],
  ])('%s: %s', async (_what, promise, isDeadlock) => {
    const session = await openText(
      GUEST,
      `import { createServer } from 'node:net'
       import { pbkdf2 } from 'node:crypto'
       void createServer; void pbkdf2
       export default { env: { wait: () => ${promise} } }`,
    )
    limit(session, 1500)
    session.start('run', '7')
    const stall = await waitFor('a stall', () =>
      session.info.stall && (session.info.stall.isDeadlock || !isDeadlock) ? session.info.stall : null,
    )
    expect(stall.isDeadlock).toBe(isDeadlock)
    if (isDeadlock) expect(session.lines().join()).toMatch(/DEADLOCK: .*env\.wait\(7\) \(#2\)/)
  })

  test('of two calls is over when a third lets them go on', async () => {
    const session = await openText(
      `(module (import "env" "wait" (func $wait)) (import "env" "open" (func $open))
        (func (export "enter") (call $wait)) (func (export "release") (call $open)))`,
      `const waiting: (() => void)[] = []
       export default { env: {
         wait: () => new Promise<void>((resolve) => { waiting.push(resolve) }),
         open: () => { for (const go of waiting) go() },
       } }`,
    )
    valueOf(session.inspector.service.setInterleaved({ sessionId: session.sessionId, interleaved: true }))
    // A deadlock is one before any call has waited for long.
    limit(session, 600_000)
    const runs = [session.start('enter'), session.start('enter')]
    const stall = await waitFor('the deadlock', () => session.info.stall?.isDeadlock && session.info.stall)
    expect(stall).toMatchObject({ isDeadlock: true, callCount: 2 })
    await session.call('release')
    for (const run of runs) expect((await session.ended(run)).state).toBe('returned')
    await waitFor('its end', () => session.info.stall === null)
  })
})

describe('cancelling', () => {
  test('all runs of a session: queued ones never begin', async () => {
    const session = await openText(GUEST, 'export default { env: { wait: () => new Promise(() => {}) } }')
    const runs = Array.from({ length: 5 }, () => session.start('run', '0'))
    await waitFor('a suspension', () => session.rows().at(-1)?.suspended)
    valueOf(await session.inspector.service.cancelAllRuns({ sessionId: session.sessionId }))
    for (const run of runs) expect((await session.ended(run)).state).toBe('cancelled')
    expect(session.status().callCount).toBe(2)
    expect(session.info.state).toBe('ready')
  })

  test('a handler that ignores its signal is reported once, and not waited for', async () => {
    const session = await openText(
      GUEST,
      `export default (context: any) => ({ env: { wait: (heeds: number) => new Promise((_, reject) => {
        if (heeds) context.signal.addEventListener('abort', () => reject(context.signal.reason))
      }) } })`,
    )
    for (const heeds of ['1', '0', '0']) {
      const run = session.start('run', heeds)
      await waitFor('a suspension', () => session.rows().at(-1)?.suspended)
      await session.inspector.service.cancelRun({ runId: run.runId })
      expect(session.run(run.runId).state).toBe('cancelled')
    }
    const told = await waitFor('the report', () => session.lines().find((line) => line.startsWith('SIGNAL_')))
    expect(told).toContain('env.wait: 2 cancelled calls have not settled')
  })

  test('a thousand calls leaves nothing in the heap of the worker', async () => {
    const session = await openText(
      `(module (import "env" "wait" (func $wait)) (import "env" "heap" (func $heap (result f64)))
        (func (export "run") (call $wait)) (func (export "heap") (result f64) (call $heap)))`,
      `import v8 from 'node:v8'
       import vm from 'node:vm'
       v8.setFlagsFromString('--expose-gc')
       const collect = vm.runInNewContext('gc')
       const kept: unknown[] = []
       export default { env: {
         // The worst of handlers: it never settles, and keeps what could settle it.
         wait: () => new Promise((resolve, reject) => { kept.push(resolve, reject) }),
         async heap() {
           for (let turn = 0; turn < 5; turn++) { collect(); await new Promise((done) => setTimeout(done, 10)) }
           return process.memoryUsage().heapUsed
         },
       } }`,
    )
    const { service } = session.inspector
    valueOf(service.setInterleaved({ sessionId: session.sessionId, interleaved: true }))
    const round = async (): Promise<number> => {
      const before = session.status().callCount
      const runs = Array.from({ length: 1000 }, () => session.start('run'))
      await waitFor('all of them', () => session.status().callCount === before + 2000)
      valueOf(await service.cancelAllRuns({ sessionId: session.sessionId }))
      for (const run of runs) expect(session.run(run.runId).state).toBe('cancelled')
      // What watches for handlers that ignore their signals lets go after a second.
      await new Promise((done) => setTimeout(done, 1200))
      return (await session.call('heap')).results![0]!.value as number
    }
    await round()
    const second = await round()
    const third = await round()
    // Of each call the handler's own two functions and its promise stay, and the waiter that nobody needs.
    expect((third - second) / 1000).toBeLessThan(1500)
  })
})
