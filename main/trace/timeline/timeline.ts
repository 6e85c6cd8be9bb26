/** A session's calls over time: lanes and levels of detail, kept while calls are recorded. */
import type { CallId } from '../../contract/ids.ts'
import type { TimelineExtent } from '../../contract/timeline.ts'
import { LANE_LIMIT, LANE_ROW_LIMIT } from '../../contract/timeline.ts'
import type { CallStore } from '../call-store.ts'
import type { ReturnedCalls } from '../returned-calls.ts'
import { Buckets, levelOf, LEVEL_COUNT } from './buckets.ts'
import { Lanes } from './lanes.ts'
import { LongCalls } from './long-calls.ts'
import { Replay } from './replay.ts'
import type { SavedLanes } from './lanes.ts'
import type { SavedColumn, SavedTimeline } from './saved-timeline.ts'
import { expectInTimeline, isWithin, SavedColumns } from './saved-timeline.ts'

/** Memory for levels; above it the finest one is given up, which calls themselves can stand in for. */
const LEVELS_LIMIT_BYTES = 64 * 1024 * 1024
/** A pause longer than this begins another burst: nobody presses Run faster. */
const BURST_PAUSE_NS = 250_000_000
/** Calls of a session file that are taken in at once: in less time than people notice. */
const REPLAYED_AT_ONCE = 100_000
/** The begin of every so manieth call is kept apart. */
const BEGIN_BITS = 12
const FIRST_PLACE = { lane: 0, row: -1 }

/** What happened in one lane. The last one stands for all that are not drawn. */
export class LaneRecord {
  readonly buckets = new Buckets()
  readonly longCalls = new LongCalls()
  /** Calls of the guest that run. Each has one call of the host in flight at most: {@link CallStore.insideOf}. */
  readonly running = new Set<CallId>()
  rowCount = 1
}

/** What a saved timeline has besides columns. */
export interface SavedRest {
  finestLevel: number
  callCount: number
  latestEndNs: number
  burstStartNs: number
  lanes: SavedLanes
  records: { rowCount: number; running: CallId[]; bucketLevels: number[]; callLevels: number[] }[]
}

/** Grows with the {@link CallStore}, after it. */
export class Timeline {
  readonly lanes: Lanes
  /** Of every lane, up to one more than are drawn. */
  readonly records: LaneRecord[] = []
  readonly #calls: CallStore
  readonly #limitBytes: number
  #finestLevel = 0
  /** The calls up to this one have been taken in. */
  #callCount = 0
  #replay: Replay | null = null
  /** So that calls are found by their begins without a look at all blocks, which may be on the disk. */
  readonly #begins: number[] = [-Infinity]
  #latestEndNs = 0
  #burstStartNs = 0
  /** The call of the guest that made a call last, and what its calls are added to. */
  #lastParent: CallId = 0
  #lastRecord: LaneRecord | null = null

  constructor(calls: CallStore, limitBytes: number = LEVELS_LIMIT_BYTES) {
    this.#calls = calls
    this.#limitBytes = limitBytes
    this.lanes = new Lanes((id) => calls.parentOf(id))
  }

  /** The finest level that is still there. */
  get finestLevel(): number {
    return this.#finestLevel
  }

