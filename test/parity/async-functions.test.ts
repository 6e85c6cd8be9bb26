/**
 * The scenarios of wasmtime's tests of async functions (`tests/all/async_functions.rs`), each under its name there.
 * docs/wasmtime-parity.md says which of them have no counterpart here, and why.
 */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { CallRow } from '../../main/contract/calls.ts'
import { parseWat } from '../../main/wasm/wat.ts'
import { createFolder, openText, startInspector, valueOf, waitFor } from '../support/inspector.ts'

/** A guest that hands its one import on as an export, and one that calls it. */
const HANDS_ON = `(module
  (import "" "first" (func $first))
  (export "first" (func $first))
  (func (export "call first") (call $first)))`

/** Called by name, kind and end, in order of entry. */
function summarize(rows: readonly CallRow[]): string[] {
  return rows.map(({ kind, name, depth, outcome }) => `${'  '.repeat(depth)}${kind} ${name}: ${outcome}`)
}

describe('a host function', () => {
  test.each([
    ['smoke', `async () => {}`],
    ['smoke_with_suspension', `() => new Promise((resolve) => setImmediate(resolve))`],
  ])('%s: is called by its export, twice', async (_name, handler) => {
    const session = await openText(HANDS_ON, `export default { '': { first: ${handler} } }`)
    expect((await session.call('first')).state).toBe('returned')
    expect((await session.call('first')).state).toBe('returned')
    const once = ['export first: returned', '  import first: returned']
    expect(summarize(session.rows())).toEqual([...once, ...once])
  })

  test.each([
    ['smoke_host_func', `async first() {}`],
    [
      'smoke_host_func_with_suspension',
      `async first() { await new Promise((resolve) => setImmediate(resolve)) }`,
    ],
  ])('%s: is called through wasm, twice, bound by its name', async (_name, member) => {
    const session = await openText(HANDS_ON, `export default { '': { ${member} } }`)
    await session.call('call first')
    await session.call('call first')
    const once = ['export call first: returned', '  import first: returned']
    expect(summarize(session.rows())).toEqual([...once, ...once])
  })
})

test('recursive_call: an import awaits another call of the guest, twice', async () => {
  const session = await openText(
    `(module
      (import "" "nested" (func $nested)) (import "" "wait" (func $wait))
      (func (export "inner") (call $wait))
      (func (export "run") (call $nested) (call $nested)))`,
    `export default (context: any) => ({ '': {
      nested: async () => { await context.exports.inner() },
      wait: () => new Promise((resolve) => setImmediate(resolve)),
    } })`,
  )
  expect((await session.call('run')).state).toBe('returned')
  const nested = ['  import nested: returned', '    export inner: returned', '      import wait: returned']
  expect(summarize(session.rows())).toEqual(['export run: returned', ...nested, ...nested])
})

test('suspend_while_suspending: a handler that starts a call without awaiting it, before the guest suspends', async () => {
  const session = await openText(
    `(module
      (import "" "start" (func $start)) (import "" "wait" (func $wait))
      (func (export "thunk"))
      (func (export "suspending thunk") (call $wait))
      (func (export "run") (call $start) (call $wait)))`,
    `export default (context: any) => ({ '': {
      start: context.sync(() => {
        void context.exports.thunk().then(() => console.log('thunk'))
        void context.exports['suspending thunk']().then(() => console.log('suspending thunk'))
      }),
      wait: () => new Promise((resolve) => setTimeout(resolve, 5)),
    } })`,
  )
  expect((await session.call('run')).state).toBe('returned')
  await waitFor('the calls that nobody awaited', () => session.lines().length === 2)
  expect(session.lines().toSorted()).toEqual(['suspending thunk', 'thunk'])
  expect(summarize(session.rows()).toSorted()).toEqual(
    [
      'export run: returned',
      '  import start: returned',
      '    export thunk: returned',
      '    export suspending thunk: returned',
      '      import wait: returned',
      '  import wait: returned',
    ].toSorted(),
  )
})

test('cancel_during_run: what the handler holds is released when its call is cancelled', async () => {
  const session = await openText(
    HANDS_ON,
    `export default (context: any) => ({ '': { first: () => new Promise(() => {
      console.log('holds')
      context.signal.addEventListener('abort', () => console.log('releases'))
    }) } })`,
  )
  const run = session.start('call first')
  await waitFor('the suspension', () => session.rows()[1]?.suspended)
  expect(session.lines()).toEqual(['holds'])
  valueOf(await session.inspector.service.cancelRun({ runId: run.runId }))
  expect(session.lines().slice(0, 2)).toEqual(['holds', 'releases'])
  expect(summarize(session.rows())).toEqual(['export call first: cancelled', '  import first: cancelled'])
})

