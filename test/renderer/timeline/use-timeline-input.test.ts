import { describe, expect, test } from 'vitest'
import { createKeys } from '../../../renderer/components/timeline/timeline-keys.ts'
import { useTimelineInput } from '../../../renderer/components/timeline/use-timeline-input.ts'

/** Input handlers, and what they wish for, in order: `[what, ...arguments]`. */
function createFixture() {
  const wishes: unknown[][] = []
  const note =
    (what: string) =>
    (...values: unknown[]) =>
      void wishes.push([what, ...values])
  const input = useTimelineInput({
    zoom: note('zoom'),
    pan: note('pan'),
    scroll: note('scroll'),
    hover: () => {},
    mark: note('mark'),
    endMark: note('endMark'),
    choose: note('choose'),
    zoomTo: note('zoomTo'),
    press: () => false,
  })
  const element = {
    getBoundingClientRect: () => ({ left: 100, top: 50 }),
    setPointerCapture: () => {},
  }
  const at = (xPx: number, more: object = {}) => ({
    currentTarget: element,
    clientX: 100 + xPx,
    clientY: 60,
    pointerId: 1,
    pointerType: 'mouse',
    button: 0,
    shiftKey: false,
    preventDefault: () => {},
    ...more,
  })
  return {
    wishes,
    wheel: (more: object) =>
      input.onWheel(at(30, { deltaX: 0, deltaY: 0, deltaMode: 0, ...more }) as unknown as WheelEvent),
    down: (xPx: number, more?: object) => input.onPointerdown(at(xPx, more) as unknown as PointerEvent),
    move: (xPx: number, more?: object) => input.onPointermove(at(xPx, more) as unknown as PointerEvent),
    up: (xPx: number, more?: object) => input.onPointerup(at(xPx, more) as unknown as PointerEvent),
  }
}

// What a wheel in lines or pages counts in pixels needs the constant of browsers.
globalThis.WheelEvent ??= { DOM_DELTA_PIXEL: 0 } as unknown as typeof WheelEvent

describe('the wheel', () => {
  test('zooms in and out at the pointer', () => {
    const { wheel, wishes } = createFixture()
    wheel({ deltaY: -100 })
    wheel({ deltaY: 100 })
    const [[, atPx, closer], [, , farther]] = wishes as [[string, number, number], [string, number, number]]
    expect(atPx).toBe(30)
    expect(closer).toBeLessThan(1)
    expect(closer * farther).toBeCloseTo(1, 9)
  })

  test('moves sideways, also with Shift; the lanes with Alt', () => {
    const { wheel, wishes } = createFixture()
    wheel({ deltaX: 40, deltaY: 5 })
    wheel({ deltaY: 40, shiftKey: true })
    wheel({ deltaY: 40, altKey: true })
    expect(wishes).toEqual([
      ['pan', 40],
      ['pan', 40],
      ['scroll', 40],
    ])
  })
})

describe('the mouse', () => {
  test('marks what it is dragged over, and a click chooses', () => {
    const { down, move, up, wishes } = createFixture()
    down(200)
    move(202)
    move(150)
    up(150)
    down(300)
    move(302)
    up(302)
    expect(wishes).toEqual([['mark', 200, 150], ['endMark'], ['choose', { xPx: 302, yPx: 10 }]])
  })

  test.each([
    ['Shift', { shiftKey: true }],
    ['the middle button', { button: 1 }],
  ])('moves the view with %s', (_with, more) => {
    const { down, move, up, wishes } = createFixture()
    down(200, more)
    move(190, more)
    move(170, more)
    up(170, more)
    expect(wishes).toEqual([
      ['pan', 10],
      ['pan', 20],
    ])
  })
})

describe('touch', () => {
  const finger = (pointerId: number) => ({ pointerId, pointerType: 'touch' })

  test('of one finger moves, and a tap chooses', () => {
    const { down, move, up, wishes } = createFixture()
    down(200, finger(1))
    move(230, finger(1))
    up(230, finger(1))
    down(10, finger(2))
    up(10, finger(2))
    expect(wishes).toEqual([
      ['pan', -30],
      ['choose', { xPx: 10, yPx: 10 }],
    ])
  })

  test('of two fingers zooms between them', () => {
    const { down, move, up, wishes } = createFixture()
    down(100, finger(1))
    down(200, finger(2))
    move(300, finger(2))
    up(300, finger(2))
    move(120, finger(1))
    up(120, finger(1))
    expect(wishes).toEqual([
      ['zoom', 200, 0.5],
      ['pan', -50],
    ])
  })
})

test('keys zoom, move, choose and clear; others are left to the window', () => {
  const done: unknown[][] = []
  const note =
    (what: string) =>
    (...values: unknown[]) =>
      void done.push([what, ...values])
  const press = createKeys({
    zoom: (factor) => note('zoom')(factor > 1 ? 'out' : 'in'),
    pan: note('pan'),
    showStart: note('start'),
    follow: note('follow'),
    showWhole: note('whole'),
    moveCursor: note('cursor'),
    choose: note('choose'),
    clear: note('clear'),
    done: () => {},
  })
  for (const key of [
    'w',
    '+',
    'S',
    '-',
    'a',
    'ArrowRight',
    'Home',
    'End',
    '0',
    'ArrowDown',
    'Enter',
    'Escape',
  ]) {
    expect(press(key, false), key).toBe(true)
  }
  expect(press('ArrowLeft', true)).toBe(true)
  for (const key of ['x', 'Tab', 'F6', 'toString']) expect(press(key, false), key).toBe(false)
  expect(done).toEqual([
    ['zoom', 'in'],
    ['zoom', 'in'],
    ['zoom', 'out'],
    ['zoom', 'out'],
    ['pan', -0.1],
    ['pan', 0.1],
    ['start'],
    ['follow'],
    ['whole'],
    ['cursor', 1],
    ['choose'],
    ['clear'],
    ['pan', -0.5],
  ])
})
