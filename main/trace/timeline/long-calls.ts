/** The calls of a lane that are too long for the buckets of a level, so that they are read one by one. */
import type { CallId } from '../../contract/model.ts'
import { bucketNs, LEVEL_COUNT } from './buckets.ts'

const FIRST_LENGTH = 16
const BYTES_PER_CALL = 4 + 8

/** One list for each level, of the calls that were added to its buckets; in order of their ends. */
export class LongCalls {
  readonly #lists: (CallList | undefined)[] = []

  /** `level` is that of the call: from 1 to LEVEL_COUNT. */
  add(level: number, id: CallId, endNs: number): void {
    ;(this.#lists[level] ??= new CallList()).append(id, endNs)
  }

  /**
   * Visits calls that lie in or touch the time from `fromNs` to `toNs`, of the levels above `level`; a few that
   * begin after it may be among them.
   */
  visit(level: number, fromNs: number, toNs: number, visit: (id: CallId, endNs: number) => void): void {
    for (let above = level + 1; above <= LEVEL_COUNT; above++) {
      const longestNs = above === LEVEL_COUNT ? Infinity : bucketNs(above)
      this.#lists[above]?.visit(fromNs, toNs + longestNs, visit)
    }
  }

  /** Forgets the calls that lie in the buckets of this level. */
  keepAbove(level: number): void {
    for (let below = 0; below <= level; below++) this.#lists[below] = undefined
  }

  get sizeBytes(): number {
    return this.#lists.reduce((sum, list) => sum + (list?.sizeBytes ?? 0), 0)
  }
}

class CallList {
  #length = 0
  #ids = new Uint32Array(FIRST_LENGTH)
  #ends = new Float64Array(FIRST_LENGTH)

  append(id: CallId, endNs: number): void {
    if (this.#length === this.#ids.length) {
      const ids = new Uint32Array(this.#length * 2)
      ids.set(this.#ids)
      this.#ids = ids
      const ends = new Float64Array(this.#length * 2)
      ends.set(this.#ends)
      this.#ends = ends
    }
    this.#ids[this.#length] = id
    this.#ends[this.#length++] = endNs
  }

  /** Those that end after `fromNs`, up to the first that ends at `toNs` or later. */
  visit(fromNs: number, toNs: number, visit: (id: CallId, endNs: number) => void): void {
    let low = 0
    let high = this.#length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#ends[middle]! <= fromNs) low = middle + 1
      else high = middle
    }
    for (let at = low; at < this.#length && this.#ends[at]! < toNs; at++)
      visit(this.#ids[at]!, this.#ends[at]!)
  }

  get sizeBytes(): number {
    return this.#ids.length * BYTES_PER_CALL
  }
}
