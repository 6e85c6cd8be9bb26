import { describe, expect, test } from 'vitest'
import { formatTick, layOutTicks } from '../../../renderer/canvas/axis.ts'

describe('ticks', () => {
  test('stand at round instants, and say them in one unit', () => {
    const ticks = layOutTicks({ fromNs: 1.6e9, toNs: 1.632e9 }, 800)
    expect(ticks.map(({ label }) => label)).toEqual([
      '1.600 s',
      '1.605 s',
      '1.610 s',
      '1.615 s',
      '1.620 s',
      '1.625 s',
      '1.630 s',
    ])
    expect(ticks[1]!.atPx).toBeCloseTo(125, 6)
  })

  test('have room for their labels and all differ, at any zoom', () => {
    for (let exponent = 2.3; exponent < 13; exponent += 0.37) {
      for (const fromNs of [0, 12_345_678, 3_600_000_000_123]) {
        const ticks = layOutTicks({ fromNs, toNs: fromNs + 10 ** exponent }, 1000)
        expect(ticks.length).toBeGreaterThan(2)
        expect(new Set(ticks.map(({ label }) => label)).size).toBe(ticks.length)
        for (const [index, { atPx, label }] of ticks.entries()) {
          const next = ticks[index + 1]
          if (next) expect(next.atPx - atPx).toBeGreaterThanOrEqual(label.length * 6.2)
        }
      }
    }
  })

  test('do not stand before the session', () => {
    expect(layOutTicks({ fromNs: -5e6, toNs: 5e6 }, 1000)[0]!.label).toBe('0 ns')
  })
})

test.each([
  [0, 1e6, '0 ns'],
  [250, 50, '250 ns'],
  [12_500, 500, '12.5 µs'],
  [4e6, 1e6, '4 ms'],
  [4.25e6, 5e4, '4.25 ms'],
  [2_103_304_200, 100, '2.103\u202f304\u202f2 s'],
  [9e9, 1e9, '9 s'],
])('%d in steps of %d reads %s', (atNs, stepNs, text) => {
  expect(formatTick(atNs, stepNs)).toBe(text)
})