test('iloop_with_fuel: a start function that never ends is stopped again and again, and ended from outside', async () => {
  const inspector = startInspector()
  const folder = await createFolder({
    'guest.wat': `(module (func $start (loop $again (br $again))) (start $start))`,
  })
  const opening = inspector.open({ path: join(folder, 'guest.wat'), sliceMs: 1 })
  const attach = () => valueOf(inspector.service.attach())
  await waitFor('time between slices', () => (attach().traces[0]?.suspendedNs ?? 0) > 0)
  const [session] = attach().sessions
  expect(session!.state).toBe('starting')
  // It answers: a pause holds it.
  const { sessionId } = session!
  valueOf(inspector.service.setPaused({ sessionId, paused: true }))
  const rows = () => valueOf(inspector.service.readCalls({ sessionId, fromRow: 0, rowCount: 1 })).rows
  await waitFor('the pause', () => rows()[0]!.paused)
  valueOf(await inspector.service.endSession({ sessionId }))
  await opening
  expect(rows()[0]!.outcome).toBe('cancelled')
})

test('iloop_with_fuel: in an export it is unwound, and the session goes on', async () => {
  const guest = `(module (func (export "run") (loop $again (br $again))) (func (export "next")))`
  const session = await openText(guest, null, { sliceMs: 1 })
  const { sessionId } = session
  const run = valueOf(
    session.inspector.service.startRun({ sessionId, exportName: 'run', argumentTexts: [], timeoutMs: 100 }),
  )
  expect(await session.ended(run)).toMatchObject({ state: 'cancelled', error: { code: 'CALL_TIMED_OUT' } })
  expect((await session.call('next')).state).toBe('returned')
})

test('fuel_eventually_finishes: a start function is stopped, and runs to its end', async () => {
  const session = await openText(
    `(module (func $start (local $left i32)
      (local.set $left (i32.const 50000000))
      (loop $again (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1))))))
    (start $start))`,
    null,
    { sliceMs: 1 },
  )
  expect(session.info).toMatchObject({ state: 'ready', error: null })
  expect(summarize(session.rows())).toEqual(['start (start): returned'])
  expect(session.rows()[0]!.suspendedNs).toBeGreaterThan(0)
})

test.each(['async_with_pooling_stacks', 'async_host_func_with_pooling_stacks'])(
  '%s: one call at a time is in flight, and stacks are used again',
  async () => {
    const session = await openText(
      HANDS_ON,
      `let inside = 0
      export default { '': { async first() {
        console.log(++inside)
        await new Promise((resolve) => setImmediate(resolve))
        inside--
      } } }`,
    )
    const runs = Array.from({ length: 100 }, () => session.start('call first'))
    for (const run of runs) expect((await session.ended(run)).state).toBe('returned')
    expect(new Set(session.lines())).toEqual(new Set(['1']))
  },
)

test('async_mpk_protection: guests are stopped in the middle of what they do, each in its own memory', async () => {
  // Each run is a command's: an instance of its own, on one thread with the other.
  const guest = `(module
    (import "env" "begin" (func $begin (result i32)))
    (memory 1)
    (func (export "_start") (local $own i32) (local $left i32)
      (local.set $own (call $begin))
      (i32.store (i32.const 0xfffc) (local.get $own))
      (local.set $left (i32.const 10000000))
      (loop $again
        (if (i32.ne (i32.load (i32.const 0xfffc)) (local.get $own)) (then unreachable))
        (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))))`
  const host = `let count = 0; export default { env: { begin: () => ++count } }`
  const session = await openText(guest, host, { sliceMs: 1 })
  const { sessionId, inspector } = session
  valueOf(inspector.service.setInterleaved({ sessionId, interleaved: true }))
  const runs = [session.start('_start'), session.start('_start')]
  for (const run of runs) expect((await session.ended(run)).state).toBe('returned')
  expect(session.rows().filter(({ kind }) => kind === 'export')).toMatchObject([
    { overlapped: true },
    { overlapped: true },
  ])
  expect(session.info.warnings).toEqual([])
})

