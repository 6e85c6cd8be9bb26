/** Answers what a timeline shows at a place and zoom, in time that depends on what is seen, not on the trace. */
import type { CallId } from '../../contract/ids.ts'
import type {
  Timeline as TimelineAnswer,
  TimelineDensity,
  TimelineExtent,
  TimelineFunction,
  TimelineSlice,
} from '../../contract/timeline.ts'
import { LANE_LIMIT, LANE_ROW_LIMIT, SLICE_LIMIT } from '../../contract/timeline.ts'
import type { CallStore } from '../call-store.ts'
import { bucketNs, FINEST_BITS, LEVEL_COUNT } from './buckets.ts'
import { ColumnSums } from './column-sums.ts'
import type { ColumnGrid } from './column-sums.ts'
import type { LaneRecord, Timeline } from './timeline.ts'

/** Calls that are summed up one by one where the levels are too coarse. */
const DIRECT_LIMIT = 32_768

/** Before there is a trace. */
const EMPTY_EXTENT: TimelineExtent = {
  startNs: 0,
  endNs: 0,
  burstStartNs: 0,
  isComplete: true,
  laneRows: [],
  hiddenLaneCount: 0,
}
export const EMPTY_TIMELINE: TimelineAnswer = {
  extent: EMPTY_EXTENT,
  callCount: 0,
  firstCallId: null,
  detail: { form: 'slices', functions: [], slices: [] },
}
export const EMPTY_DENSITY: TimelineDensity = {
  extent: EMPTY_EXTENT,
  fromNs: 0,
  columnNs: 1,
  callCounts: [],
  shares: new Uint8Array(),
}

/** A part of a timeline. */
export interface TimelineWindow {
  fromNs: number
  toNs: number
  columnCount: number
  firstLane: number
  laneCount: number
}

/** Reads the timeline of one trace, as it stands at `nowNs`. */
export class TimelineReader {
  readonly #calls: CallStore
  readonly #timeline: Timeline
  readonly #nowNs: number

  constructor(calls: CallStore, timeline: Timeline, nowNs: number) {
    this.#calls = calls
    this.#timeline = timeline
    this.#nowNs = nowNs
  }

