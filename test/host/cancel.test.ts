import { describe, expect, test } from 'vitest'
import { openExample, openText, startInspector, valueOf, waitFor } from '../support/inspector.ts'

const FOREVER = `(module
  (import "env" "wait" (func $wait (param i32) (result i32)))
  (func (export "run") (param i32) (result i32) (call $wait (local.get 0))))`
const FOREVER_HOST = `export default ({ console, ...context }: any) => ({ env: {
  wait: (n: number) => new Promise(() => {
    const { signal } = context
  }),
} })`

describe('cancelling a run', () => {
  test('unwinds a guest that is suspended in an import that never settles', async () => {
    const session = await openExample('fail-host')
    const run = session.start('never_settles')
    await waitFor('the suspension', () => session.rows()[1]?.suspended)
    const cancelled = valueOf(await session.inspector.service.cancelRun({ runId: run.runId }))
    expect(cancelled).toMatchObject({ state: 'cancelled', error: { code: 'CALL_CANCELLED' } })
    expect(session.rows().map(({ outcome }) => outcome)).toEqual(['cancelled', 'cancelled'])
    expect(session.info.state).toBe('ready')
    // The instance can be called again.
    expect((await session.call('throws')).state).toBe('threw')
  })

  test('is not caught by a guest that catches everything', async () => {
    const session = await openExample('fail-host')
    const run = session.start('catch_cancellation')
    await waitFor('the suspension', () => session.rows()[1]?.suspended)
    const cancelled = valueOf(await session.inspector.service.cancelRun({ runId: run.runId }))
    expect(cancelled).toMatchObject({ state: 'cancelled', results: null })
  })

  test('fires the signal of the handler before the guest is unwound', async () => {
    const session = await openText(
      FOREVER,
      `import type { HostContext } from 'jspi-inspector'
      export default (context: HostContext) => ({ env: {
        wait: () => new Promise(() => {
          context.signal.addEventListener('abort', () => context.console.log('aborted: ' + context.signal.reason.name))
        }),
      } })`,
    )
    const run = session.start('run', '1')
    await waitFor('the suspension', () => session.rows()[1]?.suspended)
    await session.inspector.service.cancelRun({ runId: run.runId })
    expect(session.lines()).toEqual([
      'aborted: AbortError',
      'CALL_CANCELLED: The call was cancelled. Run it again if that was not meant.',
    ])
  })

  test('takes a queued run out of the queue', async () => {
    const session = await openText(FOREVER, FOREVER_HOST)
    const first = session.start('run', '1')
    const second = session.start('run', '2')
    await waitFor('the suspension', () => session.rows()[1]?.suspended)
    expect([session.run(first.runId).state, session.run(second.runId).state]).toEqual(['running', 'queued'])
    await session.inspector.service.cancelRun({ runId: second.runId })
    expect(session.run(second.runId)).toMatchObject({ state: 'cancelled', callId: null })
    expect(session.run(first.runId).state).toBe('running')
    expect(session.rows()).toHaveLength(2)
  })

  test('cancels only its own activation of several', async () => {
    const session = await openText(FOREVER, FOREVER_HOST)
    session.inspector.service.setInterleaved({ sessionId: session.sessionId, interleaved: true })
    const runs = ['1', '2', '3'].map((text) => session.start('run', text))
    await waitFor('all suspensions', () => session.rows().filter(({ suspended }) => suspended).length === 6)
    await session.inspector.service.cancelRun({ runId: runs[1]!.runId })
    expect(runs.map(({ runId }) => session.run(runId).state)).toEqual(['running', 'cancelled', 'running'])
  })

  test('cancels the calls inside of it as well', async () => {
    const session = await openText(
      `(module
        (import "env" "outer" (func $outer)) (import "env" "inner" (func $inner))
        (func (export "run") (call $outer)) (func (export "nested") (call $inner)))`,
      `export default (context: any) => ({ env: {
        outer: async () => { await context.exports.nested() },
        inner: () => new Promise(() => {}),
      } })`,
    )
    const run = session.start('run')
    await waitFor('the innermost suspension', () => session.rows()[3]?.suspended)
    expect(session.rows().map(({ name, depth }) => [name, depth])).toEqual([
      ['run', 0],
      ['outer', 1],
      ['nested', 2],
      ['inner', 3],
    ])
    await session.inspector.service.cancelRun({ runId: run.runId })
    await waitFor('their ends', () => session.rows().every(({ outcome }) => outcome === 'cancelled'))
  })

  test('ends the worker of a guest that computes, and keeps what it recorded', async () => {
    const session = await openExample('fail-loop')
    const run = session.start('loop_after_call')
    await waitFor('the loop', () => session.rows()[1]?.outcome === 'returned')
    const cancelled = valueOf(await session.inspector.service.cancelRun({ runId: run.runId }))
    expect(cancelled).toMatchObject({ state: 'cancelled' })
    expect(cancelled.error!.why).toMatch(/computing/)
    expect(session.info).toMatchObject({ state: 'ended', error: { code: 'SESSION_ENDED' } })
    expect(session.rows().map(({ outcome }) => outcome)).toEqual(['cancelled', 'returned'])
  })

  test('of many calls leaves a worker alone that is busy with ending them', async () => {
    const session = await openText(
      FOREVER,
      `export default (context: any) => ({ env: { wait: () => new Promise(() => {
        context.signal.addEventListener('abort', () => {
          const endMs = performance.now() + 3
          while (performance.now() < endMs);
        })
      }) } })`,
    )
    const { sessionId } = session
    session.inspector.service.setInterleaved({ sessionId, interleaved: true })
    const runs = Array.from({ length: 60 }, (_, index) => session.start('run', `${index}`))
    await waitFor('all suspensions', () => session.rows().filter(({ suspended }) => suspended).length === 120)
    await session.inspector.service.cancelAllRuns({ sessionId })
    for (const { runId } of runs) expect(session.run(runId).error?.why).not.toMatch(/computing/)
    expect(session.info.state).toBe('ready')
  })

  test('happens by itself after the time limit of the run', async () => {
    const session = await openText(FOREVER, FOREVER_HOST)
    const { sessionId } = session
    const run = valueOf(
      session.inspector.service.startRun({
        sessionId,
        exportName: 'run',
        argumentTexts: ['1'],
        timeoutMs: 50,
      }),
    )
    expect(await session.ended(run)).toMatchObject({ state: 'cancelled', error: { code: 'CALL_TIMED_OUT' } })
  })
})

