/** Sorts very many calls in place, with turns for others in between. */

/** Shorter stretches are sorted by insertion. */
export const SHORT = 32
/** Entries that are handled between two turns. */
const STRIDE = 4096
/** The bytes of a key, and of the id behind it. */
const [KEY_BYTES, BYTES] = [4, 8]

/** Entries that are still to be put in order, from a byte of them on. */
export interface OpenRange {
  from: number
  to: number
  byte: number
}

/**
 * Sorts `keys`, and `ids` along with them, by key and then by id: a radix sort by one byte after the other, from the
 * highest on. In place, so it takes no memory but these two. Yields every few thousand entries, with how many of them
 * have found their place.
 */
export function* sortPairs(keys: Uint32Array, ids: Uint32Array): Generator<number, void> {
  const open: OpenRange[] = [{ from: 0, to: keys.length, byte: 0 }]
  const split = new RangeSplit()
  const { counts, next, ends } = split
  let placed = 0
  let work = 0
  for (let range = open.pop(); range; range = open.pop()) {
    const { from, to, byte } = range
    if (byte === BYTES || to - from <= SHORT) {
      sortShort(keys, ids, from, to)
      placed += to - from
      work += to - from
      if (work >= STRIDE) {
        work = 0
        yield placed
      }
      continue
    }
    const column = byte < KEY_BYTES ? keys : ids
    const shift = 24 - 8 * (byte % KEY_BYTES)
    counts.fill(0)
    let isSorted = true
    for (let at = from; at < to;) {
      for (const end = Math.min(at + STRIDE, to); at < end; at++) {
        counts[(column[at]! >>> shift) & 255]!++
        if (isSorted && at > from) isSorted = isInOrder(keys, ids, at)
      }
      yield placed
    }
    if (isSorted) {
      placed += to - from
      continue
    }
    split.divide(range, open)
    for (let value = 0; value < 256; value++) {
      while (next[value]! < ends[value]!) {
        const at = next[value]!
        const belongs = (column[at]! >>> shift) & 255
        const other = next[belongs]!++
        if (belongs !== value) {
          swap(keys, at, other)
          swap(ids, at, other)
        }
        if (++work >= STRIDE) {
          work = 0
          yield placed
        }
      }
    }
  }
}

/** A range by the values of one byte. */
export class RangeSplit {
  /** How many entries have each value: to be counted before anything else is asked. */
  readonly counts = new Uint32Array(256)
  /** Where the next entry of each value belongs. */
  readonly next = new Uint32Array(256)
  /** Where the last one belongs, and one more. */
  readonly ends = new Uint32Array(256)

  /** Divides a range; adds its parts to `open`, the last one first, so that the first is taken first. */
  divide({ from, byte }: OpenRange, open: OpenRange[]): void {
    const { counts, next, ends } = this
    for (let value = 0, at = from; value < 256; value++) {
      next[value] = at
      at += counts[value]!
      ends[value] = at
    }
    for (let value = 255; value >= 0; value--) {
      if (counts[value]! > 0) open.push({ from: next[value]!, to: ends[value]!, byte: byte + 1 })
    }
  }
}

/** Exchanges two entries of a column. */
export function swap(column: Uint32Array, at: number, other: number): void {
  const one = column[at]!
  column[at] = column[other]!
  column[other] = one
}

/** Sorts a few entries of two columns by the first, then by the second. */
export function sortShort(keys: Uint32Array, ids: Uint32Array, from: number, to: number): void {
  for (let at = from + 1; at < to; at++) {
    const key = keys[at]!
    const id = ids[at]!
    let gap = at
    for (; gap > from; gap--) {
      const before = keys[gap - 1]!
      if (before < key || (before === key && ids[gap - 1]! <= id)) break
      keys[gap] = before
      ids[gap] = ids[gap - 1]!
    }
    keys[gap] = key
    ids[gap] = id
  }
}

function isInOrder(keys: Uint32Array, ids: Uint32Array, at: number): boolean {
  const [before, key] = [keys[at - 1]!, keys[at]!]
  return before === key ? ids[at - 1]! <= ids[at]! : before < key
}
