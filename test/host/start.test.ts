import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createFolder, openText, valueOf, waitFor } from '../support/inspector.ts'

const STARTS = `(module
  (import "env" "prepare" (func $prepare (param i32) (result i32)))
  (memory (export "memory") 1)
  (global $ready (mut i32) (i32.const 0))
  (func $main
    (global.set $ready (call $prepare (i32.const 5)))
    (global.set $ready (i32.add (global.get $ready) (call $prepare (i32.const 6)))))
  (start $main)
  (func (export "ready") (result i32) (global.get $ready)))`

describe('a start function', () => {
  test('may await its imports; its calls are in the trace as the start', async () => {
    const session = await openText(
      STARTS,
      `export default (context: any) => ({ env: { async prepare(n: number) {
        await new Promise((resolve) => setTimeout(resolve, 10))
        context.write.bytes(0, new Uint8Array([n]))
        return n * context.memory.buffer.byteLength
      } } })`,
    )
    expect(session.info).toMatchObject({ state: 'ready', error: null })
    expect(session.info.exports.map(({ name }) => name)).toEqual(['memory', 'ready'])
    expect(session.rows().map(({ kind, name, depth, outcome }) => [kind, name, depth, outcome])).toEqual([
      ['start', '(start)', 0, 'returned'],
      ['import', 'prepare', 1, 'returned'],
      ['import', 'prepare', 1, 'returned'],
    ])
    expect(session.rows()[0]!.suspendedNs).toBeGreaterThan(15e6)
    expect((await session.call('ready')).results).toEqual([{ type: 'i32', value: 11 * 65_536 }])
  })

  test('holds the other exports back until it is done', async () => {
    const session = await openText(
      STARTS,
      `export default (context: any) => ({ env: { async prepare(n: number) {
        try { await context.exports.ready() } catch (error: any) { console.log(error.message) }
        return n
      } } })`,
    )
    expect(session.lines()[0]).toMatch(/not instantiated yet/)
    expect((await session.call('ready')).results![0]!.value).toBe(11)
  })

  test.each([
    ['traps', '(func $main unreachable)', 'Trap: unreachable.'],
    [
      'throws',
      '(tag $failure) (func $main (throw $failure))',
      'The guest threw an exception that nobody caught. Exception failure.',
    ],
  ])(
    'that %s is explained, and its trace kept, in a guest without imports and exports',
    async (_, code, why) => {
      const session = await openText(`(module ${code} (start $main))`, null)
      expect(session.info).toMatchObject({ state: 'failed', error: { code: 'START_FAILED', why } })
      expect(session.rows()).toMatchObject([{ kind: 'start', outcome: 'trapped' }])
    },
  )

  test.each([
    ['that rejects', `async () => { throw new Error('no disk') }`, 'env.prepare failed: no disk.'],
    ['of the wrong type', `async () => 'five'`, /env\.prepare: Its result is the string "five"/],
  ])('fails with an import %s', async (_what, handler, why) => {
    const session = await openText(STARTS, `export default { env: { prepare: ${handler} } }`)
    expect(session.info).toMatchObject({ state: 'failed', error: { code: 'START_FAILED' } })
    expect(session.info.error!.why).toMatch(why)
    expect(session.rows().map(({ outcome }) => outcome)).toEqual(['threw', 'threw'])
  })

  test('that never settles can be ended, and is shown while it waits', async () => {
    const host = `export default { env: { prepare: () => new Promise(() => {}) } }`
    const session = await openText(STARTS, null)
    const path = join(await createFolder({ 'host.ts': host }), 'host.ts')
    const { service } = session.inspector
    const { sessionId } = session
    const dropped = service.openFiles({ files: [{ path }], sessionId })
    await waitFor('the question', () => session.info.state === 'untrusted')
    valueOf(await dropped)
    const starting = service.trustHostModule({ sessionId })
    await waitFor('the suspension', () => session.rows()[1]?.suspended)
    expect(session.info.state).toBe('starting')
    valueOf(await service.endSession({ sessionId }))
    valueOf(await starting)
    expect(session.info.state).toBe('ended')
    expect(session.rows().map(({ outcome }) => outcome)).toEqual(['cancelled', 'cancelled'])
  })

  test('that is an import of its own', async () => {
    const session = await openText(
      `(module (import "env" "wait" (func $wait)) (start $wait))`,
      `export default { env: { wait: () => new Promise((resolve) => setTimeout(resolve, 5)) } }`,
    )
    expect(session.info).toMatchObject({ state: 'ready', error: null })
    expect(session.rows().map(({ name }) => name)).toEqual(['(start)', 'wait'])
  })
})
