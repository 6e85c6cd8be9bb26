import type { TypedValue } from '../contract/model.ts'

const WRAPPERS: Record<string, string> = { i32: 'I32', i64: 'I64', f32: 'F32', f64: 'F64' }

/** What a guest returned, in the words of `run`: `532`, or `[I32(1), I64(2)]` where there are several values. */
export function formatResults(values: readonly TypedValue[]): string {
  const [first] = values
  return values.length === 1 && first
    ? formatBare(first)
    : `[${values.map((value) => formatTyped(value)).join(', ')}]`
}

/** A reference is shown by what it refers to, where that is known. */
function formatBare(value: TypedValue): string {
  return value.preview ?? String(value.value)
}

/** As `show` of a host module's context prints it. */
function formatTyped(value: TypedValue): string {
  const { type } = value
  const reference = type.includes('func') ? 'FuncRef' : type.includes('extern') ? 'ExternRef' : 'AnyRef'
  return `${WRAPPERS[type] ?? reference}(${formatBare(value)})`
}
