/** Comparing texts and numbers with what a filter names. */
import { expect, test } from 'vitest'
import { readNumber } from '../../main/filter/literals.ts'
import type { Comparison } from '../../main/filter/model.ts'
import { testFloat, testI32, testI64 } from '../../main/filter/number-tests.ts'
import { matchesGlob, testText } from '../../main/filter/text-tests.ts'
import { createRandom } from '../trace/random-trace.ts'

/** The same by a regular expression, which is safe with patterns as short as these. */
function matchesByExpression(text: string, pattern: string): boolean {
  const source = pattern
    .replaceAll(/[^*?]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source.replaceAll(/\\(\w)/g, '$1')}$`, 's').test(text)
}

test('globs match as the regular expressions would that say the same', () => {
  const random = createRandom(3)
  const pick = (letters: string, length: number) =>
    Array.from(
      { length: Math.floor(random() * length) },
      () => letters[Math.floor(random() * letters.length)],
    ).join('')
  for (let round = 0; round < 20_000; round++) {
    const [text, pattern] = [pick('ab.', 8), pick('ab.*?', 7)]
    expect(matchesGlob(text, pattern), `${pattern} on ${text}`).toBe(matchesByExpression(text, pattern))
  }
})

test('a pattern that would ruin a regular expression is answered', () => {
  const text = 'a'.repeat(5000)
  expect(matchesGlob(text, `${'*a'.repeat(100)}*b`)).toBe(false)
})

test('contains takes no notice of large and small letters, the others do', () => {
  const contains = testText({ how: 'contains', text: 'ΆΣ' })
  expect(contains.matches('xάσa')).toBe(true)
  expect(contains.mayBeIn(JSON.stringify('\nάς'))).toBe(true)
  expect(testText({ how: 'glob', text: 'a*' }).matches('Ab')).toBe(false)
  expect(testText({ how: 'equals', text: 'a*' }).matches('ab')).toBe(false)
})

test('a text that matches is never passed over for its JSON', () => {
  const texts = ['say "hi"', 'back\\slash', 'tab\tnew\nline', '\u0001é😀', 'plain']
  for (const text of texts) {
    for (const how of ['contains', 'equals', 'glob'] as const) {
      const pattern = testText({ how, text: how === 'glob' ? `*${text.slice(1, 4)}*` : text })
      expect(pattern.matches(text)).toBe(true)
      expect(pattern.mayBeIn(JSON.stringify([{ value: text }]))).toBe(true)
      expect(pattern.mayBeIn('[]')).toBe(false)
    }
  }
})

const NUMBERS = [
  '0',
  '-1',
  '1',
  '10',
  '0.5',
  '-0.5',
  '4294967295',
  '2147483648',
  '-2147483648',
  '-2147483649',
  '9223372036854775807',
  '9223372036854775808',
  '-9223372036854775808',
  '18446744073709551615',
  '18446744073709551616',
  '1e30',
  '-1e30',
  'inf',
  '-inf',
]

/** Whether a whole number is so compared with what is written, by way of big integers and quotients of them. */
function compareExactly(value: bigint, comparison: Comparison, written: string): boolean {
  if (written.endsWith('inf')) return comparison.startsWith(written === 'inf' ? '<' : '>')
  // Halves are the smallest parts that are tried.
  const doubled = BigInt(
    written.includes('.')
      ? Number(written) * 2
      : BigInt(Number.isInteger(Number(written)) && !/e/.test(written) ? written : Number(written)) * 2n,
  )
  const [left, right] = [value * 2n, doubled]
  return {
    '=': left === right,
    '<': left < right,
    '<=': left <= right,
    '>': left > right,
    '>=': left >= right,
  }[comparison]
}

test.each(['=', '<', '<=', '>', '>='] as const)(
  'whole numbers are compared exactly with %s',
  (comparison) => {
    const values = [
      0n,
      1n,
      -1n,
      10n,
      11n,
      2n ** 31n - 1n,
      -(2n ** 31n),
      2n ** 32n,
      2n ** 63n - 1n,
      -(2n ** 63n),
      2n ** 53n + 1n,
    ]
    for (const written of NUMBERS) {
      const literal = readNumber(written)!
      for (const value of values) {
        const isUnsignedForm = (bits: number) =>
          comparison === '=' &&
          literal.integer !== null &&
          literal.integer >= 0n &&
          literal.integer < 2n ** BigInt(bits) &&
          BigInt.asIntN(bits, literal.integer) === value
        const expected = compareExactly(value, comparison, written)
        const [low, high] = [Number(BigInt.asUintN(32, value)), Number(BigInt.asUintN(32, value >> 32n))]
        expect(testI64(comparison, literal)(low, high), `${value} ${comparison} ${written}`).toBe(
          expected || isUnsignedForm(64),
        )
        if (BigInt.asIntN(32, value) !== value) continue
        expect(testI32(comparison, literal)(Number(value)), `${value} ${comparison} ${written}`).toBe(
          expected || isUnsignedForm(32),
        )
      }
    }
  },
)

test('floats: f32 is the nearest to what is written, NaN is NaN, and nothing else', () => {
  const tenth = readNumber('0.1')!
  expect(testFloat('=', tenth, true)(Math.fround(0.1))).toBe(true)
  expect(testFloat('=', tenth, false)(Math.fround(0.1))).toBe(false)
  expect(testFloat('=', readNumber('nan')!, false)(NaN)).toBe(true)
  expect(testFloat('=', readNumber('0')!, false)(NaN)).toBe(false)
  expect(testFloat('=', readNumber('0')!, false)(-0)).toBe(true)
  expect(testFloat('>', readNumber('-inf')!, false)(NaN)).toBe(false)
  expect(testFloat('>=', readNumber('inf')!, false)(Infinity)).toBe(true)
})
