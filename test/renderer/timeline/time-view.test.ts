import { describe, expect, test } from 'vitest'
import {
  clampView,
  fit,
  moveToShow,
  panBy,
  spanOf,
  toNs,
  toPx,
  widen,
  zoomAt,
} from '../../../renderer/canvas/time-view.ts'

const view = { fromNs: 1000, toNs: 3000 }

test('nanoseconds and pixels are each other’s inverse', () => {
  expect(toPx(view, 500, 1000)).toBe(0)
  expect(toPx(view, 500, 3000)).toBe(500)
  for (const px of [-20, 0, 123, 500, 700]) expect(toPx(view, 500, toNs(view, 500, px))).toBeCloseTo(px, 9)
})

test('zooming keeps the instant under the pointer where it is', () => {
  for (const factor of [0.01, 0.5, 3]) {
    const zoomed = zoomAt(view, 1400, factor)
    expect(spanOf(zoomed)).toBeCloseTo(2000 * factor, 9)
    expect(toPx(zoomed, 500, 1400)).toBeCloseTo(toPx(view, 500, 1400), 6)
  }
})

test('panning moves both ends', () => {
  expect(panBy(view, -300)).toEqual({ fromNs: 700, toNs: 2700 })
})

test('what is fit has a margin on either side, even where it has no length', () => {
  const fitted = fit({ fromNs: 0, toNs: 1e6 })
  expect(toPx(fitted, 1040, 0)).toBeCloseTo(20, 6)
  expect(toPx(fitted, 1040, 1e6)).toBeCloseTo(1020, 6)
  expect(spanOf(fit({ fromNs: 5, toNs: 5 }))).toBeGreaterThan(100)
})

describe('a view is kept', () => {
  const trace = { fromNs: 1e6, toNs: 2e6 }

  test('from being farther away than the whole', () => {
    expect(clampView({ fromNs: -1e9, toNs: 1e9 }, trace)).toEqual(fit(trace))
  })

  test('from coming closer than the clock', () => {
    const clamped = clampView({ fromNs: 1.5e6, toNs: 1.5e6 + 1 }, trace)
    expect(spanOf(clamped)).toBeCloseTo(200, 6)
    expect((clamped.fromNs + clamped.toNs) / 2).toBeCloseTo(1.5e6 + 0.5, 3)
  })

  test.each([
    ['before', -5e6],
    ['after', 9e6],
  ])('from showing nothing but what is %s the trace', (_where, fromNs) => {
    const clamped = clampView({ fromNs, toNs: fromNs + 1e5 }, trace)
    expect(clamped.toNs).toBeGreaterThan(trace.fromNs)
    expect(clamped.fromNs).toBeLessThan(trace.toNs)
    expect(spanOf(clamped)).toBeCloseTo(1e5, 6)
  })

  test('as it is where nothing is wrong with it', () => {
    const wanted = { fromNs: 1.2e6, toNs: 1.3e6 }
    expect(clampView(wanted, trace)).toEqual(wanted)
  })
})

describe('a stretch that is to be seen', () => {
  test('leaves a view as it is that shows some of it', () => {
    expect(moveToShow(view, { fromNs: 2900, toNs: 9000 })).toBe(view)
  })

  test('comes to the middle', () => {
    expect(moveToShow(view, { fromNs: 9000, toNs: 9200 })).toEqual({ fromNs: 8100, toNs: 10_100 })
  })

  test('is shown whole where it is longer than the view', () => {
    expect(moveToShow(view, { fromNs: 9000, toNs: 99_000 })).toEqual(fit({ fromNs: 9000, toNs: 99_000 }))
  })
})

test('a widened view does not reach before the session', () => {
  expect(widen(view, 0.25)).toEqual({ fromNs: 500, toNs: 3500 })
  expect(widen(view, 2)).toEqual({ fromNs: 0, toNs: 7000 })
})