  read({ fromNs, toNs, columnCount, firstLane, laneCount }: TimelineWindow): TimelineAnswer {
    const first = this.#timeline.firstFrom(fromNs)
    const callCount = Math.max(0, this.#timeline.firstFrom(toNs) - first)
    const endLane = Math.min(firstLane + laneCount, LANE_LIMIT, this.#timeline.records.length)
    const records = this.#timeline.records.slice(firstLane, endLane)
    const answer = {
      extent: this.#timeline.extent(this.#nowNs),
      callCount,
      firstCallId: callCount > 0 ? first : null,
    }
    if (callCount <= SLICE_LIMIT) {
      const earlier = this.#earlier(fromNs, first, records)
      if (earlier.length + callCount <= SLICE_LIMIT) {
        const ids = [...earlier, ...Array.from({ length: callCount }, (_, index) => first + index)]
        return { ...answer, detail: this.#slices(ids, firstLane, endLane) }
      }
    }
    const grid = this.#grid(fromNs, toNs, columnCount)
    const isDirect = grid.columnNs < bucketNs(this.#timeline.finestLevel)
    const sums = isDirect
      ? this.#sumDirectly(grid, firstLane, records)
      : records.map((record) => this.#sumLevels(new ColumnSums(grid), record))
    return {
      ...answer,
      detail: {
        form: 'columns',
        fromNs: grid.fromNs,
        columnNs: grid.columnNs,
        firstLane,
        lanes: sums.map((sum) => sum.shares()),
      },
    }
  }

  /** Sums up all lanes over the whole extent. */
  density(columnCount: number): TimelineDensity {
    const extent = this.#timeline.extent(this.#nowNs)
    const { records } = this.#timeline
    const grid = this.#grid(extent.startNs, extent.endNs, columnCount)
    const sums = new ColumnSums(grid)
    if (grid.columnNs >= bucketNs(this.#timeline.finestLevel)) {
      for (const record of records) this.#sumLevels(sums, record)
    } else {
      for (const id of this.#idsIn(grid, records)) this.#addCall(sums, id)
    }
    const callCounts = Array.from({ length: grid.columnCount }, () => 0)
    const shares = sums.shares((column, count) => (callCounts[column] = count))
    return { extent, fromNs: grid.fromNs, columnNs: grid.columnNs, callCounts, shares }
  }

  /** The narrowest columns that are few enough, and not narrower than can be summed up. */
  #grid(fromNs: number, toNs: number, columnCount: number): ColumnGrid {
    const wantedNs = Math.max(1, (toNs - fromNs) / Math.max(1, columnCount - 1))
    let columnNs = 2 ** Math.ceil(Math.log2(wantedNs))
    const finestNs = bucketNs(this.#timeline.finestLevel)
    const callCount = this.#timeline.firstFrom(toNs) - this.#timeline.firstFrom(fromNs)
    if (columnNs < finestNs && callCount > DIRECT_LIMIT) columnNs = finestNs
    const first = Math.floor(fromNs / columnNs)
    return {
      fromNs: first * columnNs,
      columnNs,
      columnCount: Math.max(1, Math.ceil(toNs / columnNs) - first),
    }
  }

  #sumLevels(sums: ColumnSums, { buckets, longCalls, running }: LaneRecord): ColumnSums {
    const { fromNs, columnNs, columnCount } = sums.grid
    const toNs = fromNs + columnNs * columnCount
    const level = Math.min(LEVEL_COUNT - 1, Math.floor((Math.log2(columnNs) - FINEST_BITS) / 2))
    buckets.visit(level, fromNs, toNs, sums.addBucket)
    longCalls.visit(level, fromNs, toNs, ({ startNs, endNs, hostNs }) => sums.addCall(startNs, endNs, hostNs))
    for (const id of this.#inFlight(running)) this.#addCall(sums, id)
    return sums
  }

  #sumDirectly(grid: ColumnGrid, firstLane: number, records: LaneRecord[]): ColumnSums[] {
    const sums = records.map(() => new ColumnSums(grid))
    const laneOf = this.#createPlaces()
    for (const id of this.#idsIn(grid, records)) {
      const sum = sums[laneOf(id).lane - firstLane]
      if (sum) this.#addCall(sum, id)
    }
    return sums
  }

  /** The calls that lie in or touch the columns; those that begin earlier, in these lanes only. */
  #idsIn({ fromNs, columnNs, columnCount }: ColumnGrid, records: LaneRecord[]): CallId[] {
    const first = this.#timeline.firstFrom(fromNs)
    const end = this.#timeline.firstFrom(fromNs + columnNs * columnCount)
    const ids = this.#earlier(fromNs, first, records)
    for (let id = first; id < end; id++) ids.push(id)
    return ids
  }

  #slices(ids: readonly CallId[], firstLane: number, endLane: number): TimelineAnswer['detail'] {
    const placeOf = this.#createPlaces()
    const functions: TimelineFunction[] = []
    const indexes = new Map<number, number>()
    const slices: TimelineSlice[] = []
    for (const id of ids) {
      const { lane, row } = placeOf(id)
      if (lane < firstLane || lane >= endLane || row >= LANE_ROW_LIMIT) continue
      const index = this.#calls.functionIndexOf(id)
      if (!indexes.has(index)) {
        const { kind, module, name } = this.#calls.definitionOf(id)
        indexes.set(index, functions.push({ kind, module, name }) - 1)
      }
      const startNs = this.#calls.startOf(id)
      slices.push({
        id,
        lane,
        row,
        functionIndex: indexes.get(index)!,
        startNs,
        endNs: startNs + this.#calls.timesOf(id, this.#nowNs).totalNs,
        hostNs: Math.max(0, this.#hostNsOf(id)),
        outcome: this.#calls.outcomeOf(id),
      })
    }
    return { form: 'slices', functions, slices }
  }

  /** Calls of these lanes that begin before `fromNs`, where `first` is the first that does not, and end after it. */
  #earlier(fromNs: number, first: CallId, records: LaneRecord[]): CallId[] {
    const { finestLevel } = this.#timeline
    const ids: CallId[] = []
    for (const { longCalls, running } of records) {
      longCalls.visit(finestLevel, fromNs, fromNs, ({ id }) => {
        if (id < first) ids.push(id)
      })
      for (const id of this.#inFlight(running)) if (id < first) ids.push(id)
    }
    // Those that are too short for the lists.
    const shortestNs = bucketNs(finestLevel)
    for (let id = first - 1; id >= Math.max(1, first - DIRECT_LIMIT); id--) {
      const startNs = this.#calls.startOf(id)
      if (startNs <= fromNs - shortestNs) break
      const { totalNs } = this.#calls.timesOf(id, this.#nowNs)
      if (totalNs < shortestNs && startNs + totalNs > fromNs && !this.#calls.running.has(id)) ids.push(id)
    }
    return ids.sort((a, b) => a - b)
  }

  /** Calls of the guest, and the calls of the host that these are inside of. */
  *#inFlight(running: ReadonlySet<CallId>): Iterable<CallId> {
    for (const id of running) {
      yield id
      const inside = this.#calls.insideOf(id)
      if (inside !== null) yield inside
    }
  }

  #addCall(sums: ColumnSums, id: CallId): void {
    const startNs = this.#calls.startOf(id)
    const { totalNs, hostNs } = this.#calls.timesOf(id, this.#nowNs)
    sums.addCall(startNs, startNs + totalNs, this.#calls.kindOf(id) === 'import' ? hostNs : -1)
  }

  /** -1 for a call of the guest. */
  #hostNsOf(id: CallId): number {
    return this.#calls.kindOf(id) === 'import' ? this.#calls.timesOf(id, this.#nowNs).hostNs : -1
  }

  /** Finds the places of calls, each but once. */
  #createPlaces(): (id: CallId) => { lane: number; row: number } {
    const { lanes } = this.#timeline
    const known = new Map<CallId, { lane: number; row: number }>()
    return (id) => {
      const parent = this.#calls.parentOf(id)
      // The calls of one activation have one place; a call of the guest may have taken a lane of its own.
      if (parent === null || this.#calls.kindOf(id) !== 'import') return lanes.placeOf(id)
      let place = known.get(parent)
      if (!place) {
        const outer = lanes.placeOf(parent)
        place = { lane: outer.lane, row: outer.row + 1 }
        known.set(parent, place)
      }
      return place
    }
  }
}
