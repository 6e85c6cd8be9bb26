import { describe, expect, it } from 'vitest'
import type { ReferenceType, ValueType } from '../../main/wasm/types.ts'
import { formatValueType } from '../../main/wasm/types.ts'
import { parameterHint, parseArguments } from '../../main/wasm/value-text.ts'

function parse(text: string, type: ValueType): unknown {
  const parsed = parseArguments([text], [type])
  return parsed.ok ? parsed.value[0] : parsed.error.kind
}

function explain(text: string, type: ValueType, name?: string): string {
  const parsed = parseArguments([text], [type], name === undefined ? [] : [name])
  if (parsed.ok) throw new Error(`${text} was read as ${String(parsed.value)}.`)
  return `${parsed.error.message} ${parsed.error.fix}`
}

const externref: ReferenceType = { nullable: true, heap: 'extern' }
const funcref: ReferenceType = { nullable: true, heap: 'func' }

describe('parseArguments reads', () => {
  it.each<[ValueType, string, number | bigint | string | null]>([
    ['i32', '223', 223],
    ['i32', '-1', -1],
    ['i32', '+5', 5],
    ['i32', '0xff', 255],
    ['i32', '0XFF', 255],
    ['i32', '-0x80000000', -2_147_483_648],
    ['i32', '0xffff_ffff', -1],
    ['i32', '1e3', 1000],
    ['i32', '1E+3', 1000],
    ['i32', '0e999', 0],
    ['i32', '1_000', 1000],
    ['i32', '007', 7],
    ['i32', '-0', 0],
    ['i32', '-2147483648', -2_147_483_648],
    ['i32', '2147483648', -2_147_483_648],
    ['i32', '4294967295', -1],
    ['i32', ' 223\t', 223],
    ['i64', '223', 223n],
    ['i64', '9007199254740993', 9_007_199_254_740_993n],
    ['i64', '-9223372036854775808', -(2n ** 63n)],
    ['i64', '9223372036854775807', 2n ** 63n - 1n],
    ['i64', '18446744073709551615', -1n],
    ['i64', '0x8000000000000000', -(2n ** 63n)],
    ['i64', '1e18', 10n ** 18n],
    ['i64', '-1_000', -1000n],
    ['f32', '0.1', Math.fround(0.1)],
    ['f32', '16777217', 16_777_216],
    ['f32', '3.4028235e38', 3.402_823_466_385_288_6e38],
    ['f32', '1e-50', 0],
    ['f32', 'nan', Number.NaN],
    ['f32', '-inf', -Infinity],
    ['f64', '0.1', 0.1],
    ['f64', '.5', 0.5],
    ['f64', '5.', 5],
    ['f64', '-2e-3', -0.002],
    ['f64', '1_000.000_1', 1000.0001],
    ['f64', '0x1.8p1', 3],
    ['f64', '0xff', 255],
    ['f64', '-0', -0],
    ['f64', '-0x0p0', -0],
    ['f64', 'NaN', Number.NaN],
    ['f64', 'inf', Infinity],
    ['f64', '+infinity', Infinity],
    ['f64', '-Infinity', -Infinity],
    ['f64', '1.7976931348623157e308', Number.MAX_VALUE],
    ['f64', '5e-324', 5e-324],
    ['f64', '1e-999999999999999999999', 0],
    [externref, 'null', null],
    [externref, '"abc \\u03bb"', 'abc λ'],
    [externref, '""', ''],
    [{ nullable: false, heap: 'extern' }, '"abc"', 'abc'],
    [funcref, 'null', null],
    [{ nullable: true, heap: 3, shape: 'struct' }, ' null ', null],
  ])('%o from %s', (type, text, value) => {
    expect(parse(text, type)).toBe(value)
  })

  it('several at once, in order', () => {
    expect(parseArguments(['1', '2', '0.5', 'null'], ['i32', 'i64', 'f64', externref])).toEqual({
      ok: true,
      value: [1, 2n, 0.5, null],
    })
    expect(parseArguments([], [])).toEqual({ ok: true, value: [] })
  })
})

