/** Comparing the numbers of calls with one that a filter names, without making any object. */
import type { Comparison, NumberLiteral } from './model.ts'

const [LOWEST_I64, HIGHEST_I64] = [-(2n ** 63n), 2n ** 63n - 1n]
const never = () => false
const always = () => true

/** Compares numbers that are exact as they are. */
export function testNumber(comparison: Comparison, limit: number): (value: number) => boolean {
  switch (comparison) {
    case '=':
      return (value) => value === limit
    case '<':
      return (value) => value < limit
    case '<=':
      return (value) => value <= limit
    case '>':
      return (value) => value > limit
    case '>=':
      return (value) => value >= limit
  }
}

/** Compares f64s, or f32s (`isSingle`), which are taken for the number that is written when they are nearest to it. */
export function testFloat(
  comparison: Comparison,
  { number }: NumberLiteral,
  isSingle: boolean,
): (value: number) => boolean {
  if (Number.isNaN(number)) return comparison === '=' ? (value) => Number.isNaN(value) : never
  return testNumber(comparison, isSingle ? Math.fround(number) : number)
}

/** Compares signed i32s. Equality also takes the number that is written as an unsigned one. */
export function testI32(comparison: Comparison, literal: NumberLiteral): (value: number) => boolean {
  const whole = toWhole(comparison, literal)
  if (typeof whole === 'boolean') return whole ? always : never
  const { integer } = whole
  if (whole.comparison !== '=') return testNumber(whole.comparison, Number(integer))
  if (integer < -(2n ** 31n) || integer >= 2n ** 32n) return never
  return testNumber('=', Number(BigInt.asIntN(32, integer)))
}

/** Compares signed i64s, given as two words, exactly. */
export function testI64(
  comparison: Comparison,
  literal: NumberLiteral,
): (low: number, high: number) => boolean {
  const whole = toWhole(comparison, literal)
  if (typeof whole === 'boolean') return whole ? always : never
  const { integer } = whole
  if (whole.comparison === '=') {
    if (integer < LOWEST_I64 || integer >= 2n ** 64n) return never
  } else if (integer > HIGHEST_I64 || integer < LOWEST_I64) {
    return whole.comparison.startsWith('<') === integer > HIGHEST_I64 ? always : never
  }
  const limitLow = Number(BigInt.asUintN(32, integer))
  const limitHigh = Number(BigInt.asIntN(32, integer >> 32n))
  switch (whole.comparison) {
    case '=':
      return (low, high) => low === limitLow && (high | 0) === limitHigh
    case '<':
      return (low, high) => (high | 0) < limitHigh || ((high | 0) === limitHigh && low < limitLow)
    case '<=':
      return (low, high) => (high | 0) < limitHigh || ((high | 0) === limitHigh && low <= limitLow)
    case '>':
      return (low, high) => (high | 0) > limitHigh || ((high | 0) === limitHigh && low > limitLow)
    case '>=':
      return (low, high) => (high | 0) > limitHigh || ((high | 0) === limitHigh && low >= limitLow)
  }
}

/** The comparison with a whole number that says the same about whole numbers, or its answer about all of them. */
function toWhole(
  comparison: Comparison,
  { number, integer }: NumberLiteral,
): { comparison: Comparison; integer: bigint } | boolean {
  if (integer !== null) return { comparison, integer }
  if (comparison === '=' || Number.isNaN(number)) return false
  const isBelow = comparison.startsWith('<')
  if (!Number.isFinite(number)) return isBelow === number > 0
  return { comparison: isBelow ? '<=' : '>', integer: BigInt(Math.floor(number)) }
}
