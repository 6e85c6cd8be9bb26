/** What is said of a filter, and how far it has come. See docs/filters.md. */
import type { SessionId } from './ids.ts'
import type { InspectorError } from './result.ts'

/** A mistake in a filter (docs/filters.md), with the characters that are meant: from `from` up to `to`. */
export interface FilterProblem {
  /** FILTER_INVALID, with what is wrong there and what to do about it. */
  error: InspectorError
  from: number
  to: number
}

/** What can be written at a place in a filter. */
export interface FilterCompletion {
  text: string
  /** A few words on what it is, for people; may be empty. */
  about: string
}

export interface FilterCompletions {
  /** The characters that each would take the place of. */
  from: number
  to: number
  items: FilterCompletion[]
}

/** How far a filter has been evaluated. */
export interface FilterProgress {
  sessionId: SessionId
  filterText: string
  /** Calls found so far. */
  matchCount: number
  /** Calls looked at so far, the first ones. */
  scannedCount: number
  /** Calls that there are now. */
  callCount: number
}
