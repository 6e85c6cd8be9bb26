/** Values of the trace in the form that is safe in JSON. */
import type { ValueEncoding } from './events.ts'

/** i32 and floats as numbers, except for what JSON cannot say, which are strings; i64 as decimal strings. */
export function numberToJson(
  encoding: Exclude<ValueEncoding, 'reference'>,
  value: number | bigint,
): number | string {
  if (encoding === 'i64' || typeof value === 'bigint') return String(value)
  if (Object.is(value, -0)) return '-0'
  return Number.isFinite(value) ? value : String(value)
}
