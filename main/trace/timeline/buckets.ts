/**
 * Levels of detail of one lane: how much time its calls took in each bucket of time. A level has buckets four times
 * as wide as the one before.
 *
 * A call is added to the first level whose buckets are longer than the call, when it ends. So it lies in two buckets
 * at most, and ends in the newest one. When time has moved two buckets on, nothing is added to a bucket any more:
 * it is stored, and added to the level above. Levels hold short calls only, then; a level's long ones are few in any
 * stretch of it, and are read one by one (see {@link LongCalls}).
 */
import { BucketTable } from './bucket-table.ts'
import type { SavedColumn, SavedColumns } from './saved-timeline.ts'
import { expectInTimeline, isWithin } from './saved-timeline.ts'

/** Width of the finest buckets: 2^14 ns, 16 µs. */
export const FINEST_BITS = 14
/** The widest buckets are 2^40 ns: 18 minutes. */
export const LEVEL_COUNT = 14
/** What a bucket sums up. */
export const FIELDS = { activationNs: 0, hostNs: 1, suspendedNs: 2, count: 3 } as const
export const FIELD_COUNT = 4

/** Of a level. */
export function bucketNs(level: number): number {
  return 2 ** (FINEST_BITS + 2 * level)
}

const WIDTHS = Float64Array.from({ length: LEVEL_COUNT }, (_, level) => bucketNs(level))

/** The first level whose buckets are longer than a call; LEVEL_COUNT for one that is longer than all. */
export function levelOf(durationNs: number): number {
  if (durationNs < WIDTHS[0]!) return 0
  let level = 1
  while (level < LEVEL_COUNT && durationNs >= WIDTHS[level]!) level++
  return level
}

/** Sums of the newest bucket and of the one before. */
const OPEN_SUMS = 2 * FIELD_COUNT

/** Called for each bucket with something in it. */
export type VisitBucket = (
  startNs: number,
  activationNs: number,
  hostNs: number,
  suspendedNs: number,
  count: number,
) => void

export class Buckets {
  /** Number of the newest bucket of each level. */
  readonly #newest = new Float64Array(LEVEL_COUNT)
  readonly #open = new Float64Array(LEVEL_COUNT * OPEN_SUMS)
  readonly #stored: (BucketTable | undefined)[] = []
  /** The level below which buckets are not stored. */
  #finest = 0

  /** Adds a call of the host's alone that lies in the newest bucket of the finest level, as most do; else false. */
  addHost(startNs: number, endNs: number): boolean {
    const beginNs = this.#newest[0]! * WIDTHS[0]!
    if (startNs < beginNs || endNs >= beginNs + WIDTHS[0]!) return false
    this.#open[FIELDS.hostNs]! += endNs - startNs
    this.#open[FIELDS.count]!++
    return true
  }

  /**
   * Adds a call that has ended. One of the guest's has `hostNs` -1, for an import it is the host's part; the rest is
   * suspended. Ends must not decrease.
   */
  add(level: number, startNs: number, endNs: number, hostNs: number): void {
    // What is below has to arrive above before this call moves the levels on.
    for (let below = 0; below < level; below++) this.#slotOf(below, Math.floor(endNs / WIDTHS[below]!))
    const width = WIDTHS[level]!
    const open = this.#open
    const isActivation = hostNs < 0
    const suspendedFromNs = isActivation ? endNs : Math.min(endNs, startNs + hostNs)
    const last = Math.floor(endNs / width)
    const borderNs = Math.max(startNs, last * width)
    const first = Math.floor(startNs / width)
    if (first < last) {
      const at = this.#slotOf(level, first)
      const hostEndNs = Math.min(suspendedFromNs, borderNs)
      open[at + (isActivation ? FIELDS.activationNs : FIELDS.hostNs)]! += hostEndNs - startNs
      open[at + FIELDS.suspendedNs]! += borderNs - hostEndNs
      open[at + FIELDS.count]!++
    }
    const at = this.#slotOf(level, last)
    const hostEndNs = Math.max(suspendedFromNs, borderNs)
    open[at + (isActivation ? FIELDS.activationNs : FIELDS.hostNs)]! += hostEndNs - borderNs
    open[at + FIELDS.suspendedNs]! += endNs - hostEndNs
    if (first === last) open[at + FIELDS.count]!++
  }

