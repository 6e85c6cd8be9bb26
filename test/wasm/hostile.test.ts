import { beforeAll, describe, expect, it } from 'vitest'
import { readModule } from '../../main/wasm/read-module.ts'
import {
  assembleModule,
  buildModule,
  encodeName,
  moduleOfGlobal,
  moduleOfImport,
  moduleOfType,
  texts,
} from './modules.ts'
import { createRandom } from './random.ts'

function readError(bytes: Uint8Array) {
  const result = readModule(bytes)
  if (result.ok) throw new Error('The module was read.')
  return result.error
}

const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
const hugeCount = [0xff, 0xff, 0xff, 0xff, 0x0f]
const functionType = [0x60, 0, 0]

describe('readModule says why bytes are no core module', () => {
  it.each([
    ['0 bytes', [], { kind: 'empty', offsetBytes: 0 }],
    ['a picture', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a], { kind: 'not-wasm', offsetBytes: 0 }],
    ['text', Array.from(new TextEncoder().encode('(module)')), { kind: 'not-wasm', offsetBytes: 0 }],
    ['one wrong byte', [0x01], { kind: 'not-wasm', offsetBytes: 0 }],
    ['half of the magic number', header.slice(0, 2), { kind: 'truncated', offsetBytes: 2 }],
    ['half a header', header.slice(0, 6), { kind: 'truncated', offsetBytes: 6 }],
    ['a component', [...header.slice(0, 4), 0x0d, 0, 1, 0], { kind: 'component', offsetBytes: 4 }],
    [
      'a future version',
      [...header.slice(0, 4), 2, 0, 0, 0],
      { kind: 'unsupported-version', offsetBytes: 4 },
    ],
    [
      'an unknown layer',
      [...header.slice(0, 4), 1, 0, 9, 0],
      { kind: 'unsupported-version', offsetBytes: 4 },
    ],
    ['garbage after the header', [...header, 0xca, 0xfe], { kind: 'malformed', offsetBytes: 8 }],
    ['a section without its size', [...header, 1], { kind: 'truncated', offsetBytes: 9 }],
    ['a section cut short', [...header, 1, 4, 1, 0x60], { kind: 'truncated', offsetBytes: 12 }],
  ])('%s', (_, bytes, expected) => {
    expect(readError(Uint8Array.from(bytes))).toMatchObject(expected)
  })

  it('names the section in which a file ends, and its sizes', () => {
    expect(readError(Uint8Array.from([...header, 10, 0x80, 0x08, 1])).message).toBe(
      'The file ends inside its code section: 1 of 1024 bytes are there.',
    )
  })

  it('notices a file that was cut between two sections', async () => {
    const bytes = await buildModule('(module (func (export "f")) (memory 1) (data "passive"))')
    const module = assembleModule([1, [1, ...functionType]], [3, [1, 0]])
    expect(readError(module)).toMatchObject({
      kind: 'truncated',
      message: 'The file ends before its code section, where 1 function should follow.',
    })
    const kinds = Array.from(bytes.keys(), (length) => {
      const result = readModule(bytes.subarray(0, length))
      return result.ok ? WebAssembly.validate(bytes.slice(0, length)) : result.error.kind
    })
    // Only a header alone, or with sections that announce nothing, is a module for the engine as well.
    expect(new Set(kinds)).toEqual(new Set(['empty', 'truncated', true]))
  })

  it('notices counts that contradict each other', () => {
    const functions: [number, number[]][] = [
      [1, [1, ...functionType]],
      [3, [2, 0, 0]],
    ]
    expect(readError(assembleModule(...functions, [10, [1, 2, 0, 0x0b]]))).toMatchObject({
      kind: 'malformed',
    })
    expect(readError(assembleModule([12, [1]]))).toMatchObject({ kind: 'truncated' })
    expect(readError(assembleModule([12, [2]], [11, [1, 1, 0]]))).toMatchObject({ kind: 'malformed' })
  })
})

