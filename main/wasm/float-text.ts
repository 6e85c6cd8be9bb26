/** The shape of a binary floating-point type: bits of its significand, and the exponent of its smallest number. */
interface FloatShape {
  significandBits: number
  smallestExponent: number
  largest: number
}

const shapes: Record<'f32' | 'f64', FloatShape> = {
  f32: { significandBits: 24, smallestExponent: -149, largest: (2 - 2 ** -23) * 2 ** 127 },
  f64: { significandBits: 53, smallestExponent: -1074, largest: Number.MAX_VALUE },
}

const decimalPattern = /^(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/
const hexadecimalPattern = /^0x([\da-f]*)(?:\.([\da-f]*))?(?:p([+-]?\d+))?$/

/** Beyond these exponents every significand that text of a sane length has is infinite or zero. */
const exponentLimit = 5000

function clampExponent(text: string | undefined): number {
  return Math.max(-exponentLimit, Math.min(exponentLimit, Number(text ?? 0)))
}

function countBits(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length
}

/** The nearest number of a shape to `significand` · 2^`exponent`, ties to even; may be infinite. */
function roundBinary(significand: bigint, exponent: number, shape: FloatShape): number {
  const lowest = Math.max(countBits(significand) + exponent - shape.significandBits, shape.smallestExponent)
  const dropped = lowest - exponent
  if (dropped <= 0) return scale(significand, exponent, shape)
  const kept = significand >> BigInt(dropped)
  const rest = significand - (kept << BigInt(dropped))
  const half = 1n << BigInt(dropped - 1)
  const roundsUp = rest > half || (rest === half && kept % 2n === 1n)
  return scale(kept + (roundsUp ? 1n : 0n), lowest, shape)
}

/** An integer that the shape holds exactly, times a power of two. */
function scale(significand: bigint, exponent: number, shape: FloatShape): number {
  if (significand === 0n) return 0
  if (countBits(significand) + exponent > 1024) return Number.POSITIVE_INFINITY
  const value = Number(significand << BigInt(Math.max(exponent, 0))) * 2 ** Math.min(exponent, 0)
  return value > shape.largest ? Number.POSITIVE_INFINITY : value
}

function roundDecimal(significand: bigint, exponent: number, shape: FloatShape): number {
  if (exponent >= 0) return roundBinary(significand * 10n ** BigInt(exponent), 0, shape)
  const divisor = 10n ** BigInt(-exponent)
  // More bits than are kept, and a last one that says whether anything was cut off.
  const shift = countBits(divisor) + shape.significandBits + 2
  const scaled = significand << BigInt(shift)
  const sticky = scaled % divisor === 0n ? 0n : 1n
  return roundBinary(((scaled / divisor) << 1n) | sticky, -shift - 1, shape)
}

/**
 * Reads an unsigned finite floating-point number in decimal or hexadecimal notation (specification 3.0, "Text
 * Format", "Floating-Point", without underscores), rounded once to the nearest number of `type`.
 * Undefined where the text is none; infinite where the number is too large for the type.
 */
export function readFloat(text: string, type: 'f32' | 'f64'): number | undefined {
  const decimal = decimalPattern.exec(text)
  const match = decimal ?? hexadecimalPattern.exec(text)
  if (match === null) return undefined
  const [, whole = '', fraction = '', exponentText] = match
  if (whole + fraction === '') return undefined
  const exponent = clampExponent(exponentText)
  if (decimal !== null)
    return roundDecimal(BigInt(whole + fraction), exponent - fraction.length, shapes[type])
  return roundBinary(BigInt(`0x${whole}${fraction}`), exponent - 4 * fraction.length, shapes[type])
}
