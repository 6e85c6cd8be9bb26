/**
 * Which lane a call is drawn in. A top-level call of the guest takes the lowest lane that is free, and keeps it until
 * it ends. What happens inside of it lies in the same lane, in a row for each depth. Only where an import's handler
 * calls the guest several times at once do the further ones take lanes of their own.
 */
import type { CallId } from '../../contract/ids.ts'
import { WordColumn } from '../column.ts'
import type { SavedColumn, SavedColumns } from './saved-timeline.ts'
import { expectInTimeline, isWithin } from './saved-timeline.ts'

/** Where a call lies. */
export interface Place {
  lane: number
  /** From 0, the row of the call that took the lane. */
  row: number
}

/** See {@link Lanes.save}. */
export interface SavedLanes {
  laneCount: number
  running: [CallId, RunningPlace][]
  entered: CallId[]
}

interface RunningPlace extends Place {
  ownsLane: boolean
}

const MAP_ENTRY_BYTES = 96

export class Lanes {
  readonly #parentOf: (id: CallId) => CallId | null
  /** One bit for each lane that is taken. */
  #taken = new Uint32Array(8)
  /** No lane below is free. */
  #lowest = 0
  #takenCount = 0
  #laneCount = 0
  /** The calls of the guest that run. */
  readonly #running = new Map<CallId, RunningPlace>()
  /** Import calls inside of which the guest runs, in their own lane. */
  readonly #entered = new Set<CallId>()
  /** The calls that took a lane, and which; top-level ones in lane 0 are left out. In order of entry. */
  readonly #ownerIds = new WordColumn()
  readonly #ownerLanes = new WordColumn()
  #ownerCount = 0

  /** `parentOf` answers for every call that was begun, also for those that have ended. */
  constructor(parentOf: (id: CallId) => CallId | null) {
    this.#parentOf = parentOf
  }

  /** How many lanes there were at once at most. */
  get laneCount(): number {
    return this.#laneCount
  }

  /** How many lanes are taken now. */
  get takenCount(): number {
    return this.#takenCount
  }

  get sizeBytes(): number {
    return this.#ownerIds.sizeBytes + this.#ownerLanes.sizeBytes + MAP_ENTRY_BYTES * this.#running.size
  }

  /** Begins a call of the guest; `parent` 0 for a top-level one. */
  begin(id: CallId, parent: CallId): Place {
    const place = this.#place(id, parent)
    this.#running.set(id, place)
    return place
  }

  /** Ends a call of the guest, and says where it lay. */
  end(id: CallId, parent: CallId | null): Place {
    const place = this.#running.get(id)!
    this.#running.delete(id)
    if (place.ownsLane) this.#release(place.lane)
    else if (parent !== null) this.#entered.delete(parent)
    return place
  }

  /** Where a call lies or lay. Takes a step for each call that it lies inside of. */
  placeOf(id: CallId): Place {
    let row = 0
    for (let at = id; ; row++) {
      const running = this.#running.get(at)
      if (running) return row === 0 ? running : { lane: running.lane, row: running.row + row }
      const owned = this.#ownedLane(at)
      const parent = this.#parentOf(at)
      if (owned !== null || parent === null) return { lane: owned ?? 0, row }
      at = parent
    }
  }

  /** The lane that a call of the guest took or has taken; null where it lies in that of its parent. */
  laneTakenBy(id: CallId): number | null {
    const running = this.#running.get(id)
    if (running) return running.ownsLane ? running.lane : null
    return this.#ownedLane(id) ?? (this.#parentOf(id) === null ? 0 : null)
  }

  save(): { lanes: SavedLanes; columns: SavedColumn[] } {
    const lanes = { laneCount: this.#laneCount, running: [...this.#running], entered: [...this.#entered] }
    const columns = [this.#ownerIds, this.#ownerLanes].map((column) => column.toArray(this.#ownerCount))
    return { lanes, columns }
  }

  /** Whether a call of the guest has begun and not ended. */
  isRunning(id: CallId): boolean {
    return this.#running.has(id)
  }

  /** Takes over what another has saved, of calls up to `callCount`; nothing has begun here yet. */
  restore({ laneCount, running, entered }: SavedLanes, columns: SavedColumns, callCount: number): void {
    expectInTimeline(isWithin(laneCount, 0, callCount), 'more lanes than calls')
    this.#laneCount = laneCount
    for (const id of entered) this.#entered.add(id)
    for (const [id, { lane, row, ownsLane }] of running) {
      expectInTimeline(isWithin(id, 1, callCount), 'a call that there is not')
      expectInTimeline(isWithin(lane, 0, laneCount - 1) && isWithin(row, 0, callCount), 'a place of no lane')
      this.#running.set(id, { lane, row, ownsLane })
      if (ownsLane) this.#mark(lane)
    }
    const ids = columns.take(Uint32Array)
    const lanes = columns.take(Uint32Array, { length: ids.length })
    expectInTimeline(
      lanes.every((lane) => lane < laneCount),
      'a place of no lane',
    )
    for (const [at, id] of ids.entries()) {
      this.#ownerIds.set(at, id)
      this.#ownerLanes.set(at, lanes[at]!)
    }
    this.#ownerCount = ids.length
  }

  /** Takes a lane that is free. */
  #mark(lane: number): void {
    while (lane >>> 5 >= this.#taken.length) this.#growTaken()
    this.#taken[lane >>> 5]! |= 1 << (lane & 31)
    this.#takenCount++
  }

  #growTaken(): void {
    const grown = new Uint32Array(this.#taken.length * 2)
    grown.set(this.#taken)
    this.#taken = grown
  }

  #place(id: CallId, parent: CallId): RunningPlace {
    if (parent === 0) return this.#take(id, true)
    if (this.#entered.has(parent)) return this.#take(id, false)
    this.#entered.add(parent)
    const { lane, row } = this.placeOf(parent)
    return { lane, row: row + 1, ownsLane: false }
  }

  #take(id: CallId, isTopLevel: boolean): RunningPlace {
    let word = this.#lowest >>> 5
    while (word < this.#taken.length && this.#taken[word] === 0xffffffff) word++
    if (word === this.#taken.length) this.#growTaken()
    const free = ~this.#taken[word]!
    const lane = word * 32 + (31 - Math.clz32(free & -free))
    this.#mark(lane)
    this.#lowest = lane + 1
    this.#laneCount = Math.max(this.#laneCount, lane + 1)
    if (lane > 0 || !isTopLevel) {
      this.#ownerIds.set(this.#ownerCount, id)
      this.#ownerLanes.set(this.#ownerCount++, lane)
    }
    return { lane, row: 0, ownsLane: true }
  }

  #release(lane: number): void {
    this.#taken[lane >>> 5]! &= ~(1 << (lane & 31))
    this.#lowest = Math.min(this.#lowest, lane)
    this.#takenCount--
  }

  /** The lane that a call took; null where it took none, or lane 0 as a top-level one. */
  #ownedLane(id: CallId): number | null {
    let low = 0
    let high = this.#ownerCount
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#ownerIds.get(middle) < id) low = middle + 1
      else high = middle
    }
    return low < this.#ownerCount && this.#ownerIds.get(low) === id ? this.#ownerLanes.get(low) : null
  }
}