describe('readModule refuses', () => {
  it.each([
    ['more types than fit', assembleModule([1, hugeCount])],
    ['more imports than fit', assembleModule([2, hugeCount])],
    ['more functions than fit', assembleModule([3, [0xbf, 0x84, 0x3d]])],
    ['more recursive types than fit', moduleOfType(0x4e, 0xbf, 0x84, 0x3d)],
    ['more parameters than engines accept', moduleOfType(0x60, 0xe9, 0x07, ...Array(1001).fill(0x7f), 0)],
    ['more tables than engines accept', assembleModule([4, [0xa1, 0x8d, 0x06, ...Array(300_003).fill(0)]])],
    ['a name longer than its section', assembleModule([2, [1, ...hugeCount, 0]])],
    ['a name that is not UTF-8', assembleModule([0, [1, 0xff]])],
    ['an integer of six bytes', assembleModule([3, [0x80, 0x80, 0x80, 0x80, 0x80, 0]])],
    ['an integer of eleven bytes', assembleModule([5, [1, 4, ...Array(10).fill(0x80), 0]])],
    ['an integer beyond 32 bits', assembleModule([3, [0xff, 0xff, 0xff, 0xff, 0x1f]])],
    ['an integer beyond 64 bits', assembleModule([5, [1, 4, ...Array(9).fill(0xff), 0x02]])],
    ['a constant beyond 32 bits', moduleOfGlobal(0x41, 0xff, 0xff, 0xff, 0xff, 0x4f, 0x0b)],
    ['a constant expression without end', moduleOfGlobal(0x41, 0)],
    ['a call in a constant expression', moduleOfGlobal(0x10, 0, 0x0b)],
    ['an unknown vector constant', moduleOfGlobal(0xfd, 0x0d, 0x0b)],
    ['an unknown value type', moduleOfType(0x60, 1, 0x01, 0)],
    ['an unknown kind of type', moduleOfType(0x40)],
    ['an unknown heap type', moduleOfType(0x60, 1, 0x63, 0x40, 0)],
    ['an unknown kind of import', moduleOfImport(5, 0)],
    ['an imported function of a type that is none', moduleOfImport(0, 1)],
    ['an imported function of no type', moduleOfImport(0, 2)],
    ['a compact import after a name', moduleOfImport(0x7f, 1, ...encodeName('x'), 0, 0)],
    ['an unknown tag attribute', moduleOfImport(4, 1, 0)],
    ['an unknown mutability', moduleOfImport(3, 0x7f, 2)],
    ['unknown limits', moduleOfImport(2, 0x10, 1)],
    ['a shared table', moduleOfImport(1, 0x70, 3, 1, 1)],
    ['a page of 128 KiB', moduleOfImport(2, 8, 1, 17)],
    ['an export of nothing', assembleModule([7, [1, ...encodeName('e'), 0, 0]])],
    ['an unknown kind of export', assembleModule([7, [1, ...encodeName('e'), 9, 0]])],
    ['a section twice', assembleModule([1, [0]], [1, [0]])],
    ['a section too late', assembleModule([3, [0]], [1, [0]])],
    ['an unknown section', assembleModule([42, []])],
    ['a section that goes on', assembleModule([1, [0, 0]])],
    ['a section that ends too early', assembleModule([7, [1]])],
  ])('%s', (_, bytes) => {
    expect(readError(bytes)).toMatchObject({ kind: 'malformed', message: expect.stringMatching(/^\S.*\.$/) })
    expect(WebAssembly.validate(bytes)).toBe(false)
  })
})

describe('readModule says what is wrong', () => {
  it.each([
    [assembleModule([3, [5, 0]]), '5 functions do not fit into the function section.', 10],
    [
      assembleModule([3, hugeCount]),
      '4294967295 functions are more than the 1000000 that engines accept.',
      10,
    ],
    [moduleOfImport(0, 1), 'Type 1 is not a function type of this module.', 25],
    [assembleModule([7, [1, 0, 2, 3]]), 'An export has the index 3, which does not exist.', 14],
    [moduleOfGlobal(0x10, 0, 0x0b), 'Instruction 0x10 is not allowed in a constant expression.', 13],
    [assembleModule([3, [0]], [1, [0]]), 'The type section is there twice, or too late.', 11],
  ])('%#', (bytes, message, offsetBytes) => {
    expect(readError(bytes)).toEqual({ kind: 'malformed', message, offsetBytes })
  })
})

/** Fails where the reader refuses, or reads otherwise, what the engine accepts. */
function checkAgainstEngine(name: string, bytes: Uint8Array<ArrayBuffer>) {
  const result = readModule(bytes)
  if (!WebAssembly.validate(bytes)) return
  if (!result.ok) throw new Error(`${name} ${Buffer.from(bytes).toString('hex')}: ${result.error.message}`)
  const module = new WebAssembly.Module(bytes)
  const { imports, exports } = result.value
  expect(imports.map(({ module, name, type }) => ({ module, name, kind: type.kind }))).toEqual(
    WebAssembly.Module.imports(module),
  )
  expect(exports.map(({ name, type }) => ({ name, kind: type.kind }))).toEqual(
    WebAssembly.Module.exports(module),
  )
}

describe('readModule never throws and never refuses what the engine accepts', () => {
  const modules: [name: string, bytes: Uint8Array<ArrayBuffer>][] = []

  beforeAll(async () => {
    for (const [name, text] of Object.entries(texts)) modules.push([name, await buildModule(text)])
  })

  it('with a tag attribute of two bytes', () => {
    const module = moduleOfImport(4, 0x80, 0, 0)
    expect(WebAssembly.validate(module)).toBe(true)
    checkAgainstEngine('tag', module)
  })

  it('cut at every byte', () => {
    for (const [name, bytes] of modules) {
      for (let length = 0; length <= bytes.length; length += 1)
        checkAgainstEngine(name, bytes.slice(0, length))
    }
  })

  it('with bytes changed at random', () => {
    const random = createRandom(223)
    const striking = [0x00, 0x7f, 0x80, 0xff]
    for (const [name, bytes] of modules) {
      for (let round = 0; round < 3000; round += 1) {
        const changed = bytes.slice()
        for (let change = random(4); change >= 0; change -= 1) {
          changed[random(changed.length)] = striking[random(8)] ?? random(256)
        }
        checkAgainstEngine(name, changed)
      }
    }
  })

  it('with a part taken out or put in twice', () => {
    const random = createRandom(532)
    for (const [name, bytes] of modules) {
      for (let round = 0; round < 1000; round += 1) {
        const start = random(bytes.length)
        const end = start + random(8)
        const rest = bytes.slice(random(2) === 0 ? end : start)
        checkAgainstEngine(name, Uint8Array.from([...bytes.slice(0, end * random(2) || start), ...rest]))
      }
    }
  })
})
