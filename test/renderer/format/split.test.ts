import { describe, expect, test } from 'vitest'
import { describeSplit, splitSegments } from '../../../renderer/format/split.ts'

const times = (guestNs: number, hostNs: number, suspendedNs: number) => ({ guestNs, hostNs, suspendedNs })

describe('splitSegments', () => {
  test('gives each part its share', () => {
    expect(splitSegments(times(50, 25, 25))).toEqual([
      { part: 'guest', widthPercent: 50 },
      { part: 'host', widthPercent: 25 },
      { part: 'suspended', widthPercent: 25 },
    ])
  })

  test('leaves out parts that took no time', () => {
    expect(splitSegments(times(0, 7, 0))).toEqual([{ part: 'host', widthPercent: 100 }])
    expect(splitSegments(times(0, 0, 0))).toEqual([])
  })

  test('keeps a tiny part visible without exceeding the bar', () => {
    const segments = splitSegments(times(1, 0, 1_000_000_000))
    expect(segments[0]).toMatchObject({ part: 'guest' })
    expect(segments[0]?.widthPercent).toBeCloseTo(3)
    expect(segments.reduce((sum, { widthPercent }) => sum + widthPercent, 0)).toBeCloseTo(100)
  })

  test('always fills the bar exactly, none too small', () => {
    for (let round = 0; round < 500; round += 1) {
      const segments = splitSegments(times((round * 37) % 11, (round * 101) % 5000, (round * 7919) % 1e6))
      if (segments.length === 0) continue
      expect(segments.reduce((sum, { widthPercent }) => sum + widthPercent, 0)).toBeCloseTo(100)
      expect(Math.min(...segments.map(({ widthPercent }) => widthPercent))).toBeGreaterThan(2.999)
    }
  })
})

describe('describeSplit', () => {
  test('names the parts', () => {
    expect(describeSplit(times(6, 2, 92))).toBe('guest 6%, host 2%, suspended 92%')
    expect(describeSplit(times(0, 0, 0))).toBe('')
  })

  test('adds up to a hundred', () => {
    expect(describeSplit(times(1, 1, 1))).toBe('guest 34%, host 33%, suspended 33%')
  })

  test('does not call a part that is there nothing', () => {
    expect(describeSplit(times(1, 0, 1_000_000))).toBe('guest <1%, suspended 100%')
  })
})