describe('instantiation fails', () => {
  test.each([
    [
      'resume_separate_thread: with the error of an import that the start function awaits',
      `(module (import "" "wait" (func $wait)) (start $wait))`,
      `async () => { await new Promise((resolve) => setImmediate(resolve)); throw new Error('test') }`,
      /\.wait failed: test\./,
      ['start (start): threw', '  import wait: threw'],
    ],
    [
      'resume_separate_thread2: with the trap of a start function that has been suspended',
      `(module (import "" "wait" (func $wait)) (func $start (call $wait) unreachable) (start $start))`,
      `() => new Promise((resolve) => setImmediate(resolve))`,
      /Trap: unreachable\./,
      ['start (start): trapped', '  import wait: returned'],
    ],
  ])('%s', async (_name, guest, handler, why, rows) => {
    const session = await openText(guest, `export default { '': { wait: ${handler} } }`)
    expect(session.info).toMatchObject({ state: 'failed', error: { code: 'START_FAILED' } })
    expect(session.info.error!.why).toMatch(why)
    expect(summarize(session.rows())).toEqual(rows)
  })
})

test('resume_separate_thread3: a handler fails while a call that it started is suspended', async () => {
  const session = await openText(
    `(module
      (import "" "fail" (func $fail)) (import "" "wait" (func $wait))
      (func (export "inner") (call $wait))
      (func (export "run") (call $fail)))`,
    `let release: () => void
    const released = new Promise<void>((resolve) => { release = resolve })
    export default (context: any) => ({ '': {
      fail: context.sync(() => {
        void context.exports.inner().then(() => console.log('inner'))
        setTimeout(release, 20)
        throw new Error('outer')
      }),
      wait: () => released,
    } })`,
  )
  const run = await session.call('run')
  expect(run.state).toBe('threw')
  expect(run.error!.why).toMatch(/outer/)
  await waitFor('the call that is still suspended', () => session.lines().includes('inner'))
  expect(summarize(session.rows())).toEqual([
    'export run: threw',
    '  import fail: threw',
    '    export inner: returned',
    '      import wait: returned',
  ])
})

test('recursive_async: a nested call returns, one that overflows the stack traps, and the instance goes on', async () => {
  const session = await openText(
    `(module
      (import "" "f" (func $f (result i32)))
      (func $overflow (export "overflow") (call $overflow))
      (func (export "normal"))
      (func (export "run") (result i32) (call $f)))`,
    `export default (context: any) => ({ '': { async f() {
      await context.exports.normal()
      const error = await context.exports.overflow().then(() => null, (thrown: unknown) => thrown)
      await context.exports.normal()
      return error instanceof RangeError
    } } })`,
  )
  expect((await session.call('run')).results).toEqual([{ type: 'i32', value: 1 }])
  expect(session.rows().map(({ name, outcome }) => `${name}: ${outcome}`)).toEqual([
    'run: returned',
    'f: returned',
    'normal: returned',
    'overflow: trapped',
    'normal: returned',
  ])
  expect(session.rows()[3]!.errorText).toMatch(/stack overflow/)
  expect((await session.call('overflow')).state).toBe('trapped')
  expect((await session.call('normal')).state).toBe('returned')
})

test('linker_module_command: each call has an instance of its own', async () => {
  const session = await openText(
    `(module (global $g (mut i32) (i32.const 0))
      (func (export "_start"))
      (func (export "g") (result i32) (global.get $g) (global.set $g (i32.const 1))))`,
    null,
  )
  expect((await session.call('g')).results![0]!.value).toBe(0)
  expect((await session.call('g')).results![0]!.value).toBe(0)
})

test('linker_module_reactor: one instance keeps its globals from call to call', async () => {
  const session = await openText(
    `(module (global $g (mut i32) (i32.const 0))
      (func (export "g") (result i32) (global.get $g) (global.set $g (i32.const 1))))`,
    null,
  )
  expect((await session.call('g')).results![0]!.value).toBe(0)
  expect((await session.call('g')).results![0]!.value).toBe(1)
})

