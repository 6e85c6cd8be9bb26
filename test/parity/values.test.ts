/** What can cross the boundary, and comes back as it was: values, references, exceptions, deep nesting. */
import { describe, expect, test } from 'vitest'
import type { TestSession } from '../support/inspector.ts'
import { errorOf, openText, valueOf } from '../support/inspector.ts'

/** A line of a host module that gives it `collect()`, which collects garbage. */
const COLLECT = `import { setFlagsFromString } from 'node:v8'
  import { runInNewContext } from 'node:vm'
  setFlagsFromString('--expose-gc')
  const collectNow = runInNewContext('gc')
  const tick = () => new Promise((resolve) => setTimeout(resolve, 1))
  const collect = async () => { await tick(); collectNow(); await tick() }`

async function resultsOf(session: TestSession, exportName: string, ...values: string[]): Promise<unknown[]> {
  const run = await session.call(exportName, ...values)
  if (run.state !== 'returned') throw new Error(`${run.state}: ${run.error!.what} ${run.error!.why}`)
  return run.results!.map(({ value }) => value)
}

/** The lines that the host module printed. */
function printedBy({ inspector, sessionId }: TestSession): string[] {
  const { lines } = valueOf(inspector.service.readConsole({ sessionId, fromLine: 0, lineCount: 100 }))
  return lines.filter(({ source }) => source === 'host').map(({ text }) => text)
}

test('numbers of all types cross both ways, several at once, over a suspension', async () => {
  const session = await openText(
    `(module
      (import "env" "turn" (func $turn (param i32 i64 f32 f64) (result f64 f32 i64 i32)))
      (func (export "turn") (param i32 i64 f32 f64) (result f64 f32 i64 i32)
        (call $turn (local.get 0) (local.get 1) (local.get 2) (local.get 3))))`,
    `export default { env: { async turn(a: number, b: bigint, c: number, d: number) {
      await new Promise((resolve) => setImmediate(resolve))
      return [d, c, b, a]
    } } }`,
  )
  const cases: [string[], unknown[]][] = [
    [
      ['-1', '-9223372036854775808', '0.1', '-0'],
      ['-0', Math.fround(0.1), '-9223372036854775808', -1],
    ],
    [
      ['2147483647', '9223372036854775807', 'nan', 'inf'],
      ['Infinity', 'NaN', '9223372036854775807', 2147483647],
    ],
    [
      ['0', '0', '0x1p-149', '0x1p-1074'],
      [5e-324, 2 ** -149, '0', 0],
    ],
  ]
  for (const [given, expected] of cases) expect(await resultsOf(session, 'turn', ...given)).toEqual(expected)
})

