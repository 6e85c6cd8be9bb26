/** What the user has chosen of the calls table's columns: kept with the sizes of the panes, for the next start. */
import { reactive } from 'vue'
import type { Layout } from '../../main/contract/application.ts'

const SHOWN = 'column.shown.'
const WIDTH = 'column.widthPx.'

/** By column and what is chosen of it; what is not in it is as it comes. */
export const columnLayout = reactive<Layout>({})

/** Takes over what was saved; anything else in it is left alone. */
export function restoreColumns(saved: Layout): void {
  for (const [name, value] of Object.entries(saved)) {
    const isShown = name.startsWith(SHOWN) && typeof value === 'boolean'
    const isWidth = name.startsWith(WIDTH) && typeof value === 'number'
    if (isShown || isWidth) columnLayout[name] = value
  }
}

/** Whether a column is shown; null where nobody has chosen. */
export function isColumnShown(name: string): boolean | null {
  const chosen = columnLayout[SHOWN + name]
  return typeof chosen === 'boolean' ? chosen : null
}

/** Shows or hides a column, wherever there is room or not. */
export function showColumn(name: string, isShown: boolean): void {
  columnLayout[SHOWN + name] = isShown
}

/** A column's width in CSS pixels; null where nobody has chosen. */
export function columnWidthPx(name: string): number | null {
  const chosen = columnLayout[WIDTH + name]
  return typeof chosen === 'number' ? chosen : null
}

/** Makes a column as wide as this, or (null) as wide as it comes. */
export function setColumnWidth(name: string, widthPx: number | null): void {
  if (widthPx === null) delete columnLayout[WIDTH + name]
  else columnLayout[WIDTH + name] = widthPx
}

/** Forgets all that was chosen. */
export function resetColumns(): void {
  for (const name of Object.keys(columnLayout)) delete columnLayout[name]
}
