import { FitAddon } from '@xterm/addon-fit'
import { SearchAddon } from '@xterm/addon-search'
import { Terminal } from '@xterm/xterm'
import { onBeforeUnmount, onMounted } from 'vue'
import type { ShallowRef } from 'vue'
import { readTerminalTheme } from './terminal-theme.ts'

const SCROLLBACK_LINES = 10_000
const HIDE_CURSOR = '\x1b[?25l'

export interface TerminalView {
  readonly terminal: Terminal
  readonly search: SearchAddon
  /** Writes lines one below the other. Resolves when they have been taken in. */
  writeLines(lines: readonly string[]): Promise<void>
  /** Takes every line away. */
  empty(): void
  /** The selected text, or else all of it. */
  readText(): string
}

/** A terminal that only shows: it fills `host`, follows light and dark, and lets the Tab key pass. */
export function useTerminal(host: Readonly<ShallowRef<HTMLElement | null>>): TerminalView {
  const terminal = new Terminal({
    // Search results are marked by decorations, which xterm.js counts as a proposed interface.
    allowProposedApi: true,
    cursorInactiveStyle: 'none',
    disableStdin: true,
    drawBoldTextInBrightColors: false,
    lineHeight: 1.25,
    scrollback: SCROLLBACK_LINES,
  })
  const fit = new FitAddon()
  const search = new SearchAddon()
  terminal.loadAddon(fit)
  terminal.loadAddon(search)
  terminal.attachCustomKeyEventHandler(handleKey)
  terminal.write(HIDE_CURSOR)

  let isOpen = false
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const observer = new ResizeObserver(fill)

  /** A hidden terminal cannot be measured: it is opened when it is seen first. */
  function fill(): void {
    const element = host.value
    if (!element || element.clientWidth === 0 || element.clientHeight === 0) return
    if (!isOpen) open(element)
    fit.fit()
  }

  function open(element: HTMLElement): void {
    isOpen = true
    const style = getComputedStyle(element)
    terminal.options.fontFamily = style.fontFamily
    terminal.options.fontSize = Number.parseFloat(style.fontSize)
    applyTheme()
    terminal.open(element)
    terminal.textarea?.setAttribute('aria-label', 'Console lines')
  }

  function applyTheme(): void {
    if (host.value) terminal.options.theme = readTerminalTheme(host.value)
  }

  /** Selects what has been written, without the empty rows below it. */
  function selectLines(): void {
    const { baseY, cursorY } = terminal.buffer.active
    terminal.selectLines(0, Math.max(0, baseY + cursorY - 1))
  }

  /** Whether xterm.js may have the key. What it does not need goes to the window: Tab, shortcuts, copying. */
  function handleKey(event: KeyboardEvent): boolean {
    if (event.type !== 'keydown') return false
    if ((event.ctrlKey || event.metaKey) && event.key === 'a') {
      event.preventDefault()
      selectLines()
      return false
    }
    const scroll = SCROLL_KEYS[event.key]
    if (scroll && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault()
      scroll(terminal)
    }
    return false
  }

  onMounted(() => {
    if (host.value) observer.observe(host.value)
    dark.addEventListener('change', applyTheme)
  })
  onBeforeUnmount(() => {
    observer.disconnect()
    dark.removeEventListener('change', applyTheme)
    terminal.dispose()
  })

  return {
    terminal,
    search,
    writeLines(lines) {
      // The cursor rests below: xterm.js does not break the line anew in which it is.
      const text = lines.map((line) => `${line}\r\n`).join('')
      return new Promise((resolve) => terminal.write(text, resolve))
    },
    empty() {
      terminal.reset()
      terminal.write(HIDE_CURSOR)
    },
    readText() {
      if (terminal.hasSelection()) return terminal.getSelection()
      selectLines()
      const text = terminal.getSelection()
      terminal.clearSelection()
      return text
    },
  }
}

const SCROLL_KEYS: Record<string, (terminal: Terminal) => void> = {
  ArrowUp: (terminal) => terminal.scrollLines(-1),
  ArrowDown: (terminal) => terminal.scrollLines(1),
  PageUp: (terminal) => terminal.scrollPages(-1),
  PageDown: (terminal) => terminal.scrollPages(1),
  Home: (terminal) => terminal.scrollToTop(),
  End: (terminal) => terminal.scrollToBottom(),
}