describe('references', () => {
  test('keep their identity over suspensions and garbage collection, wherever the guest holds them', async () => {
    const session = await openText(
      `(module
        (type $point (struct (field (mut i32)))) (type $numbers (array (mut i32)))
        (import "env" "object" (func $object (result externref)))
        (import "env" "wait" (func $wait))
        (import "env" "see" (func $see (param externref funcref anyref structref arrayref)))
        (import "env" "pass" (func $pass (param anyref) (result anyref)))
        (table $table 1 externref) (global $global (mut externref) (ref.null extern))
        (func $marker (export "marker") (result i32) (i32.const 41))
        (func (export "run") (result i32)
          (local $local externref) (local $point (ref null $point)) (local $numbers (ref null $numbers))
          (local.set $local (call $object))
          (global.set $global (local.get $local))
          (table.set $table (i32.const 0) (local.get $local))
          (local.set $point (struct.new $point (i32.const 5)))
          (local.set $numbers (array.new $numbers (i32.const 6) (i32.const 7)))
          (call $see (local.get $local) (ref.func $marker) (ref.i31 (i32.const -3)) (local.get $point) (local.get $numbers))
          (call $wait)
          (call $see (global.get $global) (ref.func $marker) (ref.i31 (i32.const -3)) (local.get $point) (local.get $numbers))
          (call $wait)
          (call $see (table.get $table (i32.const 0)) (ref.null func) (ref.null any) (ref.null struct) (ref.null array))
          (i32.add
            (ref.eq (ref.cast (ref null eq) (call $pass (local.get $point))) (local.get $point))
            (i31.get_s (ref.cast (ref i31) (call $pass (ref.i31 (i32.const -3))))))))`,
      `${COLLECT}
      let weak: WeakRef<object>
      const seen: unknown[][] = []
      export default { env: {
        object() { const object = { here: true }; weak = new WeakRef(object); return object },
        wait: collect,
        see(...values: unknown[]) {
          const before = seen.at(-1)
          console.log(values[0] === weak.deref(), ...values.slice(1).map((value, index) => value === before?.[index + 1]))
          if (typeof values[1] === 'function') console.log((values[1] as () => number)(), values[2])
          seen.push(values)
        },
        async pass(value: unknown) { await collect(); return value },
      } }`,
    )
    expect(await resultsOf(session, 'run')).toEqual([1 - 3])
    expect(printedBy(session)).toEqual([
      'true false false false false',
      '41 -3',
      'true true true true true',
      '41 -3',
      'true false false false false',
    ])
    const [first, second, third] = session.rows().filter(({ name }) => name === 'see')
    const valuesOf = (row: typeof first): unknown[] => row!.params.map(({ value }) => value)
    expect(valuesOf(first)).toEqual(valuesOf(second))
    expect(new Set(valuesOf(first)).size).toBe(5)
    for (const value of valuesOf(first)) expect(value).toMatch(/^(extern|func|any|struct|array)ref#\d+$/)
    expect(valuesOf(third)).toEqual([valuesOf(first)[0], null, null, null, null])
  })

  test('a function that a handler gives back is the one that the guest calls', async () => {
    const session = await openText(
      `(module
        (type $number (func (result i32)))
        (import "env" "choose" (func $choose (param funcref funcref) (result funcref)))
        (func $one (type $number) (i32.const 1)) (func $two (type $number) (i32.const 2))
        (elem declare func $one $two)
        (func (export "run") (result i32)
          (call_ref $number (ref.cast (ref $number) (call $choose (ref.func $one) (ref.func $two))))))`,
      `export default { env: { choose: async (_one: unknown, two: unknown) => two } }`,
    )
    expect(await resultsOf(session, 'run')).toEqual([2])
  })

  test('of another type than the guest takes are refused by name, in either direction', async () => {
    const types = ['structref', 'arrayref', 'eqref', 'i31ref', 'funcref', '(ref struct)', '(ref i31)']
    const session = await openText(
      `(module
        ${types.map((type, index) => `(import "env" "give${index}" (func $give${index} (result ${type})))`).join('\n')}
        (import "env" "call" (func $call))
        ${types.map((_, index) => `(func (export "take${index}") (drop (call $give${index})))`).join('\n')}
        (func (export "point") (param structref))
        (func (export "call") (call $call)))`,
      `const values = [{ x: 1 }, [1], 1.5, 2 ** 31, () => 1, null, undefined]
      export default (context: any) => ({ env: {
        ...Object.fromEntries(values.map((value, index) => ['give' + index, async () => value])),
        call: async () => { await context.exports.point({ x: 1 }) },
      } })`,
    )
    const given = [
      'an object',
      'an object',
      'the number 1.5',
      'the number 2147483648',
      'a function',
      'null',
      'undefined',
    ]
    for (const [index, type] of types.entries()) {
      const run = await session.call(`take${index}`)
      expect(run).toMatchObject({ state: 'threw', error: { code: 'HOST_RESULT_TYPE' } })
      expect(run.error!.why).toMatch(`Its result is ${given[index]} where the guest expects`)
      expect(run.error!.why).toContain(type)
    }
    expect((await session.call('call')).state).toBe('threw')
    expect(session.rows().at(-1)).toMatchObject({ name: 'point', outcome: 'threw' })
    expect(session.rows().at(-1)!.errorText).toMatch(/a reference of another type/)
  })
})

describe('v128', () => {
  const VECTORS = `(module
    (import "env" "give" (func $give (result v128))) (import "env" "take" (func $take (param v128)))
    (import "env" "call" (func $call))
    (func (export "vector") (result v128) (v128.const i32x4 1 2 3 4))
    (func (export "given") (drop (call $give)))
    (func (export "taken") (call $take (v128.const i32x4 1 2 3 4)))
    (func (export "called") (call $call)))`
  const HOST = `export default (context: any) => ({ env: {
    give: async () => 1, take: async () => {},
    call: async () => { await context.exports.vector() },
  } })`

  test('is refused by name where a run asks for it', async () => {
    const session = await openText(VECTORS, HOST)
    const { sessionId } = session
    const error = errorOf(
      session.inspector.service.startRun({ sessionId, exportName: 'vector', argumentTexts: [] }),
    )
    expect(error.why).toMatch(/v128/)
  })

  test('fails a call that it is in, and every call has an end', async () => {
    const session = await openText(VECTORS, HOST)
    // In the last one the handler fails: with the error of the call that it made.
    for (const [name, code] of [
      ['given', 'TYPE_UNSUPPORTED'],
      ['taken', 'TYPE_UNSUPPORTED'],
      ['called', 'HOST_THREW'],
    ] as const) {
      expect(await session.call(name)).toMatchObject({ state: 'threw', error: { code } })
    }
    const rows = session.rows()
    expect(rows.map(({ name, outcome }) => `${name}: ${outcome}`)).toEqual([
      'given: threw',
      'taken: threw',
      'called: threw',
      'call: threw',
      'vector: threw',
    ])
    expect(rows.at(-1)!.errorText).toMatch(/v128/)
  })
})

describe('exceptions', () => {
  test('a JavaScript error goes through a try_table of the guest, and out of it again, as the same object', async () => {
    const session = await openText(
      `(module
        (import "env" "js" (tag $js (param externref)))
        (import "env" "fail" (func $fail)) (import "env" "see" (func $see (param externref)))
        (func (export "caught") (result i32)
          (block $handler (result externref)
            (try_table (catch $js $handler) (call $fail))
            (return (i32.const 0)))
          (call $see)
          (i32.const 1))
        (func (export "rethrown")
          (block $handler (result externref exnref)
            (try_table (catch_ref $js $handler) (call $fail))
            (return))
          (throw_ref)))`,
      `const error = new Error('from the host')
      export default { env: {
        js: (WebAssembly as any).JSTag,
        async fail() { await null; throw error },
        see: (seen: unknown) => console.log(seen === error),
      } }`,
    )
    expect(await resultsOf(session, 'caught')).toEqual([1])
    expect(printedBy(session)).toEqual(['true'])
    const run = await session.call('rethrown')
    expect(run).toMatchObject({ state: 'threw', error: { code: 'HOST_THREW' } })
    expect(run.error!.why).toMatch(/env\.fail failed: from the host/)
  })

  test('an exception of the guest reaches the run, and the handler that awaits an export', async () => {
    const session = await openText(
      `(module
        (tag $e (export "e") (param i32 externref))
        (import "env" "wait" (func $wait (result externref)))
        (import "env" "nested" (func $nested (result i32)))
        (func (export "throws") (throw $e (i32.const 7) (call $wait)))
        (func (export "run") (result i32) (call $nested))
        (func (export "through") (result i32)
          (block $handler (result i32 externref)
            (try_table (result i32) (catch $e $handler) (call $nested))
            (return))
          (drop)))`,
      `const payload = {}
      let rethrow = false
      export default (context: any) => ({ env: {
        wait: async () => payload,
        async nested() {
          try { await context.exports.throws() } catch (thrown: any) {
            const { e } = context.exports
            console.log(thrown instanceof (WebAssembly as any).Exception, thrown.is(e), thrown.getArg(e, 0), thrown.getArg(e, 1) === payload)
            if (rethrow) throw thrown
          }
          rethrow = true
          return -1
        },
      } })`,
    )
    expect(await session.call('throws')).toMatchObject({
      state: 'trapped',
      error: { code: 'GUEST_EXCEPTION' },
    })
    expect(await resultsOf(session, 'run')).toEqual([-1])
    // Thrown again by the handler, it is the guest's own exception once more, which the guest catches.
    expect(await resultsOf(session, 'through')).toEqual([7])
    expect(printedBy(session)).toEqual(['true true 7 true', 'true true 7 true'])
  })
})

test('a thousand levels of guest and host, each of them suspended', async () => {
  const session = await openText(
    `(module (import "env" "down" (func $down (param i32) (result i32)))
      (func (export "level") (param i32) (result i32)
        (i32.add (i32.const 1) (call $down (local.get 0)))))`,
    `export default (context: any) => ({ env: { async down(left: number) {
      await new Promise((resolve) => setImmediate(resolve))
      return left === 0 ? 0 : context.exports.level(left - 1)
    } } })`,
  )
  expect(await resultsOf(session, 'level', '999')).toEqual([1000])
  expect(session.status().callCount).toBe(2000)
  const rows = session.rows()
  expect(rows.at(-1)).toMatchObject({ depth: 1999, outcome: 'returned' })
  expect(rows.every(({ outcome }) => outcome === 'returned')).toBe(true)
})
