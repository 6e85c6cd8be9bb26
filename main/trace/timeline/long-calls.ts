/** The calls of a lane that are too long for the buckets of a level, so that they are read one by one. */
import type { CallId } from '../../contract/ids.ts'
import { bucketNs, LEVEL_COUNT } from './buckets.ts'
import type { SavedColumn, SavedColumns } from './saved-timeline.ts'
import { expectInTimeline, isWithin } from './saved-timeline.ts'

const FIRST_LENGTH = 16
const BYTES_PER_CALL = 4 + 3 * 8

/** What is kept of a call: its block in the store may be on the disk. */
export interface LongCall {
  id: CallId
  startNs: number
  endNs: number
  /** -1 for a call of the guest. */
  hostNs: number
}

/** One list for each level, of the calls that were added to its buckets; in order of their ends. */
export class LongCalls {
  readonly #lists: (CallList | undefined)[] = []

  /** `level` is that of the call: from 1 to LEVEL_COUNT. */
  add(level: number, call: LongCall): void {
    ;(this.#lists[level] ??= new CallList()).append(call)
  }

  /**
   * Visits calls that lie in or touch the time from `fromNs` to `toNs`, of the levels above `level`; a few that
   * begin after it may be among them.
   */
  visit(level: number, fromNs: number, toNs: number, visit: (call: LongCall) => void): void {
    for (let above = level + 1; above <= LEVEL_COUNT; above++) {
      const longestNs = above === LEVEL_COUNT ? Infinity : bucketNs(above)
      this.#lists[above]?.visit(fromNs, toNs + longestNs, visit)
    }
  }

  /** Forgets the calls that lie in the buckets of this level. */
  keepAbove(level: number): void {
    for (let below = 0; below <= level; below++) this.#lists[below] = undefined
  }

  /** Which levels have calls, and columns. */
  save(): { levels: number[]; columns: SavedColumn[] } {
    const levels = [...this.#lists.keys()].filter((level) => this.#lists[level] !== undefined)
    return { levels, columns: levels.flatMap((level) => this.#lists[level]!.save()) }
  }

  /** Takes over what another has saved, of calls up to `callCount`. */
  restore(levels: readonly number[], columns: SavedColumns, callCount: number): void {
    for (const level of levels) {
      expectInTimeline(isWithin(level, 1, LEVEL_COUNT), 'a level that there is not')
      this.#lists[level] = CallList.restore(columns, callCount)
    }
  }

  get sizeBytes(): number {
    return this.#lists.reduce((sum, list) => sum + (list?.sizeBytes ?? 0), 0)
  }
}

class CallList {
  #length = 0
  #ids = new Uint32Array(FIRST_LENGTH)
  /** Begin, end and host's part of each. */
  #times = new Float64Array(3 * FIRST_LENGTH)

  append({ id, startNs, endNs, hostNs }: LongCall): void {
    if (this.#length === this.#ids.length) {
      const ids = new Uint32Array(this.#length * 2)
      ids.set(this.#ids)
      this.#ids = ids
      const times = new Float64Array(3 * ids.length)
      times.set(this.#times)
      this.#times = times
    }
    const at = this.#length++
    this.#ids[at] = id
    this.#times[3 * at] = startNs
    this.#times[3 * at + 1] = endNs
    this.#times[3 * at + 2] = hostNs
  }

  /** Those that end after `fromNs`, up to the first that ends at `toNs` or later. */
  visit(fromNs: number, toNs: number, visit: (call: LongCall) => void): void {
    let low = 0
    let high = this.#length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#endAt(middle) <= fromNs) low = middle + 1
      else high = middle
    }
    for (let at = low; at < this.#length && this.#endAt(at) < toNs; at++) {
      visit({
        id: this.#ids[at]!,
        startNs: this.#times[3 * at]!,
        endNs: this.#endAt(at),
        hostNs: this.#times[3 * at + 2]!,
      })
    }
  }

  save(): SavedColumn[] {
    return [this.#ids.subarray(0, this.#length), this.#times.subarray(0, 3 * this.#length)]
  }

  static restore(columns: SavedColumns, callCount: number): CallList {
    const list = new CallList()
    list.#ids = columns.take(Uint32Array, { spare: FIRST_LENGTH })
    list.#length = list.#ids.length - FIRST_LENGTH
    list.#times = columns.take(Float64Array, { spare: 3 * FIRST_LENGTH, length: 3 * list.#length })
    for (let at = 0; at < list.#length; at++) {
      expectInTimeline(isWithin(list.#ids[at], 1, callCount), 'a call that there is not')
    }
    return list
  }

  #endAt(index: number): number {
    return this.#times[3 * index + 1]!
  }

  get sizeBytes(): number {
    return this.#ids.length * BYTES_PER_CALL
  }
}
