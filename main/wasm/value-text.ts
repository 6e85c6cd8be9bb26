import { readFloat } from './float-text.ts'
import { formatValueTypes } from './format.ts'
import type { Result } from './result.ts'
import type { ReferenceType, ValueType } from './types.ts'
import { canCrossBoundary, formatValueType } from './types.ts'

/** A value as the WebAssembly JavaScript interface takes it: an i64 as bigint, other numbers as number. */
export type ArgumentValue = number | bigint | string | null

/** Why texts are not the arguments of a function. `message` says what is wrong, `fix` what to write. */
export interface ArgumentError {
  kind: 'count' | 'type' | 'range' | 'unsupported'
  /** Which argument, from 0; absent where their number is wrong. */
  index?: number
  message: string
  fix: string
}

interface Failure {
  kind: 'type' | 'range' | 'unsupported'
  /** What is wrong, after the words "Argument 1 (i32)". */
  predicate: string
}

type Parsed = Result<ArgumentValue, Failure>

/** Nobody writes a longer number, and exact arithmetic on one would take a noticeable time. */
const longestNumberCharacters = 1000

function fail(kind: Failure['kind'], predicate: string): Parsed {
  return { ok: false, error: { kind, predicate } }
}

/** Fails with a sentence that quotes the text: `is "12abc", which is not an integer`. */
function reject(text: string, kind: Failure['kind'], reason: string): Parsed {
  const shownCharacters = 40
  const shown = text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text
  return fail(kind, `is ${JSON.stringify(shown)}, which ${reason}`)
}

/** The same digits without underscores, or no text where one stands elsewhere than between two digits. */
function removeUnderscores(text: string): string {
  const misplaced = text.startsWith('0x') ? /_(?![\da-f])|(?<![\da-f])_/ : /_(?!\d)|(?<!\d)_/
  return misplaced.test(text) ? '' : text.replaceAll('_', '')
}

function readSign(text: string): { isNegative: boolean; magnitude: string } {
  const isNegative = text.startsWith('-')
  const unsigned = isNegative || text.startsWith('+') ? text.slice(1) : text
  return { isNegative, magnitude: removeUnderscores(unsigned.toLowerCase()) }
}

/** Reads an unsigned integer; undefined where the text is none. */
function readInteger(text: string): bigint | undefined {
  if (/^0x[\da-f]+$/.test(text)) return BigInt(text)
  const [, digits, exponentText = '0'] = /^(\d+)(?:e\+?(\d+))?$/.exec(text) ?? []
  if (digits === undefined) return undefined
  // Larger exponents only make a number that is already too large for every type still larger.
  const exponent = BigInt(Math.min(Number(exponentText), 100))
  return BigInt(digits) * 10n ** exponent
}

function parseInteger(text: string, bits: 32 | 64): Parsed {
  const { isNegative, magnitude } = readSign(text)
  const unsigned = readInteger(magnitude)
  if (unsigned === undefined) return reject(text, 'type', 'is not an integer')
  const value = isNegative ? -unsigned : unsigned
  const lowest = -(2n ** BigInt(bits - 1))
  const highest = 2n ** BigInt(bits) - 1n
  if (value < lowest || value > highest)
    return reject(text, 'range', `is not between ${lowest} and ${highest}`)
  const signed = BigInt.asIntN(bits, value)
  return { ok: true, value: bits === 32 ? Number(signed) : signed }
}

function readSpecialFloat(text: string): number | undefined {
  if (text === 'nan') return Number.NaN
  return text === 'inf' || text === 'infinity' ? Number.POSITIVE_INFINITY : undefined
}

function parseFloatingPoint(text: string, type: 'f32' | 'f64'): Parsed {
  const { isNegative, magnitude } = readSign(text)
  const special = readSpecialFloat(magnitude)
  const unsigned = special ?? readFloat(magnitude, type)
  if (unsigned === undefined) return reject(text, 'type', 'is not a number')
  if (unsigned === Number.POSITIVE_INFINITY && special === undefined) {
    return reject(text, 'range', `is too large for an ${type}`)
  }
  return { ok: true, value: isNegative ? -unsigned : unsigned }
}

function parseString(text: string): Parsed {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'string') return { ok: true, value }
  } catch {
    // Not JSON: reported like any other text that is not a string.
  }
  return reject(text, 'type', 'is not a string in double quotes')
}

function parseReference(text: string, { heap, nullable }: ReferenceType): Parsed {
  if (text === 'null' && nullable) return { ok: true, value: null }
  if (text === 'null') return reject(text, 'type', 'its type does not allow')
  if (heap === 'extern') return parseString(text)
  if (!nullable) return fail('unsupported', 'cannot be written as text')
  return reject(text, 'type', 'is not null')
}

