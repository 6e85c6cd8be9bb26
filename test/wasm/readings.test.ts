import { describe, expect, test } from 'vitest'
import type { DataType, Operand, Reading, ReadingSignature, Scalar } from '../../main/wasm/readings/model.ts'
import { layoutOf } from '../../main/wasm/readings/model.ts'
import { parseReadings, READINGS_LENGTH_LIMIT } from '../../main/wasm/readings/parse.ts'
import { createRandom } from './random.ts'

const SIGNATURE: ReadingSignature = {
  params: ['i32', 'i32', 'i64', 'f64', 'externref'],
  results: ['i32', 'i64'],
  paramNames: ['path', 'path_len', undefined, 'amount'],
}

function parse(text: string): Reading[] {
  const parsed = parseReadings(text, SIGNATURE)
  if (!parsed.ok) throw new Error(`${parsed.error.offset}: ${parsed.error.message}`)
  return parsed.value
}

function param(index: number, deref = false): Operand {
  return { from: 'param', index, deref, type: SIGNATURE.params[index]! }
}

function result(index: number): Operand {
  return { from: 'result', index, deref: false, type: SIGNATURE.results[index]! }
}

test('an empty text reads nothing', () => {
  expect(parse('')).toEqual([])
  expect(parse(' \n ')).toEqual([])
})

test.each<[string, Reading[]]>([
  [
    'utf8(0, 1)',
    [
      {
        name: null,
        atReturn: false,
        source: { kind: 'text', text: 'utf8', address: param(0), length: param(1) },
      },
    ],
  ],
  [
    'name: utf8(path, path_len)',
    [
      {
        name: 'name',
        atReturn: false,
        source: { kind: 'text', text: 'utf8', address: param(0), length: param(1) },
      },
    ],
  ],
  [
    'out bytes(0, *1)',
    [
      {
        name: null,
        atReturn: true,
        source: { kind: 'text', text: 'bytes', address: param(0), length: param(1, true) },
      },
    ],
  ],
  [
    'utf8(0, result)',
    [
      {
        name: null,
        atReturn: true,
        source: { kind: 'text', text: 'utf8', address: param(0), length: result(0) },
      },
    ],
  ],
  [
    'f64(3); i64(result.1)',
    [
      { name: null, atReturn: false, source: { kind: 'passed', operand: param(3), type: scalar('f64') } },
      { name: null, atReturn: true, source: { kind: 'passed', operand: result(1), type: scalar('i64') } },
    ],
  ],
  [
    'out u16(*0)',
    [
      {
        name: null,
        atReturn: true,
        source: { kind: 'memory', address: param(0), type: scalar('u16'), count: null },
      },
    ],
  ],
  [
    'array(0, 1) utf8',
    [
      {
        name: null,
        atReturn: false,
        source: { kind: 'memory', address: param(0), type: { kind: 'text', text: 'utf8' }, count: param(1) },
      },
    ],
  ],
  [
    'enum(0) { 0: read, -1: none\n 0x10: write }',
    [
      {
        name: null,
        atReturn: false,
        source: {
          kind: 'passed',
          operand: param(0),
          type: {
            kind: 'enum',
            scalar: 'i32',
            symbols: [
              { value: 0, name: 'read' },
              { value: -1, name: 'none' },
              { value: 16, name: 'write' },
            ],
          },
        },
      },
    ],
  ],
])('%s', (text, expected) => {
  expect(parse(text)).toEqual(expected)
})

function scalar(name: Scalar): { kind: 'scalar'; scalar: Scalar } {
  return { kind: 'scalar', scalar: name }
}