test('non_stacky_async_activations: stacks of interleaved activations of two instances do not mix', async () => {
  const other = await parseWat(
    `(module (import "" "yield" (func $yield)) (func $run_async (export "run_async") (call $yield)))`,
    'other.wat',
  )
  if (!other.ok) throw new Error(other.error.message)
  // wasm frames are gone after an await: each stack is taken where the guest enters the host.
  const session = await openText(
    `(module
      (import "" "host_capture_stack" (func $host_capture_stack))
      (import "" "start_async_instance" (func $start_async_instance))
      (func $capture_stack (export "capture_stack") (call $host_capture_stack))
      (func $run_sync (export "run_sync") (call $start_async_instance)))`,
    `const { Suspending, promising } = WebAssembly as any
    const other = Buffer.from('${Buffer.from(other.value).toString('base64')}', 'base64')
    const capture = (place: string) => {
      const frames = [...new Error().stack!.matchAll(/at (?:[^ ]+\\.)?([a-z_]+) \\(wasm:/g)]
      console.log([place + ':', ...frames.map(([, name]) => name)].join(' '))
    }
    let resume: () => void
    const resumed = new Promise<void>((resolve) => { resume = resolve })
    export default { '': {
      host_capture_stack: async () => capture('captured'),
      async start_async_instance() {
        capture('in run_sync')
        const second = new WebAssembly.Instance(new WebAssembly.Module(other), { '': {
          yield: new Suspending(async () => {
            capture('in run_async')
            await resumed
            capture('after the yield')
          }),
        } } as any)
        const running = promising(second.exports.run_async)()
        capture('back in run_sync')
        void running.then(() => capture('run_async is done'))
        setTimeout(() => resume(), 10)
      },
    } }`,
  )
  expect((await session.call('run_sync')).state).toBe('returned')
  await waitFor('the other instance', () =>
    session.lines().some((line) => line.startsWith('run_async is done')),
  )
  await session.call('capture_stack')
  expect(session.lines()).toEqual([
    'in run_sync: run_sync',
    // The engine has one stack for each activation; an error's trace goes on through those that wait below.
    'in run_async: run_async run_sync',
    'back in run_sync: run_sync',
    'after the yield:',
    'run_async is done:',
    'captured: capture_stack',
  ])
})

test('gc_preserves_externref_on_historical_async_stacks: references survive collection below five suspensions', async () => {
  const session = await openText(
    `(module
      (import "" "first" (func $first (result externref)))
      (import "" "gc" (func $gc)) (import "" "recurse" (func $recurse (param i32)))
      (import "" "test" (func $test (param i32 externref)))
      (func $run (export "run") (param $left i32) (param $reference externref)
        (if (local.get $left)
          (then (call $recurse (i32.sub (local.get $left) (i32.const 1))))
          (else (call $gc)))
        (call $test (local.get $left) (local.get $reference)))
      (func (export "main") (call $run (i32.const 5) (call $first))))`,
    `import { setFlagsFromString } from 'node:v8'
    import { runInNewContext } from 'node:vm'
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc')
    const weak: WeakRef<object>[] = []
    const make = (value: number) => {
      const object = { value }
      weak[value] = new WeakRef(object)
      return object
    }
    export default (context: any) => ({ '': {
      first: () => make(5),
      async gc() {
        await new Promise((resolve) => setTimeout(resolve, 1))
        collect()
        await new Promise((resolve) => setTimeout(resolve, 1))
        console.log('alive', weak.filter((one) => one.deref()).length)
      },
      recurse: async (left: number) => { await context.exports.run(left, make(left)) },
      test: async (left: number, object: any) => {
        if (object !== weak[left]!.deref()) throw new Error('another object')
        console.log('the same', object.value)
      },
    } })`,
  )
  expect((await session.call('main')).state).toBe('returned')
  expect(session.lines()).toEqual(['alive 6', ...[0, 1, 2, 3, 4, 5].map((value) => `the same ${value}`)])
})

test.each(['a', 'b'])(
  'async_gc_with_func_new_and_func_wrap: an async import gives three references 5,000 times (%s)',
  async (name) => {
    const session = await openText(
      `(module
        (type $three (func (result externref structref arrayref)))
        (type $point (struct (field i32))) (type $numbers (array (mut i32)))
        (import "" "a" (func $a (type $three))) (import "" "b" (func $b (type $three)))
        (table 2 funcref) (elem (i32.const 0) $a $b)
        (func (export "point") (result structref) (struct.new $point (i32.const 1)))
        (func (export "numbers") (result arrayref) (array.new $numbers (i32.const 2) (i32.const 3)))
        (func (export "a") (call $call (i32.const 0)))
        (func (export "b") (call $call (i32.const 1)))
        (func $call (param $index i32) (local $count i32)
          (loop $again
            (call_indirect (type $three) (local.get $index)) drop drop drop
            (local.set $count (i32.add (local.get $count) (i32.const 1)))
            (br_if $again (i32.lt_u (local.get $count) (i32.const 5000))))))`,
      `export default (context: any) => {
        let point: object, numbers: object
        const three = async () => {
          point ??= await context.exports.point()
          numbers ??= await context.exports.numbers()
          return [{ number: 100 }, point, numbers]
        }
        return { '': { a: three, b: () => three() } }
      }`,
    )
    expect((await session.call(name)).state).toBe('returned')
    // The call, its 5,000 imports, and two calls for a struct and an array.
    expect(session.status().callCount).toBe(1 + 5000 + 2)
  },
)
