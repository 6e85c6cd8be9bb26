import { reactive, watch } from 'vue'
import type { Layout } from '../../main/contract/application.ts'
import type { Backend } from '../backend/backend.ts'
import { columnLayout, restoreColumns } from './call-columns.ts'

const SAVE_AFTER_MS = 400

/** Sizes in CSS pixels and visibility of the panes around the calls table, and the open sections of the sidebar. */
export const layout = reactive({
  sidebarVisible: true,
  sidebarWidth: 256,
  detailVisible: true,
  detailWidth: 300,
  timelineVisible: true,
  timelineHeight: 204,
  panelVisible: true,
  panelHeight: 200,
  guestsOpen: true,
  exportsOpen: true,
  importsOpen: true,
  warningsOpen: true,
  runsOpen: true,
})

/** A pane that can be hidden. */
export type Pane = 'sidebar' | 'timeline' | 'detail' | 'panel'

/** A section of the sidebar that can be closed. */
export type Section = 'guests' | 'exports' | 'imports' | 'warnings' | 'runs'

/** Takes over a saved layout; what it does not know it leaves as it is. */
export function restoreLayout(saved: Layout): void {
  restoreColumns(saved)
  for (const [name, value] of Object.entries(saved)) {
    if (name in layout && typeof value === typeof layout[name as keyof typeof layout]) {
      Object.assign(layout, { [name]: value })
    }
  }
}

/** Saves the layout when it has come to rest after a change. */
export function saveLayoutOnChange(backend: Backend): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const save = () => backend.call.saveLayout({ layout: { ...layout, ...columnLayout } })
  watch([layout, columnLayout], () => {
    clearTimeout(timer)
    timer = setTimeout(() => void save(), SAVE_AFTER_MS)
  })
}

/** Shows a hidden pane, hides a shown one. */
export function togglePane(pane: Pane): void {
  layout[`${pane}Visible`] = !layout[`${pane}Visible`]
}