  /** A call has begun. `parent` is 0 for a top-level one. */
  begin(id: CallId, parent: CallId, startNs: number): void {
    this.#count(id, startNs)
    if (this.#calls.kindOf(id) === 'import') {
      if (parent !== this.#lastParent || this.#lastRecord === null) this.#lookUp(parent)
      return
    }
    if (this.lanes.takenCount === 0 && (id === 1 || startNs - this.#latestEndNs > BURST_PAUSE_NS)) {
      this.#burstStartNs = startNs
    }
    const { lane, row } = this.lanes.begin(id, parent)
    this.#record(lane, row).running.add(id)
  }

  /** A call has ended. One that was not begun here is of a file, and taken in by {@link catchUp}. */
  end(id: CallId): void {
    if (id > this.#callCount) return
    const parent = this.#calls.parentOf(id) ?? 0
    const startNs = this.#calls.startOf(id)
    const { totalNs, hostNs } = this.#calls.timesOf(id, 0)
    const endNs = startNs + totalNs
    if (this.#calls.kindOf(id) === 'import') {
      if (parent !== this.#lastParent || this.#lastRecord === null) this.#lookUp(parent)
      return this.#add(this.#lastRecord!, id, startNs, endNs, hostNs)
    }
    const { lane, row } = this.lanes.end(id, parent || null)
    const record = this.#record(lane, row)
    record.running.delete(id)
    this.#add(record, id, startNs, endNs, -1)
  }

  /** Import calls were made that have returned already. */
  addReturned({ firstId, count, parents, starts, ends, hosts }: ReturnedCalls): void {
    for (let at = 0; at < count; at++) {
      const startNs = starts[at]!
      const endNs = ends[at]!
      const hostNs = hosts[at]!
      this.#count(firstId + at, startNs)
      const parent = parents[at]!
      if (parent !== this.#lastParent || this.#lastRecord === null) this.#lookUp(parent)
      const record = this.#lastRecord!
      if (hostNs === endNs - startNs && record.buckets.addHost(startNs, endNs)) this.#latestEndNs = endNs
      else this.#add(record, firstId + at, startNs, endNs, hostNs)
    }
  }

  /** Calls of the host that nobody has made in the guest lie in the first lane. */
  #lookUp(parent: CallId): void {
    const { lane, row } = parent === 0 ? FIRST_PLACE : this.lanes.placeOf(parent)
    this.#lastRecord = this.#record(lane, row + 1)
    this.#lastParent = parent
  }

  #add(record: LaneRecord, id: CallId, startNs: number, endNs: number, hostNs: number): void {
    const level = levelOf(endNs - startNs)
    if (level < LEVEL_COUNT) record.buckets.add(level, startNs, endNs, hostNs)
    if (level > this.#finestLevel) record.longCalls.add(level, { id, startNs, endNs, hostNs })
    this.#latestEndNs = Math.max(this.#latestEndNs, endNs)
  }

  #record(lane: number, row: number): LaneRecord {
    const index = Math.min(lane, LANE_LIMIT)
    while (this.records.length <= index) {
      const record = new LaneRecord()
      record.buckets.keepFrom(this.#finestLevel)
      this.records.push(record)
    }
    const record = this.records[index]!
    if (row >= record.rowCount) record.rowCount = Math.min(row + 1, LANE_ROW_LIMIT)
    return record
  }

  #count(id: CallId, startNs: number): void {
    this.#callCount = id
    if ((id & ((1 << BEGIN_BITS) - 1)) === 0) this.#begins.push(startNs)
  }

  /** Takes in some of the calls that the store has from a file. */
  catchUp(): void {
    if (this.#callCount === this.#calls.callCount) return
    this.#replay ??= new Replay(this.#calls, this)
    this.#replay.advance(REPLAYED_AT_ONCE)
    this.trim()
  }

  /** Takes in what it has not of the calls up to one. */
  catchUpTo(id: CallId): void {
    while (this.#callCount < id) this.catchUp()
  }

  /** The first call that begins at `timeNs` or later, of those that were taken in; one more than the last if none. */
  firstFrom(timeNs: number): CallId {
    let low = 0
    let high = this.#begins.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#begins[middle]! < timeNs) low = middle + 1
      else high = middle
    }
    let first = Math.max(1, (low - 1) * 2 ** BEGIN_BITS)
    let end = Math.min(this.#callCount + 1, low * 2 ** BEGIN_BITS)
    while (first < end) {
      const middle = Math.floor((first + end) / 2)
      if (this.#calls.startOf(middle) < timeNs) first = middle + 1
      else end = middle
    }
    return first
  }

  /** All that it knows, to be kept in a file. */
  save(): SavedTimeline {
    const { lanes, columns } = this.lanes.save()
    const all: SavedColumn[] = [new Float64Array(this.#begins), ...columns]
    const records = this.records.map(({ rowCount, running, buckets, longCalls }) => {
      const ofBuckets = buckets.save()
      const ofCalls = longCalls.save()
      all.push(...ofBuckets.columns, ...ofCalls.columns)
      return { rowCount, running: [...running], bucketLevels: ofBuckets.levels, callLevels: ofCalls.levels }
    })
    const rest: SavedRest = {
      finestLevel: this.#finestLevel,
      callCount: this.#callCount,
      latestEndNs: this.#latestEndNs,
      burstStartNs: this.#burstStartNs,
      lanes,
      records,
    }
    return { rest, columns: all }
  }

  /**
   * Takes over what another has saved, of the same calls; nothing has begun here yet. `running` are those that have not
   * ended. Throws {@link MalformedTimeline}.
   */
  restore({ rest, columns: saved }: SavedTimeline<SavedRest>, running: Iterable<CallId>): void {
    const columns = new SavedColumns(saved)
    const { callCount } = this.#calls
    expectInTimeline(rest.callCount === callCount, 'other calls')
    this.#finestLevel = rest.finestLevel
    this.#callCount = callCount
    this.#latestEndNs = rest.latestEndNs
    this.#burstStartNs = rest.burstStartNs
    const length = 1 + (callCount >>> BEGIN_BITS)
    // The first one is before all calls.
    this.#begins.push(...columns.take(Float64Array, { length, mayBeInfinite: true }).subarray(1))
    this.lanes.restore(rest.lanes, columns, callCount)
    for (const id of running) {
      expectInTimeline(this.#calls.kindOf(id) === 'import' || this.lanes.isRunning(id), 'not all that run')
    }
    for (const [index, { rowCount, running: ids, bucketLevels, callLevels }] of rest.records.entries()) {
      const record = this.#record(index, rowCount - 1)
      for (const id of ids) {
        expectInTimeline(isWithin(id, 1, callCount), 'a call that there is not')
        record.running.add(id)
      }
      record.buckets.restore(bucketLevels, columns)
      record.longCalls.restore(callLevels, columns, callCount)
    }
  }

  /** Gives up the finest levels until the rest fits. */
  trim(): void {
    while (this.#finestLevel < LEVEL_COUNT - 1 && this.sizeBytes > this.#limitBytes) {
      this.#finestLevel++
      for (const { buckets, longCalls } of this.records) {
        buckets.keepFrom(this.#finestLevel)
        longCalls.keepAbove(this.#finestLevel)
      }
    }
  }

  get sizeBytes(): number {
    return this.records.reduce(
      (sum, { buckets, longCalls }) => sum + buckets.sizeBytes + longCalls.sizeBytes,
      this.lanes.sizeBytes,
    )
  }

  extent(nowNs: number): TimelineExtent {
    const isEmpty = this.#callCount === 0
    const startNs = isEmpty ? 0 : this.#calls.startOf(1)
    return {
      startNs,
      endNs: Math.max(startNs, this.#calls.running.size > 0 ? nowNs : this.#latestEndNs),
      burstStartNs: this.#burstStartNs,
      isComplete: this.#callCount === this.#calls.callCount,
      laneRows: this.records.slice(0, LANE_LIMIT).map(({ rowCount }) => rowCount),
      hiddenLaneCount: Math.max(0, this.lanes.laneCount - LANE_LIMIT),
    }
  }
}
