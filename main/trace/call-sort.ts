/** The calls of a trace, or those that a filter holds for, in another order: made a slice of time after the other. */
import type { CallId, CallSortKey } from '../contract/model.ts'
import { CallCursor } from './call-cursor.ts'
import type { CallStore } from './call-store.ts'
import type { FunctionDefinition } from './events.ts'
import { OUTCOMES } from './events.ts'
import { sortColumns, sortPairs } from './sort-pairs.ts'
import { ValueWords } from './value-words.ts'

/** What a call takes when it has been sorted. */
const ID_BYTES = 4
/** What a part of what is compared takes while calls are sorted. */
const KEY_BYTES = 4
/** How many times all calls are gone through for the first word of what is compared, and for each further one. */
const [FIRST_WORD_STEPS, NEXT_WORD_STEPS] = [2, 3]
/** The greatest key. */
const WHOLE = 2 ** 32 - 1
/** Calls that are read between two looks at the clock. */
const STRIDE = 1024
/** Durations below two to this power are sorted by the nanosecond, longer ones by so many binary digits. */
const EXACT_BITS = 28
const KINDS = ['export', 'start', 'import'] as const

/** Gives the ids of the next calls to sort behind a call, `count` at most. */
export type ListCalls = (afterId: CallId, count: number) => readonly CallId[]

/** What a call takes while it is sorted: more where one word of 32 bits does not tell the whole order. */
export function sortedCallBytes(calls: CallStore, by: CallSortKey): number {
  const words = createWords(calls, by)
  return ID_BYTES + (words && words.count > 1 ? 2 : 1) * KEY_BYTES
}

/**
 * One order of one trace. Calls that have nothing of what is sorted by are the last, in order of their numbers, whichever
 * way it is read.
 */
export class CallSort {
  readonly #calls: CallStore
  readonly #nowNs: number
  readonly #cursor: CallCursor
  /** Of what is sorted by: null where one word tells all of it, and every call has it. */
  readonly #words: ValueWords | null
  /** Calls in their order from the beginning on, and from the end backwards those that come last. */
  readonly #ids: Uint32Array
  #count: number
  #lastCount = 0
  /** Null when there is nothing left to do: the keys go with it. */
  #steps: Generator<number, void> | null
  #done = 0

  /** Sorts `count` calls as they stand at `nowNs`. */
  constructor(calls: CallStore, by: CallSortKey, count: number, list: ListCalls, nowNs: number) {
    this.#calls = calls
    this.#nowNs = nowNs
    this.#cursor = new CallCursor(calls)
    this.#words = createWords(calls, by)
    this.#ids = new Uint32Array(count)
    this.#count = count
    this.#steps = this.#work(by, list)
  }

  get count(): number {
    return this.#count
  }

  /** How much of the work is done, from 0 to 1: of all that there can be, so that it may end early. */
  get doneShare(): number {
    if (this.isComplete) return 1
    const steps = FIRST_WORD_STEPS + NEXT_WORD_STEPS * ((this.#words?.count ?? 1) - 1)
    return this.#done / (steps * this.#count)
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
      if (step.done) this.#steps = null
      else this.#done = step.value
    }
  }

  /** The calls in rows `fromRow` and up; none before it is complete. */
  list(fromRow: number, rowCount: number, descending: boolean): CallId[] {
    if (!this.isComplete) return []
    const end = Math.min(fromRow + rowCount, this.#count)
    const ids: CallId[] = []
    for (let row = fromRow; row < end; row++) ids.push(this.#ids[this.#turn(row, descending)]!)
    return ids
  }

  /** The row of a call; null where it is not among those sorted. */
  rowOf(id: CallId, descending: boolean): number | null {
    if (!this.isComplete) return null
    const at = this.#ids.indexOf(id)
    if (at < 0) return null
    const placedCount = this.#count - this.#lastCount
    return at < placedCount ? this.#turn(at, descending) : placedCount + this.#ids.length - 1 - at
  }

  /** Where the call of a row is. */
  #turn(row: number, descending: boolean): number {
    const placedCount = this.#count - this.#lastCount
    if (row >= placedCount) return this.#ids.length - 1 - (row - placedCount)
    return descending ? placedCount - 1 - row : row
  }

  *#work(by: CallSortKey, list: ListCalls): Generator<number, void> {
    const all = new Uint32Array(this.#count)
    const keyOf = this.#createKey(by)
    let [placed, lastId] = [0, 0]
    while (placed + this.#lastCount < this.#count) {
      const found = placed + this.#lastCount
      const ids = list(lastId, Math.min(STRIDE, this.#count - found))
      // One that was running has ended meanwhile, and the filter no longer holds for it.
      if (ids.length === 0) this.#count = found
      for (const id of ids) {
        this.#cursor.moveTo(id)
        const key = keyOf(this.#cursor)
        if (key === null) this.#ids[this.#ids.length - ++this.#lastCount] = id
        else {
          all[placed] = key
          this.#ids[placed++] = id
        }
        lastId = id
      }
      yield placed + this.#lastCount
    }
    const [keys, ids] = [all.subarray(0, placed), this.#ids.subarray(0, placed)]
    for (const done of sortPairs(keys, ids)) yield this.#count + done
    if (this.#words && this.#words.needs(1)) yield* this.#placeTies(this.#words, keys, ids)
  }

  /**
   * Goes on with the next word of calls whose words so far are the same. Calls are read in order of their ids, not in
   * the order found so far: each of their blocks once.
   */
  *#placeTies(words: ValueWords, keys: Uint32Array, ids: Uint32Array): Generator<number, void> {
    const groups = new Uint32Array(ids.length)
    let done = FIRST_WORD_STEPS * this.#count
    for (let word = 1; words.needs(word); word++) {
      let hasTies = false
      for (let at = 1, before = groups[0]!; at < ids.length; at++) {
        const group = groups[at]!
        const isTied = group === before && keys[at] === keys[at - 1]
        groups[at] = isTied ? groups[at - 1]! : at
        hasTies ||= isTied
        before = group
        if (at % STRIDE === 0) yield done
      }
      if (!hasTies) return
      for (const sorted of sortPairs(ids, groups)) yield done + sorted
      done += this.#count
      for (let at = 0; at < ids.length; at++) {
        this.#cursor.moveTo(ids[at]!)
        keys[at] = words.read(this.#cursor, word)
        if (at % STRIDE === 0) yield done + at
      }
      done += this.#count
      for (const placed of sortColumns([groups, keys, ids])) yield done + placed
      done += this.#count
    }
  }

  #createKey(by: CallSortKey): (call: CallCursor) => number | null {
    const words = this.#words
    const { definitions } = this.#calls
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
        return ({ id }) => this.#calls.topLevelOf(id)
    }
  }
}

function createWords({ definitions }: CallStore, by: CallSortKey): ValueWords | null {
  return by === 'arg' || by === 'result' ? new ValueWords(definitions, by) : null
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
