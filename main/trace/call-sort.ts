/** The calls of a trace, or those that a filter holds for, in another order: made a slice of time after the other. */
import type { CallId } from '../contract/ids.ts'
import type { CallSortKey } from '../contract/sorting.ts'
import { BitSet } from './bit-set.ts'
import { CallCursor } from './call-cursor.ts'
import type { CallSelection } from './call-selection.ts'
import type { KeyOf } from './call-sort-keys.ts'
import { createKeyOf, createWords } from './call-sort-keys.ts'
import type { CallStore } from './call-store.ts'
import { sortPairs } from './sort-pairs.ts'
import { sortTies } from './sort-ties.ts'
import type { ValueWords } from './value-words.ts'

/** What a call takes when it has been sorted: its place. */
const PLACE_BYTES = 4
/** What is compared of a call at a time takes while calls are sorted. */
const KEY_BYTES = 4
/** Whether a call is tied with the one before, where calls are compared by more than one key. */
const TIE_BYTES = 1 / 8
/** How many times all calls are gone through for the first word of what is compared, and for each further one. */
const [FIRST_WORD_STEPS, NEXT_WORD_STEPS] = [2, 3]
/** Calls that are read between two looks at the clock. */
const READ_STRIDE = 1024
/** Entries that are gone through between two looks at the clock. */
const STRIDE = 16_384
/** Entries that are searched between two looks at the clock. */
const SEARCH_STRIDE = 1 << 18

/** What a call takes while it is sorted: more where one key of 32 bits does not tell the whole order. */
export function sortedCallBytes(calls: CallStore, by: CallSortKey): number {
  const words = createWords(calls, by)
  return PLACE_BYTES + KEY_BYTES + (words && words.count > 1 ? TIE_BYTES : 0)
}

/**
 * One order of one trace. Calls that have nothing of what is sorted by are the last, in order of their numbers, whichever
 * way it is read.
 */
export class CallSort {
  readonly #nowNs: number
  readonly #cursor: CallCursor
  readonly #selection: CallSelection
  /** Of what is sorted by: null where one word tells all of it, and every call has it. */
  readonly #words: ValueWords | null
  /** Of calls in the selection, in their order from the beginning on, and from the end backwards those that come last. */
  readonly #places: Uint32Array
  #lastCount = 0
  /** What is compared; null when there is nothing left to do. */
  #keys: Uint32Array | null
  #ties: BitSet | null = null
  /** Null when there is nothing left to do. */
  #steps: Generator<number, void> | null
  #done = 0

  /** Sorts calls as they stand at `nowNs`. */
  constructor(calls: CallStore, by: CallSortKey, selection: CallSelection, nowNs: number) {
    this.#nowNs = nowNs
    this.#cursor = new CallCursor(calls)
    this.#selection = selection
    this.#words = createWords(calls, by)
    this.#places = new Uint32Array(selection.count)
    this.#keys = new Uint32Array(selection.count)
    this.#steps = this.#work(createKeyOf(calls, by, this.#words), this.#keys)
  }

  get count(): number {
    return this.#selection.count
  }

