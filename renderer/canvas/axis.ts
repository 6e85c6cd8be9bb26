/** Ticks of a time axis at round instants, as far apart as their labels need. */
import { spanOf, toPx } from './time-view.ts'
import type { TimeView } from './time-view.ts'

export interface Tick {
  atPx: number
  label: string
}

const LEAST_DISTANCE_PX = 70
/** Of a label, about, and of the room around it. */
const CHARACTER_PX = 6.2
const ROOM_PX = 18

const UNITS = [
  { name: 'ns', sizeNs: 1 },
  { name: 'µs', sizeNs: 1e3 },
  { name: 'ms', sizeNs: 1e6 },
  { name: 's', sizeNs: 1e9 },
] as const

/** Ticks at multiples of 1, 2 or 5 times a power of ten; labels have as many decimals as tell neighbours apart. */
export function layOutTicks(view: TimeView, widthPx: number): Tick[] {
  const nsPerPx = spanOf(view) / widthPx
  let stepNs = chooseStep(nsPerPx * LEAST_DISTANCE_PX)
  while (stepNs < nsPerPx * (formatTick(view.toNs, stepNs).length * CHARACTER_PX + ROOM_PX)) {
    stepNs = chooseStep(stepNs * 1.1)
  }
  const ticks: Tick[] = []
  for (let index = Math.ceil(view.fromNs / stepNs); index * stepNs <= view.toNs; index++) {
    const atNs = index * stepNs
    if (atNs >= 0) ticks.push({ atPx: toPx(view, widthPx, atNs), label: formatTick(atNs, stepNs) })
  }
  return ticks
}

/** The smallest round step of at least `leastNs`; whole nanoseconds. */
function chooseStep(leastNs: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(Math.max(1, leastNs)))
  const factor = [1, 2, 5].find((candidate) => candidate * magnitude >= leastNs) ?? 10
  return factor * magnitude
}

/** `1.604 s`, `12.5 ms`; digits beyond the third decimal in groups: `1.604 250 s`. */
export function formatTick(atNs: number, stepNs: number): string {
  const unit = UNITS.findLast(({ sizeNs }) => atNs >= sizeNs) ?? UNITS[0]
  const decimals = Math.max(0, Math.ceil(Math.log10(unit.sizeNs) - Math.log10(stepNs) - 1e-9))
  const [whole = '0', fraction = ''] = (atNs / unit.sizeNs).toFixed(decimals).split('.')
  const groups = fraction.match(/.{1,3}/g) ?? []
  return `${whole}${groups.length > 0 ? '.' : ''}${groups.join('\u202f')} ${unit.name}`
}
