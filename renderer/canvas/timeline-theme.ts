/** Colours and fonts of a timeline, from the style sheet's variables. */

const COLORS = {
  background: '--bg',
  chrome: '--bg2',
  line: '--line',
  softLine: '--line-soft',
  ink: '--ink',
  secondary: '--ink2',
  guest: '--guest',
  guestPale: '--guest-pale',
  onGuest: '--on-guest',
  host: '--host',
  onHost: '--on-host',
  suspended: '--suspended',
  bad: '--bad',
  focus: '--focus',
} as const

export interface TimelineTheme extends Record<keyof typeof COLORS, string> {
  labelFont: string
  axisFont: string
}

/** As they are under `element` at present: light or dark. */
export function readTimelineTheme(element: HTMLElement): TimelineTheme {
  const probe = document.createElement('span')
  element.append(probe)
  const colors = Object.fromEntries(
    Object.entries(COLORS).map(([name, variable]) => {
      probe.style.color = `var(${variable})`
      return [name, getComputedStyle(probe).color]
    }),
  ) as Record<keyof typeof COLORS, string>
  probe.style.fontFamily = 'var(--mono)'
  const mono = getComputedStyle(probe).fontFamily
  probe.style.fontFamily = 'var(--sans)'
  const sans = getComputedStyle(probe).fontFamily
  probe.remove()
  return { ...colors, labelFont: `11px ${mono}`, axisFont: `10.5px ${sans}` }
}

const TILE_PX = 6

/** The hatching that stands for suspension; `density` is the number of the screen's pixels for one of CSS. */
export function createHatching(
  context: CanvasRenderingContext2D,
  color: string,
  density: number,
): CanvasPattern {
  const tile = document.createElement('canvas')
  const sizePx = Math.round(TILE_PX * density)
  tile.width = sizePx
  tile.height = sizePx
  const paint = tile.getContext('2d')!
  paint.strokeStyle = color
  paint.lineWidth = 1.4 * density
  paint.beginPath()
  for (const shift of [-sizePx, 0, sizePx]) {
    paint.moveTo(shift - 1, sizePx + 1)
    paint.lineTo(shift + sizePx + 1, -1)
  }
  paint.stroke()
  const pattern = context.createPattern(tile, 'repeat')!
  pattern.setTransform(new DOMMatrix().scale(TILE_PX / sizePx))
  return pattern
}
