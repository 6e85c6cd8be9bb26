import { describe, expect, test } from 'vitest'
import { errorOf, createFolder, openText, startInspector, valueOf, waitFor } from '../support/inspector.ts'
import { join } from 'node:path'
import { compileGuest } from '../../main/host/guest.ts'
import { engineLimits } from '../../main/wasm/engine-limits.ts'
import { readModule } from '../../main/wasm/read-module.ts'
import { assembleModule, encodeUnsigned } from '../wasm/modules.ts'

const PAGE_BYTES = 65_536
const GROW = `(func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "fail") unreachable)`

describe('a limit of memory', () => {
  test('makes growing fail in the guest, and is said at load where the guest declares more', async () => {
    const session = await openText(`(module (memory (export "memory") 1 1000) ${GROW})`, null, {
      limits: { memoryBytes: 3 * PAGE_BYTES },
    })
    expect(session.info.limits.memoryBytes).toBe(3 * PAGE_BYTES)
    expect(session.info.warnings).toMatchObject([
      {
        code: 'LIMIT_BELOW_MAXIMUM',
        why: 'The memory may grow to 64000 KiB; the session allows each memory 192 KiB (--memory-limit).',
      },
    ])
    expect((await session.call('grow', '3')).results).toEqual([{ type: 'i32', value: -1 }])
    expect((await session.call('fail')).error!.why).toBe('Trap: unreachable.')
    expect((await session.call('grow', '2')).results).toEqual([{ type: 'i32', value: 1 }])
    expect((await session.call('fail')).error!.why).toBe(
      'Trap: unreachable. The memory "memory" stands at its limit: the session allows each memory 192 KiB (--memory-limit).',
    )
  })

  test('of many memories the first are named, each by its index, and the others counted', async () => {
    const memories = '(memory 1 1000)'.repeat(40)
    const limits = { memoryBytes: 3 * PAGE_BYTES }
    const session = await openText(`(module ${memories} (func (export "f")))`, null, { limits })
    const whys = session.info.warnings.map(({ why }) => why)
    expect(whys).toHaveLength(6)
    expect(whys[3]).toMatch(/^The memory 3 may grow to 64000 KiB; /)
    expect(whys[5]).toBe('There are 35 more of these.')
    expect(session.info.warnings[5]).toMatchObject({ code: 'LIMIT_BELOW_MAXIMUM' })
  })

  test('holds a memory that is made to fit an import', async () => {
    const session = await openText(`(module (import "env" "memory" (memory 1 1000)) ${GROW})`, null, {
      limits: { memoryBytes: 2 * PAGE_BYTES },
    })
    expect(session.info.warnings[0]!.why).toMatch(/^The memory env\.memory may grow to 64000 KiB; /)
    expect((await session.call('grow', '1')).results).toEqual([{ type: 'i32', value: 1 }])
    expect((await session.call('grow', '1')).results).toEqual([{ type: 'i32', value: -1 }])
    expect((await session.call('fail')).error!.why).toMatch(/The memory "memory" stands at its limit/)
  })

  test('holds every instance of a command', async () => {
    const session = await openText(`(module (memory 1) ${GROW} (func (export "_start")))`, null, {
      limits: { memoryBytes: 2 * PAGE_BYTES },
    })
    for (let call = 0; call < 2; call++) {
      expect((await session.call('grow', '1')).results).toEqual([{ type: 'i32', value: 1 }])
      expect((await session.call('grow', '2')).results).toEqual([{ type: 'i32', value: -1 }])
    }
  })

  test.each([
    ['defined', '(module (memory 4) (func (export "f")))', 'The memory begins with 256 KiB; '],
    [
      'imported',
      '(module (import "e" "m" (memory 4)) (func (export "f")))',
      'The memory e.m begins with 256 KiB; ',
    ],
  ])('refuses one that begins with more: %s', async (_what, wat, why) => {
    const folder = await createFolder({ 'guest.wat': wat })
    const opened = await startInspector().open({
      path: join(folder, 'guest.wat'),
      limits: { memoryBytes: PAGE_BYTES },
    })
    const error = opened.ok ? opened.value.error : errorOf(opened)
    expect(error).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      why: `${why}the session allows each memory 64 KiB (--memory-limit).`,
      fix: 'Raise the limit (--memory-limit) and reload.',
    })
  })

  test('does not hold the memory that a host module gives', async () => {
    const session = await openText(
      `(module (import "env" "memory" (memory 1)) ${GROW})`,
      'export default { env: { memory: new WebAssembly.Memory({ initial: 4 }) } }',
      { limits: { memoryBytes: PAGE_BYTES } },
    )
    expect((await session.call('grow', '1')).results).toEqual([{ type: 'i32', value: 4 }])
  })

  test('that is changed holds from the next load on', async () => {
    const session = await openText(`(module (memory 1) ${GROW})`, null)
    const { sessionId } = session
    valueOf(session.inspector.service.setLimits({ sessionId, limits: { memoryBytes: 2 * PAGE_BYTES } }))
    expect((await session.call('grow', '5')).results).toEqual([{ type: 'i32', value: 1 }])
    valueOf(await session.inspector.service.reloadSession({ sessionId }))
    expect((await session.call('grow', '5')).results).toEqual([{ type: 'i32', value: -1 }])
    valueOf(session.inspector.service.setLimits({ sessionId, limits: { memoryBytes: null } }))
    valueOf(await session.inspector.service.reloadSession({ sessionId }))
    expect((await session.call('grow', '5')).results).toEqual([{ type: 'i32', value: 1 }])
  })
})

