/**
 * The order of rows: top-level calls in order of entry, and below each all calls made inside of it, in order
 * of entry. Without overlapping calls that is the order of the ids; with them, each activation's calls stay
 * together.
 */
import { WordColumn } from './column.ts'

/** What a run takes, about: two numbers in lists that have room to grow. */
const RUN_BYTES = 24

/** Runs of consecutive ids below one top-level call. Only overlapping calls have more than one. */
interface Runs {
  firstIds: number[]
  /** Position of each run's first call below its top-level call. */
  positions: number[]
}

/** See {@link CallOrder.save}. */
export interface SavedOrder {
  callCount: number
  rootIds: number[]
  sizes: number[]
  runs: [root: number, firstIds: number[], positions: number[]][]
}

/** Finds the call at a row and the row of a call in logarithmic time, while calls are added. */
export class CallOrder {
  readonly #rootIds = new WordColumn()
  readonly #sizes = new WordColumn()
  readonly #runs = new Map<number, Runs>()
  /** A Fenwick tree over the sizes: entry i (from 1) sums up the sizes of i - (i & -i) to i - 1. */
  readonly #sums = new WordColumn()
  #rootCount = 0
  #callCount = 0
  #runCount = 0
  /** The newest call's top-level call, and how many calls below it are not in the sums yet. */
  #lastRoot = -1
  #unsummed = 0

  get callCount(): number {
    return this.#callCount
  }

