/** What the session's console says of a run that has ended. */
import { formatError } from '../contract/error-codes.ts'
import type { RunInfo } from '../contract/sessions.ts'
import type { ConsoleLevel } from '../contract/traces.ts'
import type { TypedValue } from '../contract/values.ts'
import { nameOfType } from '../trace/values.ts'

/** `wasm said: 532`, or the error; null where there is nothing to say. */
export function reportRun({
  state,
  results,
  error,
  exitStatus,
}: RunInfo): { level: ConsoleLevel; text: string } | null {
  if (error) return { level: state === 'cancelled' ? 'warn' : 'error', text: formatError(error) }
  if (exitStatus !== null) return { level: 'info', text: 'wasm exited with status 0' }
  return results && results.length > 0 ? { level: 'log', text: `wasm said: ${formatResults(results)}` } : null
}

/** A single value bare; several with their types: `[I32(1), I64(2)]`. */
function formatResults(values: readonly TypedValue[]): string {
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
  return `${nameOfType(value.type)}(${formatBare(value)})`
}
