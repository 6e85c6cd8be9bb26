/** What calls are compared by, as numbers of 32 bits that are in the same order. */
import type { CallSortKey } from '../contract/sorting.ts'
import type { CallCursor } from './call-cursor.ts'
import type { CallStore } from './call-store.ts'
import type { FunctionDefinition } from './events.ts'
import { OUTCOMES } from './events.ts'
import { ValueWords } from './value-words.ts'

/** The greatest key. */
const WHOLE = 2 ** 32 - 1
/** Durations below two to this power are sorted by the nanosecond, longer ones by so many binary digits. */
const EXACT_BITS = 28
const KINDS = ['export', 'start', 'import'] as const

/** The first key of a call; null for one that has nothing of what is sorted by. */
export type KeyOf = (call: CallCursor) => number | null

/** The words of what is sorted by, where these are several; null where one key tells the whole order. */
export function createWords({ definitions }: CallStore, by: CallSortKey): ValueWords | null {
  return by === 'arg' || by === 'result' ? new ValueWords(definitions, by) : null
}

/** `words` are those of the same calls. */
export function createKeyOf(calls: CallStore, by: CallSortKey, words: ValueWords | null): KeyOf {
  const { definitions } = calls
  switch (by) {
    case 'arg':
    case 'result':
      return (call) => (words!.has(call) ? words!.read(call, 0) : null)
    case 'suspendedShare':
      return ({ totalNs, suspendedNs }) =>
        totalNs > 0 ? Math.floor(Math.min(1, suspendedNs / totalNs) * WHOLE) : null
    case 'id':
      return () => 0
    case 'name': {
      const ranks = rankNames(definitions)
      return ({ functionIndex }) => ranks[functionIndex]!
    }
    case 'kind':
      return ({ functionIndex }) => KINDS.indexOf(definitions[functionIndex]!.kind)
    case 'outcome':
      return ({ outcome }) => OUTCOMES.indexOf(outcome)
    case 'start':
      return ({ startNs }) => encodeDuration(startNs)
    case 'total':
      return ({ totalNs }) => encodeDuration(totalNs)
    case 'guest':
      return ({ guestNs }) => encodeDuration(guestNs)
    case 'host':
      return ({ hostNs }) => encodeDuration(hostNs)
    case 'suspended':
      return ({ suspendedNs }) => encodeDuration(suspendedNs)
    case 'depth':
      return ({ depth }) => depth
    case 'parent':
      return ({ parent }) => parent
    case 'topLevel':
      return ({ id }) => calls.topLevelOf(id)
  }
}

/**
 * A duration as 32 bits that are in the same order: below {@link EXACT_BITS} bits itself, and above that its binary
 * exponent and the digits that follow its first.
 */
export function encodeDuration(durationNs: number): number {
  const whole = Math.floor(Math.max(0, durationNs))
  const mantissa = 2 ** (EXACT_BITS - 1)
  if (whole < 2 * mantissa) return whole
  const exponent = Math.floor(Math.log2(whole))
  const digits = Math.floor(whole / 2 ** (exponent - EXACT_BITS + 1))
  return (exponent - EXACT_BITS + 1) * mantissa + digits
}

/** The place of each function among all names, imports by module and name. */
function rankNames(definitions: readonly FunctionDefinition[]): number[] {
  const names = definitions.map(({ module, name }) => (module === null ? name : `${module}.${name}`))
  const ranks = new Map([...new Set(names)].sort().map((name, rank) => [name, rank]))
  return names.map((name) => ranks.get(name)!)
}
