/** Conditions on arguments and results: as numbers, as null, and as what they stand for. */
import type { DecodedReading, DecodedValue } from '../contract/values.ts'
import type { FilterContext, FilteredCall, FilterFunction } from './call.ts'
import type { Term, ValueField } from './model.ts'
import { testFloat, testI32, testI64 } from './number-tests.ts'
import { parseReadings } from './parse-readings.ts'
import type { TextTest } from './text-tests.ts'

/** Whether a condition holds for a call. */
export type CallTest = (call: FilteredCall) => boolean

const never: CallTest = () => false
const NUMBER_TYPES = new Set(['i32', 'i64', 'f32', 'f64'])

/** Whether one of two conditions holds. */
export function eitherOf(first: CallTest, second: CallTest): CallTest {
  return (call) => first(call) || second(call)
}

/** Compares an argument or result with a number. A reference is none. */
export function testValue(
  { field, index, comparison, literal }: Extract<Term, { kind: 'value' }>,
  context: FilterContext,
): CallTest {
  const i32 = testI32(comparison, literal)
  const i64 = testI64(comparison, literal)
  const [f32, f64] = [testFloat(comparison, literal, true), testFloat(comparison, literal, false)]
  return forEachFunction(context, field, index, (type, at) => {
    switch (type) {
      case 'i32':
        return (call) => i32(call.lowWord(field, at) | 0)
      case 'i64':
        return (call) => i64(call.lowWord(field, at), call.highWord(field, at))
      case 'f32':
        return (call) => f32(call.float(field, at))
      case 'f64':
        return (call) => f64(call.float(field, at))
      default:
        return null
    }
  })
}

/** Whether an argument or result is a null reference. */
export function testNull(
  { field, index }: Extract<Term, { kind: 'null-value' }>,
  context: FilterContext,
): CallTest {
  return forEachFunction(context, field, index, (type, at) =>
    NUMBER_TYPES.has(type) ? null : (call) => call.lowWord(field, at) === 0,
  )
}

/** Whether what an argument or result was read as, or refers to, has a text that fits. */
export function testValueText(
  fields: readonly ValueField[],
  index: number | null,
  pattern: TextTest,
  context: FilterContext,
): CallTest {
  const references = fields.map((field) =>
    forEachFunction(context, field, index, (type, at) => {
      if (NUMBER_TYPES.has(type)) return null
      return (call) => {
        const preview = context.previewOf(call.lowWord(field, at))
        return preview !== undefined && pattern.matches(preview)
      }
    }),
  )
  const isMeant = (reading: DecodedReading) => fields.some((field) => standsFor(reading, field, index))
  const isInReference = references.reduce(eitherOf)
  const isInReadings = (json: string) =>
    pattern.mayBeIn(json) &&
    parseReadings(json).some((reading) => isMeant(reading) && hasText(reading, pattern))
  return (call) => isInReference(call) || call.decodedTexts.some(isInReadings)
}

function standsFor({ params, result }: DecodedReading, field: ValueField, index: number | null): boolean {
  if (field === 'result') return index === null ? result !== undefined : result === index
  return index === null ? params.length > 0 : params.includes(index)
}

function hasText({ value, symbol, members, items }: DecodedValue, pattern: TextTest): boolean {
  if (value !== null && pattern.matches(String(value))) return true
  if (symbol !== undefined && pattern.matches(symbol)) return true
  return [...(members ?? []), ...(items ?? [])].some((inner) => hasText(inner, pattern))
}

/** Makes the test of a function's values when its first call is looked at. */
function forEachFunction(
  context: FilterContext,
  field: ValueField,
  index: number | null,
  make: (type: string, at: number) => CallTest | null,
): CallTest {
  const tests: (CallTest | undefined)[] = []
  return (call) => {
    const { functionIndex } = call
    let test = tests[functionIndex]
    if (test === undefined) {
      test = testAnyOf(context.functionAt(functionIndex), field, index, make)
      tests[functionIndex] = test
    }
    return test(call)
  }
}

function testAnyOf(
  { params, results }: FilterFunction,
  field: ValueField,
  index: number | null,
  make: (type: string, at: number) => CallTest | null,
): CallTest {
  const made = (field === 'arg' ? params : results).flatMap((type, at) => {
    const test = index === null || index === at ? make(type, at) : null
    return test ? [test] : []
  })
  if (made.length === 0) return never
  const anyOf = made.reduce(eitherOf)
  return field === 'arg' ? anyOf : (call) => call.hasReturned && anyOf(call)
}