test.each([
  ['utf(0, 1)', 0, /“utf” is no reading. There are utf8, cstring/],
  ['utf8(0 1)', 7, /“1” stands where “,” between address and length is expected/],
  ['utf8(0, 1', 9, /The text ends where “\)”/],
  ['utf8(0, 9)', 8, /The import has 5 parameters; the first is 0/],
  ['utf8(0, -1)', 8, /The import has 5 parameters/],
  ['utf8(0, size)', 8, /No parameter is named “size”. There are path, path_len, amount/],
  ['utf8(0, 3)', 8, /Parameter 3 is of type f64, and no length/],
  ['cstring(4)', 8, /Parameter 4 is of type externref, and no address/],
  ['u64(0)', 4, /Parameter 0 is an i32, which cannot be read as u64/],
  ['f64(0)', 4, /Parameter 0 is an i32, which cannot be read as f64/],
  ['f64(*3)', 5, /Parameter 3 is of type f64, and no address/],
  ['u32(result.2)', 4, /The import has 2 results/],
  ['out u32(0)', 4, /write “\*0” for what it points at/],
  ['struct(0) {}', 11, /“}” stands where the name of a member is expected/],
  ['struct(0) { x: f65 }', 15, /“f65” is no type/],
  ['struct(0) { x: u8[0] }', 18, /at least one item/],
  ['struct(0) { x: u8[2000000] }', 15, /larger than 1 MiB/],
  ['struct(0) { x: u8[65536][65536][65536][65536] }', 15, /larger than 1 MiB/],
  ['enum f32(0) { 0: a }', 5, /“f32” is no integer type/],
  ['enum(0)', 7, /The text ends where “{” with the names/],
  ['u32(0) u32(1)', 7, /a comma or the end/],
  ['u32(0),, u32(1)', 7, /“,” stands where a reading/],
  ['u32(99999999999999999999)', 4, /too large/],
  ['u32(😀)', 4, /“😀” stands where a parameter/u],
])('%s is refused', (text, offset, message) => {
  const parsed = parseReadings(text, SIGNATURE)
  expect(parsed).toMatchObject({ ok: false, error: { offset } })
  expect(!parsed.ok && parsed.error.message).toMatch(message)
})

test('an endless text is refused at once', () => {
  const nested = 'struct(0) { a: ' + 'struct{a:'.repeat(200) + 'u8' + '}'.repeat(201)
  expect(parseReadings(nested.slice(0, READINGS_LENGTH_LIMIT), SIGNATURE)).toMatchObject({ ok: false })
  expect(parseReadings('u32(0),'.repeat(10_000), SIGNATURE)).toMatchObject({ ok: false })
})

describe('the layout is that of C', () => {
  test.each([
    ['{ a: u8, b: u32 }', 4, 8, 4],
    ['{ a: u8, b: u64, c: u8 }', 4, 24, 8],
    ['{ a: u8, b: struct { c: u16, d: u8 }, e: u8[3] }', 4, 10, 2],
    ['{ a: bool, b: ptr }', 4, 8, 4],
    ['{ a: bool, b: ptr }', 8, 16, 8],
    ['{ a: utf8, b: cstring }', 4, 12, 4],
    ['{ a: utf8, b: cstring }', 8, 24, 8],
    ['{ a: enum { 0: x }, b: enum u8 { 0: y } }', 4, 8, 4],
  ] as const)('%s with addresses of %i bytes', (members, addressBytes, sizeBytes, alignBytes) => {
    const [{ source } = { source: null }] = parse(`struct(0) ${members}`)
    expect(source?.kind === 'memory' && layoutOf(source.type, addressBytes)).toEqual({
      sizeBytes,
      alignBytes,
    })
  })
})

