import { describe, expect, test } from 'vitest'
import type { ResourceLimits } from '../../main/wasm/clamp-limits.ts'
import { clampLimits } from '../../main/wasm/clamp-limits.ts'
import { exposeHidden, listHidden } from '../../main/wasm/hidden-resources.ts'
import { readModule } from '../../main/wasm/read-module.ts'
import { liftStart } from '../../main/wasm/rewrite-module.ts'
import type { ModuleShape } from '../../main/wasm/types.ts'
import { assembleModule, buildModule, encodeName, texts } from './modules.ts'

const LIMITS: ResourceLimits = { memoryBytes: 5 * 65536, tableEntries: 7 }

function shapeOf(bytes: Uint8Array): ModuleShape {
  const shape = readModule(bytes)
  if (!shape.ok) throw new Error(shape.error.message)
  return shape.value
}

function expose(bytes: Uint8Array<ArrayBuffer>, limits: ResourceLimits = LIMITS) {
  const hidden = listHidden(bytes, shapeOf(bytes), limits)
  const exposed = exposeHidden(clampLimits(bytes, limits).bytes, hidden)
  return { hidden, exposed, names: hidden.map(({ exportName }) => exportName) }
}

describe('exposing hidden memories and tables', () => {
  test('what is neither imported nor exported is exported, by its index and with its own size', async () => {
    const { hidden, exposed } = expose(
      await buildModule(`(module
        (import "e" "m" (memory 1)) (import "e" "t" (table 1 funcref))
        (table $seen (export "seen") 1 funcref) (table $shy 2 externref)
        (memory $heap 2) (memory (export "shown") 1) (memory i64 3) (memory 1 2000 shared))`),
    )
    expect(hidden.map(({ type, index, name }) => [type.kind, index, name])).toEqual([
      ['memory', 1, 'heap'],
      ['memory', 3, null],
      ['memory', 4, null],
      ['table', 2, 'shy'],
    ])
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(exposed), {
      e: {
        m: new WebAssembly.Memory({ initial: 1 }),
        t: new WebAssembly.Table({ initial: 1, element: 'anyfunc' }),
      },
    })
    const sizes = hidden.map(({ exportName }) => {
      const value = exports[exportName]
      return value instanceof WebAssembly.Memory
        ? value.buffer.byteLength / 65536
        : (value as WebAssembly.Table).length
    })
    expect(sizes).toEqual([2, 3, 1, 2])
  })

  test('a table of every type that a guest may keep to itself', async () => {
    const types =
      'funcref externref anyref eqref i31ref structref arrayref exnref nullref nullfuncref nullexternref nullexnref'.split(
        ' ',
      )
    types.push('(ref null $f)', '(ref null $s)')
    const { hidden, exposed } = expose(
      await buildModule(`(module (type $f (func (param v128))) (type $s (struct (field (mut i8))))
        (func $g (type $f)) (table 3 (ref $f) (ref.func $g)) (table i64 3 funcref)
        ${types.map((type) => `(table 3 ${type})`).join('\n')})`),
    )
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(exposed))
    const lengths = hidden.map(({ exportName }) => Number((exports[exportName] as WebAssembly.Table).length))
    expect(lengths).toEqual(Array(types.length + 2).fill(3))
  })

  test.each(Object.keys(texts) as (keyof typeof texts)[])('a module stays one: %s', async (name) => {
    const bytes = await buildModule(texts[name])
    const shape = shapeOf(bytes)
    const { hidden, exposed, names } = expose(bytes, { memoryBytes: 100 * 65536, tableEntries: 100 })
    expect(WebAssembly.validate(exposed)).toBe(true)
    const after = shapeOf(exposed)
    expect(after.imports.map(({ module, name: own }) => [module, own])).toEqual(
      shape.imports.map(({ module, name: own }) => [module, own]),
    )
    expect(after.exports.map(({ name: own }) => own)).toEqual([
      ...shape.exports.map(({ name: own }) => own),
      ...names,
    ])
    const lifted = liftStart(bytes, shape)
    if (lifted) expect(WebAssembly.validate(exposeHidden(lifted.bytes, hidden))).toBe(true)
  })

  test('a reserved name gives way to an export that has it', async () => {
    const { exposed, names } = expose(
      await buildModule(`(module (memory 1) (memory 1)
        (func (export "jspi-inspector:memory-0")) (func (export "jspi-inspector:memory-0:")))`),
    )
    expect(names).toEqual(['jspi-inspector:memory-0::', 'jspi-inspector:memory-1'])
    expect(WebAssembly.validate(exposed)).toBe(true)
  })

  test.each([
    ['no limit', { memoryBytes: null, tableEntries: null }, []],
    ['one of memories', { memoryBytes: 65536, tableEntries: null }, ['memory']],
    ['one of tables', { memoryBytes: null, tableEntries: 3 }, ['table']],
    ['limits that the module keeps by itself', { memoryBytes: 4 * 65536, tableEntries: 20 }, []],
  ])('only what a limit holds: %s', async (_what, limits, kinds) => {
    const bytes = await buildModule('(module (memory 1 4) (table 1 20 funcref))')
    expect(listHidden(bytes, shapeOf(bytes), limits).map(({ type }) => type.kind)).toEqual(kinds)
  })

  test.each([
    ['that hides all', '(import "e" "f" (func)) (memory 1) (memory 1) (table 1 funcref)', ['memory 0']],
    ['that imports no function', '(import "e" "g" (global i32)) (memory 1)', []],
    ['that exports another', '(import "e" "f" (func)) (memory 1) (memory (export "m") 1)', []],
    ['that imports one', '(import "e" "f" (func)) (import "e" "m" (memory 1)) (memory 1)', []],
    ['that has none', '(import "e" "f" (func)) (table 1 funcref)', []],
    ['that hides a tag', '(import "e" "t" (tag)) (tag (export "t")) (tag (param i32))', ['tag 2']],
  ])('the first memory and the tags of a module %s, without limits', async (_what, fields, listed) => {
    const bytes = await buildModule(`(module ${fields})`)
    const hidden = listHidden(bytes, shapeOf(bytes), { memoryBytes: null, tableEntries: null })
    expect(hidden.map(({ type, index }) => `${type.kind} ${index}`)).toEqual(listed)
  })

  test('names that are broken, empty or long', () => {
    const build = (...nameSection: number[]) =>
      assembleModule([5, [3, 0, 1, 0, 1, 0, 1]], [0, [...encodeName('name'), ...nameSection]])
    const namesOf = (bytes: Uint8Array<ArrayBuffer>) => expose(bytes).hidden.map(({ name }) => name)
    const part = [3, 0, ...encodeName(''), 1, ...encodeName('x'.repeat(110)), 2, ...encodeName('last')]
    expect(namesOf(build(6, part.length, ...part))).toEqual([null, 'x'.repeat(100), 'last'])
    expect(namesOf(build(6, 4, 2, 2, 1, 0x61))).toEqual([null, null, 'a'])
    expect(namesOf(build(6, 100, 1))).toEqual([null, null, null])
  })
})
