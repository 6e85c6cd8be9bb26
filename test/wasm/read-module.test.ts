import { setFlagsFromString } from 'node:v8'
import { beforeAll, describe, expect, it } from 'vitest'
import { readModule } from '../../main/wasm/read-module.ts'
import type { ExternType, ModuleShape } from '../../main/wasm/types.ts'
import { formatValueType } from '../../main/wasm/types.ts'
import { makeLargeGuest } from '../support/large-guest.ts'
import { assembleModule, buildModule, encodeName, texts } from './modules.ts'

function read(bytes: Uint8Array): ModuleShape {
  const result = readModule(bytes)
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

/** A type as V8 reports it with type reflection; it reports none for tags. */
function reflect(type: ExternType): object | undefined {
  switch (type.kind) {
    case 'function':
      return { parameters: type.params.map(formatValueType), results: type.results.map(formatValueType) }
    case 'memory': {
      const { minimumPages, maximumPages, shared, addressType } = type
      const maximum = maximumPages === undefined ? {} : { maximum: maximumPages }
      return { minimum: minimumPages, ...maximum, shared, address: addressType }
    }
    case 'table': {
      const { element, minimum, maximum, addressType } = type
      const limits = maximum === undefined ? { minimum } : { minimum, maximum }
      return { element: formatValueType(element), ...limits, address: addressType }
    }
    case 'global':
      return { mutable: type.mutable, value: formatValueType(type.type) }
    case 'tag':
      return undefined
  }
}

/** Limits as numbers: V8 gives them as number or bigint, by the address type. */
function withPlainLimits(entries: object[]): unknown {
  const text = JSON.stringify(entries, (_, value: unknown) =>
    typeof value === 'bigint' ? Number(value) : value,
  )
  return JSON.parse(text)
}

describe('readModule agrees with the engine', () => {
  beforeAll(() => setFlagsFromString('--experimental-wasm-type-reflection'))

  it.each(Object.entries(texts))('on the imports and exports of %s', async (_, text) => {
    const bytes = await buildModule(text)
    const module = new WebAssembly.Module(bytes)
    const shape = read(bytes)
    const imports = shape.imports.map(({ module, name, type }) => ({
      module,
      name,
      kind: type.kind,
      type: reflect(type),
    }))
    const exports = shape.exports.map(({ name, type }) => ({ name, kind: type.kind, type: reflect(type) }))
    expect(withPlainLimits(imports)).toEqual(withPlainLimits(WebAssembly.Module.imports(module)))
    expect(withPlainLimits(exports)).toEqual(withPlainLimits(WebAssembly.Module.exports(module)))
  })
})

function encodeProducer(field: string, name: string, version: string): number[] {
  return [...encodeName(field), 1, ...encodeName(name), ...encodeName(version)]
}

function producersSection(language: string): [identifier: number, contents: number[]] {
  const fields = [
    ...encodeProducer('language', language, ''),
    ...encodeProducer('processed-by', 'rustc', '1.63.0'),
    ...encodeProducer('unknown', 'x', 'y'),
  ]
  return [0, [...encodeName('producers'), 3, ...fields]]
}

describe('readModule', () => {
  it('tells the parameters of tags, which the engine does not', async () => {
    const shape = read(await buildModule(texts.tags))
    const message: ExternType = { kind: 'tag', params: ['i32', { nullable: true, heap: 'extern' }] }
    expect(shape.imports[0]?.type).toEqual(message)
    expect(shape.exports.find(({ name }) => name === 'stopped')?.type).toEqual(message)
    expect(shape.exports.find(({ name }) => name === 'empty')?.type).toEqual({ kind: 'tag', params: [] })
  })

  it('tells what the types describe that references name', async () => {
    const shape = read(await buildModule(texts.heap))
    expect(shape.imports[0]?.type).toEqual({
      kind: 'function',
      params: [{ nullable: false, heap: 0, shape: 'struct' }],
      results: [{ nullable: true, heap: 2, shape: 'array' }],
    })
    const all = shape.exports.find(({ name }) => name === 'all')?.type
    expect(all?.kind === 'function' && all.params.at(-1)).toEqual({
      nullable: true,
      heap: 1,
      shape: 'function',
    })
  })

  it('names parameters, also of one function exported twice', async () => {
    const bytes = await buildModule(`(module
      (func (export "a") (export "b") (param $left f32) (param f64) (param $right i32) (local $inner i32))
      (func (export "unnamed") (param i32)))`)
    const shape = read(bytes)
    const left = ['left', undefined, 'right']
    expect(shape.exports.map(({ parameterNames }) => parameterNames)).toEqual([left, left, undefined])
    expect(shape.exports[2]).not.toHaveProperty('parameterNames')
  })

  it('names parameters of imported functions', () => {
    const functionType = [0x60, 2, 0x7f, 0x7e, 0]
    const locals = [1, 0, 1, 1, ...encodeName('second')]
    const bytes = assembleModule(
      [1, [1, ...functionType]],
      [2, [1, ...encodeName('env'), ...encodeName('f'), 0, 0]],
      [0, [...encodeName('name'), 2, locals.length, ...locals]],
    )
    expect(read(bytes).imports[0]?.parameterNames).toEqual([undefined, 'second'])
  })

  it('tells the start function, the module name and the sizes of its parts', async () => {
    const bytes = await buildModule(texts.start)
    const shape = read(bytes)
    expect(shape).toMatchObject({ startFunctionIndex: 1, moduleName: 'named', definedFunctionCount: 2 })
    expect(shape.sizes.totalBytes).toBe(bytes.length)
    expect(shape.sizes.dataBytes).toBe('hello'.length + 'passive'.length + 8)
    expect(shape.sizes.codeBytes).toBeGreaterThan(0)
    expect(shape.sizes.debugBytes).toBe(0)
    expect(shape.sizes.customBytes).toBeGreaterThan('named'.length)
  })

  it('counts debug information apart from other custom sections', () => {
    const bytes = assembleModule(
      [0, [...encodeName('.debug_info'), 1, 2, 3]],
      [0, [...encodeName('.debug_line'), 4]],
      [0, [...encodeName('target_features'), 0]],
    )
    expect(read(bytes).sizes).toMatchObject({ debugBytes: 4, customBytes: 1 })
  })

  it('reads what produced a module, and takes the first of two sections', () => {
    expect(read(assembleModule(producersSection('Rust'), producersSection('C'))).producers).toEqual({
      languages: [{ name: 'Rust', version: '' }],
      tools: [{ name: 'rustc', version: '1.63.0' }],
      softwareDevelopmentKits: [],
    })
    expect(read(assembleModule())).not.toHaveProperty('producers')
  })

  it('keeps a module whose name and producers sections are broken, and what stood before', () => {
    const moduleName = [0, 3, ...encodeName('ok')]
    const brokenLocals = [2, 4, 0xff, 0xff, 0xff, 0x0f]
    const bytes = assembleModule(
      [0, [...encodeName('name'), ...moduleName, ...brokenLocals]],
      [0, [...encodeName('producers'), 9]],
    )
    expect(read(bytes)).toMatchObject({ moduleName: 'ok', producers: { languages: [] } })
  })

  it('reads custom page sizes, which engines do not know yet', async () => {
    const bytes = await buildModule('(module (memory (export "m") 5 8 (pagesize 1)))')
    expect(read(bytes).exports[0]?.type).toEqual({
      kind: 'memory',
      minimumPages: 5n,
      maximumPages: 8n,
      shared: false,
      addressType: 'i32',
      pageSizeBytes: 1,
    })
  })

  it.each([
    [
      'each with its type',
      '(module (import "m" (item "a" (func)) (item "b" (func (param i32)))))',
      ['a', 'b'],
    ],
    ['all of one type', '(module (import "m" (item "a") (item "b") (func (result i32))))', ['a', 'b']],
    ['an empty name', '(module (import "m" "" (func)))', ['']],
  ])('reads compact imports, %s', async (_, text, names) => {
    const shape = read(await buildModule(text))
    expect(shape.imports.map(({ module }) => module)).toEqual(names.map(() => 'm'))
    expect(shape.imports.map(({ name }) => name)).toEqual(names)
  })

  it('numbers functions on after compact imports', async () => {
    const bytes = await buildModule(`(module
      (import "m" (item "a") (item "b") (func (param $x i32)))
      (func (export "c") (param $own i64)))`)
    const [exported] = read(bytes).exports
    expect(exported).toEqual({
      name: 'c',
      type: { kind: 'function', params: ['i64'], results: [] },
      parameterNames: ['own'],
    })
  })

  it('keeps a byte order mark that is part of a name', () => {
    const bytes = assembleModule(
      [1, [1, 0x60, 0, 0]],
      [2, [1, ...encodeName('\ufeffm'), ...encodeName('f'), 0, 0]],
    )
    expect(read(bytes).imports[0]?.module).toBe('\ufeffm')
  })
})

it('reads a type that very many functions have once', () => {
  const { imports, exports } = read(makeLargeGuest({ imports: 1000, exports: 1000 }))
  const types = new Set([...imports, ...exports].map(({ type }) => type))
  expect([...types]).toEqual([{ kind: 'function', params: [], results: ['i32'] }])
})