test('a limit of tables is the same', async () => {
  const session = await openText(
    `(module (table (export "t") 1 1000 externref)
      (func (export "grow") (param i32) (result i32) (table.grow (ref.null extern) (local.get 0)))
      (func (export "fail") unreachable))`,
    null,
    { limits: { tableEntries: 10 } },
  )
  expect(session.info.warnings[0]!.why).toBe(
    'The table may grow to 1000 entries; the session allows each table 10 entries (--table-limit).',
  )
  expect((await session.call('grow', '10')).results).toEqual([{ type: 'i32', value: -1 }])
  expect((await session.call('grow', '9')).results).toEqual([{ type: 'i32', value: 1 }])
  expect((await session.call('fail')).error!.why).toMatch(/The table "t" stands at its limit: .* 10 entries/)
})

describe('what a guest keeps to itself', () => {
  const HIDDEN = `(module
    (memory $heap 1) (memory 1) (table 1 externref) (table $slots 1 100 exnref)
    (global (export "g") i32 (i32.const 1))
    (func (export "grow") (param i32) (result i32) (memory.grow $heap (local.get 0)))
    (func (export "more") (param i32) (result i32) (memory.grow 1 (local.get 0)))
    (func (export "entries") (param i32) (result i32) (table.grow 0 (ref.null extern) (local.get 0)))
    (func (export "slots") (param i32) (result i32) (table.grow $slots (ref.null exn) (local.get 0)))
    (func (export "fill") (loop (br_if 0 (i32.ge_s (memory.grow $heap (i32.const 1)) (i32.const 0)))) unreachable))`
  const LIMITS = { memoryBytes: 3 * PAGE_BYTES, tableEntries: 10 }

  test('is named where it stands at its limit: by the name section, else by its index', async () => {
    const session = await openText(HIDDEN, null, { limits: LIMITS })
    expect((await session.call('fill')).error!.why).toBe(
      'Trap: unreachable. The memory "heap" stands at its limit: the session allows each memory 192 KiB (--memory-limit).',
    )
    for (const [name, amount] of [
      ['more', '2'],
      ['entries', '9'],
      ['slots', '9'],
    ] as const) {
      expect((await session.call(name, amount)).results).toEqual([{ type: 'i32', value: 1 }])
      expect((await session.call(name, '1')).results).toEqual([{ type: 'i32', value: -1 }])
    }
    const sentences = (await session.call('fill')).error!.why.split(/(?<=\.) /)
    expect(sentences).toEqual([
      'Trap: unreachable.',
      'The memory "heap" stands at its limit: the session allows each memory 192 KiB (--memory-limit).',
      'Memory 1 stands at its limit: the session allows each memory 192 KiB (--memory-limit).',
      'Table 0 stands at its limit: the session allows each table 10 entries (--table-limit).',
      'The table "slots" stands at its limit: the session allows each table 10 entries (--table-limit).',
    ])
  })

  test('is told of with slices, and by a start function', async () => {
    const sliced = await openText(HIDDEN, null, { limits: LIMITS, sliceMs: 10 })
    expect((await sliced.call('fill')).error!.why).toMatch(/^Trap: unreachable. The memory "heap" stands at/)
    const started = await openText(
      '(module (memory 1) (func (drop (memory.grow (i32.const 2))) unreachable) (start 0) (func (export "f")))',
      null,
      { limits: LIMITS },
    )
    expect(started.info.error!.why).toMatch(/Memory 0 stands at its limit/)
  })

  test('is shown to nobody', async () => {
    const session = await openText(
      HIDDEN.replace(
        '(module',
        '(module (import "env" "look" (func $look)) (func (export "ask") (call $look))',
      ),
      `export default (context) => ({ env: { look() {
        let memory
        try { memory = context.memory } catch (error) { memory = error.message }
        context.console.log(Object.keys(context.exports).join(' '), memory)
      } } })`,
      { limits: LIMITS },
    )
    const names = ['ask', 'g', 'grow', 'more', 'entries', 'slots', 'fill']
    expect(session.info.exports.map(({ name }) => name)).toEqual(names)
    expect((await session.call('ask')).error).toBeNull()
    await waitFor('the line', () => session.lines().length > 0)
    expect(session.lines()).toEqual([
      `${names.join(' ')} The guest has no memory that the host can see: it neither exports nor imports one.`,
    ])
    expect(JSON.stringify([session.info, session.rows()])).not.toContain('jspi-inspector:')
  })

  test('a module with as many exports as the engine takes runs without that', () => {
    const count = engineLimits.exports
    const section = [7, ...encodeUnsigned(count * 9 + encodeUnsigned(count).length), ...encodeUnsigned(count)]
    const exported = Buffer.alloc(count * 9)
    for (let index = 0; index < count; index++) {
      // The name, function 0.
      exported[index * 9] = 6
      exported.write(String(index).padStart(6, '0'), index * 9 + 1, 'latin1')
    }
    const bytes = Uint8Array.from(
      Buffer.concat([
        assembleModule([1, [1, 0x60, 0, 0]], [3, [1, 0]], [5, [1, 0, 1]]),
        Buffer.from(section),
        exported,
        assembleModule([10, [1, 2, 0, 0x0b]]).subarray(8),
      ]),
    )
    const shape = readModule(bytes)
    if (!shape.ok) throw new Error(shape.error.message)
    const compiled = valueOf(compileGuest(bytes, shape.value, { limits: LIMITS }))
    expect(compiled.hidden).toEqual([])
  })

  test('of many only the first are named', async () => {
    const session = await openText(
      `(module ${'(table 2 funcref)'.repeat(8)} (func (export "fail") unreachable))`,
      null,
      { limits: { tableEntries: 2 } },
    )
    const { why } = (await session.call('fail')).error!
    expect(why.match(/Table \d stands/g)).toHaveLength(5)
    expect(why).toMatch(/ So do 3 more\.$/)
  })
})

test('a start function and frames of the stack are where they were', async () => {
  const session = await openText(
    `(module (memory 1 1000) (func $s nop) (start $s) (func $inner unreachable) (func (export "run") (call $inner)))`,
    null,
    { limits: { memoryBytes: PAGE_BYTES } },
  )
  await session.call('run')
  const callId = session.rows().find(({ name }) => name === 'run')!.id
  const { stack } = valueOf(session.inspector.service.readCall({ sessionId: session.sessionId, callId }))
  expect(stack!.map(({ functionName }) => functionName)).toEqual(['inner', 'run'])
})
