import type { ITheme } from '@xterm/xterm'
import { CONSOLE_COLORS } from '../../format/console-text.ts'

const ANSI_NAMES = [
  'black',
  'red',
  'green',
  'yellow',
  'blue',
  'magenta',
  'cyan',
  'white',
  'brightBlack',
  'brightRed',
  'brightGreen',
  'brightYellow',
  'brightBlue',
  'brightMagenta',
  'brightCyan',
  'brightWhite',
] as const

/** What xterm counts as the first of its extended colours. */
const FIRST_EXTENDED = 16

const OWN_COLORS: Record<keyof typeof CONSOLE_COLORS, string> = {
  time: '--ink3',
  error: '--bad',
  warn: '--host-text',
  session: '--ink2',
  debug: '--ink3',
  notice: '--ink2',
}

/** The terminal's colours from the style sheet's, as they are under `element` at present: light or dark. */
export function readTerminalTheme(element: HTMLElement): ITheme {
  const probe = document.createElement('span')
  element.append(probe)
  const resolve = (name: string): string => {
    probe.style.color = `var(${name})`
    return getComputedStyle(probe).color
  }
  const extendedAnsi: string[] = []
  for (const [name, index] of Object.entries(CONSOLE_COLORS)) {
    extendedAnsi[index - FIRST_EXTENDED] = resolve(OWN_COLORS[name as keyof typeof CONSOLE_COLORS])
  }
  const theme: ITheme = {
    background: resolve('--bg'),
    foreground: resolve('--ink'),
    cursor: 'transparent',
    selectionBackground: resolve('--console-selection'),
    selectionInactiveBackground: resolve('--console-selection'),
    scrollbarSliderBackground: resolve('--console-slider'),
    scrollbarSliderHoverBackground: resolve('--console-slider-hover'),
    scrollbarSliderActiveBackground: resolve('--console-slider-hover'),
    extendedAnsi,
    ...Object.fromEntries(
      ANSI_NAMES.map((name) => [
        name,
        resolve(`--ansi-${name.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`)}`),
      ]),
    ),
  }
  probe.remove()
  return theme
}
