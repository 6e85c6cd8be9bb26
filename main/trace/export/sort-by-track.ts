/** Puts the calls of a trace in order of their tracks, for formats in which a track is written as a whole. */
import type { CallId } from '../../contract/ids.ts'
import type { ExportSource, ExportStep } from './encoder.ts'
import { endOf } from './encoder.ts'
import type { Track } from './tracks.ts'
import { trackBegunBy } from './tracks.ts'

/** Calls that are looked at in one step. */
const STEP_LENGTH = 4096

interface SortedTrack {
  track: Track
  /** In order of entry, those that are not wanted among them. */
  ids: Uint32Array
}

export interface SortedTracks {
  /** Lanes first. Those without a call that is wanted are left out. */
  tracks: SortedTrack[]
  /** When the last call ended. */
  latestNs: number
}

/**
 * Finds the calls of each track, and says nothing on the way but how far it is: at the end, half of all work. Keeps eight
 * bytes for each call. Calls of which nothing is known are left out.
 */
export function* sortByTrack(source: ExportSource): Generator<ExportStep, SortedTracks> {
  const { calls, timeline, snapshot, isWanted } = source
  const { callCount } = snapshot
  const found: { track: Track; count: number; hasWanted: boolean }[] = []
  const lanes = new Map<number, number>()
  /** By id: one more than the index of its track; 0 for calls that are left out. */
  const numbers = new Uint32Array(callCount + 1)
  let latestNs = 0

  const numberOf = (track: Track): number => {
    const known = track.lane === undefined ? undefined : lanes.get(track.lane)
    if (known !== undefined) return known
    const number = found.push({ track, count: 0, hasWanted: false })
    if (track.lane !== undefined) lanes.set(track.lane, number)
    return number
  }

  for (let id: CallId = 1; id <= callCount; id++) {
    if (id % STEP_LENGTH === 0) yield { content: '', doneCount: id >>> 1 }
    if (!calls.isKnown(id)) continue
    timeline.catchUpTo(id)
    const parent = calls.parentOf(id)
    const begun = trackBegunBy(source, id, parent)
    // Where the parent was lost, the call has a track of its own.
    const number = begun ? numberOf(begun) : numbers[parent!]! || numberOf({ call: id })
    numbers[id] = number
    const of = found[number - 1]!
    of.count++
    of.hasWanted ||= isWanted(id)
    latestNs = Math.max(latestNs, endOf(source, id))
  }

  const ids = new Uint32Array(callCount)
  let at = 0
  const next = found.map(({ count }) => (at += count) - count)
  const tracks = found.map(({ track, count }, index) => ({
    track,
    ids: ids.subarray(next[index]!, next[index]! + count),
  }))
  for (let id = 1; id <= callCount; id++) {
    const number = numbers[id]!
    if (number > 0) ids[next[number - 1]!++] = id
  }
  const wanted = tracks.filter((_, index) => found[index]!.hasWanted)
  wanted.sort((one, other) => (one.track.lane ?? Infinity) - (other.track.lane ?? Infinity) || 0)
  return { tracks: wanted, latestNs }
}
