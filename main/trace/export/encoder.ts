/** What the formats that a trace is exported to have in common. See docs/exports.md. */
import type { CallRow } from '../../contract/calls.ts'
import type { CallId } from '../../contract/ids.ts'
import type { TypedValue } from '../../contract/values.ts'
import type { TraceSnapshot } from '../../contract/trace-format.ts'
import type { CallStore } from '../call-store.ts'
import type { DescribeStack } from '../json-lines.ts'
import type { Timeline } from '../timeline/timeline.ts'

/** What is exported. */
export interface ExportSource {
  calls: CallStore
  timeline: Timeline
  snapshot: Omit<TraceSnapshot, 'generation'>
  /** Whether a call is to be written. */
  isWanted: (id: CallId) => boolean
  describeStack: DescribeStack
  guestName: string
  /** Wall clock at the session's time zero, in milliseconds since 1970. */
  startedAtMs: number
  /** Of the inspector that recorded it. */
  version: string
}

/**
 * Writes calls in one format. There is one for each piece of the text, so what it keeps between calls must be a matter
 * of that piece alone.
 */
export interface TraceEncoder {
  /** What stands before the first call of all. */
  head?(): string
  /** Calls come in order of their ids. */
  call(id: CallId): string
  /** What closes a piece with at least one call. */
  endPiece?(): string
  /** What stands behind the last call of all. */
  tail?(): string
}

/** A step on the way to a whole export: what it adds to the file, perhaps nothing, and how far it has come. */
export interface ExportStep {
  content: string | Uint8Array<ArrayBuffer>
  /** In calls, as a measure of the work. */
  doneCount: number
}

/** Writes a format in which a piece depends on those before it, in steps between which others have their turn. */
export type TraceWriter = Generator<ExportStep, void>

/** When a call ended, or the moment of the export where it had not yet, in nanoseconds. */
export function endOf({ calls, snapshot }: ExportSource, id: CallId): number {
  const { nowNs } = snapshot
  return Math.min(nowNs, calls.startOf(id) + calls.timesOf(id, nowNs).totalNs)
}

/** `env.from_host` for an import, the bare name for an export. */
export function nameOf({ module, name }: Pick<CallRow, 'module' | 'name'>): string {
  return module === null ? name : `${module}.${name}`
}

/** Values without their types; references with what they refer to: `externref#3 "abc"`. */
export function plainValues(values: readonly TypedValue[]): (number | string | null)[] {
  return values.map(({ value, preview }) => (preview === undefined ? value : `${value} ${preview}`))
}
