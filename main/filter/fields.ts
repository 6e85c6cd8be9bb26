/** The words that a filter knows, and how each is compared. */
import type { CallKind, CallOutcome } from '../contract/calls.ts'

/** How a field is compared, and with what. */
export type FieldType = 'scope' | 'text' | 'choice' | 'duration' | 'count' | 'value' | 'flag'

export interface Field {
  name: string
  type: FieldType
  /** A few words, for people. */
  about: string
  /** A whole term. */
  example: string
  /** All that it can be, where that is a few words. */
  choices?: readonly string[]
}

const CALL_KINDS = ['import', 'export', 'start'] as const satisfies CallKind[]
const CALL_OUTCOMES = [
  'running',
  'returned',
  'trapped',
  'threw',
  'cancelled',
  'exited',
] as const satisfies CallOutcome[]

const field = (
  name: string,
  type: FieldType,
  about: string,
  example: string,
  choices?: readonly string[],
): Field => ({ name, type, about, example, ...(choices && { choices }) })

/** In the order in which they are offered. */
export const FIELDS: readonly Field[] = [
  field('import', 'scope', 'calls of imports, by name', 'import:env.*'),
  field('export', 'scope', 'calls of exports, by name', 'export:run'),
  field('outcome', 'choice', 'how the call ended', 'outcome!=returned', CALL_OUTCOMES),
  field('total', 'duration', 'time from entry to return', 'total>5ms'),
  field('guest', 'duration', 'time in which the guest computed', 'guest>1ms'),
  field('host', 'duration', 'time in which the host worked', 'host>1ms'),
  field('suspended', 'duration', 'time in which the guest was suspended', 'suspended>5ms'),
  field('arg', 'value', 'an argument: arg0 is the first, arg any', 'arg0=10'),
  field('result', 'value', 'a result: result0 is the first, result any', 'result0<0'),
  field('text', 'text', 'texts that arguments and results stand for', 'text~hello'),
  field('stack', 'text', "functions in the guest's recorded stack", 'stack~parse'),
  field('error', 'text', 'why the call failed, or the code of the error', 'error~timeout'),
  field('name', 'text', "the function's name, without its module", 'name=fd_*'),
  field('module', 'text', "an import's module", 'module=env'),
  field('kind', 'choice', 'who calls whom', 'kind=export', CALL_KINDS),
  field('start', 'duration', 'when it began, since the session began', 'start>1s'),
  field('end', 'duration', 'when it ended, since the session began', 'end<2s'),
  field('id', 'count', "the call's number", 'id>1000'),
  field('parent', 'count', 'the number of the call that made it', 'parent=1'),
  field('depth', 'count', 'how many calls it lies inside of', 'depth=0'),
  field('overlapped', 'flag', 'whether it overlapped with another call of the guest', 'overlapped'),
]

const ORDERED = ['=', '!=', '>', '>=', '<', '<='] as const
/** The operators of each type, the usual one first. */
export const OPERATORS: Record<FieldType, readonly string[]> = {
  scope: [':'],
  text: ['~', '=', '!='],
  choice: ['=', '!='],
  duration: ['>', '>=', '<', '<=', '=', '!='],
  count: ORDERED,
  value: [...ORDERED, '~'],
  flag: [],
}

const BY_NAME = new Map(FIELDS.map((each) => [each.name, each]))
const INDEXED = /^(arg|result)(\d{1,4})$/

/** A field, and which argument or result is meant: null where it is any, or no matter. */
export interface FieldReference {
  field: Field
  index: number | null
}

/** The field that a word names, if it names one: `suspended`, `arg0`. */
export function findField(word: string): FieldReference | null {
  const [, name, digits] = INDEXED.exec(word) ?? []
  const found = BY_NAME.get(name ?? word)
  return found ? { field: found, index: digits === undefined ? null : Number(digits) } : null
}
