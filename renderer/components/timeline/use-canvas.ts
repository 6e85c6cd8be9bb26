import { onBeforeUnmount, onMounted, shallowRef } from 'vue'
import type { ShallowRef } from 'vue'
import { createHatching, readTimelineTheme } from '../../canvas/timeline-theme.ts'
import type { TimelineTheme } from '../../canvas/timeline-theme.ts'

/** What is drawn on; one unit is one pixel of CSS, however dense the screen is. */
export interface Surface {
  context: CanvasRenderingContext2D
  theme: TimelineTheme
  hatching: CanvasPattern
  widthPx: number
  heightPx: number
}

export interface Canvas {
  /** In pixels of CSS; 0 while it is not shown. */
  readonly size: Readonly<ShallowRef<{ widthPx: number; heightPx: number }>>
  /** Has it drawn anew with the next frame. */
  invalidate(): void
}

/**
 * A canvas that fills its element's box, on screens of any density and in light and dark. It is drawn when it has
 * been invalidated, and not otherwise.
 */
export function useCanvas(
  canvas: Readonly<ShallowRef<HTMLCanvasElement | null>>,
  draw: (surface: Surface) => void,
): Canvas {
  const size = shallowRef({ widthPx: 0, heightPx: 0 })
  let surface: Surface | null = null
  let frame = 0
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const observer = new ResizeObserver(measure)

  function invalidate(): void {
    if (frame === 0) frame = requestAnimationFrame(drawNow)
  }

  function drawNow(): void {
    frame = 0
    // Dragged to another screen, or zoomed: no event tells of either.
    if (canvas.value && canvas.value.width !== Math.round(size.value.widthPx * devicePixelRatio))
      surface = null
    surface ??= createSurface()
    if (surface) draw(surface)
  }

  function createSurface(): Surface | null {
    const element = canvas.value
    const { widthPx, heightPx } = size.value
    const context = element?.getContext('2d')
    if (!element || !context || widthPx === 0 || heightPx === 0) return null
    element.width = Math.round(widthPx * devicePixelRatio)
    element.height = Math.round(heightPx * devicePixelRatio)
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0)
    const theme = readTimelineTheme(element.parentElement!)
    return {
      context,
      theme,
      hatching: createHatching(context, theme.suspended, devicePixelRatio),
      widthPx,
      heightPx,
    }
  }

  function measure(): void {
    const element = canvas.value
    if (!element) return
    size.value = { widthPx: element.clientWidth, heightPx: element.clientHeight }
    surface = null
    // At once: a canvas that is stretched until the next frame flickers.
    drawNow()
  }

  function changeTheme(): void {
    surface = null
    invalidate()
  }

  onMounted(() => {
    observer.observe(canvas.value!)
    dark.addEventListener('change', changeTheme)
    measure()
  })
  onBeforeUnmount(() => {
    observer.disconnect()
    dark.removeEventListener('change', changeTheme)
    cancelAnimationFrame(frame)
  })
  return { size, invalidate }
}
