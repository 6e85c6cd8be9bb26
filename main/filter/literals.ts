/** Numbers and durations as a filter has them written. */
import type { NumberLiteral } from './model.ts'

const UNITS_NS = { ns: 1, us: 1e3, µs: 1e3, μs: 1e3, ms: 1e6, s: 1e9 } as const
/** As they are offered. */
export const UNIT_NAMES = ['ns', 'us', 'ms', 's'] as const

const DURATION = /^(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s)$/
const WHOLE = /^([+-]?)(0x[\da-f]+|\d+)$/i
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
const SPECIAL: Record<string, number> = { nan: NaN, inf: Infinity, infinity: Infinity }

/** Nanoseconds, or null where the text is no duration. Zero needs no unit. */
export function readDuration(text: string): number | null {
  if (text === '0') return 0
  const [, digits, unit] = DURATION.exec(text) ?? []
  if (digits === undefined) return null
  // 0.1 ms are 100,000 ns, and not the nearest number below: times are whole nanoseconds.
  const durationNs = Number(digits) * UNITS_NS[unit as keyof typeof UNITS_NS]
  const wholeNs = Math.round(durationNs)
  return Math.abs(durationNs - wholeNs) < 1e-6 * Math.max(1, wholeNs) ? wholeNs : durationNs
}

/** A number as WebAssembly's text format and JavaScript write it; null where the text is none. */
export function readNumber(written: string): NumberLiteral | null {
  const text = written.replaceAll(/(?<=[\da-f])_(?=[\da-f])/gi, '')
  const [, sign, digits] = WHOLE.exec(text) ?? []
  if (digits !== undefined) {
    const integer = sign === '-' ? -BigInt(digits) : BigInt(digits)
    return { number: Number(integer), integer }
  }
  if (DECIMAL.test(text)) {
    const number = Number(text)
    return { number, integer: Number.isInteger(number) ? BigInt(number) : null }
  }
  const special = SPECIAL[text.replace(/^[+-]/, '').toLowerCase()]
  return special === undefined ? null : { number: text.startsWith('-') ? -special : special, integer: null }
}
