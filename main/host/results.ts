/** Checks what import handlers return, before the guest gets it. */
import { makeError } from '../contract/error-codes.ts'
import { HandlerError } from './failures.ts'

/**
 * Checks and converts a handler's result to what the engine is given: undefined for no result, a value for one, an
 * array for several. Throws a {@link HandlerError} that names import and type.
 */
export type ResultCheck = (result: unknown) => unknown

/** Makes the check for an import's result types. */
export function makeResultCheck(importName: string, types: readonly string[]): ResultCheck {
  const [only] = types
  if (only === undefined) return () => undefined
  if (types.length === 1) return makeValueCheck(importName, only, 'result')
  const checks = types.map((type, index) => makeValueCheck(importName, type, `result ${index + 1}`))
  return (result) => {
    if (!Array.isArray(result) || result.length !== types.length) {
      const got = Array.isArray(result) ? `an array of ${result.length}` : describe(result)
      throw wrongType(
        importName,
        `It returned ${got} where the guest expects ${types.length} results (${types.join(', ')}).`,
        `Return an array of ${types.length} values.`,
      )
    }
    return checks.map((check, index) => check(result[index]))
  }
}

function makeValueCheck(importName: string, type: string, place: string): (value: unknown) => unknown {
  const refuse = (value: unknown, expected: string, fix: string): never => {
    throw wrongType(
      importName,
      `Its ${place} is ${describe(value)} where the guest expects ${expected}.`,
      fix,
    )
  }
  if (type === 'i32') {
    return (value) => {
      // Most handlers return small integers: the conversion says whether this is one.
      if (typeof value === 'number' && (value | 0) === value) return value
      if (typeof value === 'boolean') return Number(value)
      if (typeof value === 'number' && Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 32) {
        return value | 0
      }
      return refuse(value, 'an i32', 'Return an integer from -2147483648 to 4294967295, or a boolean.')
    }
  }
  if (type === 'i64') {
    return (value) => {
      if (typeof value === 'bigint' && BigInt.asIntN(64, value) === value) return value
      if (typeof value === 'bigint' && BigInt.asUintN(64, value) === value) return BigInt.asIntN(64, value)
      return refuse(value, 'an i64', 'Return a BigInt of 64 bits, for example 5n or BigInt(length).')
    }
  }
  if (type === 'f32') {
    return (value) =>
      typeof value === 'number' ? Math.fround(value) : refuse(value, 'an f32', 'Return a number.')
  }
  if (type === 'f64') {
    return (value) => (typeof value === 'number' ? value : refuse(value, 'an f64', 'Return a number.'))
  }
  if (type === 'funcref' || type === '(ref func)') {
    return (value) => {
      if (value === null && type === 'funcref') return value
      if (isExportedFunction(value)) return value
      return refuse(value, `a ${type}`, 'Return a function that a WebAssembly instance exports, or null.')
    }
  }
  const [, exact, nullable] = /^(?:\(ref (eq|i31|struct|array)\)|(eq|i31|struct|array)ref)$/.exec(type) ?? []
  const heap = exact ?? nullable
  if (heap !== undefined) {
    const article = nullable === undefined || heap === 'struct' ? 'a' : 'an'
    return (value) => {
      if (value === null ? nullable !== undefined : fitsReference(value, `${heap}ref`)) return value
      return refuse(value, `${article} ${type}`, 'Return a value that a guest passed or returned as such.')
    }
  }
  // The engine checks references of a guest's own types, and turns undefined into an externref of its own.
  return (value) => value
}

/** A global accepts the values of its type and nothing else: there is no other way to ask. */
function fitsReference(value: unknown, type: string): boolean {
  if (value === undefined) return false
  try {
    return new WebAssembly.Global({ value: type }, value).value === value
  } catch {
    return false
  }
}

/**
 * Whether a value is a function that an instance exports. A table accepts those and nothing else: there is no
 * other way to ask.
 */
export function isExportedFunction(value: unknown): boolean {
  if (typeof value !== 'function') return false
  try {
    return new WebAssembly.Table({ element: 'anyfunc', initial: 1 }, value).length === 1
  } catch {
    return false
  }
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'number') return `the number ${Object.is(value, -0) ? '-0' : value}`
  if (typeof value === 'bigint') return `the BigInt ${value}n`
  if (typeof value === 'string') return `the string ${JSON.stringify(value.slice(0, 40))}`
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

function wrongType(importName: string, why: string, fix: string): HandlerError {
  return new HandlerError(makeError('HOST_RESULT_TYPE', { why: `${importName}: ${why}`, fix }))
}