describe('ending a session', () => {
  test('cancels every run and keeps the trace; a reload begins an empty one', async () => {
    const session = await openText(FOREVER, FOREVER_HOST)
    const { sessionId } = session
    const runs = [session.start('run', '1'), session.start('run', '2')]
    await waitFor('the suspension', () => session.rows()[1]?.suspended)
    valueOf(await session.inspector.service.endSession({ sessionId }))
    expect(runs.map(({ runId }) => session.run(runId).state)).toEqual(['cancelled', 'cancelled'])
    expect(session.info).toMatchObject({ state: 'ended', error: null })
    expect(session.rows()).toHaveLength(2)
    const refused = session.inspector.service.startRun({ sessionId, exportName: 'run', argumentTexts: ['1'] })
    expect(refused).toMatchObject({ ok: false, error: { code: 'SESSION_ENDED' } })

    valueOf(await session.inspector.service.reloadSession({ sessionId }))
    expect(session.info.state).toBe('ready')
    expect(session.status()).toMatchObject({ callCount: 0, generation: 2 })
    expect(session.rows()).toEqual([])
    expect(session.run(runs[0]!.runId).callId).toBeNull()
  })

  test('a reload takes in a changed host module and a changed guest', async () => {
    const session = await openText(
      `(module (import "env" "f" (func $f (result i32))) (func (export "run") (result i32) (call $f)))`,
      `export default { env: { f: () => 1 } }`,
    )
    expect((await session.call('run')).results).toEqual([{ type: 'i32', value: 1 }])
    const { writeFile } = await import('node:fs/promises')
    await writeFile(session.info.host!.path, `export default { env: { f: () => 2 } }`)
    valueOf(await session.inspector.service.reloadSession({ sessionId: session.sessionId }))
    expect((await session.call('run')).results).toEqual([{ type: 'i32', value: 2 }])
  })

  test('reloads that overtake each other all answer', async () => {
    const session = await openExample('sum')
    const { service } = session.inspector
    const { sessionId } = session
    const answers = await Promise.all([
      service.reloadSession({ sessionId }),
      service.reloadSession({ sessionId }),
      service.endSession({ sessionId }),
      service.reloadSession({ sessionId }),
    ])
    expect(answers.every(({ ok }) => ok)).toBe(true)
    await waitFor('the last', () => session.info.state === 'ready')
    expect((await session.call('sum', '1')).state).toBe('returned')
  })

  test('leaves no worker behind, also when it comes while a guest is opened', async () => {
    const count = (): number =>
      process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length
    const before = count()
    for (let attempt = 0; attempt < 24; attempt++) {
      const inspector = startInspector()
      const opening = inspector.service.openExample({ name: 'sum' })
      // At another step of the opening each time.
      for (let turn = 0; turn < attempt; turn++) await new Promise((resolve) => setImmediate(resolve))
      await inspector.close()
      await opening
    }
    expect(count()).toBe(before)
  })
})
