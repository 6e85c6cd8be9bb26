/**
 * The scenarios of the tests of the js-promise-integration proposal, each run twice: bare, with the engine's own
 * `Suspending` and `promising`, and through the wrapping of a session. Both have to come to the same.
 */
import { expect, test } from 'vitest'
import { bindImports } from '../../main/host/bindings.ts'
import type { HostImports, ImportHandler } from '../../main/host/api.ts'
import { compileGuest } from '../../main/host/guest.ts'
import { ImportReaders } from '../../main/host/import-readers.ts'
import type { PromiseIntegration } from '../../main/host/jspi.ts'
import { findPromiseIntegration } from '../../main/host/jspi.ts'
import { parseWat } from '../../main/wasm/wat.ts'
import { TestBoundary } from '../spec/boundary.ts'
import { LinkingInstances, shapeOf } from '../spec/engines.ts'
import { errorOf, openText } from '../support/inspector.ts'

const integration = findPromiseIntegration() as PromiseIntegration
const { JSTag } = WebAssembly as unknown as { JSTag: WebAssembly.Tag }

type Call = (...values: unknown[]) => Promise<unknown>

/** An instance of either kind. */
interface Made {
  /** The exports through `promising`. */
  call: Record<string, Call>
  /** The exports as the instance has them. */
  raw: Record<string, WebAssembly.ExportValue>
}

interface Scenario {
  wat: string
  /** The members of the import module "m". */
  imports?: Record<string, ImportHandler | WebAssembly.Tag>
  /** Names of those imports that are not to suspend. */
  plain?: string[]
}

type Make = (scenario: Scenario) => Promise<Made>

async function encode(wat: string): Promise<Uint8Array> {
  const parsed = await parseWat(wat, 'guest.wat')
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.value
}

/** With the engine alone. */
async function makeBare({ wat, imports = {}, plain = [] }: Scenario): Promise<Made> {
  const members = Object.entries(imports).map(([name, value]) => [
    name,
    typeof value === 'function' && !plain.includes(name)
      ? new integration.Suspending(value as ImportHandler)
      : value,
  ])
  const module = new WebAssembly.Module(await encode(wat))
  const raw = new WebAssembly.Instance(module, { m: Object.fromEntries(members) }).exports
  const functions = Object.entries(raw).filter(([, value]) => typeof value === 'function')
  const call = Object.fromEntries(functions.map(([name, value]) => [name, integration.promising(value)]))
  return { call, raw }
}

/** As a session's worker does. */
async function makeWrapped({ wat, imports = {}, plain = [] }: Scenario): Promise<Made> {
  const bytes = await encode(wat)
  const shape = shapeOf(bytes)
  const compiled = compileGuest(bytes, shape)
  if (!compiled.ok) throw new Error(compiled.error.why)
  const { settings } = new TestBoundary()
  const host = { imports: { m: imports } as HostImports, path: 'host.ts', findLine: () => undefined }
  const syncHandlers = new WeakSet(plain.map((name) => imports[name] as ImportHandler))
  const readings = { declaredReadings: new WeakMap(), readers: new ImportReaders([], () => {}) }
  const limits = { memoryBytes: null, tableEntries: null }
  const sources = { host, stubs: [], stubUnbound: false, limits, syncHandlers, ...readings }
  const bound = bindImports(shape, sources, settings, integration)
  if (bound.error) throw new Error(bound.error.why)
  const instances = new LinkingInstances(compiled.value, shape, settings, integration)
  const created = await instances.create(bound.imports)
  if (!created.ok) throw new Error(created.error.why)
  return { call: created.value.exports as Record<string, Call>, raw: instances.exports }
}

/** Runs a scenario both ways: what it gives has to be `expected`, both times. */
function both(name: string, run: (make: Make) => Promise<unknown>, expected: unknown): void {
  test.each([
    ['bare', makeBare],
    ['through the host', makeWrapped],
  ])(`${name} (%s)`, async (_way, make) => {
    expect(await run(make)).toEqual(expected)
  })
}

/** What a promise comes to, in words. */
function outcomeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => value,
    (thrown: unknown) => describeThrown(thrown),
  )
}

function describeThrown(thrown: unknown): string {
  if (thrown instanceof WebAssembly.SuspendError!) return 'SuspendError'
  if (thrown instanceof WebAssembly.Exception) return 'Exception'
  return thrown instanceof Error ? thrown.constructor.name : String(thrown)
}

