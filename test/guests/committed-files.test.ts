import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { listGuests } from '../../guests/toolchains.ts'
import { readModule } from '../../main/wasm/read-module.ts'
import { formatValueType } from '../../main/wasm/types.ts'
import type { ExternType, ValueType } from '../../main/wasm/types.ts'

/** Exports and imports of every guest, as its source declares them. */
const interfaces: Record<string, { exports: Record<string, string>; imports: Record<string, string> }> = {
  'call-back': {
    exports: { factorial: '(i64) -> (i64)' },
    imports: { 'env.factorial_of': '(i64) -> (i64)' },
  },
  chatty: {
    exports: { call_sync: '(i32) -> (i32)', call_async: '(i32) -> (i32)', call_both: '(i32) -> (i32)' },
    imports: { 'env.next_sync': '(i32) -> (i32)', 'env.next_async': '(i32) -> (i32)' },
  },
  'fail-host': {
    exports: {
      throws: '() -> (i32)',
      throws_sync: '() -> (i32)',
      throws_text: '() -> (i32)',
      rejects: '() -> (i32)',
      wrong_type: '() -> (i32)',
      wrong_i64: '() -> (i64)',
      wrong_count: '() -> (i32, i32)',
      sync_promise: '() -> (i32)',
      until_cancelled: '() -> (i32)',
      never_settles: '() -> (i32)',
      catch_rejection: '() -> (i32)',
      catch_cancellation: '() -> (i32)',
    },
    imports: {
      'env.throws': '() -> (i32)',
      'env.throws_sync': '() -> (i32)',
      'env.throws_text': '() -> (i32)',
      'env.rejects': '() -> (i32)',
      'env.wrong_type': '() -> (i32)',
      'env.wrong_i64': '() -> (i64)',
      'env.wrong_count': '() -> (i32, i32)',
      'env.sync_promise': '() -> (i32)',
      'env.until_cancelled': '() -> (i32)',
      'env.never_settles': '() -> (i32)',
    },
  },
  'fail-loop': {
    exports: {
      loop: '() -> ()',
      loop_after_call: '() -> ()',
      loop_calling_sync: '() -> ()',
      loop_calling_async: '() -> ()',
    },
    imports: { 'env.tick_sync': '(i32) -> ()', 'env.tick_async': '(i32) -> ()' },
  },
  'fail-start': {
    exports: { run: '() -> (i32)' },
    imports: { 'env.starting': '(i32) -> ()' },
  },
  'fail-trap': {
    exports: {
      unreachable: '() -> ()',
      divide_by_zero: '() -> (i32)',
      remainder_by_zero: '() -> (i64)',
      integer_overflow: '() -> (i32)',
      invalid_conversion: '() -> (i32)',
      memory_out_of_bounds: '() -> (i32)',
      table_out_of_bounds: '() -> (i32)',
      data_segment_out_of_bounds: '() -> ()',
      element_segment_out_of_bounds: '() -> ()',
      call_null: '() -> (i32)',
      call_wrong_type: '() -> (i32)',
      unaligned_atomic: '() -> (i32)',
      recurse: '() -> (i32)',
      null_dereference: '() -> (i32)',
      failed_cast: '() -> ()',
      array_out_of_bounds: '() -> (i32)',
      uncaught_exception: '() -> ()',
      trap_after_import: '() -> ()',
      memory: 'memory 1',
      failure: 'tag (i32)',
    },
    imports: { 'env.pause': '() -> ()' },
  },
  'fail-unbound': {
    exports: { run: '(i32) -> (i32)' },
    imports: {
      'env.bound': '(i32) -> (i32)',
      'env.missing': '(i32) -> (i32)',
      'other.also_missing': '(i64, f64) -> ()',
      'env.memory': 'memory 1 4',
      'env.functions': 'table 2 8 funcref',
      'env.limit': 'global i32',
      'env.counter': 'global mut i64',
    },
  },
  'in-flight': {
    exports: { run: '(i32, i32) -> (i32)' },
    imports: { 'env.wait': '(i32, i32) -> (i32)' },
  },
  stack: {
    exports: { check: '(i32, i32) -> (i32)', memory: 'memory 2' },
    imports: { 'env.wait': '(i32, i32) -> ()' },
  },
  sum: {
    exports: {
      sum: '(i32) -> (i32)',
      memory: 'memory 16',
      __data_end: 'global i32',
      __heap_base: 'global i32',
    },
    imports: { 'env.from_host': '(i32, i32) -> (i32)' },
  },
  timers: {
    exports: { nap: '(f64) -> (f64)', laps: '(i32, f64) -> (f64)', memory: 'memory 2' },
    imports: {
      'env.now': '() -> (f64)',
      'env.sleep': '(f64) -> ()',
      'env.say': '(i32) -> ()',
      'env.report': '(i32, f64) -> ()',
    },
  },
  times: {
    exports: {
      spin: '(i32) -> (i32)',
      wait: '(i32) -> ()',
      work: '(i32) -> ()',
      both: '(i32, i32) -> (i32)',
    },
    imports: { 'env.wait': '(i32) -> ()', 'env.work': '(i32) -> ()' },
  },
  values: {
    exports: {
      i32: '(i32) -> (i32)',
      i64: '(i64) -> (i64)',
      f32: '(f32) -> (f32)',
      f64: '(f64) -> (f64)',
      externref: '(externref) -> (externref)',
      funcref: '(funcref) -> (funcref)',
      all: '(i32, i64, f32, f64, externref, funcref) -> (i32, i64, f32, f64, externref, funcref)',
      swap: '(i32, i64) -> (i64, i32)',
      host_object: '() -> (externref)',
      own_function: '() -> (i32)',
      limits: '() -> (i32, i32, i64, i64, f32, f32, f64, f64, f64)',
      v128: '(v128) -> (v128)',
    },
    imports: {
      'env.i32': '(i32) -> (i32)',
      'env.i64': '(i64) -> (i64)',
      'env.f32': '(f32) -> (f32)',
      'env.f64': '(f64) -> (f64)',
      'env.externref': '(externref) -> (externref)',
      'env.funcref': '(funcref) -> (funcref)',
      'env.all': '(i32, i64, f32, f64, externref, funcref) -> (i32, i64, f32, f64, externref, funcref)',
      'env.swap': '(i32, i64) -> (i64, i32)',
      'env.new_object': '() -> (externref)',
    },
  },
  'word-count': {
    exports: { countWords: '(i32) -> (i32)', memory: 'memory 1' },
    imports: { 'env.readText': '(i32, i32, i32) -> (i32)' },
  },
}

