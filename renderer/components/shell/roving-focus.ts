import type { ObjectDirective } from 'vue'

const ITEMS = '[data-row]'

/**
 * `v-roving-focus` on a list: its `data-row` elements are one stop of the Tab key, and the arrow keys, Home and
 * End move among them.
 */
export const vRovingFocus: ObjectDirective<HTMLElement> = {
  mounted(list) {
    keepOneStop(list)
    list.addEventListener('focusin', (event) => {
      const row = (event.target as Element).closest<HTMLElement>(ITEMS)
      if (row) keepOneStop(list, row)
    })
    list.addEventListener('keydown', (event) => {
      const rows = findRows(list)
      const at = rows.indexOf(event.target as HTMLElement)
      const next = at < 0 ? undefined : rows[findTarget(event.key, at, rows.length)]
      if (!next) return
      event.preventDefault()
      next.focus()
    })
  },
  updated: (list) => keepOneStop(list),
}

function findTarget(key: string, at: number, count: number): number {
  if (key === 'ArrowDown') return Math.min(at + 1, count - 1)
  if (key === 'ArrowUp') return Math.max(at - 1, 0)
  if (key === 'Home') return 0
  return key === 'End' ? count - 1 : -1
}

function keepOneStop(list: HTMLElement, wanted?: HTMLElement): void {
  const rows = findRows(list)
  const stop =
    wanted ??
    rows.find((row) => row === document.activeElement) ??
    rows.find((row) => row.getAttribute('aria-current') === 'true') ??
    rows.find((row) => row.tabIndex === 0) ??
    rows[0]
  for (const row of rows) row.tabIndex = row === stop ? 0 : -1
}

function findRows(list: HTMLElement): HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>(ITEMS)]
}
