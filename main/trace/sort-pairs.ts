/** Sorts very many calls in place, with turns for others in between. */

/** Shorter stretches are sorted by insertion. */
const SHORT = 32
/** Entries that are handled between two turns. */
const STRIDE = 4096
const BYTES = 8

/**
 * Sorts `keys`, and `ids` along with them, by key and then by id: a radix sort by one byte after the other, from the
 * highest, of keys and then of ids. In place, so it takes no memory but the two arrays. Yields every few thousand
 * entries, with how many of them have found their place.
 */
export function* sortPairs(keys: Uint32Array, ids: Uint32Array): Generator<number, void> {
  const open: { from: number; to: number; byte: number }[] = [{ from: 0, to: keys.length, byte: 0 }]
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
    const column = byte < 4 ? keys : ids
    const shift = 24 - 8 * (byte & 3)
    const counts = new Uint32Array(256)
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
        if (belongs !== value) swap(keys, ids, at, other)
        if (++work >= STRIDE) {
          work = 0
          yield placed
        }
      }
    }
  }
}

function isInOrder(keys: Uint32Array, ids: Uint32Array, at: number): boolean {
  const [before, key] = [keys[at - 1]!, keys[at]!]
  return before < key || (before === key && ids[at - 1]! < ids[at]!)
}

function swap(keys: Uint32Array, ids: Uint32Array, at: number, other: number): void {
  const key = keys[at]!
  const id = ids[at]!
  keys[at] = keys[other]!
  ids[at] = ids[other]!
  keys[other] = key
  ids[other] = id
}

function sortShort(keys: Uint32Array, ids: Uint32Array, from: number, to: number): void {
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
