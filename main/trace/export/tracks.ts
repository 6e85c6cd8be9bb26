/**
 * Tracks in which calls nest: each lies within the one below it, from beginning to end. Those are the lanes of the
 * timeline, but for calls that go on after the one that they were made in, and for those of imports that nobody in the
 * guest has made. Each of them has a track of its own, with what happens inside of it.
 */
import type { CallId } from '../../contract/ids.ts'
import { endOf } from './encoder.ts'
import type { ExportSource } from './encoder.ts'

/** `call` names the call whose own track it is. */
export type Track = { lane: number; call?: never } | { call: CallId; lane?: never }

export class Tracks {
  readonly #source: ExportSource
  readonly #found = new Map<CallId, Track>()

  constructor(source: ExportSource) {
    this.#source = source
  }

  /** The track of a call. Takes a step for each call around it that was not asked about before. */
  trackOf(id: CallId): Track {
    this.#source.timeline.catchUpTo(id)
    const within: CallId[] = []
    let at = id
    let track = this.#found.get(at)
    while (track === undefined) {
      within.push(at)
      const parent = this.#source.calls.parentOf(at)
      track = trackBegunBy(this.#source, at, parent)
      // Without a parent there is always a track of the call's own.
      if (track === undefined) track = this.#found.get((at = parent!))
    }
    for (const inner of within) this.#found.set(inner, track)
    return track
  }
}

/** The track that begins with a call; undefined where it lies in that of its parent. */
export function trackBegunBy(source: ExportSource, id: CallId, parent: CallId | null): Track | undefined {
  const { calls, timeline } = source
  if (calls.kindOf(id) !== 'import') {
    const lane = timeline.lanes.laneTakenBy(id)
    if (lane !== null) return { lane }
  }
  if (parent === null || endOf(source, id) > endOf(source, parent)) return { call: id }
  return undefined
}

/** What people know a track by. */
export function nameTrack({ calls }: ExportSource, { lane, call }: Track): string {
  if (lane !== undefined) return `lane ${lane + 1}`
  return calls.parentOf(call) === null ? `#${call}` : `#${call}, outlives its caller`
}
