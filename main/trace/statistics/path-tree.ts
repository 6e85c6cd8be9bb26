/** Sums by the path that led to a call: from the call of the guest that none made, step by step to the call itself. */
import type { CallId } from '../../contract/ids.ts'
import type { CallPath } from '../../contract/statistics.ts'
import type { CallStore, CallTimes } from '../call-store.ts'

/** Paths that are told apart. A guest that calls back into itself could make one for every call. */
export const PATH_LIMIT = 2000
/** Calls whose path is remembered, for the calls inside of them. */
const REMEMBERED = 1024
/** Of functions, so that one number says path and function. */
const FUNCTION_SPAN = 2 ** 24

const ROOT = -1
const LEFT_OUT = -2

/** Grows by a call at a time. */
export class PathTree {
  readonly #calls: CallStore
  readonly #paths: CallPath[] = []
  readonly #byStep = new Map<number, number>()
  readonly #rememberedIds = new Float64Array(REMEMBERED)
  readonly #rememberedPaths = new Int32Array(REMEMBERED)
  #leftOutCount = 0

  constructor(calls: CallStore) {
    this.#calls = calls
  }

  /** Calls whose path is not kept. */
  get leftOutCount(): number {
    return this.#leftOutCount
  }

  /** Counts a call that has ended. */
  add(parent: CallId, functionIndex: number, times: CallTimes, selfNs: number): void {
    const path = this.#paths[this.#step(this.#pathOf(parent), functionIndex)]
    if (!path) {
      this.#leftOutCount++
      return
    }
    path.count++
    path.totalNs += times.totalNs
    path.selfNs += selfNs
    path.guestNs += times.guestNs
    path.hostNs += times.hostNs
    path.suspendedNs += times.suspendedNs
  }

  /** Takes off a call's own time what a call inside of it took. */
  takeInner(id: CallId, innerNs: number): void {
    const path = this.#paths[this.#pathOf(id)]
    if (path) path.selfNs -= innerNs
  }

  /** All of them, each behind the one that it goes on from. */
  list(): CallPath[] {
    return this.#paths.map((path) => ({ ...path, selfNs: Math.max(0, path.selfNs) }))
  }

  /** The place of a call's path. */
  #pathOf(id: CallId): number {
    const unknown: CallId[] = []
    let at = id
    while (at !== 0 && this.#rememberedIds[at % REMEMBERED] !== at) {
      unknown.push(at)
      const parent = this.#calls.parentOf(at) ?? 0
      // A session file may say anything, also that calls lie inside of one another.
      at = parent < at ? parent : 0
    }
    let path = at === 0 ? ROOT : this.#rememberedPaths[at % REMEMBERED]!
    for (const each of unknown.toReversed()) {
      path = this.#step(path, this.#calls.functionIndexOf(each))
      this.#rememberedIds[each % REMEMBERED] = each
      this.#rememberedPaths[each % REMEMBERED] = path
    }
    return path
  }

  #step(path: number, functionIndex: number): number {
    if (path === LEFT_OUT) return LEFT_OUT
    const key = (path + 1) * FUNCTION_SPAN + functionIndex
    const known = this.#byStep.get(key)
    if (known !== undefined) return known
    if (this.#paths.length >= PATH_LIMIT) return LEFT_OUT
    const sums = { count: 0, totalNs: 0, selfNs: 0, guestNs: 0, hostNs: 0, suspendedNs: 0 }
    const added = this.#paths.push({ functionIndex, parent: path, ...sums }) - 1
    this.#byStep.set(key, added)
    return added
  }
}
