/** How a call's time splits into guest, host and suspended. */

export interface SplitTimes {
  guestNs: number
  hostNs: number
  suspendedNs: number
}

export type SplitPart = 'guest' | 'host' | 'suspended'

/** One piece of a split bar, in percent of its width. */
export interface SplitSegment {
  part: SplitPart
  widthPercent: number
}

/** A part that is there is drawn at least this wide: it must not vanish beside a long suspension. */
const MINIMUM_PERCENT = 3

/** The pieces of a split bar, those without time left out; their widths add up to 100. */
export function splitSegments(times: SplitTimes): SplitSegment[] {
  const parts = listParts(times).filter(({ timeNs }) => timeNs > 0)
  const sumNs = parts.reduce((sum, { timeNs }) => sum + timeNs, 0)
  const raised = parts.map(({ part, timeNs }) => ({
    part,
    widthPercent: Math.max((timeNs / sumNs) * 100, MINIMUM_PERCENT),
  }))
  const surplus = raised.reduce((sum, { widthPercent }) => sum + widthPercent, -100)
  const yielding = raised.reduce((sum, { widthPercent }) => sum + (widthPercent - MINIMUM_PERCENT), 0)
  if (surplus <= 0 || yielding <= 0) return raised
  return raised.map(({ part, widthPercent }) => ({
    part,
    widthPercent: widthPercent - (surplus * (widthPercent - MINIMUM_PERCENT)) / yielding,
  }))
}

/**
 * The split in words: `guest 6%, host 2%, suspended 92%`. Whole percentages that add up to 100; a part that is
 * there but rounds to nothing reads `<1%`. Empty where no time has passed.
 */
export function describeSplit(times: SplitTimes): string {
  const parts = listParts(times).filter(({ timeNs }) => timeNs > 0)
  const percentages = roundToHundred(parts.map(({ timeNs }) => timeNs))
  return parts
    .map(({ part }, index) => `${part} ${percentages[index] === 0 ? '<1' : percentages[index]}%`)
    .join(', ')
}

function listParts({ guestNs, hostNs, suspendedNs }: SplitTimes): { part: SplitPart; timeNs: number }[] {
  return [
    { part: 'guest', timeNs: guestNs },
    { part: 'host', timeNs: hostNs },
    { part: 'suspended', timeNs: suspendedNs },
  ]
}

/** Largest remainders first, so that what was rounded off is handed out where it is missed most. */
function roundToHundred(amounts: readonly number[]): number[] {
  const sum = amounts.reduce((total, amount) => total + amount, 0)
  const exact = amounts.map((amount) => (amount / sum) * 100)
  const rounded = exact.map(Math.floor)
  const missing = 100 - rounded.reduce((total, percentage) => total + percentage, 0)
  const byRemainder = exact
    .map((percentage, index) => ({ index, remainder: percentage % 1 }))
    .sort((left, right) => right.remainder - left.remainder)
  for (const { index } of byRemainder.slice(0, missing)) rounded[index] = (rounded[index] ?? 0) + 1
  return rounded
}
