/** Goes on sorting calls that are tied by what has been compared so far, by what is compared next. */
import type { BitSet } from './bit-set.ts'
import type { OpenRange } from './sort-pairs.ts'
import { RangeSplit, SHORT, sortPairs, sortShort, swap } from './sort-pairs.ts'

/** So many calls that are tied are sorted with their keys beside them; more are first divided by one byte of these. */
const GATHERED = 1 << 20
/** Entries that are handled between two turns. */
const STRIDE = 4096
const KEY_BYTES = 4

/**
 * An order of calls so far. Calls are named by their places, from 0: their numbers in order of their ids. Those that are
 * tied stand in order of their places.
 */
export interface TiedOrder {
  readonly places: Uint32Array
  /** Of each entry of `places`: whether that call is tied with the one before. */
  readonly ties: BitSet
}

/**
 * Sorts calls that are tied by their keys, and says which are tied then. `keys` has that of each place: so there is one
 * word for each call, and no second one beside its place in the order. Yields every few thousand entries, with how many
 * of them have been passed.
 */
export function* sortTies(
  order: TiedOrder,
  keys: Uint32Array,
  gathered: number = GATHERED,
): Generator<number, void> {
  const { places, ties } = order
  const few = { keys: new Uint32Array(SHORT), places: new Uint32Array(SHORT) }
  const buffer = new Uint32Array(Math.min(gathered, places.length))
  let passed = 0
  for (let from = 0, to: number; from < places.length; from = to) {
    if (from - passed >= STRIDE) {
      passed = from
      yield passed
    }
    for (to = from + 1; to < places.length && ties.has(to); to++) if (to % STRIDE === 0) yield from
    if (to - from === 1) continue
    if (to - from <= SHORT) sortFew(order, keys, from, to, few)
    else if (to - from <= buffer.length) yield* sortGathered(order, keys, { from, to, byte: 0 }, buffer)
    else yield* sortMany(order, keys, { from, to, byte: 0 }, buffer)
  }
}

function sortFew(
  { places, ties }: TiedOrder,
  keys: Uint32Array,
  from: number,
  to: number,
  few: { keys: Uint32Array; places: Uint32Array },
): void {
  const count = to - from
  for (let at = 0; at < count; at++) {
    const place = places[from + at]!
    few.places[at] = place
    few.keys[at] = keys[place]!
  }
  sortShort(few.keys, few.places, 0, count)
  for (let at = 0; at < count; at++) {
    places[from + at] = few.places[at]!
    if (at > 0) ties.set(from + at, few.keys[at] === few.keys[at - 1])
  }
}

function* sortGathered(
  { places, ties }: TiedOrder,
  keys: Uint32Array,
  { from, to }: OpenRange,
  buffer: Uint32Array,
): Generator<number, void> {
  const range = places.subarray(from, to)
  const own = buffer.subarray(0, range.length)
  for (let at = 0; at < range.length; at++) {
    own[at] = keys[range[at]!]!
    if (at % STRIDE === 0) yield from
  }
  for (const placed of sortPairs(own, range)) yield from + placed
  for (let at = 1; at < range.length; at++) {
    ties.set(from + at, own[at] === own[at - 1])
    if (at % STRIDE === 0) yield to
  }
}

/** Divides calls by one byte of their keys after the other, and of their places where these are the same. */
function* sortMany(
  order: TiedOrder,
  keys: Uint32Array,
  whole: OpenRange,
  buffer: Uint32Array,
): Generator<number, void> {
  const { places, ties } = order
  const open = [whole]
  const split = new RangeSplit()
  const { counts, next, ends } = split
  /** Whether calls still stand in order of their places. */
  let isUntouched = true
  let work = 0
  for (let range = open.pop(); range; range = open.pop()) {
    const { from, to, byte } = range
    if (byte === KEY_BYTES && isUntouched) return
    if (to - from <= buffer.length) {
      yield* sortGathered(order, keys, range, buffer)
      if (from > whole.from) ties.set(from, keys[places[from]!] === keys[places[from - 1]!])
      continue
    }
    const column = byte < KEY_BYTES ? keys : null
    const shift = 24 - 8 * (byte % KEY_BYTES)
    counts.fill(0)
    for (let at = from; at < to; at++) {
      const place = places[at]!
      counts[((column ? column[place]! : place) >>> shift) & 255]!++
      if (at % STRIDE === 0) yield from
    }
    split.divide(range, open)
    if (open.at(-1)!.to === to) continue
    isUntouched = false
    for (let value = 0; value < 256; value++) {
      while (next[value]! < ends[value]!) {
        const at = next[value]!
        const place = places[at]!
        const belongs = ((column ? column[place]! : place) >>> shift) & 255
        const other = next[belongs]!++
        if (belongs !== value) swap(places, at, other)
        if (++work % STRIDE === 0) yield from
      }
    }
  }
}