function formatTypes(types: ValueType[]): string {
  return `(${types.map(formatValueType).join(', ')})`
}

function formatExternType(type: ExternType): string {
  switch (type.kind) {
    case 'function':
      return `${formatTypes(type.params)} -> ${formatTypes(type.results)}`
    case 'memory':
      return ['memory', type.minimumPages, type.maximumPages].filter((part) => part !== undefined).join(' ')
    case 'table':
      return ['table', type.minimum, type.maximum, formatValueType(type.element)]
        .filter((part) => part !== undefined)
        .join(' ')
    case 'global':
      return `global ${type.mutable ? 'mut ' : ''}${formatValueType(type.type)}`
    case 'tag':
      return `tag ${formatTypes(type.params)}`
  }
}

const guests = await listGuests()

it('covers every guest', () => {
  expect(guests.map(({ name }) => name)).toEqual(Object.keys(interfaces).sort())
})

describe.each(guests)('$name', ({ name, folder }) => {
  it('has the exports and imports that its source declares', async () => {
    const shape = readModule(await readFile(path.join(folder, `${name}.wasm`)))
    if (!shape.ok) throw new Error(shape.error.message)
    const { exports, imports } = shape.value
    expect({
      exports: Object.fromEntries(exports.map((one) => [one.name, formatExternType(one.type)])),
      imports: Object.fromEntries(
        imports.map((one) => [`${one.module}.${one.name}`, formatExternType(one.type)]),
      ),
    }).toEqual(interfaces[name])
  })

  it('is small, valid, and tells nothing about the machine that built it', async () => {
    const bytes = await readFile(path.join(folder, `${name}.wasm`))
    expect(WebAssembly.validate(bytes)).toBe(true)
    expect(bytes.byteLength).toBeLessThan(200_000)
    const text = bytes.toString('latin1')
    // A path from the root of a Unix or Windows file system, as compilers write them into debug information.
    expect(text).not.toMatch(/(?<![\w.~])\/(?:[\w.-]+\/)+[\w.-]+/)
    expect(text).not.toMatch(/[A-Z]:[\\/]\w+/)
  })

  it('names its functions', async () => {
    const module = await WebAssembly.compile(await readFile(path.join(folder, `${name}.wasm`)))
    expect(WebAssembly.Module.customSections(module, 'name')).toHaveLength(1)
  })

  it('has a README with one plain sentence on what it shows, and all that it exports and imports', async () => {
    const readme = await readFile(path.join(folder, 'README.md'), 'utf8')
    const [title, blank, sentence, end] = readme.split('\n')
    expect(title).toBe(`# ${name}`)
    expect([blank, end]).toEqual(['', ''])
    expect(sentence).toMatch(/^[A-Z][^`*[\]]{20,88}\.$/)
    const members = [
      ...Object.keys(interfaces[name]?.exports ?? {}),
      ...Object.keys(interfaces[name]?.imports ?? {}).map((member) => member.split('.')[1] ?? member),
    ]
    const quoted = new Set([...readme.matchAll(/`(?:\w*\.)?(\w+)`/g)].map((match) => match[1]))
    expect(members.filter((member) => !quoted.has(member))).toEqual([])
  })
})

it('has a line for every guest in the README of the folder', async () => {
  const overview = await readFile(path.join(import.meta.dirname, '../../guests/README.md'), 'utf8')
  for (const { name, folder } of guests) {
    const sentence = (await readFile(path.join(folder, 'README.md'), 'utf8')).split('\n')[2]
    const line = overview.split('\n').find((text) => text.includes(`](${name})`))
    expect(line).toContain(` ${sentence} `)
  }
})

describe('debug information', () => {
  it.each(['stack', 'sum', 'timers'])('%s carries DWARF', async (name) => {
    const shape = readModule(
      await readFile(path.join(import.meta.dirname, `../../guests/${name}/${name}.wasm`)),
    )
    expect(shape.ok && shape.value.sizes.debugBytes).toBeGreaterThan(500)
  })

  it('word-count names its source map, which holds its source', async () => {
    const folder = path.join(import.meta.dirname, '../../guests/word-count')
    const module = await WebAssembly.compile(await readFile(path.join(folder, 'word-count.wasm')))
    const [section] = WebAssembly.Module.customSections(module, 'sourceMappingURL')
    // A name of its own: one byte of length before the text.
    const url = new TextDecoder().decode(section).slice(1)
    const map = JSON.parse(await readFile(path.join(folder, url), 'utf8'))
    const index = map.sources.indexOf('assembly/word-count.ts')
    expect(map.sourcesContent[index]).toBe(
      await readFile(path.join(folder, 'assembly/word-count.ts'), 'utf8'),
    )
  })
})