  get sizeBytes(): number {
    const parts = [this.#keys?.byteLength, this.#ties?.sizeBytes, this.#selection.sizeBytes]
    return parts.reduce<number>((sum, bytes) => sum + (bytes ?? 0), this.#places.byteLength)
  }

  /** How much of the work is done, from 0 to 1: of all that there can be, so that it may end early. */
  get doneShare(): number {
    if (this.isComplete) return 1
    const steps = FIRST_WORD_STEPS + NEXT_WORD_STEPS * ((this.#words?.count ?? 1) - 1)
    return this.#done / (steps * this.count)
  }

  get isComplete(): boolean {
    return this.#steps === null
  }

  /** Goes on for `sliceMs`, or to the end: by a small step at least. */
  advance(sliceMs: number): void {
    const endMs = performance.now() + sliceMs
    this.#cursor.begin(this.#nowNs)
    while (this.#steps) {
      const step = this.#steps.next()
      if (step.done) this.#finish()
      else this.#done = step.value
      if (performance.now() >= endMs) return
    }
  }

  /** The calls in rows `fromRow` and up; none before it is complete. */
  list(fromRow: number, rowCount: number, descending: boolean): CallId[] {
    if (!this.isComplete) return []
    const end = Math.min(fromRow + rowCount, this.count)
    const ids: CallId[] = []
    for (let row = fromRow; row < end; row++) {
      ids.push(this.#selection.idAt(this.#places[this.#turn(row, descending)]!))
    }
    return ids
  }

  /**
   * Looks for the row of a call, which is null where it is not among those sorted, and before it is complete. The order is
   * searched from its beginning: it yields often, and returns what it has found.
   */
  *findRow(id: CallId, descending: boolean): Generator<void, number | null> {
    const place = this.isComplete ? this.#selection.placeOf(id) : null
    if (place === null) return null
    const places = this.#places
    let from = 0
    let found = -1
    for (; found < 0; from += SEARCH_STRIDE) {
      found = places.subarray(from, from + SEARCH_STRIDE).indexOf(place)
      if (found < 0) yield
    }
    const at = from - SEARCH_STRIDE + found
    const placedCount = this.count - this.#lastCount
    return at < placedCount ? this.#turn(at, descending) : placedCount + this.count - 1 - at
  }

  /** Where the call of a row is. */
  #turn(row: number, descending: boolean): number {
    const placedCount = this.count - this.#lastCount
    if (row >= placedCount) return this.count - 1 - (row - placedCount)
    return descending ? placedCount - 1 - row : row
  }

  #finish(): void {
    this.#steps = null
    this.#keys = null
    this.#ties = null
  }

  *#work(keyOf: KeyOf, allKeys: Uint32Array): Generator<number, void> {
    const { count } = this
    let placed = 0
    for (let place = 0, id = 0; place < count; place++) {
      id = this.#selection.idAfter(id)
      this.#cursor.moveTo(id)
      const key = keyOf(this.#cursor)
      if (key === null) this.#places[count - ++this.#lastCount] = place
      else {
        allKeys[placed] = key
        this.#places[placed++] = place
      }
      if (place % READ_STRIDE === 0) yield place
    }
    const [keys, places] = [allKeys.subarray(0, placed), this.#places.subarray(0, placed)]
    for (const done of sortPairs(keys, places)) yield count + done
    if (this.#words?.needs(1)) yield* this.#sortFurther(this.#words, allKeys, places)
  }

  /**
   * Goes on with the next word of calls whose words so far are the same. Calls are read in order of their ids, not in
   * the order found so far: each of their blocks once.
   */
  *#sortFurther(words: ValueWords, keys: Uint32Array, places: Uint32Array): Generator<number, void> {
    const { count } = this
    const ties = new BitSet(places.length)
    this.#ties = ties
    let done = FIRST_WORD_STEPS * count
    for (let at = 1; at < places.length; at++) {
      if (keys[at] === keys[at - 1]) ties.set(at, true)
      if (at % STRIDE === 0) yield done
    }
    for (let word = 1; words.needs(word); word++) {
      for (let from = 0; from < count; from += STRIDE) {
        keys.fill(0, from, from + STRIDE)
        yield done
      }
      // From here on keys are those of places.
      let hasTies = false
      for (let at = 1; at < places.length; at++) {
        if (ties.has(at)) {
          keys[places[at]!] = 1
          keys[places[at - 1]!] = 1
          hasTies = true
        }
        if (at % STRIDE === 0) yield done + at
      }
      if (!hasTies) return
      done += count
      yield* this.#readTied(words, word, keys, done)
      done += count
      for (const passed of sortTies({ places, ties }, keys)) yield done + passed
      done += count
    }
  }

  /** Puts the word of each call in place of a key that is not 0. */
  *#readTied(words: ValueWords, word: number, keys: Uint32Array, done: number): Generator<number, void> {
    let read = 0
    for (let place = 0, id = 0; place < keys.length; place++) {
      id = this.#selection.idAfter(id)
      if (keys[place] !== 0) {
        this.#cursor.moveTo(id)
        keys[place] = words.read(this.#cursor, word)
        read++
      }
      if (read >= READ_STRIDE || place % STRIDE === 0) {
        read = 0
        yield done + place
      }
    }
  }
}
