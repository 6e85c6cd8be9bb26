import { watch } from 'vue'
import type { ComputedRef } from 'vue'
import type { CallRow } from '../../../main/contract/calls.ts'
import type { CallId, SessionId } from '../../../main/contract/ids.ts'
import { foldCall } from '../../state/call-folding.ts'
import type { RowFolding } from '../../state/call-folding.ts'
import { revealRequest, selectCall } from '../../state/selection.ts'
import { targetRow } from './row-keys.ts'
import { pageRows, visibleRows } from './row-window.ts'
import type { CallRowsView } from './use-call-rows.ts'

const KEYS = new Set([
  'ArrowDown',
  'ArrowUp',
  'ArrowLeft',
  'ArrowRight',
  'PageDown',
  'PageUp',
  'Home',
  'End',
  'Enter',
  ' ',
])

/** Moves the selection by keys, and to calls that a link elsewhere asks to see. Returns the key handler. */
export function useRowCursor(
  view: CallRowsView,
  sessionId: () => SessionId,
  selected: ComputedRef<CallId | null>,
  /** What the call in a row does with those inside of it; null where there is nothing to fold. */
  foldingOf: (call: CallRow) => RowFolding | null,
): { onKeydown(event: KeyboardEvent): void } {
  // One key after the other: a move may have to ask where the cursor's call stands by now.
  let work: Promise<void> = Promise.resolve()

  async function handleKey(key: string): Promise<void> {
    if (key === 'ArrowLeft') return foldOrSelectParent()
    if (key === 'ArrowRight') return unfoldOrSelectFirstChild()
    const row = targetRow(key, await readCursor())
    if (row === null) return
    if (key === 'End') view.follow()
    else if (row < view.window.value.totalRows - 1) view.leaveEnd()
    await selectRow(row)
  }

  async function readCursor() {
    const row = await findSelectedRow()
    const { first, count } = visibleRows(view.window.value)
    return {
      row,
      totalRows: view.window.value.totalRows,
      pageRows: pageRows(view.window.value),
      firstVisibleRow: first,
      lastVisibleRow: first + count - 1,
    }
  }

  async function findSelectedRow(): Promise<number | null> {
    const callId = selected.value
    if (callId === null) return null
    const seen = view.visible.value.find(({ call }) => call?.id === callId)
    return seen ? seen.row : view.locate(callId)
  }

  async function selectRow(row: number): Promise<void> {
    view.showRow(row)
    const call = await view.readRow(row)
    if (call) selectCall(sessionId(), call.id)
  }

  async function foldOrSelectParent(): Promise<void> {
    const row = await findSelectedRow()
    const call = row === null ? null : await view.readRow(row)
    if (!call) return
    if (foldingOf(call) === 'unfolded') foldCall(sessionId(), call, true)
    else if (call.parent) await reveal(call.parent)
  }

  async function unfoldOrSelectFirstChild(): Promise<void> {
    const row = await findSelectedRow()
    const call = row === null ? null : await view.readRow(row)
    if (!call || row === null) return
    if (foldingOf(call) === 'folded') return foldCall(sessionId(), call, false)
    const first =
      foldingOf(call) === 'scattered' ? await view.readFirstInside(call.id) : await readNext(row, call.id)
    if (first !== null) await reveal(first)
  }

  /** The call in the next row, where it was made directly inside of the one in this. */
  async function readNext(row: number, parent: CallId): Promise<CallId | null> {
    const next = await view.readRow(row + 1)
    return next !== null && next.parent === parent ? next.id : null
  }

  async function reveal(callId: CallId, selects = true): Promise<void> {
    const row = await findShownRow(callId)
    if (row === null) return
    if (row < view.window.value.totalRows - 1) view.leaveEnd()
    view.showRow(row)
    if (selects) selectCall(sessionId(), callId)
  }

  /** Unfolds what a call is hidden below. */
  async function findShownRow(callId: CallId): Promise<number | null> {
    for (;;) {
      const row = await view.locate(callId)
      const call = row === null ? null : await view.readRow(row)
      if (!call || call.id === callId || foldingOf(call) !== 'folded') return row
      foldCall(sessionId(), call, false)
    }
  }

  watch(revealRequest, (request) => {
    if (request && request.sessionId === sessionId()) void reveal(request.callId, request.selects)
  })

  return {
    onKeydown(event) {
      if (!KEYS.has(event.key) || event.ctrlKey || event.metaKey || event.altKey) return
      event.preventDefault()
      const { key } = event
      work = work.then(() => handleKey(key))
    },
  }
}
