import { describe, expect, test } from 'vitest'
import { openText } from '../support/inspector.ts'

/** Counts its own calls in a global: what it says shows whether the instance is a new one. */
const counting = (exports: string): string => `(module
  (import "env" "memory" (memory 1))
  (import "env" "say" (func $say (param i32)))
  (global $count (mut i32) (i32.const 0))
  (func $count_up (result i32)
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 10)))
    (i32.add (global.get $count) (i32.load (i32.const 0))))
  (func (export "count") (result i32) (call $count_up))
  ${exports})`

const SAY = `export default (context: any) => ({ env: {
  say: async (n: number) => { await null; context.console.log('said ' + n + ' ' + new Int32Array(context.memory.buffer)[0]) },
} })`

describe('a command (_start)', () => {
  test('gets a fresh instance for each call', async () => {
    const session = await openText(counting('(func (export "_start") (call $say (call $count_up)))'), SAY)
    expect(session.info.state).toBe('ready')
    for (let call = 0; call < 3; call++) expect((await session.call('_start')).state).toBe('returned')
    expect(session.lines()).toEqual(['said 11 10', 'said 11 10', 'said 11 10'])
    expect((await session.call('count')).results).toEqual([{ type: 'i32', value: 11 }])
    expect((await session.call('count')).results).toEqual([{ type: 'i32', value: 11 }])
  })

  test('runs its start function each time, and not while it is loaded', async () => {
    const session = await openText(
      counting('(func $begin (call $say (i32.const 1))) (start $begin) (func (export "_start"))'),
      SAY,
    )
    expect(session.rows()).toEqual([])
    await session.call('_start')
    await session.call('_start')
    expect(session.rows().map(({ name }) => name)).toEqual([
      '(start)',
      'say',
      '_start',
      '(start)',
      'say',
      '_start',
    ])
  })

  test('that cannot be linked says so when it is loaded', async () => {
    const session = await openText(
      '(module (import "env" "g" (global i64)) (func (export "_start")))',
      'export default { env: { g: 5 } }',
    )
    expect(session.info).toMatchObject({ state: 'failed', error: { code: 'IMPORT_MISMATCH' } })
  })
})

describe('a reactor (_initialize)', () => {
  test('is initialized once, awaited, before anything else', async () => {
    const session = await openText(
      counting('(func (export "_initialize") (call $say (call $count_up)))'),
      SAY,
    )
    expect(session.lines()).toEqual(['said 11 10'])
    expect(session.rows().map(({ name, depth }) => [name, depth])).toEqual([
      ['_initialize', 0],
      ['say', 1],
    ])
    expect((await session.call('count')).results).toEqual([{ type: 'i32', value: 22 }])
    expect((await session.call('count')).results).toEqual([{ type: 'i32', value: 33 }])
  })

  test('whose initialization fails is not ready', async () => {
    const session = await openText(counting('(func (export "_initialize") unreachable)'), SAY)
    expect(session.info).toMatchObject({
      state: 'failed',
      error: { code: 'START_FAILED', why: 'Trap: unreachable.' },
    })
  })
})
