import { expect, test } from 'vitest'
import { parseWat } from '../../main/wasm/wat.ts'
import { openText, valueOf } from '../support/inspector.ts'

/** `run` gives a function of its own to the host, which calls an import that suspends. */
const GUEST = `(module
  (import "env" "call" (func $call (param funcref)))
  (import "env" "wait" (func $wait))
  (elem declare func $inner)
  (func $inner (call $wait))
  (func $outer (export "run") (call $call (ref.func $inner))))`
const WAIT = 'wait: () => new Promise((resolve) => setTimeout(resolve, 1))'
const FIX =
  'Export inner and call it by await context.exports.name(), or mark env.wait with sync() if it need not wait.'

/** Hands the function of the guest to a module of the host's own, which calls it. */
const MIDDLE = `(module (table (export "table") 1 funcref) (func $middle (export "go") (call_indirect (i32.const 0))))`

test.each([
  [
    'a handler that calls a function of the guest',
    `export default { env: {
      call(callback: () => void) {
        callback()
      }, ${WAIT} } }`,
    'env.wait was to suspend inner, and JavaScript stands between inner and outer: call.',
    { line: 3, column: 9 },
  ],
  [
    'a handler that is an async function',
    `export default { env: {
      call(callback: () => void) { callback() },
      async wait() {} } }`,
    'env.wait was to suspend inner, and JavaScript stands between inner and outer: call.',
    { line: 2, column: 36 },
  ],
  [
    "a function of the engine's own",
    `export default { env: {
      call: function each(callback: () => void) { [1].map(callback) }, ${WAIT} } }`,
    'env.wait was to suspend inner, and JavaScript stands between inner and outer: Array.map, called by each.',
    { line: 2, column: 55 },
  ],
  [
    'a function in such a function',
    `export default { env: {
      call(callback: () => void) { [1].map(() => callback()) }, ${WAIT} } }`,
    'env.wait was to suspend inner, and JavaScript stands between inner and outer: a function without a name.',
    { line: 2, column: 50 },
  ],
  [
    'a handler that waited before',
    `export default { env: {
      async call(callback: () => void) { await null; callback() }, ${WAIT} } }`,
    'env.wait was to suspend inner, but call called inner directly, as a plain function.',
    { line: 2, column: 54 },
  ],
])('%s is named', async (_what, host, why, place) => {
  const session = await openText(GUEST, host)
  const { error } = await session.call('run')
  expect(error).toMatchObject({ code: 'SUSPEND_REFUSED', why, fix: FIX })
  expect(error!.location).toEqual({ file: session.info.host!.path, ...place })
})

async function assemble(wat: string): Promise<string> {
  const parsed = await parseWat(wat, 'middle.wat')
  if (!parsed.ok) throw new Error(parsed.error.message)
  return `new WebAssembly.Module(Uint8Array.from([${parsed.value.join()}]))`
}

test('JavaScript between WebAssembly of the host and the guest is named', async () => {
  const session = await openText(
    GUEST,
    `const { exports } = new WebAssembly.Instance(${await assemble(MIDDLE)}) as any
    export default { env: {
      call(callback: () => void) {
        exports.table.set(0, callback)
        exports.go()
      }, ${WAIT} } }`,
  )
  const { error } = await session.call('run')
  expect(error).toMatchObject({
    code: 'SUSPEND_REFUSED',
    why: 'env.wait was to suspend inner, and JavaScript stands between middle and outer: call.',
    fix: FIX,
    location: { file: session.info.host!.path, line: 5, column: 17 },
  })
})

/** As above, with everything in a table that it exports. `caught` catches what `run` fails with, and waits. */
const TABLE_GUEST = `(module
  (import "env" "call" (func $call))
  (import "env" "wait" (func $wait))
  (import "env" "wait_long" (func $wait_long))
  (table (export "table") 2 funcref)
  (elem (i32.const 0) $inner)
  (func $inner (export "in-ner") (call $wait))
  (func $middle (export "middle") (call_indirect (i32.const 1)))
  (func $outer (export "run") (call $call))
  (func (export "caught")
    (block $failed (try_table (catch_all $failed) (call $outer)))
    (call $wait_long)))`
const CALL_FROM_TABLE = '{ context.exports.table.get(0)() }'

test('an export that is called directly is named as it is to be called', async () => {
  const session = await openText(
    TABLE_GUEST,
    `export default (context: any) => ({ env: { call() ${CALL_FROM_TABLE}, ${WAIT}, wait_long() {} } })`,
  )
  const { error } = await session.call('run')
  expect(error!.fix).toBe(
    'Call it by await context.exports["in-ner"](), or mark env.wait with sync() if it need not wait.',
  )
})

