import { describe, expect, test } from 'vitest'
import {
  clampWindow,
  fromScrollTop,
  isAtEnd,
  isScaled,
  maximumTopPx,
  pageRows,
  ROW_HEIGHT_PX,
  SCROLL_RANGE_LIMIT_PX,
  scrollRangePx,
  topPxToShow,
  toScrollTop,
  visibleRows,
} from '../../../renderer/components/calls/row-window.ts'

const window = (totalRows: number, topPx = 0, viewportPx = 440) => ({ totalRows, topPx, viewportPx })

describe('few rows', () => {
  test('are scrolled by the browser, pixel for pixel', () => {
    expect(isScaled(window(1000))).toBe(false)
    expect(scrollRangePx(window(1000))).toBe(22_000)
    expect(toScrollTop(window(1000, 123.5))).toBe(123.5)
    expect(fromScrollTop(window(1000), 123.5)).toBe(123.5)
  })

  test('that fit need no scrolling', () => {
    expect(maximumTopPx(window(3))).toBe(0)
    expect(isAtEnd(window(3))).toBe(true)
    expect(visibleRows(window(3))).toEqual({ first: 0, count: 3 })
    expect(visibleRows(window(0))).toEqual({ first: 0, count: 0 })
  })
})

describe.each([1_000_000, 100_000_000, 5_000_000_000])('%d rows', (totalRows) => {
  const maximum = maximumTopPx(window(totalRows))
  const lowestScrollTop = SCROLL_RANGE_LIMIT_PX - 440

  test('stay within what a browser can scroll', () => {
    expect(isScaled(window(totalRows))).toBe(true)
    expect(scrollRangePx(window(totalRows))).toBe(SCROLL_RANGE_LIMIT_PX)
  })

  test('have their first and last row at the ends of the scroll range', () => {
    expect(toScrollTop(window(totalRows, 0))).toBe(0)
    expect(toScrollTop(window(totalRows, maximum))).toBe(lowestScrollTop)
    expect(fromScrollTop(window(totalRows), lowestScrollTop)).toBe(maximum)
    expect(visibleRows(window(totalRows, maximum))).toEqual({ first: totalRows - 20, count: 20 })
  })

  test('are found again from the scroll position', () => {
    for (const share of [0.1, 0.5, 0.987]) {
      const topPx = Math.floor(maximum * share)
      const scrollTop = toScrollTop(window(totalRows, topPx))
      expect(Math.abs(fromScrollTop(window(totalRows), scrollTop) - topPx)).toBeLessThan(0.01)
    }
  })
})

test('a row is in sight when a pixel of it is', () => {
  expect(visibleRows(window(100, 0, 440))).toEqual({ first: 0, count: 20 })
  expect(visibleRows(window(100, 1, 440))).toEqual({ first: 0, count: 21 })
  expect(visibleRows(window(100, 21, 440))).toEqual({ first: 0, count: 21 })
  expect(visibleRows(window(100, 22, 440))).toEqual({ first: 1, count: 20 })
})

test('a window stays inside the content, also when that shrinks', () => {
  expect(clampWindow(window(10, 5000)).topPx).toBe(0)
  expect(clampWindow(window(100, 5000)).topPx).toBe(100 * ROW_HEIGHT_PX - 440)
  expect(clampWindow(window(100, -3)).topPx).toBe(0)
})

test('half a row short of the end is the end', () => {
  expect(isAtEnd(window(100, 1760))).toBe(true)
  expect(isAtEnd(window(100, 1750))).toBe(true)
  expect(isAtEnd(window(100, 1740))).toBe(false)
})

test('a row is shown with as little movement as possible', () => {
  expect(topPxToShow(window(100, 220), 15)).toBe(220)
  expect(topPxToShow(window(100, 220), 5)).toBe(110)
  expect(topPxToShow(window(100, 220), 30)).toBe(31 * ROW_HEIGHT_PX - 440)
})

test('a page keeps a line of the one before', () => {
  expect(pageRows(window(100))).toBe(19)
  expect(pageRows(window(100, 0, 10))).toBe(1)
})
