/** The pieces of a call's time line, in percent of the call's duration. */
import type { CallDetail, CallSummary } from '../../../main/contract/calls.ts'
import { splitSegments } from '../../format/split.ts'
import type { SplitPart } from '../../format/split.ts'

/** About the width of a pixel. */
const NOTICEABLE_SHARE = 0.005

export interface TimeSegment {
  part: SplitPart
  /** The call inside that this is a piece of; null for the call's own time. */
  child: CallSummary | null
  startPercent: number
  widthPercent: number
}

/** Where a call lies within another, in percent of that other one's duration. */
export interface TimeSpan {
  startPercent: number
  widthPercent: number
}

/**
 * An import call is the host's until its handler returns, and suspended from then on. An export call is the
 * guest's but for the calls that it makes; where these, or the times between its slices, are too many, its times are
 * laid out as shares.
 */
export function layOutSegments(call: CallDetail): TimeSegment[] {
  if (call.totalNs <= 0) return []
  if (call.kind === 'import') return layOutImport(call, call, null)
  if (!isInOrder(call)) return layOutShares(call)
  const own: TimeSegment = { part: 'guest', child: null, startPercent: 0, widthPercent: 100 }
  return [own, ...call.children.flatMap((child) => layOutImport(call, child, child))]
}

/** Whether the pieces come in the order of time; otherwise they are shares of the whole. */
export function isInOrder(call: CallDetail): boolean {
  return call.kind === 'import' || (call.childCount <= call.children.length && !wasStopped(call))
}

/** Whether a noticeable part of an export call is time between slices, of which nobody knows when it was. */
export function wasStopped({ kind, children, childCount, suspendedNs, totalNs }: CallDetail): boolean {
  if (kind === 'import' || childCount > children.length) return false
  const inImportsNs = children.reduce((sum, child) => sum + child.suspendedNs, 0)
  return suspendedNs - inImportsNs > NOTICEABLE_SHARE * totalNs
}

/** Where the call lies within the one that made it; null for an outermost call. */
export function locateInParent(call: CallDetail): { parent: CallSummary; span: TimeSpan } | null {
  const parent = call.ancestors.at(-1)
  if (!parent || parent.totalNs <= 0) return null
  return { parent, span: spanWithin(parent, call.startNs, call.totalNs) }
}

function layOutShares(call: CallDetail): TimeSegment[] {
  let startPercent = 0
  return splitSegments(call).map(({ part, widthPercent }) => {
    const segment: TimeSegment = { part, child: null, startPercent, widthPercent }
    startPercent += widthPercent
    return segment
  })
}

type Timed = Pick<CallSummary, 'startNs' | 'totalNs' | 'hostNs' | 'suspendedNs'>

function layOutImport(whole: Timed, call: Timed, child: CallSummary | null): TimeSegment[] {
  const host: TimeSegment = { part: 'host', child, ...spanWithin(whole, call.startNs, call.hostNs) }
  const suspendedNs = Math.max(0, call.totalNs - call.hostNs)
  const suspended = spanWithin(whole, call.startNs + call.hostNs, suspendedNs)
  return [host, { part: 'suspended' as const, child, ...suspended }].filter(
    ({ widthPercent }) => widthPercent > 0,
  )
}

/** Clipped to the whole: a call in flight may have been read a moment later than the one it lies in. */
function spanWithin(whole: Timed, startNs: number, durationNs: number): TimeSpan {
  const toPercent = (atNs: number) =>
    Math.min(100, Math.max(0, ((atNs - whole.startNs) / whole.totalNs) * 100))
  const startPercent = toPercent(startNs)
  return { startPercent, widthPercent: toPercent(startNs + durationNs) - startPercent }
}
