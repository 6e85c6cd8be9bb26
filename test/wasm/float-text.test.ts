import { describe, expect, it } from 'vitest'
import { parseArguments } from '../../main/wasm/value-text.ts'
import { buildModule } from './modules.ts'
import { createRandom } from './random.ts'

function parseFloats(texts: string[], type: 'f32' | 'f64'): unknown[] {
  return texts.map((text) => {
    const parsed = parseArguments([text], [type])
    return parsed.ok ? parsed.value[0] : parsed.error.kind
  })
}

/** What the text format says that the texts are: the results of a module with a constant for each. */
async function evaluateInGuest(texts: string[], type: 'f32' | 'f64'): Promise<unknown[]> {
  const globals = texts.map((text, index) => `(global (export "${index}") ${type} (${type}.const ${text}))`)
  const module = new WebAssembly.Module(await buildModule(`(module ${globals.join('\n')})`))
  const { exports } = new WebAssembly.Instance(module)
  return texts.map((_, index) => (exports[index] as WebAssembly.Global).value)
}

const random = createRandom(223)

function randomDigits(radix: number): string {
  return Array.from({ length: 1 + random(18) }, () => random(radix).toString(radix)).join('')
}

function randomDecimal(lowestExponent: number, highestExponent: number): string {
  const exponent = lowestExponent + random(highestExponent - lowestExponent)
  return `${random(2) === 0 ? '-' : ''}${randomDigits(10)}.${randomDigits(10)}e${exponent}`
}

function randomHexadecimal(lowestExponent: number, highestExponent: number): string {
  const exponent = lowestExponent + random(highestExponent - lowestExponent)
  return `0x${randomDigits(16)}.${randomDigits(16)}p${exponent}`
}

/** Texts where rounding twice, or rounding a tie the wrong way, gives another number. */
const hardTexts = [
  '1.00000005960464477539062500000000000001',
  '1.000000059604644775390625',
  '1.000000178813934326171875',
  '0x1.000001',
  '0x1.0000010000000000000001',
  '0x1.000003',
  '0x0.000000fffffffffffffp-126',
  '1.401298464324817e-45',
  '7.006492321624085354618e-46',
  '7.0064923216240853546186479164495e-46',
  '7.0064923216240853546186479164496e-46',
  '1.17549435e-38',
  '3.40282356779733623858e38',
  '9007199254740993',
  '9007199254740993.00000000000000000000000001',
  '2.2250738585072011e-308',
  '2.2250738585072014e-308',
  '4.9406564584124654417656879286822137e-324',
  '2.4703282292062327208828439643411e-324',
  '0x1.00000000000008p0',
  '0x1.000000000000080000000000000001p0',
  '0x1p-149',
  '0x1p-150',
  '0x1.8p-150',
]

/** Reaching from what rounds to zero up to what every type still holds. */
const exponentRanges: Record<
  'f32' | 'f64',
  Record<'decimal' | 'binary', [lowest: number, highest: number]>
> = {
  f32: { decimal: [-60, 20], binary: [-220, 50] },
  f64: { decimal: [-350, 290], binary: [-1150, 900] },
}

describe('floating-point text is rounded once, as the text format says', () => {
  it.each(['f32', 'f64'] as const)('%s, hard cases', async (type) => {
    expect(parseFloats(hardTexts, type)).toEqual(await evaluateInGuest(hardTexts, type))
  })

  it.each(['f32', 'f64'] as const)('%s, random decimals and hexadecimals', async (type) => {
    const { decimal, binary } = exponentRanges[type]
    const texts = [
      ...Array.from({ length: 2000 }, () => randomDecimal(...decimal)),
      ...Array.from({ length: 2000 }, () => randomHexadecimal(...binary)),
    ]
    expect(parseFloats(texts, type)).toEqual(await evaluateInGuest(texts, type))
  })

  it.each(['f32', 'f64'] as const)('%s, few digits', async (type) => {
    const [lowestExponent] = exponentRanges[type].decimal
    const exponents = Array.from({ length: -lowestExponent }, (_, index) => index + lowestExponent)
    const texts = exponents.flatMap((exponent) =>
      [1, 3, 7, 9, 17, 23].map((digits) => `${digits}e${exponent}`),
    )
    expect(parseFloats(texts, type)).toEqual(await evaluateInGuest(texts, type))
  })

  it('f64, as JavaScript reads the same decimals', () => {
    const texts = Array.from({ length: 5000 }, () => randomDecimal(-350, 320))
    const expected = texts.map((text) => (Number.isFinite(Number(text)) ? Number(text) : 'range'))
    expect(parseFloats(texts, 'f64')).toEqual(expected)
  })

  it.each(['f32', 'f64'] as const)('%s, the largest number and the first beyond', (type) => {
    const [largest, rounded, beyond] =
      type === 'f32'
        ? ['0x1.fffffep127', '0x1.fffffefffp127', '0x1.ffffffp127']
        : ['0x1.fffffffffffffp1023', '0x1.fffffffffffff7p1023', '0x1.fffffffffffff8p1023']
    const [atLargest, belowBeyond, atBeyond] = parseFloats([largest, rounded, beyond], type)
    expect(belowBeyond).toBe(atLargest)
    expect(Number.isFinite(atLargest)).toBe(true)
    expect(atBeyond).toBe('range')
  })
})