  // From here on numbers are kept in arrays rather than passed on: those that are no integers would be allocated.

  /** Where the sums of a bucket are, the newest or the one before it. Moves the level on if it is newer than that. */
  #slotOf(level: number, index: number): number {
    if (index > this.#newest[level]!) this.#moveOn(level, index)
    return level * OPEN_SUMS + (index === this.#newest[level] ? 0 : FIELD_COUNT)
  }

  /** Makes `index` the newest bucket of a level; older ones but the one before it are done. */
  #moveOn(level: number, index: number): void {
    const newest = this.#newest[level]!
    const at = level * OPEN_SUMS
    const before = at + FIELD_COUNT
    const isNext = index === newest + 1
    this.#finish(level, newest - 1, before)
    if (!isNext) this.#finish(level, newest, at)
    const open = this.#open
    // Four entries: a loop is faster than the arrays' own functions.
    for (let field = 0; field < FIELD_COUNT; field++) {
      open[before + field] = isNext ? open[at + field]! : 0
      open[at + field] = 0
    }
    this.#newest[level] = index
  }

  /** Stores a bucket, and adds it to the level above. */
  #finish(level: number, index: number, at: number): void {
    const open = this.#open
    if (open[at] === 0 && open[at + 1] === 0 && open[at + 2] === 0 && open[at + 3] === 0) return
    if (level >= this.#finest) (this.#stored[level] ??= new BucketTable()).append(index, open, at)
    if (level + 1 === LEVEL_COUNT) return
    const above = this.#slotOf(level + 1, Math.floor(index / 4))
    for (let field = 0; field < FIELD_COUNT; field++) open[above + field]! += open[at + field]!
  }

  /** Visits what calls shorter than the level's buckets took, from the bucket of `fromNs` to the one before `toNs`. */
  visit(level: number, fromNs: number, toNs: number, visit: VisitBucket): void {
    const width = WIDTHS[level]!
    this.#stored[level]?.visit(fromNs, toNs, width, visit)
    // What has not arrived at this level yet.
    for (let below = 0; below <= level; below++) {
      for (let age = 0; age < 2; age++) {
        const at = below * OPEN_SUMS + age * FIELD_COUNT
        const startNs = Math.floor(((this.#newest[below]! - age) * WIDTHS[below]!) / width) * width
        const open = this.#open
        if (startNs < fromNs || startNs >= toNs) continue
        visit(startNs, open[at]!, open[at + 1]!, open[at + 2]!, open[at + 3]!)
      }
    }
  }

  /** Forgets the levels below, and stores no more of them. */
  keepFrom(level: number): void {
    this.#finest = level
    for (let below = 0; below < level; below++) this.#stored[below] = undefined
  }

  /** Which levels are stored, and columns. */
  save(): { levels: number[]; columns: SavedColumn[] } {
    const levels = [...this.#stored.keys()].filter((level) => this.#stored[level] !== undefined)
    const tables = levels.flatMap((level) => this.#stored[level]!.save())
    return { levels, columns: [this.#newest, this.#open, ...tables] }
  }

  /** Takes over what another has saved. */
  restore(levels: readonly number[], columns: SavedColumns): void {
    this.#newest.set(columns.take(Float64Array, { length: LEVEL_COUNT }))
    this.#open.set(columns.take(Float64Array, { length: LEVEL_COUNT * OPEN_SUMS }))
    for (const level of levels) {
      expectInTimeline(isWithin(level, 0, LEVEL_COUNT - 1), 'a level that there is not')
      this.#stored[level] = BucketTable.restore(columns)
    }
  }

  get sizeBytes(): number {
    let sizeBytes = this.#open.byteLength + this.#newest.byteLength
    for (const table of this.#stored) sizeBytes += table?.sizeBytes ?? 0
    return sizeBytes
  }
}
