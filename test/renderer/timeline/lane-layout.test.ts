import { describe, expect, test } from 'vitest'
import { barTop, lanesBetween, layOutLanes, placeAt } from '../../../renderer/canvas/lane-layout.ts'

describe('few lanes', () => {
  const layout = layOutLanes([2, 1, 3], 150)

  test('have a row for each depth, and do not touch', () => {
    expect(layout.isCompact).toBe(false)
    expect(layout.totalPx).toBeLessThanOrEqual(150)
    for (const [lane, { topPx, heightPx }] of layout.lanes.entries()) {
      expect(heightPx).toBe([2, 1, 3][lane]! * layout.pitchPx)
      const next = layout.lanes[lane + 1]
      if (next) expect(next.topPx).toBeGreaterThan(topPx + heightPx)
    }
  })

  test('are found by their heights', () => {
    for (const [lane, { rowCount }] of layout.lanes.entries()) {
      for (let row = 0; row < rowCount; row++) {
        expect(placeAt(layout, barTop(layout, lane, row) + layout.barPx / 2)).toEqual({ lane, row })
      }
    }
    expect(placeAt(layout, 0)).toBeNull()
    expect(placeAt(layout, layout.totalPx)).toBeNull()
  })

  test('are as tall as there is room for, up to a limit', () => {
    expect(layOutLanes([2], 60).pitchPx).toBeGreaterThan(layOutLanes([2, 2, 2], 120).pitchPx)
    expect(layOutLanes([2], 1000).pitchPx).toBe(layOutLanes([1], 1000).pitchPx)
  })

  test('put what is deeper than they are into their last row', () => {
    expect(barTop(layout, 0, 7)).toBe(barTop(layout, 0, 1))
  })
})

describe('many lanes', () => {
  const layout = layOutLanes(
    Array.from({ length: 256 }, () => 2),
    150,
  )

  test('have one row each, and are scrolled to', () => {
    expect(layout.isCompact).toBe(true)
    expect(layout.totalPx).toBeGreaterThan(150)
    expect(placeAt(layout, layout.lanes[9]!.topPx + 1)).toEqual({ lane: 9, row: 0 })
    expect(barTop(layout, 9, 1)).toBe(layout.lanes[9]!.topPx)
  })

  test('are in sight where something of them is', () => {
    const { first, count } = lanesBetween(layout, 100, 250)
    expect(layout.lanes[first]!.topPx).toBeLessThanOrEqual(100)
    expect(layout.lanes[first + 1]!.topPx).toBeGreaterThan(100)
    expect(layout.lanes[first + count - 1]!.topPx).toBeLessThan(250)
    expect(layout.lanes[first + count]!.topPx).toBeGreaterThanOrEqual(250)
    expect(lanesBetween(layout, 1e6, 2e6)).toEqual({ first: 0, count: 0 })
    expect(lanesBetween(layOutLanes([], 100), 0, 100)).toEqual({ first: 0, count: 0 })
  })
})

test('one deep lane alone keeps its rows', () => {
  expect(layOutLanes([8], 60).isCompact).toBe(false)
})