describe('what is written is what is read', () => {
  const random = createRandom(11)
  const pick = <Item>(items: readonly Item[]): Item => items[random(items.length)]!
  const word = (): string => pick(['x', 'y_1', 'tag', 'out-of-room', 'Name', '$a'])
  const blank = (): string => pick(['', ' ', '\n', '  '])
  const integers = ['i8', 'u8', 'i16', 'u16', 'i32', 'u32', 'bool', 'ptr'] as const

  /** A type, and a text of it. */
  function makeType(depth: number): [DataType, string] {
    const kind = random(depth > 0 ? 6 : 3)
    if (kind === 0) {
      const text = pick(['utf8', 'cstring', 'bytes'] as const)
      return [{ kind: 'text', text }, text]
    }
    if (kind === 1) return makeEnum()
    if (kind === 2) {
      const name = pick([...integers, 'f32', 'f64', 'i64', 'u64'] as const)
      return [scalar(name), name]
    }
    if (kind === 3) {
      const [item, text] = makeType(depth - 1)
      const count = 1 + random(4)
      return [{ kind: 'array', item, count }, `${text}${blank()}[${blank()}${count}]`]
    }
    return makeStruct(depth - 1)
  }

  function makeStruct(depth: number): [DataType, string] {
    const made = Array.from({ length: 1 + random(3) }, () => ({ name: word(), type: makeType(depth) }))
    const texts = made.map(({ name, type: [, text] }) => `${name}${blank()}:${blank()}${text}`)
    const members = made.map(({ name, type: [type] }) => ({ name, type }))
    return [{ kind: 'struct', members }, `struct${blank()}{${join(texts)}}`]
  }

  function makeEnum(): [Extract<DataType, { kind: 'enum' }>, string] {
    const name = pick(['i8', 'u16', 'i32', 'u32'] as const)
    const symbols = Array.from({ length: 1 + random(3) }, () => ({ value: random(300) - 100, name: word() }))
    const texts = symbols.map(({ value, name }) => `${value}${blank()}:${blank()}${name}`)
    const spelled = name === 'i32' && random(2) === 0 ? '' : ` ${name}`
    return [{ kind: 'enum', scalar: name, symbols }, `enum${spelled}${blank()}{${join(texts)}}`]
  }

  function join(texts: string[]): string {
    return texts.join(pick([',', ';', '\n', ' ,\n'])) + pick(['', ',', ' ; ', '\n'])
  }

  function makeOperand(): [Operand, string] {
    const operand = pick([param(0), param(1), param(2), param(1, true), result(0), result(1)])
    const { from, index, deref } = operand
    const name = from === 'param' ? SIGNATURE.paramNames[index] : undefined
    const number =
      from === 'param' ? String(index) : index === 0 ? pick(['result', 'result.0']) : `result.${index}`
    return [operand, `${deref ? '*' : ''}${name !== undefined && random(2) ? name : number}`]
  }

  function makeReading(): [Reading, string] {
    const [address, addressText] = makeOperand()
    const [length, lengthText] = makeOperand()
    const isOut = random(2) === 0
    const name = random(2) ? word() : null
    const place = `${isOut ? 'out ' : ''}${name === null ? '' : `${name}${blank()}:${blank()}`}`
    const uses = (...operands: Operand[]): boolean => isOut || operands.some(({ from }) => from === 'result')
    switch (random(4)) {
      case 0: {
        const text = pick(['utf8', 'bytes'] as const)
        const source = { kind: 'text' as const, text, address, length }
        return [
          { name, atReturn: uses(address, length), source },
          `${place}${text}(${addressText},${blank()}${lengthText})`,
        ]
      }
      case 1: {
        const source = { kind: 'text' as const, text: 'cstring' as const, address, length: null }
        return [{ name, atReturn: uses(address), source }, `${place}cstring${blank()}(${addressText})`]
      }
      case 2: {
        const [type, text] = makeStruct(2)
        const source = { kind: 'memory' as const, address, type, count: null }
        return [
          { name, atReturn: uses(address), source },
          `${place}${text.replace('struct', `struct(${addressText})`)}`,
        ]
      }
      default: {
        const [type, text] = makeType(2)
        const source = { kind: 'memory' as const, address, type, count: length }
        return [
          { name, atReturn: uses(address, length), source },
          `${place}array(${addressText},${lengthText})${blank() || ' '}${text}`,
        ]
      }
    }
  }

  test('for three thousand made at random', () => {
    let read = 0
    for (let round = 0; round < 3000; round++) {
      const made = Array.from({ length: 1 + random(3) }, makeReading)
      const text = join(made.map(([, written]) => written))
      if (text.length > READINGS_LENGTH_LIMIT) continue
      expect(parse(text), text).toEqual(made.map(([reading]) => reading))
      read++
    }
    expect(read).toBeGreaterThan(2000)
  })

  test('and no text at all makes it throw', () => {
    const pieces = [
      'utf8',
      'struct',
      'enum',
      '(',
      ')',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '*',
      '0',
      '1',
      'result',
      '.',
      'x',
      '\n',
      'out',
      '-',
      'é',
    ]
    for (let round = 0; round < 5000; round++) {
      const text = Array.from({ length: random(20) }, () => pick(pieces)).join(pick(['', ' ']))
      const parsed = parseReadings(text, SIGNATURE)
      if (!parsed.ok) expect(parsed.error.offset).toBeLessThanOrEqual(text.length)
    }
  })
})