function parseArgument(text: string, type: ValueType): Parsed {
  if (text === '') return fail('type', 'is empty')
  if (typeof type === 'object') return parseReference(text, type)
  if (text.length > longestNumberCharacters) return reject(text, 'type', 'is too long for a number')
  if (type === 'i32') return parseInteger(text, 32)
  if (type === 'i64') return parseInteger(text, 64)
  return parseFloatingPoint(text, type === 'f32' ? 'f32' : 'f64')
}

/** What can be written for a reference type. */
function acceptedTexts({ heap, nullable }: ReferenceType): string[] {
  return [...(nullable ? ['null'] : []), ...(heap === 'extern' ? ['"text"'] : [])]
}

function suggestFix(type: ValueType): string {
  if (!canCrossBoundary(type)) return 'Call a function without such a type.'
  if (type === 'i32') return 'Write an integer such as 223, -1, 0xff or 1e3.'
  if (type === 'i64') return 'Write an integer such as 223, -1, 0xff or 1e18.'
  if (typeof type === 'string') return 'Write a number such as 1.5, -2e-3, 0x1p-3, nan or inf.'
  const accepted = acceptedTexts(type)
  return accepted.length > 0
    ? `Write ${accepted.join(', or ')}.`
    : 'Call it from a host module, which can pass one.'
}

/** A short example of what to write for a type, for the empty field in which it is written. */
export function parameterHint(type: ValueType): string {
  if (!canCrossBoundary(type)) return 'cannot be passed'
  if (type === 'i32' || type === 'i64') return '223 or 0xff'
  if (typeof type === 'string') return '1.5 or nan'
  return acceptedTexts(type).join(' or ') || 'cannot be written'
}

function describeArgument(index: number, type: ValueType, name: string | undefined): string {
  return `${name ?? `Argument ${index + 1}`} (${formatValueType(type)})`
}

function explainUnsupported(params: readonly ValueType[], names: readonly (string | undefined)[]) {
  const index = params.findIndex((type) => !canCrossBoundary(type))
  const type = params[index]
  if (type === undefined) return undefined
  const message = `${describeArgument(index, type, names[index])} cannot be passed: JavaScript has no such values.`
  return { kind: 'unsupported' as const, index, message, fix: suggestFix(type) }
}

function countArguments(count: number): string {
  return count === 1 ? '1 argument' : `${count} arguments`
}

function explainCount(givenCount: number, params: readonly ValueType[]): ArgumentError {
  const expected = countArguments(params.length)
  const types = params.length === 0 ? '' : ` ${formatValueTypes(params)}`
  return {
    kind: 'count',
    message: `It takes ${expected}${types}, and ${givenCount} ${givenCount === 1 ? 'is' : 'are'} given.`,
    fix: params.length === 0 ? 'Give no arguments.' : `Give ${expected}.`,
  }
}

/**
 * Reads the arguments of a function from what somebody typed, one text for each parameter; spaces around a text
 * do not count. `names`, where there are any, are for messages.
 *
 * i32 and i64 take decimal, hexadecimal and `1e3` notation over the signed and the unsigned range, and come out
 * signed; f32 and f64 also fractions, hexadecimal floats, `nan` and `inf`, rounded once, to the nearest value.
 * Underscores may stand between digits. References take `null`, external ones also a JSON string.
 */
export function parseArguments(
  texts: readonly string[],
  params: readonly ValueType[],
  names: readonly (string | undefined)[] = [],
): Result<ArgumentValue[], ArgumentError> {
  const unsupported = explainUnsupported(params, names)
  if (unsupported !== undefined) return { ok: false, error: unsupported }
  if (texts.length !== params.length) return { ok: false, error: explainCount(texts.length, params) }
  const values: ArgumentValue[] = []
  for (const [index, type] of params.entries()) {
    const parsed = parseArgument((texts[index] ?? '').trim(), type)
    if (!parsed.ok) {
      const { kind, predicate } = parsed.error
      const message = `${describeArgument(index, type, names[index])} ${predicate}.`
      return { ok: false, error: { kind, index, message, fix: suggestFix(type) } }
    }
    values.push(parsed.value)
  }
  return { ok: true, value: values }
}

/** Reads the results of a stub from what somebody typed, one text for each, as {@link parseArguments} does. */
export function parseResults(
  texts: readonly string[],
  results: readonly ValueType[],
): Result<ArgumentValue[], ArgumentError> {
  if (texts.length !== results.length) {
    const count = results.length === 1 ? '1 result' : `${results.length} results`
    const types = results.length === 0 ? '' : ` ${formatValueTypes(results)}`
    const message = `It has ${count}${types}, and ${texts.length} ${texts.length === 1 ? 'value is' : 'values are'} given.`
    return { ok: false, error: { kind: 'count', message, fix: 'Give one value for each result.' } }
  }
  return parseArguments(
    texts,
    results,
    results.map((_, index) => `Result ${index + 1}`),
  )
}
