import { describe, expect, test } from 'vitest'
import { clampLimits } from '../../main/wasm/clamp-limits.ts'
import { assembleModule, buildModule } from './modules.ts'

/** Exports everything, so that it can be grown from here. */
const GUEST = `(module
  (table (export "open") 1 funcref)
  (table (export "wide") 2 100 externref)
  (table (export "narrow") 1 3 funcref)
  (table (export "filled") 1 100 (ref func) (ref.func $f))
  (memory (export "m0") 1)
  (memory (export "m1") 1 1000)
  (memory (export "m2") 1 2)
  (memory (export "shared") 1 1000 shared)
  (memory (export "m64") i64 1)
  (func $f (export "f") (result i32) (i32.load (i32.const 0)))
  (data (memory 0) (i32.const 0) "\\07"))`

interface Growable {
  grow(by: number | bigint): number | bigint
}

async function clamp(wat: string, memoryBytes: number | null, tableEntries: number | null) {
  const { bytes, defined } = clampLimits(await buildModule(wat), { memoryBytes, tableEntries })
  return { defined, exports: new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports }
}

/** Grows a unit at a time until it fails; the number of units then. */
function growToEnd(exported: unknown, isWide = false): number {
  const growable = exported as Growable
  for (let attempt = 0; attempt < 50; attempt++) {
    try {
      growable.grow(isWide ? 1n : 1)
    } catch {
      return Number(
        exported instanceof WebAssembly.Memory
          ? exported.buffer.byteLength / 65536
          : (exported as WebAssembly.Table).length,
      )
    }
  }
  return Infinity
}

describe('clamping memories and tables', () => {
  test('each grows as far as the limit or its own maximum', async () => {
    const { exports, defined } = await clamp(GUEST, 5 * 65536 + 100, 7)
    expect(['m0', 'm1', 'm2', 'shared'].map((name) => growToEnd(exports[name]))).toEqual([5, 5, 2, 5])
    expect(growToEnd(exports['m64'], true)).toBe(5)
    expect(['open', 'wide', 'narrow'].map((name) => growToEnd(exports[name]))).toEqual([7, 7, 3])
    expect(defined.map(({ kind }) => kind)).toEqual([...Array(4).fill('table'), ...Array(5).fill('memory')])
    expect((exports['filled'] as WebAssembly.Table).get(0)).toBe(exports['f'])
    expect((exports['f'] as () => number)()).toBe(7)
  })

  test('a limit of one kind leaves the other alone', async () => {
    const { exports } = await clamp(GUEST, null, 7)
    expect(growToEnd(exports['m1'])).toBe(Infinity)
    expect(growToEnd(exports['wide'])).toBe(7)
  })

  test('a limit beyond what a memory can declare is none', async () => {
    const { exports } = await clamp(
      '(module (memory (export "m") 1) (table (export "t") 1 funcref))',
      2 ** 33,
      10_000_000,
    )
    expect((exports['m'] as WebAssembly.Memory).grow(1)).toBe(1)
    expect((exports['t'] as WebAssembly.Table).grow(1)).toBe(1)
  })

  test('growing further fails in the guest with -1', async () => {
    const { exports } = await clamp(
      '(module (memory 1) (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))',
      2 * 65536,
      null,
    )
    const grow = exports['grow'] as (by: number) => number
    expect([grow(2), grow(1), grow(1)]).toEqual([-1, 1, -1])
  })

  test('pages of another size are counted in bytes', () => {
    // A memory of 3 pages of one byte each, which few engines know.
    const { bytes, defined } = clampLimits(assembleModule([5, [1, 0x08, 3, 0]]), {
      memoryBytes: 200,
      tableEntries: null,
    })
    expect([...bytes.subarray(8)]).toEqual([5, 6, 1, 0x09, 3, 200, 1, 0])
    expect(defined).toMatchObject([{ pageSizeBytes: 1, minimumPages: 3n }])
  })
})
