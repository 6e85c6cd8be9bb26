/** What a picture of a session's calls over time is drawn from. All times are nanoseconds on the session's clock. */
import type { CallKind, CallOutcome } from './calls.ts'
import type { CallId } from './ids.ts'

/** Lanes that are drawn at most; calls in further ones are counted only. */
export const LANE_LIMIT = 256
/** Rows of a lane at most: calls that lie deeper are not drawn. */
export const LANE_ROW_LIMIT = 8
/** Most columns in one answer. */
export const COLUMN_LIMIT = 4096
/** Most calls that an answer gives one by one. */
export const SLICE_LIMIT = 2000

/** The whole of a trace in time, however little of it was asked for. */
export interface TimelineExtent {
  /** Of the first call; 0 while there is none. */
  startNs: number
  /** Of the last call's end; the present while any runs. */
  endNs: number
  /** Since when there was no pause to speak of between calls. */
  burstStartNs: number
  /** False while the calls of a session file are still being taken in: there will be more without an event. */
  isComplete: boolean
  /** How many rows each lane needs, one entry for each lane: calls of the guest, calls inside of them, and so on. */
  laneRows: number[]
  /** Lanes beyond those, which are not drawn. */
  hiddenLaneCount: number
}

/** A call that can be drawn by itself. */
export interface TimelineSlice {
  id: CallId
  lane: number
  /** Row within the lane, from 0. */
  row: number
  /** Index into the answer's functions. */
  functionIndex: number
  startNs: number
  /** The present while it runs. */
  endNs: number
  /** Of an import: from its begin on the host's, the rest suspended. Of a call of the guest: 0. */
  hostNs: number
  outcome: CallOutcome
}

export interface TimelineFunction {
  kind: CallKind
  module: string | null
  name: string
}

/** The calls in the rows of the lanes that lie in the time asked for, or touch it; in order of entry. */
export interface TimelineSlices {
  form: 'slices'
  functions: TimelineFunction[]
  slices: TimelineSlice[]
}

/** Where calls are too many to be told apart: how the time of each column of time was spent, lane by lane. */
export interface TimelineColumns {
  form: 'columns'
  /** Begin of the first column: a multiple of `columnNs`. */
  fromNs: number
  /** A power of two, so that columns stay where they are while the view moves. */
  columnNs: number
  /**
   * For each lane that was asked for, three bytes for each column: the shares of guest, host and suspended, of 255.
   * What is there at all has 1 at least. Empty for a lane in which nothing happened.
   */
  lanes: Uint8Array[]
  firstLane: number
}

export interface Timeline {
  extent: TimelineExtent
  /** Calls that begin in the time asked for, in all lanes, and the first of them. */
  callCount: number
  firstCallId: CallId | null
  detail: TimelineSlices | TimelineColumns
}

/** How busy all lanes together were, over the whole extent. */
export interface TimelineDensity {
  extent: TimelineExtent
  fromNs: number
  columnNs: number
  /** Calls that began in each column. */
  callCounts: number[]
  /** As in {@link TimelineColumns}, of all lanes' time together. */
  shares: Uint8Array
}