  /**
   * Adds the next call. Ids grow by one from 1. `parentRoot` is what this returned for the call that it lies inside of,
   * or null for a top-level one. Returns the number of its top-level call, from 0.
   */
  add(callId: number, parentRoot: number | null): number {
    this.#callCount++
    if (parentRoot === null) {
      this.#sum()
      const root = this.#rootCount++
      this.#rootIds.set(root, callId)
      this.#sizes.set(root, 1)
      this.#appendSum(root + 1)
      this.#lastRoot = root
      return root
    }
    const root = parentRoot
    if (root === this.#lastRoot) {
      // Behind the call before it, as nearly all are.
      this.#unsummed++
      return root
    }
    this.#sum()
    this.#lastRoot = root
    this.#unsummed = 1
    const runs = this.#runs.get(root) ?? { firstIds: [this.#rootIds.get(root)], positions: [0] }
    this.#runs.set(root, runs)
    this.#runCount++
    runs.firstIds.push(callId)
    runs.positions.push(this.#sizes.get(root))
    return root
  }

  /** Adds `count` calls at once that lie inside of the top-level call `root`. */
  addBelow(firstId: number, count: number, root: number): void {
    this.add(firstId, root)
    this.#callCount += count - 1
    this.#unsummed += count - 1
  }

  /** The id of the call at a row (from 0), or 0 beyond the last. */
  idAt(row: number): number {
    if (row < 0 || row >= this.#callCount) return 0
    this.#sum()
    let root = 0
    let before = 0
    for (let step = highestPowerOfTwo(this.#rootCount); step > 0; step >>= 1) {
      const next = root + step
      if (next > this.#rootCount) continue
      const sum = this.#sums.get(next)
      if (before + sum > row) continue
      root = next
      before += sum
    }
    const position = row - before
    const runs = this.#runs.get(root)
    if (!runs) return this.#rootIds.get(root) + position
    const run = lastAtMost(runs.positions, position)
    return runs.firstIds[run]! + position - runs.positions[run]!
  }

  /** The row of a call below the top-level call `root`. */
  rowOf(callId: number, root: number): number {
    const row = this.#rowsBefore(root)
    const runs = this.#runs.get(root)
    if (!runs) return row + callId - this.#rootIds.get(root)
    const run = lastAtMost(runs.firstIds, callId)
    return row + runs.positions[run]! + callId - runs.firstIds[run]!
  }

  /**
   * The number of the newest top-level call when each of the calls from `firstId` on began, one for each entry: where
   * calls do not overlap, that is the one that the call lies inside of. 0 for an id that no call has.
   */
  fillNewestRoots(firstId: number, roots: Uint32Array): Uint32Array {
    let root = 0
    for (let step = highestPowerOfTwo(this.#rootCount); step > 0; step >>= 1) {
      if (root + step < this.#rootCount && this.#rootIds.get(root + step) <= firstId) root += step
    }
    for (let at = 0; at < roots.length; at++) {
      while (root + 1 < this.#rootCount && this.#rootIds.get(root + 1) <= firstId + at) root++
      roots[at] = root
    }
    return roots
  }

  /** How many top-level calls there are. */
  get rootCount(): number {
    return this.#rootCount
  }

  /** The newest call below the top-level call `root`, or that call itself. */
  lastIdOf(root: number): number {
    if (root === this.#lastRoot) return this.#callCount
    const size = this.#sizes.get(root)
    const runs = this.#runs.get(root)
    if (!runs) return this.#rootIds.get(root) + size - 1
    return runs.firstIds.at(-1)! + size - 1 - runs.positions.at(-1)!
  }

  /** Where the top-level call `root` stands, and how many rows it takes with all below it. */
  rangeOf(root: number): { firstRow: number; size: number } {
    return { firstRow: this.#rowsBefore(root), size: this.#sizes.get(root) }
  }

  /** The id of the top-level call `root`. */
  topLevelId(root: number): number {
    return this.#rootIds.get(root)
  }

  /** All that it knows, to be kept in a file. */
  save(): SavedOrder {
    this.#sum()
    return {
      callCount: this.#callCount,
      rootIds: Array.from({ length: this.#rootCount }, (_, root) => this.#rootIds.get(root)),
      sizes: Array.from({ length: this.#rootCount }, (_, root) => this.#sizes.get(root)),
      runs: [...this.#runs].map(([root, { firstIds, positions }]) => [root, firstIds, positions]),
    }
  }

  /** Takes over what another knew; nothing may have been added. */
  restore({ callCount, rootIds, sizes, runs }: SavedOrder): void {
    this.#callCount = callCount
    for (const [root, rootId] of rootIds.entries()) {
      this.#rootIds.set(root, rootId)
      this.#sizes.set(root, sizes[root]!)
      this.#rootCount++
      this.#appendSum(root + 1)
    }
    for (const [root, firstIds, positions] of runs) {
      this.#runs.set(root, { firstIds, positions })
      this.#runCount += firstIds.length
    }
  }

  get sizeBytes(): number {
    const columns = [this.#rootIds, this.#sizes, this.#sums]
    return columns.reduce((sum, column) => sum + column.sizeBytes, RUN_BYTES * this.#runCount)
  }

  #rowsBefore(root: number): number {
    this.#sum()
    let rows = 0
    for (let at = root; at > 0; at -= at & -at) rows += this.#sums.get(at)
    return rows
  }

  /** Brings the sums up to date. */
  #sum(): void {
    const count = this.#unsummed
    if (count === 0) return
    this.#unsummed = 0
    const root = this.#lastRoot
    this.#sizes.set(root, this.#sizes.get(root) + count)
    for (let at = root + 1; at <= this.#rootCount; at += at & -at) {
      this.#sums.set(at, this.#sums.get(at) + count)
    }
  }

  #appendSum(at: number): void {
    let sum = this.#sizes.get(at - 1)
    for (let child = at - 1; child > at - (at & -at); child -= child & -child) sum += this.#sums.get(child)
    this.#sums.set(at, sum)
  }
}

function highestPowerOfTwo(value: number): number {
  return value === 0 ? 0 : 2 ** Math.floor(Math.log2(value))
}

/** The index of the last entry that is at most `value`, in a growing list that begins at or below it. */
function lastAtMost(list: readonly number[], value: number): number {
  let low = 0
  let high = list.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (list[middle]! <= value) low = middle
    else high = middle - 1
  }
  return low
}
