import { expect, test } from 'vitest'
import { openText } from '../support/inspector.ts'

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

test('JavaScript between WebAssembly of the host and the guest is named', async () => {
  const { parseWat } = await import('../../main/wasm/wat.ts')
  const parsed = await parseWat(MIDDLE, 'middle.wat')
  if (!parsed.ok) throw new Error(parsed.error.message)
  const session = await openText(
    GUEST,
    `const bytes = Uint8Array.from([${parsed.value.join()}])
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes)) as any
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
    location: { file: session.info.host!.path, line: 6, column: 17 },
  })
})

test('functions without names are shown by their indices', async () => {
  const session = await openText(
    `(module
      (import "env" "call" (func (param funcref))) (import "env" "wait" (func))
      (elem declare func 2)
      (func (call 1))
      (func (export "run") (call 0 (ref.func 2))))`,
    `export default { env: { call(callback: () => void) { callback() }, ${WAIT} } }`,
  )
  expect((await session.call('run')).error!.why).toBe(
    'env.wait was to suspend function 2, and JavaScript stands between function 2 and function 3: call.',
  )
})