function outcomeOfCall(call: () => unknown): unknown {
  try {
    return call()
  } catch (thrown) {
    return describeThrown(thrown)
  }
}

const globalOf = ({ raw }: Made, name: string): unknown => (raw[name] as WebAssembly.Global).value

/** Calls its import and returns what that gives. */
const PASSES_ON = `(module (import "m" "import" (func $import (result i32)))
  (func (export "test") (result i32) (call $import)))`

test('only functions can suspend, and only exports be promising', async () => {
  const { Suspending, promising } = integration
  expect(outcomeOfCall(() => promising({}))).toBe('TypeError')
  expect(outcomeOfCall(() => promising(() => {}))).toBe('TypeError')
  expect(outcomeOfCall(() => (Suspending as unknown as () => void)())).toBe('TypeError')
  expect(outcomeOfCall(() => new Suspending({} as () => void))).toBe('TypeError')
  // A session never comes so far: it refuses what is no function, by the import's name.
  const session = await openText(PASSES_ON, `export default { m: { import: {} } }`)
  expect(session.info).toMatchObject({ state: 'failed', error: { code: 'IMPORT_MISMATCH' } })
  const { sessionId } = session
  errorOf(session.inspector.service.startRun({ sessionId, exportName: 'test', argumentTexts: [] }))
})

both(
  'a promising export runs at once',
  async (make) => {
    const made = await make({
      wat: `(module (global $g (export "g") (mut i32) (i32.const 0))
        (func (export "test") (result i32) (global.set $g (i32.const 42)) (i32.const 0)))`,
    })
    const promise = made.call['test']!()
    return [globalOf(made, 'g'), promise instanceof Promise, await promise]
  },
  [42, true, 0],
)

both(
  'suspend once',
  async (make) => {
    const { call } = await make({ wat: PASSES_ON, imports: { import: () => Promise.resolve(42) } })
    const promise = call['test']!()
    return [promise instanceof Promise, await promise]
  },
  [true, 42],
)

both(
  'suspend and resume in a loop',
  async (make) => {
    let count = 0
    const made = await make({
      wat: `(module (import "m" "import" (func $import (result i32)))
        (global $g (export "g") (mut i32) (i32.const 0))
        (func (export "test") (local $left i32)
          (local.set $left (i32.const 5))
          (loop $again
            (global.set $g (i32.add (call $import) (global.get $g)))
            (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))))`,
      imports: { import: () => Promise.resolve(++count) },
    })
    const promise = made.call['test']!()
    const before = globalOf(made, 'g')
    await promise
    return [before, globalOf(made, 'g')]
  },
  [0, 15],
)

both(
  'a handler of another arity, and a proxy of one',
  async (make) => {
    const handlers = [
      (_unused: unknown) => Promise.resolve(42),
      new Proxy(() => Promise.resolve(43), {}),
      function (this: unknown, ...values: unknown[]) {
        return Promise.resolve(values.length)
      },
    ]
    const results: unknown[] = []
    for (const handler of handlers) {
      const { call } = await make({ wat: PASSES_ON, imports: { import: handler } })
      results.push(await call['test']!())
    }
    return results
  },
  [42, 43, 0],
)

for (const [what, value] of [
  ['a promise', () => Promise.resolve(42)],
  ['a value that is no promise', () => 42],
  // oxlint-disable-next-line unicorn/no-thenable
  ['an object with a method "then"', () => ({ then: (resolve: (value: number) => void) => resolve(42) })],
] as const) {
  both(
    `the guest is suspended for ${what}`,
    async (make) => {
      const order: string[] = []
      const { call } = await make({
        wat: `(module (import "m" "import" (func $import (result i32))) (import "m" "after" (func $after))
          (func (export "test") (result i32) (call $import) (call $after)))`,
        imports: { import: value, after: () => void order.push('guest') },
        plain: ['after'],
      })
      const promise = call['test']!()
      order.push('host')
      return [await promise, ...order]
    },
    [42, 'host', 'guest'],
  )
}

