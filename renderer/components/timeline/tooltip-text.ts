/** What the pointer is over, in words. */
import type { CallRow } from '../../../main/contract/calls.ts'
import type { TimelineColumns, TimelineFunction, TimelineSlice } from '../../../main/contract/timeline.ts'
import { formatCallName } from '../../format/calls.ts'
import { formatArguments } from '../../format/decoded.ts'
import { formatCount } from '../../format/numbers.ts'
import { describeSplit } from '../../format/split.ts'
import { elideText } from '../../format/text.ts'
import { formatDuration, formatInstant } from '../../format/times.ts'

const ARGUMENTS_LIMIT = 200

/** A heading, and lines below it. */
export interface TooltipText {
  heading: string
  lines: string[]
}

/** About a call; `row` has more about it, once it has been read. */
export function describeSlice(
  slice: TimelineSlice,
  called: TimelineFunction,
  row: CallRow | null,
): TooltipText {
  const name = formatCallName(called)
  const values = row ? `(${elideText(formatArguments(row), ARGUMENTS_LIMIT)})` : ''
  const lines = [`${formatDuration(slice.endNs - slice.startNs)} from ${formatInstant(slice.startNs)}`]
  if (row) lines.push(describeParts(row))
  if (slice.outcome !== 'returned')
    lines.push(row?.errorText ?? (row?.suspended ? 'suspended' : slice.outcome))
  return { heading: `#${formatCount(slice.id)} ${name}${values}`, lines: lines.filter(Boolean) }
}

/** About one lane's part of a column; null where nothing happened. */
export function describeColumn(
  { fromNs, columnNs, lanes, firstLane }: TimelineColumns,
  { lane, atNs }: { lane: number; atNs: number },
): TooltipText | null {
  const column = Math.floor((atNs - fromNs) / columnNs)
  const shares = lanes[lane - firstLane]?.subarray(3 * column, 3 * column + 3)
  if (!shares || shares.length === 0) return null
  const [guestNs = 0, hostNs = 0, suspendedNs = 0] = shares
  const split = describeSplit({ guestNs, hostNs, suspendedNs })
  if (!split) return null
  return {
    heading: `${formatDuration(columnNs)} of lane ${lane + 1}`,
    lines: [`from ${formatInstant(fromNs + column * columnNs)}`, split],
  }
}

function describeParts({ guestNs, hostNs, suspendedNs }: CallRow): string {
  return [['guest', guestNs] as const, ['host', hostNs] as const, ['suspended', suspendedNs] as const]
    .filter(([, timeNs]) => timeNs > 0)
    .map(([part, timeNs]) => `${part} ${formatDuration(timeNs)}`)
    .join(' · ')
}
