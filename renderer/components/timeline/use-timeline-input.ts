/** What hands do on a timeline: wheel, pointer, touch and keys, as wishes. */

/** Pixels from the left and the top of the canvas. */
export interface Point {
  xPx: number
  yPx: number
}

/** What the timeline can do. */
export interface TimelineActions {
  zoom(atPx: number, factor: number): void
  pan(byPx: number): void
  /** Moves the lanes. */
  scroll(byPx: number): void
  hover(at: Point | null): void
  /** Marks the time between two places. */
  mark(fromPx: number, toPx: number): void
  /** The time that was marked is the one that is meant. */
  endMark(): void
  choose(at: Point): void
  zoomTo(at: Point): void
  /** Carries out a key; false for one that means nothing here. */
  press(key: string, isShifted: boolean): boolean
}

/** From here on it is a drag and no click. */
const DRAG_PX = 4
const ZOOM_PER_PX = 1.0025
const PX_PER_LINE = 20

type Mode = 'idle' | 'pressed' | 'mark' | 'pan' | 'pinch'

/** Handlers for one element that has the size of the canvas. */
export function useTimelineInput(act: TimelineActions) {
  const pointers = new Map<number, Point>()
  let mode: Mode = 'idle'
  let start: Point = { xPx: 0, yPx: 0 }
  let pans = false
  /** Where the drag or pinch was seen last. */
  let lastPx = 0
  let lastDistancePx = 0

  /** Ends what is under way. */
  function change(to: Mode): void {
    if (mode === 'mark') act.endMark()
    mode = to
  }

  function beginPinch(): void {
    const { middlePx, distancePx } = measurePinch()
    change('pinch')
    lastPx = middlePx
    lastDistancePx = distancePx
  }

  function measurePinch(): { middlePx: number; distancePx: number } {
    const [one, other] = [...pointers.values()] as [Point, Point]
    const distancePx = Math.hypot(one.xPx - other.xPx, one.yPx - other.yPx)
    return { middlePx: (one.xPx + other.xPx) / 2, distancePx: Math.max(10, distancePx) }
  }

  function drag(at: Point): void {
    if (mode === 'pressed' && Math.abs(at.xPx - start.xPx) > DRAG_PX) mode = pans ? 'pan' : 'mark'
    if (mode === 'mark') act.mark(start.xPx, at.xPx)
    else if (mode === 'pan') {
      act.pan(lastPx - at.xPx)
      lastPx = at.xPx
    } else if (mode === 'pinch' && pointers.size > 1) {
      const { middlePx, distancePx } = measurePinch()
      act.zoom(middlePx, lastDistancePx / distancePx)
      act.pan(lastPx - middlePx)
      lastPx = middlePx
      lastDistancePx = distancePx
    }
  }

  return {
    onWheel(event: WheelEvent): void {
      event.preventDefault()
      const { deltaX, deltaY } = wheelPx(event)
      if (event.altKey) act.scroll(deltaY)
      // Some browsers turn the wheel's direction themselves when Shift is held.
      else if (event.shiftKey) act.pan(deltaX || deltaY)
      else if (!event.ctrlKey && Math.abs(deltaX) > Math.abs(deltaY)) act.pan(deltaX)
      // Pinching on a touchpad arrives as small steps with Ctrl.
      else act.zoom(place(event).xPx, ZOOM_PER_PX ** (event.ctrlKey ? deltaY * 3 : deltaY))
    },
    onPointerdown(event: PointerEvent): void {
      if (event.pointerType === 'mouse' && event.button > 1) return
      const element = event.currentTarget as HTMLElement
      element.setPointerCapture(event.pointerId)
      const at = place(event)
      pointers.set(event.pointerId, at)
      act.hover(null)
      if (pointers.size === 2) return beginPinch()
      mode = 'pressed'
      start = at
      lastPx = at.xPx
      pans = event.pointerType === 'touch' || event.button === 1 || event.shiftKey
      // The middle button would begin to scroll.
      if (event.button === 1) event.preventDefault()
    },
    onPointermove(event: PointerEvent): void {
      const at = place(event)
      if (!pointers.has(event.pointerId)) {
        if (event.pointerType === 'mouse') act.hover(at)
        return
      }
      pointers.set(event.pointerId, at)
      drag(at)
    },
    onPointerup(event: PointerEvent): void {
      if (!pointers.delete(event.pointerId)) return
      if (mode === 'pressed') act.choose(place(event))
      change('idle')
    },
    onPointercancel(event: PointerEvent): void {
      pointers.delete(event.pointerId)
      change('idle')
    },
    onPointerleave(): void {
      act.hover(null)
    },
    onDblclick(event: MouseEvent): void {
      act.zoomTo(place(event))
    },
    onKeydown(event: KeyboardEvent): void {
      if (event.ctrlKey || event.metaKey || event.altKey) return
      if (act.press(event.key, event.shiftKey)) event.preventDefault()
    },
  }
}

function place(event: MouseEvent): Point {
  const box = (event.currentTarget as HTMLElement).getBoundingClientRect()
  return { xPx: event.clientX - box.left, yPx: event.clientY - box.top }
}

function wheelPx({ deltaX, deltaY, deltaMode }: WheelEvent): { deltaX: number; deltaY: number } {
  const factor = deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : PX_PER_LINE
  return { deltaX: deltaX * factor, deltaY: deltaY * factor }
}
