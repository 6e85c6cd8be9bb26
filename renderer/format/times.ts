/** Durations and instants as people read them. Every input is nanoseconds. */
import { formatCount } from './numbers.ts'

export type DurationUnit = 'ns' | 'µs' | 'ms' | 's'

/** A duration in two pieces, so that a table can align the figures and the units separately. */
export interface DurationParts {
  figure: string
  unit: DurationUnit
}

interface UnitStep {
  unit: DurationUnit
  sizeNs: number
  /** The unit serves values that round to less than this many of it. */
  below: number
}

// Microseconds give way to milliseconds early: a table full of suspensions then speaks one unit.
const UNIT_STEPS: readonly UnitStep[] = [
  { unit: 'ns', sizeNs: 1, below: 1000 },
  { unit: 'µs', sizeNs: 1e3, below: 100 },
  { unit: 'ms', sizeNs: 1e6, below: 1000 },
  { unit: 's', sizeNs: 1e9, below: Infinity },
]

/**
 * Splits a duration into figure and unit. The unit depends on the magnitude alone, and every unit but `ns` has
 * the same number of decimals, so that figures under one another align: `812 ns`, `42.10 µs`, `0.42 ms`,
 * `1.84 s`. What is not a duration (negative, NaN) counts as 0.
 */
export function splitDuration(durationNs: number, decimals = 2): DurationParts {
  const safeNs = durationNs > 0 ? durationNs : 0
  for (const { unit, sizeNs, below } of UNIT_STEPS) {
    const places = unit === 'ns' ? 0 : decimals
    const figure = (safeNs / sizeNs).toFixed(places)
    if (Number(figure) < below) return { figure: groupThousands(figure), unit }
  }
  return { figure: '∞', unit: 's' }
}

/** `0.42 ms`. */
export function formatDuration(durationNs: number): string {
  const { figure, unit } = splitDuration(durationNs)
  return `${figure} ${unit}`
}

/** The same with the unit filled up to two characters, so that right-aligned monospaced figures align. */
export function formatColumnDuration(durationNs: number): string {
  return formatDuration(durationNs).replace(/ s$/, ' s ')
}

/** The same unit as {@link formatDuration} with one decimal more, for a detail view: `0.421 ms`. */
export function formatPreciseDuration(durationNs: number): string {
  const { figure, unit } = splitDuration(durationNs, 3)
  return `${figure} ${unit}`
}

/** To the nanosecond, for a tooltip: `421,300 ns`. */
export function formatNanoseconds(durationNs: number): string {
  return `${formatCount(Math.round(durationNs))} ns`
}

/** A point on the session's clock, in seconds to the microsecond, in groups of three: `1.612 304 s`. */
export function formatInstant(instantNs: number): string {
  const [seconds = '0', fraction = ''] = (instantNs / 1e9).toFixed(6).split('.')
  return `${groupThousands(seconds)}.${fraction.slice(0, 3)}\u00a0${fraction.slice(3)} s`
}

/**
 * The time of day at which something happened: `18:02:11.604`, in the reader's time zone.
 * `startedAtMs` is the wall clock at the session's time zero.
 */
export function formatTimeOfDay(startedAtMs: number, instantNs: number): string {
  const date = new Date(startedAtMs + instantNs / 1e6)
  if (Number.isNaN(date.getTime())) return '--:--:--.---'
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => padDigits(part, 2))
    .join(':')
  return `${clock}.${padDigits(date.getMilliseconds(), 3)}`
}

function padDigits(value: number, width: number): string {
  return String(value).padStart(width, '0')
}

function groupThousands(figure: string): string {
  const [whole = '', fraction] = figure.split('.')
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, ',')
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}
