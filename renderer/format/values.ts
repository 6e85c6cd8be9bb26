/** Typed WebAssembly values as text. */
import type { TypedValue } from '../../main/contract/values.ts'
import { elideText, escapeInvisible } from './text.ts'

/** Most values of a list that {@link formatValues} spells out. */
const LIST_LIMIT = 12
/** Most characters of a reference's preview in a list. */
const PREVIEW_LIMIT = 80

/** A value in every form that a detail view shows. */
export interface ValueForms {
  /** Decimal for numbers; the handle, or `null`, for references. */
  text: string
  /** A negative integer read as unsigned; null for everything else. */
  unsigned: string | null
  /**
   * Two's complement in whole bytes for integers, IEEE 754 bits for floats. Null for references, and for NaN,
   * whose payload JavaScript does not hand over.
   */
  hex: string | null
  /** What a reference refers to. */
  preview: string | null
}

/** One value in a list: `-1`, `0.1`, `"abc"`, `externref#3`. */
export function formatValue(value: TypedValue): string {
  if (value.preview !== undefined) return elideText(escapeInvisible(value.preview), PREVIEW_LIMIT)
  return formatBare(value)
}

/** A list of values: `10, 1`; a long one ends in `… 20 more`; none gives the empty text. */
export function formatValues(values: readonly TypedValue[]): string {
  return joinList(values.map(formatValue))
}

/** Texts of values as a list that is not too long. */
export function joinList(texts: readonly string[]): string {
  const shown = texts.slice(0, LIST_LIMIT)
  if (texts.length > shown.length) shown.push(`… ${texts.length - shown.length} more`)
  return shown.join(', ')
}

/** The same with types, for a tooltip: `i32 10, f64 0.1`. */
export function formatTypedValues(values: readonly TypedValue[]): string {
  return joinList(values.map((value) => `${value.type} ${formatValue(value)}`))
}

/** Spells a value out in every form. */
export function describeValue(value: TypedValue): ValueForms {
  const forms: ValueForms = {
    text: formatBare(value),
    unsigned: null,
    hex: null,
    preview: value.preview === undefined ? null : escapeInvisible(value.preview),
  }
  if (value.type === 'i32' || value.type === 'i64') return { ...forms, ...describeInteger(value) }
  if (value.type === 'f32' || value.type === 'f64') return { ...forms, hex: formatFloatBits(value) }
  return forms
}

function formatBare({ type, value }: TypedValue): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return escapeInvisible(value)
  if (type === 'f32') return formatShortestSingle(value)
  return Object.is(value, -0) ? '-0' : String(value)
}

function describeInteger({ type, value }: TypedValue): Pick<ValueForms, 'unsigned' | 'hex'> {
  const exact = parseInteger(value)
  if (exact === null) return { unsigned: null, hex: null }
  const unsigned = BigInt.asUintN(type === 'i32' ? 32 : 64, exact)
  const digits = unsigned.toString(16)
  return {
    unsigned: exact < 0n ? unsigned.toString() : null,
    hex: `0x${digits.padStart(digits.length + (digits.length % 2), '0')}`,
  }
}

function parseInteger(value: TypedValue['value']): bigint | null {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : null
  return typeof value === 'string' && /^-?\d+$/.test(value) ? BigInt(value) : null
}

function formatFloatBits({ type, value }: TypedValue): string | null {
  const number = typeof value === 'string' ? Number(value) : value
  if (number === null || Number.isNaN(number)) return null
  const view = new DataView(new ArrayBuffer(8))
  if (type === 'f32') {
    view.setFloat32(0, number)
    return `0x${view.getUint32(0).toString(16).padStart(8, '0')}`
  }
  view.setFloat64(0, number)
  return `0x${view.getBigUint64(0).toString(16).padStart(16, '0')}`
}

/**
 * The fewest digits that give the same single-precision number: 0.1 rather than 0.10000000149011612. Nine are
 * enough for every one of them (IEEE 754).
 */
function formatShortestSingle(value: number): string {
  if (Object.is(value, -0)) return '-0'
  for (let digits = 1; digits < 9; digits += 1) {
    const candidate = Number(value.toPrecision(digits))
    if (Math.fround(candidate) === value) return String(candidate)
  }
  return String(Number(value.toPrecision(9)))
}
