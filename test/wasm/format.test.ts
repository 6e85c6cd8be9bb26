import { describe, expect, it } from 'vitest'
import { formatExternType } from '../../main/wasm/format.ts'
import { readModule } from '../../main/wasm/read-module.ts'
import { buildModule, texts } from './modules.ts'

async function describeExports(text: string): Promise<Record<string, string>> {
  const result = readModule(await buildModule(text))
  if (!result.ok) throw new Error(result.error.message)
  return Object.fromEntries(result.value.exports.map(({ name, type }) => [name, formatExternType(type)]))
}

describe('formatExternType', () => {
  it('spells functions', async () => {
    expect(await describeExports(texts.functions)).toEqual({
      none: '() → ()',
      '': '() → (i32, i64, v128)',
      one: '(f32, f64) → ()',
      two: '(f32, f64) → ()',
      again: '(i32, i64, f32, f64) → i64',
    })
  })

  it('spells memories', async () => {
    expect(
      await describeExports(`(module
        (memory (export "one") 1)
        (memory (export "shared") 17 256 shared)
        (memory (export "wide") i64 0)
        (memory (export "bytes") 100 (pagesize 1)))`),
    ).toEqual({
      one: 'memory 1 page',
      shared: 'memory 17 pages, max 256, shared',
      wide: 'memory 0 pages, 64-bit',
      bytes: 'memory 100 pages of 1 byte',
    })
  })

  it('spells tables', async () => {
    expect(
      await describeExports(`(module
        (type $f (func))
        (table (export "plain") 10 funcref)
        (table (export "limited") 1 20 externref)
        (table (export "wide") i64 2 (ref null $f)))`),
    ).toEqual({
      plain: 'table 10 funcref',
      limited: 'table 1 externref, max 20',
      wide: 'table 2 (ref null 0), 64-bit',
    })
  })

  it('spells globals and tags', async () => {
    expect(
      await describeExports(`(module
        (global (export "constant") i32 (i32.const 0))
        (global (export "variable") (mut i31ref) (ref.null i31))
        (tag (export "tag") (param i32))
        (tag (export "empty")))`),
    ).toEqual({ constant: 'global i32', variable: 'global mut i31ref', tag: 'tag (i32)', empty: 'tag ()' })
  })
})
