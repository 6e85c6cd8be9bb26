/** Sorts very many calls in place, with turns for others in between. */

/** Shorter stretches are sorted by insertion. */
const SHORT = 32
/** Entries that are handled between two turns. */
const STRIDE = 4096

/** Two columns of the same length, or three. */
type Columns = readonly [Uint32Array, Uint32Array, Uint32Array?]

/**
 * Sorts `keys`, and `ids` along with them, by key and then by id: see {@link sortColumns}.
 */
export function sortPairs(keys: Uint32Array, ids: Uint32Array): Generator<number, void> {
  return sortColumns([keys, ids])
}

/**
 * Sorts the rows of columns by the first, then by the second, and so on: a radix sort by one byte after the other, from
 * the highest of the first column. In place, so it takes no memory but the columns. Yields every few thousand entries,
 * with how many of them have found their place.
 */
export function* sortColumns(columns: Columns): Generator<number, void> {
  const [keys] = columns
  const byteCount = columns.length * 4
  const open: { from: number; to: number; byte: number }[] = [{ from: 0, to: keys.length, byte: 0 }]
  let placed = 0
  let work = 0
  for (let range = open.pop(); range; range = open.pop()) {
    const { from, to, byte } = range
    if (byte === byteCount || to - from <= SHORT) {
      sortShort(columns, from, to)
      placed += to - from
      work += to - from
      if (work >= STRIDE) {
        work = 0
        yield placed
      }
      continue
    }
    const column = columns[byte >> 2]!
    const shift = 24 - 8 * (byte & 3)
    const counts = new Uint32Array(256)
    let isSorted = true
    for (let at = from; at < to;) {
      for (const end = Math.min(at + STRIDE, to); at < end; at++) {
        counts[(column[at]! >>> shift) & 255]!++
        if (isSorted && at > from) isSorted = isInOrder(columns, at)
      }
      yield placed
    }
    if (isSorted) {
      placed += to - from
      continue
    }
    const next = new Uint32Array(256)
    const ends = new Uint32Array(256)
    for (let value = 0, at = from; value < 256; value++) {
      next[value] = at
      at += counts[value]!
      ends[value] = at
      if (counts[value]! > 0) open.push({ from: next[value]!, to: at, byte: byte + 1 })
    }
    for (let value = 0; value < 256; value++) {
      while (next[value]! < ends[value]!) {
        const at = next[value]!
        const belongs = (column[at]! >>> shift) & 255
        const other = next[belongs]!++
        if (belongs !== value) swap(columns, at, other)
        if (++work >= STRIDE) {
          work = 0
          yield placed
        }
      }
    }
  }
}

function isInOrder([first, second, third]: Columns, at: number): boolean {
  if (first[at - 1] !== first[at]) return first[at - 1]! < first[at]!
  if (!third || second[at - 1] !== second[at]) return second[at - 1]! < second[at]!
  return third[at - 1]! < third[at]!
}

function swap([first, second, third]: Columns, at: number, other: number): void {
  const one = first[at]!
  const two = second[at]!
  first[at] = first[other]!
  second[at] = second[other]!
  first[other] = one
  second[other] = two
  if (!third) return
  const three = third[at]!
  third[at] = third[other]!
  third[other] = three
}

function sortShort([first, second, third]: Columns, from: number, to: number): void {
  for (let at = from + 1; at < to; at++) {
    const one = first[at]!
    const two = second[at]!
    const three = third ? third[at]! : 0
    let gap = at
    for (; gap > from; gap--) {
      const before = first[gap - 1]!
      if (before < one) break
      if (before === one) {
        const next = second[gap - 1]!
        if (next < two || (next === two && (!third || third[gap - 1]! <= three))) break
      }
      first[gap] = before
      second[gap] = second[gap - 1]!
      if (third) third[gap] = third[gap - 1]!
    }
    first[gap] = one
    second[gap] = two
    if (third) third[gap] = three
  }
}