describe('parseArguments refuses', () => {
  it.each<[ValueType, string, 'type' | 'range' | 'unsupported']>([
    ...[
      '',
      ' ',
      '12abc',
      '1.5',
      '1e-3',
      '1e',
      'e3',
      '0x',
      '0xg',
      '--1',
      '+-1',
      '1 2',
      '1,000',
      '_1',
      '1_',
      '1__0',
    ]
      .concat(['0x_f', '1_e3', '1e_3', 'nan', 'inf', 'null', '"1"', '1n', '٣', '0b1', '0o7', '𝟏'])
      .flatMap((text): [ValueType, string, 'type'][] => [
        ['i32', text, 'type'],
        ['i64', text, 'type'],
      ]),
    ...[
      '',
      ' ',
      '12abc',
      '.',
      'e3',
      '1e',
      '1e+',
      '0x',
      '0x.',
      '0xp1',
      '0x1p',
      '--1',
      '1..2',
      '1.2.3',
      '1_.5',
      '1._5',
    ]
      .concat(['1e1_', '_1', 'nan:0x1', '-nan0', 'infinit', 'null', '1,5', '0x1e+3p', '1p3'])
      .flatMap((text): [ValueType, string, 'type'][] => [
        ['f32', text, 'type'],
        ['f64', text, 'type'],
      ]),
    ['i32', '4294967296', 'range'],
    ['i32', '-2147483649', 'range'],
    ['i32', '1e10', 'range'],
    ['i32', '1e999999999999', 'range'],
    ['i32', `1e${'9'.repeat(400)}`, 'range'],
    ['i64', '18446744073709551616', 'range'],
    ['i64', '-9223372036854775809', 'range'],
    ['i64', '1e20', 'range'],
    ['f32', '3.5e38', 'range'],
    ['f32', '-1e39', 'range'],
    ['f32', '0x1p128', 'range'],
    ['f64', '1.8e308', 'range'],
    ['f64', '1e999999999999', 'range'],
    ['f64', '-0x1p1024', 'range'],
    ['f64', '9'.repeat(2000), 'type'],
    ['i64', '9'.repeat(2_000_000), 'type'],
    [externref, 'abc', 'type'],
    [externref, '"abc', 'type'],
    [externref, '{}', 'type'],
    [externref, '223', 'type'],
    [{ nullable: false, heap: 'extern' }, 'null', 'type'],
    [funcref, '"abc"', 'type'],
    [funcref, '0', 'type'],
    [{ nullable: false, heap: 'func' }, '0', 'unsupported'],
    [{ nullable: false, heap: 'func' }, 'null', 'type'],
    ['v128', '0', 'unsupported'],
    [{ nullable: true, heap: 'exn' }, 'null', 'unsupported'],
  ])('%o from %s as %s', (type, text, kind) => {
    expect(parse(text, type)).toBe(kind)
  })

  it('a wrong number of arguments', () => {
    expect(parseArguments(['1', '2'], ['i32'])).toEqual({
      ok: false,
      error: {
        kind: 'count',
        message: 'It takes 1 argument (i32), and 2 are given.',
        fix: 'Give 1 argument.',
      },
    })
    expect(parseArguments(['1'], [])).toMatchObject({
      error: { message: 'It takes 0 arguments, and 1 is given.', fix: 'Give no arguments.' },
    })
    expect(parseArguments([], ['i32', externref])).toMatchObject({
      error: { message: 'It takes 2 arguments (i32, externref), and 0 are given.' },
    })
  })

  it('a function that cannot be called at all, whatever is given', () => {
    expect(parseArguments([], ['i32', 'v128'])).toEqual({
      ok: false,
      error: {
        kind: 'unsupported',
        index: 1,
        message: 'Argument 2 (v128) cannot be passed: JavaScript has no such values.',
        fix: 'Call a function without such a type.',
      },
    })
  })

  it('the first wrong argument, by number or name', () => {
    expect(parseArguments(['1', 'x', 'y'], ['i32', 'i32', 'i32'])).toMatchObject({ error: { index: 1 } })
    expect(explain('12abc', 'i32')).toBe(
      'Argument 1 (i32) is "12abc", which is not an integer. Write an integer such as 223, -1, 0xff or 1e3.',
    )
    expect(explain('', 'f64', 'ratio')).toBe(
      'ratio (f64) is empty. Write a number such as 1.5, -2e-3, 0x1p-3, nan or inf.',
    )
    expect(explain('4294967296', 'i32')).toContain('which is not between -2147483648 and 4294967295.')
    expect(explain('1e39', 'f32')).toContain('is "1e39", which is too large for an f32.')
    expect(explain('abc', externref)).toBe(
      'Argument 1 (externref) is "abc", which is not a string in double quotes. Write null, or "text".',
    )
    expect(explain('x', { nullable: false, heap: 'func' })).toBe(
      'Argument 1 ((ref func)) cannot be written as text. Call it from a host module, which can pass one.',
    )
  })

  it('long or strange text without repeating it whole', () => {
    expect(explain('7'.repeat(500_000), 'i32').length).toBeLessThan(200)
    expect(explain('\u001b[2J', 'i32')).toContain(String.raw`"\u001b[2J"`)
  })
})

describe('parameterHint', () => {
  it('shows text that is accepted, or says that none is', () => {
    const types: ValueType[] = [
      'i32',
      'i64',
      'f32',
      'f64',
      externref,
      funcref,
      { nullable: false, heap: 'extern' },
    ]
    for (const type of types) {
      for (const example of parameterHint(type).split(' or ')) {
        expect([formatValueType(type), example, parseArguments([example], [type]).ok]).toEqual([
          formatValueType(type),
          example,
          true,
        ])
      }
    }
    expect(parameterHint('v128')).toBe('cannot be passed')
    expect(parameterHint({ nullable: false, heap: 'func' })).toBe('cannot be written')
  })
})
