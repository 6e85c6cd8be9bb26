import { describe, expect, test } from 'vitest'
import { liftStart } from '../../main/wasm/rewrite-module.ts'
import { readModule } from '../../main/wasm/read-module.ts'
import type { ModuleShape } from '../../main/wasm/types.ts'
import { buildModule } from './modules.ts'

function shapeOf(bytes: Uint8Array): ModuleShape {
  const shape = readModule(bytes)
  if (!shape.ok) throw new Error(shape.error.message)
  return shape.value
}

async function lift(text: string) {
  const bytes = await buildModule(text)
  const lifted = liftStart(bytes, shapeOf(bytes))
  if (!lifted) throw new Error('It has no start function.')
  return { bytes, lifted, shape: shapeOf(lifted.bytes) }
}

describe('lifting a start function', () => {
  test.each([
    [
      'with exports',
      '(module (global $g (export "g") (mut i32) (i32.const 0)) (func $s (global.set $g (i32.const 7))) (start $s))',
    ],
    [
      'without exports',
      '(module (import "e" "g" (global $g (mut i32))) (func $s (global.set $g (i32.const 7))) (start $s) (data "after"))',
    ],
    [
      'with everything around it',
      `(module
      (import "e" "g" (global $g (mut i32)))
      (table 1 funcref) (memory 1) (tag)
      (export "m" (memory 0))
      (func $s (i32.store (i32.const 0) (i32.const 5)) (global.set $g (i32.load (i32.const 0))))
      (start $s) (elem (i32.const 0) $s) (data (i32.const 8) "after"))`,
    ],
  ])('%s: nothing runs before it is called', async (_what, text) => {
    const { lifted, shape } = await lift(text)
    expect(shape.startFunctionIndex).toBeUndefined()
    const imported = new WebAssembly.Global({ value: 'i32', mutable: true }, 1)
    const instance = new WebAssembly.Instance(new WebAssembly.Module(lifted.bytes), { e: { g: imported } })
    const global = (instance.exports['g'] as WebAssembly.Global | undefined) ?? imported
    const before = global.value
    ;(instance.exports[lifted.exportName] as () => void)()
    expect(global.value).not.toBe(before)
  })

  test('an imported function is exported as it is', async () => {
    const { lifted } = await lift('(module (import "e" "f" (func $f)) (start $f))')
    let calls = 0
    const instance = new WebAssembly.Instance(new WebAssembly.Module(lifted.bytes), {
      e: { f: () => calls++ },
    })
    expect(calls).toBe(0)
    ;(instance.exports[lifted.exportName] as () => void)()
    expect(calls).toBe(1)
  })

  test('the reserved name gives way to an export that has it', async () => {
    const { shape } = await lift(
      '(module (func (export "jspi-inspector:start")) (func (export "jspi-inspector:start:")) (func $s) (start $s))',
    )
    expect(shape.exports.map(({ name }) => name)).toEqual([
      'jspi-inspector:start',
      'jspi-inspector:start:',
      'jspi-inspector:start::',
    ])
  })

  test('names and every other section stay', async () => {
    const { bytes, lifted, shape } = await lift(
      '(module $named (func $s (export "f") (param) nop) (start $s) (@custom "mine" "content"))',
    )
    expect(shape.moduleName).toBe('named')
    const custom = (from: Uint8Array<ArrayBuffer>, name: string) =>
      WebAssembly.Module.customSections(new WebAssembly.Module(from), name).map((section) =>
        Buffer.from(section).toString('hex'),
      )
    for (const name of ['name', 'mine']) expect(custom(lifted.bytes, name)).toEqual(custom(bytes, name))
  })

  test('a module without one is left alone', async () => {
    const bytes = await buildModule('(module (func (export "f")))')
    expect(liftStart(bytes, shapeOf(bytes))).toBeNull()
  })
})
