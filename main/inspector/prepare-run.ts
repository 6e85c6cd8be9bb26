/** Turns what the user typed into the values of a call; nothing reaches the guest before all of it is right. */
import type { ErrorCode } from '../contract/error-codes.ts'
import { makeError } from '../contract/error-codes.ts'
import type { Result } from '../contract/result.ts'
import { failure, success } from '../contract/result.ts'
import { formatExternType } from '../wasm/format.ts'
import type { ModuleShape } from '../wasm/types.ts'
import { canCrossBoundary, formatValueType } from '../wasm/types.ts'
import type { ArgumentError } from '../wasm/value-text.ts'
import { parseArguments } from '../wasm/value-text.ts'

const CODES: Record<ArgumentError['kind'], ErrorCode> = {
  count: 'ARGUMENT_COUNT',
  type: 'ARGUMENT_TYPE',
  range: 'ARGUMENT_RANGE',
  unsupported: 'TYPE_UNSUPPORTED',
}

/** Of many functions an error names the first; `inspect` lists all. */
const FUNCTIONS_NAMED_LIMIT = 100

/** The values for an export, or why they are none. */
export function prepareRun(shape: ModuleShape, exportName: string, texts: string[]): Result<unknown[]> {
  const exported = shape.exports.find(({ name }) => name === exportName)
  if (!exported) {
    return failure(
      makeError('EXPORT_NOT_FOUND', { why: `There is no "${exportName}". ${listFunctions(shape)}` }),
    )
  }
  const { type } = exported
  if (type.kind !== 'function') {
    return failure(makeError('EXPORT_NOT_FUNCTION', { why: `"${exportName}" is ${formatExternType(type)}.` }))
  }
  const foreign = [...type.params, ...type.results].find((valueType) => !canCrossBoundary(valueType))
  if (foreign !== undefined) {
    const why = `"${exportName}" takes or returns a ${formatValueType(foreign)}.`
    return failure(makeError('TYPE_UNSUPPORTED', { why }))
  }
  const parsed = parseArguments(texts, type.params, exported.parameterNames)
  if (parsed.ok) return success(parsed.value)
  const { kind, message, fix } = parsed.error
  return failure(makeError(CODES[kind], { why: message, fix }))
}

function listFunctions({ exports }: ModuleShape): string {
  const names = exports.filter(({ type }) => type.kind === 'function').map(({ name }) => name)
  if (names.length === 0) return 'It exports no function.'
  const named = names.slice(0, FUNCTIONS_NAMED_LIMIT)
  if (names.length > named.length) named.push(`and ${names.length - named.length} more`)
  return `Its functions are: ${named.join(', ')}.`
}
