/** Values of the trace: in the form that is safe in JSON, and their types as people read them. */
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

const NUMBER_NAMES: Record<string, string> = { i32: 'I32', i64: 'I64', f32: 'F32', f64: 'F64' }

/** What wasmtime's `Val` calls a value of this type: `I32`, `FuncRef`, `ExternRef`; `AnyRef` for all others. */
export function nameOfType(type: string): string {
  const reference = type.includes('func') ? 'FuncRef' : type.includes('extern') ? 'ExternRef' : 'AnyRef'
  return NUMBER_NAMES[type] ?? reference
}
