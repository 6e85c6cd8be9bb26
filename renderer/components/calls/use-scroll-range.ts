import { onBeforeUnmount, watch } from 'vue'
import type { ShallowRef } from 'vue'
import { fromScrollTop, isScaled, ROW_HEIGHT_PX, toScrollTop } from './row-window.ts'
import type { CallRowsView } from './use-call-rows.ts'

/** Height of the row of headings, in `CallsTable.vue`. */
export const HEADER_HEIGHT_PX = 24

/**
 * Holds the browser's scroll position and the table's window together: what the user scrolls moves the window,
 * and what moves the window otherwise moves the scroll bar.
 */
export function useScrollRange(scroller: Readonly<ShallowRef<HTMLElement | null>>, view: CallRowsView) {
  // Where the scroll position was put by this code: a scroll event that finds it elsewhere is the user's.
  let expectedScrollTop = 0
  let dragging = false

  const observer = new ResizeObserver(measure)

  function measure(): void {
    const element = scroller.value
    if (!element) return
    const viewportPx = Math.max(0, element.clientHeight - HEADER_HEIGHT_PX)
    if (viewportPx !== view.window.value.viewportPx) view.resize(viewportPx)
  }

  function placeScrollBar(): void {
    const element = scroller.value
    if (!element || dragging) return
    const scrollTop = toScrollTop(view.window.value)
    if (Math.abs(element.scrollTop - scrollTop) >= 1) element.scrollTop = scrollTop
    expectedScrollTop = element.scrollTop
  }

  function endDragging(event: PointerEvent): void {
    if (!dragging || event.buttons !== 0) return
    dragging = false
    placeScrollBar()
  }

  watch(
    scroller,
    (element, before) => {
      if (before) observer.unobserve(before)
      if (element) observer.observe(element)
      measure()
    },
    { flush: 'post' },
  )
  watch(view.window, placeScrollBar, { flush: 'post' })
  // Not every browser reports the end of a drag on its scroll bar: the next movement without a button does.
  addEventListener('pointerup', endDragging)
  addEventListener('pointermove', endDragging)
  onBeforeUnmount(() => {
    observer.disconnect()
    removeEventListener('pointerup', endDragging)
    removeEventListener('pointermove', endDragging)
  })

  return {
    onScroll(): void {
      const element = scroller.value
      if (!element || Math.abs(element.scrollTop - expectedScrollTop) < 1) return
      measure()
      expectedScrollTop = element.scrollTop
      view.scrollTo(fromScrollTop(view.window.value, element.scrollTop))
    },

    onWheel(event: WheelEvent): void {
      if (event.ctrlKey || event.deltaY === 0) return
      // Before the scroll event comes, new rows would have pulled the table back to its end.
      if (event.deltaY < 0) view.leaveEnd()
      if (!isScaled(view.window.value)) return
      event.preventDefault()
      view.scrollTo(view.window.value.topPx + wheelPx(event, view.window.value.viewportPx))
    },

    onPointerdown(event: PointerEvent): void {
      const element = scroller.value
      if (event.target === element && element && event.offsetX >= element.clientWidth) dragging = true
    },
  }
}

function wheelPx({ deltaY, deltaMode }: WheelEvent, viewportPx: number): number {
  if (deltaMode === WheelEvent.DOM_DELTA_LINE) return deltaY * ROW_HEIGHT_PX
  return deltaMode === WheelEvent.DOM_DELTA_PAGE ? deltaY * viewportPx : deltaY
}
