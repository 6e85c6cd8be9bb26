import { describe, expect, test } from 'vitest'
import {
  describeValue,
  formatTypedValues,
  formatValue,
  formatValues,
} from '../../../renderer/format/values.ts'

const i32 = (value: number) => ({ type: 'i32', value })
const i64 = (value: string) => ({ type: 'i64', value })
const f32 = (value: number | string) => ({ type: 'f32', value })
const f64 = (value: number | string) => ({ type: 'f64', value })

describe('integers', () => {
  test('are shown in decimal and in whole bytes of hex', () => {
    expect(describeValue(i32(10))).toMatchObject({ text: '10', hex: '0x0a', unsigned: null })
    expect(describeValue(i32(0))).toMatchObject({ text: '0', hex: '0x00' })
    expect(describeValue(i32(0x100020))).toMatchObject({ text: '1048608', hex: '0x100020' })
    expect(describeValue(i64('9007199254740993'))).toMatchObject({
      text: '9007199254740993',
      hex: '0x20000000000001',
    })
  })

  test('have an unsigned form when they are negative', () => {
    expect(describeValue(i32(-1))).toMatchObject({ text: '-1', unsigned: '4294967295', hex: '0xffffffff' })
    expect(describeValue(i32(-2147483648))).toMatchObject({ unsigned: '2147483648', hex: '0x80000000' })
    expect(describeValue(i64('-9223372036854775808'))).toMatchObject({
      unsigned: '9223372036854775808',
      hex: '0x8000000000000000',
    })
  })

  test('that are none have no hex', () => {
    expect(describeValue({ type: 'i64', value: 'what' })).toMatchObject({ text: 'what', hex: null })
    expect(describeValue({ type: 'i32', value: 1.5 })).toMatchObject({ text: '1.5', hex: null })
  })
})

describe('floats', () => {
  test('show their bits', () => {
    expect(describeValue(f32(1))).toMatchObject({ text: '1', hex: '0x3f800000' })
    expect(describeValue(f64(0.1))).toMatchObject({ text: '0.1', hex: '0x3fb999999999999a' })
    expect(describeValue(f64('-Infinity'))).toMatchObject({ text: '-Infinity', hex: '0xfff0000000000000' })
    expect(describeValue(f32('Infinity'))).toMatchObject({ text: 'Infinity', hex: '0x7f800000' })
  })

  test('keep the sign of zero, as text and as number', () => {
    expect(describeValue(f64('-0'))).toMatchObject({ text: '-0', hex: '0x8000000000000000' })
    expect(describeValue(f32(-0))).toMatchObject({ text: '-0', hex: '0x80000000' })
  })

  test('claim no bits for NaN', () => {
    expect(describeValue(f64('NaN'))).toMatchObject({ text: 'NaN', hex: null })
  })

  test('of single precision are written with the fewest digits that mean the same', () => {
    expect(formatValue(f32(Math.fround(0.1)))).toBe('0.1')
    expect(formatValue(f32(Math.fround(16777216)))).toBe('16777216')
    for (let seed = 1, count = 0; count < 500; count += 1) {
      seed = (seed * 48271) % 2147483647
      const bits = new DataView(new ArrayBuffer(4))
      bits.setUint32(0, seed)
      const single = bits.getFloat32(0)
      if (Number.isFinite(single)) expect(Math.fround(Number(formatValue(f32(single))))).toBe(single)
    }
  })
})

describe('references', () => {
  const text = { type: 'externref', value: 'externref#3', preview: '"abc"' }

  test('show what they refer to, and their handle', () => {
    expect(formatValue(text)).toBe('"abc"')
    expect(describeValue(text)).toEqual({
      text: 'externref#3',
      unsigned: null,
      hex: null,
      preview: '"abc"',
    })
    expect(formatValue({ type: 'funcref', value: 'funcref#1' })).toBe('funcref#1')
  })

  test('may be null', () => {
    expect(formatValue({ type: '(ref null $3)', value: null })).toBe('null')
  })

  test('cannot hide anything in their preview', () => {
    expect(formatValue({ ...text, preview: 'a\n\u202eb' })).toBe('a\\n\\u202eb')
    expect(formatValue({ ...text, preview: 'x'.repeat(100) })).toBe(`${'x'.repeat(80)}… 20 more`)
  })
})

describe('lists', () => {
  test('are joined', () => {
    expect(formatValues([])).toBe('')
    expect(formatValues([i32(10), i32(1)])).toBe('10, 1')
    expect(formatTypedValues([i32(10), f64(0.5)])).toBe('i32 10, f64 0.5')
  })

  test('say what they leave out', () => {
    const many = Array.from({ length: 32 }, (_, index) => i32(index))
    expect(formatValues(many)).toBe('0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, … 20 more')
    expect(formatTypedValues(many)).toMatch(/^i32 0, i32 1, .*, … 20 more$/)
  })
})