for (const [when, body] of [
  ['before a suspension', ''],
  ['after a suspension', '(drop (call $import))'],
] as const) {
  both(
    `the guest throws ${when}`,
    async (make) => {
      const tag = new WebAssembly.Tag({ parameters: [] })
      const { call } = await make({
        wat: `(module (import "m" "import" (func $import (result i32))) (import "m" "tag" (tag $tag))
          (func (export "test") (result i32) ${body} (throw $tag)))`,
        imports: { import: () => Promise.resolve(1), tag },
      })
      const thrown = await call['test']!().catch((error: unknown) => error)
      return [describeThrown(thrown), (thrown as WebAssembly.Exception).is(tag)]
    },
    ['Exception', true],
  )
}

for (const [form, body] of [
  [
    'try_table',
    '(block $handler (result i32) (try_table (catch $tag $handler) (drop (call $import))) (i32.const 0))',
  ],
  ['try', 'try (result i32) (call $import) catch $tag end'],
] as const) {
  both(
    `a rejection is an exception in the guest, which ${form} catches`,
    async (make) => {
      const tag = new WebAssembly.Tag({ parameters: ['i32'] })
      const { call } = await make({
        wat: `(module (import "m" "import" (func $import (result i32))) (import "m" "tag" (tag $tag (param i32)))
          (func (export "test") (result i32) ${body}))`,
        imports: { import: () => Promise.reject(new WebAssembly.Exception(tag, [42])), tag },
      })
      return outcomeOf(call['test']!())
    },
    42,
  )
}

for (const suspends of [true, false]) {
  both(
    `nested calls, the innermost ${suspends ? 'with' : 'without'} a promise`,
    async (make) => {
      const made: Made = await make({
        wat: `(module
          (import "m" "inner" (func $inner (result i32))) (import "m" "outer" (func $outer (result i32)))
          (func (export "outer") (result i32) (call $outer))
          (func (export "inner") (result i32) (call $inner)))`,
        imports: {
          inner: () => (suspends ? Promise.resolve(42) : 43),
          outer: () => made.call['inner']!() as Promise<number>,
        },
      })
      return outcomeOf(made.call['outer']!())
    },
    suspends ? 42 : 43,
  )
}

both(
  'a suspending import cannot be called through an export that is not promising',
  async (make) => {
    const { raw } = await make({ wat: PASSES_ON, imports: { import: () => Promise.resolve(42) } })
    return outcomeOfCall(raw['test'] as () => unknown)
  },
  'SuspendError',
)

both(
  'which the guest can catch',
  async (make) => {
    const { raw } = await make({
      wat: `(module (import "m" "import" (func $import (result i32))) (import "m" "tag" (tag $tag (param externref)))
        (func (export "test") (result i32)
          (block $handler (result externref)
            (try_table (catch $tag $handler) (return (call $import)))
            unreachable)
          drop (i32.const 43)))`,
      imports: { import: () => Promise.resolve(42), tag: JSTag },
    })
    return outcomeOfCall(raw['test'] as () => unknown)
  },
  43,
)

both(
  'nor with a frame of JavaScript between',
  async (make) => {
    const made: Made = await make({
      wat: `(module
        (import "m" "between" (func $between (result i32))) (import "m" "import" (func $import (result i32)))
        (func (export "outer") (result i32) (call $between))
        (func (export "inner") (result i32) (call $import)))`,
      imports: {
        between: () => (made.raw['inner'] as () => number)(),
        import: () => Promise.resolve(0),
      },
      plain: ['between'],
    })
    return outcomeOf(made.call['outer']!())
  },
  'SuspendError',
)

both(
  'an export without results',
  async (make) => {
    const { call } = await make({ wat: `(module (func (export "test")))` })
    return [typeof call['test'], await call['test']!()]
  },
  ['function', undefined],
)

both(
  'a stack that overflows is a rejection',
  async (make) => {
    const { call } = await make({
      wat: `(module (func $test (export "test") (result i32) (call $test)))`,
    })
    return [await outcomeOf(call['test']!()), await outcomeOf(call['test']!())]
  },
  ['RangeError', 'RangeError'],
)

both(
  'an import that is the export of another instance suspends with its caller',
  async (make) => {
    const adds = `(module (import "m" "import" (func $import (result i32)))
      (func (export "test") (result i32) (i32.add (call $import) (i32.const 1))))`
    const inner = await make({ wat: adds, imports: { import: () => Promise.resolve(1) } })
    const outer = await make({
      wat: adds,
      imports: { import: inner.raw['test'] as () => number },
      plain: make === makeBare ? ['import'] : [],
    })
    return outcomeOf(outer.call['test']!())
  },
  3,
)
