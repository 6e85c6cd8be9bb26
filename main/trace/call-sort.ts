/** The calls of a trace, or those that a filter holds for, in another order: made a slice of time after the other. */
import type { CallId, CallSortKey } from '../contract/model.ts'
import { CallCursor } from './call-cursor.ts'
import type { CallStore } from './call-store.ts'
import type { FunctionDefinition } from './events.ts'
import { OUTCOMES } from './events.ts'
import { sortPairs } from './sort-pairs.ts'

/** What a call takes while it is sorted; half of it after that. */
export const SORTED_CALL_BYTES = 8
/** Calls that are read between two looks at the clock. */
const STRIDE = 1024
/** Durations below two to this power are sorted by the nanosecond, longer ones by so many binary digits. */
const EXACT_BITS = 28
const KINDS = ['export', 'start', 'import'] as const

/** Gives the ids of the next calls to sort behind a call, `count` at most. */
export type ListCalls = (afterId: CallId, count: number) => readonly CallId[]

/** One order of one trace. */
export class CallSort {
  readonly #calls: CallStore
  readonly #nowNs: number
  readonly #cursor: CallCursor
  #ids: Uint32Array
  /** Null when there is nothing left to do: the keys go with it. */
  #steps: Generator<number, void> | null
  #done = 0

  /** Sorts `count` calls as they stand at `nowNs`. */
  constructor(calls: CallStore, by: CallSortKey, count: number, list: ListCalls, nowNs: number) {
    this.#calls = calls
    this.#nowNs = nowNs
    this.#cursor = new CallCursor(calls)
    this.#ids = new Uint32Array(count)
    this.#steps = this.#work(by, list)
  }

  get count(): number {
    return this.#ids.length
  }

  /** Calls that were read, and calls that have found their place: twice {@link count} at the end. */
  get done(): number {
    return this.#done
  }

  get isComplete(): boolean {
    return this.#steps === null
  }

  /** Goes on for `sliceMs`, or to the end. */
  advance(sliceMs: number): void {
    const endMs = performance.now() + sliceMs
    this.#cursor.begin(this.#nowNs)
    while (this.#steps && performance.now() < endMs) {
      const step = this.#steps.next()
      this.#done = step.value ?? 2 * this.count
      if (step.done) this.#steps = null
    }
  }

  /** The calls in rows `fromRow` and up; none before it is complete. */
  list(fromRow: number, rowCount: number, descending: boolean): CallId[] {
    if (!this.isComplete) return []
    const end = Math.min(fromRow + rowCount, this.count)
    const ids: CallId[] = []
    for (let row = fromRow; row < end; row++) ids.push(this.#ids[descending ? this.count - 1 - row : row]!)
    return ids
  }

  /** The row of a call; null where it is not among those sorted. */
  rowOf(id: CallId, descending: boolean): number | null {
    if (!this.isComplete) return null
    const at = this.#ids.indexOf(id)
    if (at < 0) return null
    return descending ? this.count - 1 - at : at
  }

  *#work(by: CallSortKey, list: ListCalls): Generator<number, void> {
    const keys = new Uint32Array(this.count)
    const keyOf = this.#createKey(by)
    let found = 0
    while (found < this.count) {
      const ids = list(this.#ids[found - 1] ?? 0, Math.min(STRIDE, this.count - found))
      // One that was running has ended meanwhile, and the filter no longer holds for it.
      if (ids.length === 0) this.#ids = this.#ids.slice(0, found)
      for (const id of ids) {
        this.#cursor.moveTo(id)
        keys[found] = keyOf(this.#cursor)
        this.#ids[found] = id
        found++
      }
      yield found
    }
    for (const placed of sortPairs(keys.subarray(0, found), this.#ids)) yield this.count + placed
  }

  #createKey(by: CallSortKey): (call: CallCursor) => number {
    const { definitions } = this.#calls
    switch (by) {
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
        return ({ id }) => this.#calls.topLevelOf(id)
    }
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
