/** Prints values with their types. */
import { encodingOf } from '../trace/events.ts'
import { nameOfType } from '../trace/values.ts'

/**
 * Formats values as wasmtime's `Val` prints them in Rust: `[I32(10), I64(5), F64(1.5), ExternRef("a")]`. A type
 * that is not given is inferred: integers are I32, other numbers F64, BigInts I64. Unlike wasmtime, which
 * prints the bits of floats, floats are printed as numbers.
 */
export function showValues(values: readonly unknown[], types: readonly string[] | null): string {
  return `[${values.map((value, index) => showValue(value, types?.[index] ?? inferType(value))).join(', ')}]`
}

function showValue(value: unknown, type: string): string {
  const name = nameOfType(type)
  if (encodingOf(type) !== 'reference') return `${name}(${Object.is(value, -0) ? '-0' : String(value)})`
  if (value === null) return `${name}(null)`
  if (typeof value === 'string') return `${name}(${JSON.stringify(value)})`
  if (typeof value === 'function') return `${name}(${value.name})`
  return `${name}(${typeof value})`
}

function inferType(value: unknown): string {
  if (typeof value === 'bigint') return 'i64'
  if (typeof value === 'function') return 'funcref'
  if (typeof value !== 'number') return 'externref'
  return Number.isInteger(value) && Math.abs(value) < 2 ** 32 && !Object.is(value, -0) ? 'i32' : 'f64'
}
