import { describe, expect, test } from 'vitest'
import {
  formatColumnDuration,
  formatDuration,
  formatInstant,
  formatNanoseconds,
  formatPreciseDuration,
  formatTimeOfDay,
  splitDuration,
} from '../../../renderer/format/times.ts'

describe('formatDuration', () => {
  test.each([
    [0, '0 ns'],
    [1, '1 ns'],
    [812, '812 ns'],
    [999, '999 ns'],
    [1_000, '1.00 µs'],
    [42_100, '42.10 µs'],
    [100_000, '0.10 ms'],
    [421_300, '0.42 ms'],
    [36_200_000, '36.20 ms'],
    [842_099_999, '842.10 ms'],
    [1_840_000_000, '1.84 s'],
    [7_261_420_000_000, '7,261.42 s'],
  ])('%d ns reads %s', (durationNs, text) => {
    expect(formatDuration(durationNs)).toBe(text)
  })

  test('a value that rounds up to the next unit is written in that unit', () => {
    expect(formatDuration(999.6)).toBe('1.00 µs')
    expect(formatDuration(99_994)).toBe('99.99 µs')
    expect(formatDuration(99_996)).toBe('0.10 ms')
    expect(formatDuration(999_994_000)).toBe('999.99 ms')
    expect(formatDuration(999_996_000)).toBe('1.00 s')
  })

  test('every unit but nanoseconds has two decimals, so that columns align', () => {
    for (let exponent = 3; exponent < 14; exponent += 1) {
      expect(splitDuration(3 * 10 ** exponent).figure).toMatch(/^[\d,]+\.\d\d$/)
    }
  })

  test('a column fills the shorter unit up', () => {
    expect(formatColumnDuration(1_840_000_000)).toBe('1.84 s ')
    expect(formatColumnDuration(1_840_000)).toBe('1.84 ms')
    expect(formatColumnDuration(12)).toBe('12 ns')
  })

  test('what is not a duration reads as none', () => {
    expect(formatDuration(-5)).toBe('0 ns')
    expect(formatDuration(Number.NaN)).toBe('0 ns')
  })
})

test('a detail has one decimal more in the same unit, and the nanoseconds', () => {
  expect(formatPreciseDuration(84_000)).toBe('84.000 µs')
  expect(formatPreciseDuration(421_345)).toBe('0.421 ms')
  expect(formatPreciseDuration(812)).toBe('812 ns')
  expect(formatNanoseconds(421_345)).toBe('421,345 ns')
})

test('an instant reads in seconds, to the microsecond', () => {
  expect(formatInstant(1_612_304_000)).toBe('1.612\u00a0304 s')
  expect(formatInstant(0)).toBe('0.000\u00a0000 s')
  expect(formatInstant(3_600_000_000_000)).toBe('3,600.000\u00a0000 s')
})

test('the time of day is the session start plus the time since then', () => {
  const startedAtMs = new Date(2026, 0, 2, 23, 59, 59, 990).getTime()
  expect(formatTimeOfDay(startedAtMs, 0)).toBe('23:59:59.990')
  expect(formatTimeOfDay(startedAtMs, 14_000_000)).toBe('00:00:00.004')
  expect(formatTimeOfDay(Number.NaN, 0)).toBe('--:--:--.---')
})
