/**
 * Makes a function of a filter that says of a call whether it holds. What depends on the call's function alone is
 * decided once for each function, and of conditions that all have to hold the cheap ones are asked first.
 */
import type { FilterContext, FilteredCall, FilterFunction } from './call.ts'
import type { Filter, Term } from './model.ts'
import { testNumber } from './number-tests.ts'
import type { TextTest } from './text-tests.ts'
import { testText } from './text-tests.ts'
import type { CallTest } from './value-tests.ts'
import { eitherOf, testNull, testValue, testValueText } from './value-tests.ts'

type FunctionTest = (definition: FilterFunction) => boolean

/** One of the two. A higher cost is asked later. */
type Compiled = { ofFunction: FunctionTest } | { ofCall: CallTest; cost: number }

const [NUMBERS, LOOK_UPS, TEXTS] = [1, 2, 3] as const

/** Makes the test. It keeps what it learns of functions and stacks, so it is for one trace. */
export function compileFilter(filter: Filter, context: FilterContext): CallTest {
  return toCallTest(compile(filter, context), context)
}

function compile(filter: Filter, context: FilterContext): Compiled {
  switch (filter.kind) {
    case 'all':
      return { ofFunction: () => true }
    case 'and':
    case 'or':
      return combine(
        filter.kind,
        filter.parts.map((part) => compile(part, context)),
        context,
      )
    case 'not': {
      const part = compile(filter.part, context)
      if ('ofFunction' in part) return { ofFunction: (definition) => !part.ofFunction(definition) }
      return { ofCall: (call) => !part.ofCall(call), cost: part.cost }
    }
    default:
      return compileTerm(filter, context)
  }
}

function combine(kind: 'and' | 'or', parts: Compiled[], context: FilterContext): Compiled {
  const ofFunctions = parts.flatMap((part) => ('ofFunction' in part ? [part.ofFunction] : []))
  const ofCalls = parts.flatMap((part) => ('ofCall' in part ? [part] : []))
  const isAnd = kind === 'and'
  const ofFunction: FunctionTest = isAnd
    ? (definition) => ofFunctions.every((test) => test(definition))
    : (definition) => ofFunctions.some((test) => test(definition))
  if (ofCalls.length === 0) return { ofFunction }
  const tests = ofCalls.toSorted((one, other) => one.cost - other.cost).map(({ ofCall }) => ofCall)
  if (ofFunctions.length > 0) tests.unshift(toCallTest({ ofFunction }, context))
  const cost = Math.max(...ofCalls.map((part) => part.cost))
  return { ofCall: tests.reduce(isAnd ? bothOf : eitherOf), cost }
}

function bothOf(first: CallTest, second: CallTest): CallTest {
  return (call) => first(call) && second(call)
}

const [UNKNOWN, NO, YES] = [0, 1, 2] as const

function toCallTest(compiled: Compiled, context: FilterContext): CallTest {
  if ('ofCall' in compiled) return compiled.ofCall
  return decideOnce(
    (call) => call.functionIndex,
    (functionIndex) => compiled.ofFunction(context.functionAt(functionIndex)),
  )
}

/** Asks about each number once, the first time it is seen. */
function decideOnce(numberOf: (call: FilteredCall) => number, decide: (number: number) => boolean): CallTest {
  let known = new Uint8Array(64)
  return (call) => {
    const number = numberOf(call)
    if (number >= known.length) {
      const grown = new Uint8Array(2 * number)
      grown.set(known)
      known = grown
    }
    if (known[number] === UNKNOWN) known[number] = decide(number) ? YES : NO
    return known[number] === YES
  }
}

function compileTerm(term: Term, context: FilterContext): Compiled {
  switch (term.kind) {
    case 'scope': {
      const { matches } = testText(term.pattern)
      const { scope } = term
      return {
        ofFunction: (definition) =>
          definition.kind === scope && (matches(definition.name) || matches(labelOf(definition))),
      }
    }
    case 'label': {
      const { matches } = testText(term.pattern)
      return { ofFunction: (definition) => matches(labelOf(definition)) }
    }
    case 'call-kind':
      return { ofFunction: ({ kind }) => kind === term.callKind }
    case 'text':
      return compileText(term.field, testText(term.pattern), context)
    case 'outcome': {
      const { outcome } = term
      return { ofCall: (call) => call.outcome === outcome, cost: NUMBERS }
    }
    case 'number':
      return { ofCall: compileNumber(term), cost: NUMBERS }
    case 'value':
      return { ofCall: testValue(term, context), cost: NUMBERS }
    case 'null-value':
      return { ofCall: testNull(term, context), cost: NUMBERS }
    case 'value-text':
      return { ofCall: testValueText([term.field], term.index, testText(term.pattern), context), cost: TEXTS }
    case 'overlapped':
      return { ofCall: (call) => call.isOverlapped, cost: LOOK_UPS }
  }
}

function labelOf({ module, name }: FilterFunction): string {
  return module === null ? name : `${module}.${name}`
}

function compileText(
  field: Extract<Term, { kind: 'text' }>['field'],
  pattern: TextTest,
  context: FilterContext,
): Compiled {
  switch (field) {
    case 'name':
      return { ofFunction: ({ name }) => pattern.matches(name) }
    case 'module':
      return { ofFunction: ({ module }) => module !== null && pattern.matches(module) }
    case 'stack': {
      const ofCall = decideOnce(
        (call) => call.stackNumber,
        (stackNumber) => stackNumber > 0 && context.stackNames(stackNumber).some(pattern.matches),
      )
      return { ofCall, cost: LOOK_UPS }
    }
    case 'error':
      return { ofCall: compileError(pattern), cost: LOOK_UPS }
    case 'text':
      return { ofCall: testValueText(['arg', 'result'], null, pattern, context), cost: TEXTS }
  }
}

/** Calls that fail alike have one error between them. */
function compileError({ matches }: TextTest): CallTest {
  const known = new WeakMap<object, boolean>()
  return ({ error }) => {
    if (error === null) return false
    let holds = known.get(error)
    if (holds === undefined) {
      holds = matches(error.code) || matches(error.what) || matches(error.why)
      known.set(error, holds)
    }
    return holds
  }
}

/** A function for each field: one that looked the field up by its name would do so for every call. */
function compileNumber({ field, comparison, number }: Extract<Term, { kind: 'number' }>): CallTest {
  const holds = testNumber(comparison, number)
  switch (field) {
    case 'total':
      return (call) => holds(call.totalNs)
    case 'guest':
      return (call) => holds(call.guestNs)
    case 'host':
      return (call) => holds(call.hostNs)
    case 'suspended':
      return (call) => holds(call.suspendedNs)
    case 'start':
      return (call) => holds(call.startNs)
    case 'end':
      return (call) => holds(call.endNs)
    case 'id':
      return (call) => holds(call.id)
    case 'parent':
      return (call) => holds(call.parent)
    case 'depth':
      return (call) => holds(call.depth)
  }
}
