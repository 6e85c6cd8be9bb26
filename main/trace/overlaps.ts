/** Which activations overlapped: calls of the guest that were in flight together, neither inside of the other. */
import type { CallId } from '../contract/ids.ts'

/** What an entry of a Set or Map takes, about. */
const ENTRY_BYTES = 40
/** Calls that are looked at on each side of an activation to find those that overlapped with it. */
const SEARCH_LIMIT = 100_000

/** What is asked of the calls of a trace. Ids are in order of entry. */
interface Calls {
  /** 0 for a top-level call. */
  parentOf(id: CallId): CallId
  startOf(id: CallId): number
  /** Infinity while it runs. */
  endOf(id: CallId): number
  /** Whether it is a call of the guest. */
  isActivation(id: CallId): boolean
  count(): number
}

/** The activations that overlapped with one. */
export interface OverlapList {
  ids: CallId[]
  /** Whether there are, or may be, more than these. */
  isCut: boolean
}

/** See {@link Overlaps.known}. */
export type OverlapKnowledge = [id: CallId, before: CallId, hasOverlapped: boolean]

/** Costs little for each call of the guest: which ones overlapped is found out for those that are asked about. */
export class Overlaps {
  readonly #calls: Calls
  readonly #overlapped = new Set<CallId>()
  readonly #inFlight = new Set<CallId>()
  /** Those in flight of which no overlap is known yet. */
  readonly #alone = new Set<CallId>()
  /** In order of entry; those that have ended are taken off when they come to the end. */
  readonly #newest: CallId[] = []
  /**
   * The newest that was in flight when one began. All that were in flight then are found by going on from that
   * one in the same way.
   */
  readonly #before = new Map<CallId, CallId>()

  /** What was known of calls after this one has not been let go. */
  #forgottenUpTo: CallId = 0

  /** Hears of activations of which something new is known, once a file keeps it. */
  onChange: ((id: CallId) => void) | null = null

  constructor(calls: Calls) {
    this.#calls = calls
  }

  begin(id: CallId): void {
    if (this.#inFlight.size > 0) {
      while (!this.#inFlight.has(this.#newest.at(-1)!)) this.#newest.pop()
      this.#before.set(id, this.#newest.at(-1)!)
      this.onChange?.(id)
      const outer = this.#outerActivations(id)
      if (this.#inFlight.size > outer.size) {
        this.#overlapped.add(id)
        for (const other of this.#alone) {
          if (outer.has(other)) continue
          this.#overlapped.add(other)
          this.#alone.delete(other)
          this.onChange?.(other)
        }
      }
    } else this.#newest.length = 0
    this.#newest.push(id)
    this.#inFlight.add(id)
    if (!this.#overlapped.has(id)) this.#alone.add(id)
  }

  end(id: CallId): void {
    this.#inFlight.delete(id)
    this.#alone.delete(id)
  }

  /** Lets go what is known of a call that was given up. */
  forget(id: CallId): void {
    this.#overlapped.delete(id)
    if (this.#before.delete(id)) this.#forgottenUpTo = Math.max(this.#forgottenUpTo, id)
  }

  /** The activations of which anything is known. */
  ids(): Iterable<CallId> {
    return new Set([...this.#before.keys(), ...this.#overlapped])
  }

  /** What is known of an activation: the newest that was in flight when it began (0: none), and whether any overlapped. */
  known(id: CallId): OverlapKnowledge {
    return [id, this.#before.get(id) ?? 0, this.#overlapped.has(id)]
  }

  /** Takes over what was known. */
  restore([id, before, hasOverlapped]: OverlapKnowledge): void {
    if (before !== 0) this.#before.set(id, before)
    if (hasOverlapped) this.#overlapped.add(id)
  }

  /** Whether the activation overlapped with any other. */
  has(id: CallId): boolean {
    return this.#overlapped.has(id)
  }

  /** Up to `limit` that overlapped with an activation, in order of entry; none for an import call. */
  list(id: CallId, limit: number): OverlapList {
    if (!this.has(id)) return { ids: [], isCut: false }
    const calls = this.#calls
    const outer = this.#outerActivations(id)
    const startNs = calls.startOf(id)
    const endNs = calls.endOf(id)
    const ids: CallId[] = []
    let steps = 0
    for (let other = this.#before.get(id); other !== undefined; other = this.#before.get(other)) {
      if (ids.length >= limit || ++steps > SEARCH_LIMIT) return { ids: ids.toReversed(), isCut: true }
      if (!outer.has(other) && calls.endOf(other) > startNs) ids.push(other)
      if (other <= this.#forgottenUpTo) return { ids: ids.toReversed(), isCut: true }
    }
    ids.reverse()
    const last = Math.min(calls.count(), id + SEARCH_LIMIT)
    for (let other = id + 1; other <= last; other++) {
      if (calls.startOf(other) >= endNs) return { ids, isCut: false }
      if (!calls.isActivation(other) || this.#isInside(other, id)) continue
      if (ids.length >= limit) return { ids, isCut: true }
      ids.push(other)
    }
    return { ids, isCut: last < calls.count() }
  }

  get sizeBytes(): number {
    return ENTRY_BYTES * (this.#overlapped.size + this.#before.size)
  }

  #outerActivations(id: CallId): Set<CallId> {
    const outer = new Set<CallId>()
    for (let at = this.#calls.parentOf(id); at !== 0; at = this.#calls.parentOf(at)) {
      if (this.#calls.isActivation(at)) outer.add(at)
    }
    return outer
  }

  #isInside(id: CallId, outer: CallId): boolean {
    for (let at = id; at >= outer; at = this.#calls.parentOf(at)) if (at === outer) return true
    return false
  }
}