test('a function of JavaScript that the guest reaches by its table is named', async () => {
  const wat = '(module (import "js" "detour" (func $detour)) (func $go (export "go") (call $detour)))'
  const session = await openText(
    TABLE_GUEST,
    `const module = ${await assemble(wat)}
    export default (context: any) => {
      const detour = () => ${CALL_FROM_TABLE}
      const { go } = new WebAssembly.Instance(module, { js: { detour } }).exports
      return { env: { call() { context.exports.table.set(1, go) }, ${WAIT}, wait_long() {} } }
    }`,
  )
  await session.call('run')
  const { error } = await session.call('middle')
  expect(error).toMatchObject({
    code: 'SUSPEND_REFUSED',
    why: 'env.wait was to suspend inner, and JavaScript stands between inner and go: detour.',
    location: { line: 3 },
  })
  expect(session.rows().map(({ name, outcome }) => [name, outcome])).toEqual([
    ['run', 'returned'],
    ['call', 'returned'],
    ['middle', 'threw'],
    ['wait', 'threw'],
  ])
})

test('the end of a slice, where a function of JavaScript stands that nobody wraps', async () => {
  const wat = '(module (import "js" "detour" (func $detour)) (func $go (export "go") (call $detour)))'
  const session = await openText(
    TABLE_GUEST.replace('(call $wait))', '(loop $again (br $again)))'),
    `const module = ${await assemble(wat)}
    export default (context: any) => {
      const detour = () => ${CALL_FROM_TABLE}
      const { go } = new WebAssembly.Instance(module, { js: { detour } }).exports
      return { env: { call() { context.exports.table.set(1, go) }, ${WAIT}, wait_long() {} } }
    }`,
    { sliceMs: 5 },
  )
  await session.call('run')
  const { error } = await session.call('middle')
  expect(error).toMatchObject({
    code: 'SUSPEND_REFUSED',
    why: 'The end of a slice was to suspend inner, and JavaScript stands between inner and go: detour.',
    fix: 'Call it by await context.exports["in-ner"]().',
  })
  expect((await session.call('run')).state).toBe('returned')
})

test('a function of the guest that nobody of the host module called is said to be', async () => {
  const session = await openText(
    GUEST,
    `export default { env: { call: (callback: () => void) => Promise.resolve().then(callback), ${WAIT} } }`,
  )
  expect((await session.call('run')).error!.why).toBe(
    'env.wait was to suspend inner, but the event loop called inner directly, as a plain function.',
  )
})

test('one that nobody awaits is explained in the console', async () => {
  const session = await openText(
    GUEST,
    `export default { env: { ${WAIT}, call(callback: () => void) {
      setTimeout(callback, 1)
      return new Promise((resolve) => setTimeout(resolve, 30))
    } } }`,
  )
  expect((await session.call('run')).state).toBe('returned')
  const { sessionId } = session
  const { lines } = valueOf(session.inspector.service.readConsole({ sessionId, fromLine: 0, lineCount: 10 }))
  expect(lines.map(({ text }) => text).join('\n')).toMatch(
    /^Uncaught error in the host module: SUSPEND_REFUSED: .* but the event loop called inner directly/m,
  )
})

test('a call that could not suspend has ended, and disturbs none that does', async () => {
  const session = await openText(
    TABLE_GUEST,
    `export default (context: any) => ({ env: {
      call() ${CALL_FROM_TABLE}, ${WAIT},
      wait_long: () => new Promise((resolve) => context.signal.addEventListener('abort', resolve)) } })`,
  )
  const run = session.start('caught')
  await expect.poll(() => session.rows().length).toBe(4)
  // Longer than what the call that could not suspend had begun.
  await new Promise((resolve) => setTimeout(resolve, 30))
  const outcomes = () => session.rows().map(({ name, outcome }) => [name, outcome])
  expect(outcomes()).toEqual([
    ['caught', 'running'],
    ['call', 'threw'],
    ['wait', 'threw'],
    ['wait_long', 'running'],
  ])
  const cancelled = valueOf(await session.inspector.service.cancelRun({ runId: run.runId }))
  expect(cancelled.state).toBe('cancelled')
  expect(outcomes()[3]).toEqual(['wait_long', 'cancelled'])
  expect(session.info.state).toBe('ready')
})

test('functions without names are shown by their exports or indices', async () => {
  const session = await openText(
    `(module
      (import "env" "call" (func (param funcref))) (import "env" "wait" (func))
      (elem declare func 2)
      (func (call 1))
      (func (export "run") (call 0 (ref.func 2))))`,
    `export default { env: { call(callback: () => void) { callback() }, ${WAIT} } }`,
  )
  expect((await session.call('run')).error!.why).toBe(
    'env.wait was to suspend function 2, and JavaScript stands between function 2 and run: call.',
  )
})
