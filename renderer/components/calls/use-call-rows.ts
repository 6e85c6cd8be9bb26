import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import type { ComputedRef, ShallowRef } from 'vue'
import type { CallRow } from '../../../main/contract/calls.ts'
import type { FilterProgress } from '../../../main/contract/filters.ts'
import type { CallId, SessionId } from '../../../main/contract/ids.ts'
import type { TraceStatus } from '../../../main/contract/traces.ts'
import type { CallRows } from '../../../main/contract/service.ts'
import type { Backend } from '../../backend/backend.ts'
import { createChosenRead, foldsAny } from './chosen-read.ts'
import type { CallRowsChoice } from './chosen-read.ts'
import { createCoalescedRead, nextFrame } from './coalesced-read.ts'
import { clampWindow, isAtEnd, maximumTopPx, ROW_HEIGHT_PX, topPxToShow, visibleRows } from './row-window.ts'
import type { RowRange, RowWindow } from './row-window.ts'

/** Rows read beyond each edge of what is in sight, so that a little scrolling finds them there. */
const OVERSCAN_ROWS = 20
/** How often the times of calls in flight are read again. */
const TICK_MS = 200

/** The rows that the table holds: those in sight and a few around them. */
type LoadedRows = Pick<CallRows, 'fromRow' | 'rows'>

export interface CallRowsView {
  /** What is in sight. */
  readonly window: Readonly<ShallowRef<RowWindow>>
  /** The rows in sight, each null until it has been read. */
  readonly visible: ComputedRef<{ row: number; call: CallRow | null }[]>
  /** Whether the table keeps to the newest row. */
  readonly following: Readonly<ShallowRef<boolean>>
  /** Calls that came since the table stopped following. */
  readonly newCallCount: ComputedRef<number>
  /** How far the filter that is in force has been evaluated; null where there is none. */
  readonly progress: Readonly<ShallowRef<FilterProgress | null>>
  /** How far the calls have been sorted, from 0 to 1; null where they are as they come. */
  readonly sortedShare: Readonly<ShallowRef<number | null>>
  /** Takes over the height of the place for rows. */
  resize(viewportPx: number): void
  /** Scrolls to a position that the user chose; following goes on if that is the end. */
  scrollTo(topPx: number): void
  /** Stops following, if there is anything to scroll away from. */
  leaveEnd(): void
  /** Keeps to the newest row from now on. */
  follow(): void
  /** Scrolls a row into sight, as little as possible. */
  showRow(row: number): void
  /** The row in which a call stands now; null if it is not in the trace. */
  locate(callId: CallId): Promise<number | null>
  /** The call that stands in a row. */
  readRow(row: number): Promise<CallRow | null>
  /** The first call that was made directly inside of one. */
  readFirstInside(callId: CallId): Promise<CallId | null>
}

/**
 * Keeps the rows of a session's calls that are in sight, and never more than a few beyond them: of all calls, or of
 * those that a filter holds for.
 */
export function useCallRows(
  backend: Backend,
  sessionId: () => SessionId,
  trace: () => TraceStatus | null,
  choice: CallRowsChoice,
): CallRowsView {
  const { filterText, order, folding } = choice
  const { read, forget, progress, sortedShare } = createChosenRead(backend, sessionId, choice)
  const window = shallowRef<RowWindow>({ totalRows: 0, viewportPx: 0, topPx: 0 })
  const loaded = shallowRef<LoadedRows>({ fromRow: 0, rows: [] })
  const following = shallowRef(true)
  const totalWhenLeft = shallowRef(0)
  /** Whether the calls come from a file that is being read, or was: the newest are not what is looked for. */
  const isFromFile = shallowRef(false)
  /** What was folded in the rows that are loaded: until others are, the window may be ahead of them. */
  let loadedFolding = folding()
  let moves = 0
  /** Rows that there were at the last answer. */
  let knownRows = 0
  let ticker: ReturnType<typeof setTimeout> | undefined

  const reader = createCoalescedRead(readWindow, nextFrame)

  function isBeingRead(): boolean {
    return (trace()?.unreadBytes ?? 0) > 0
  }

  function loadedCall(row: number): CallRow | null {
    return loaded.value.rows[row - loaded.value.fromRow] ?? null
  }

  async function readWindow(): Promise<void> {
    clearTimeout(ticker)
    const isWhole = filterText() === '' && order() === null && !foldsAny(folding())
    const newestRows = isWhole ? (trace()?.callCount ?? 0) : knownRows
    const expectedRows = following.value ? newestRows : window.value.totalRows
    const expected = { ...window.value, totalRows: expectedRows }
    const range = widen(visibleRows(following.value ? atEnd(expected) : expected))
    // In another order than that of time nothing comes in above.
    const anchor = following.value || order() !== null ? null : findAnchor()
    const asked = { folding: folding(), moves }
    const answer = await read({
      fromRow: range.first,
      rowCount: range.count,
      ...(anchor && { anchorId: anchor.call.id }),
    })
    if (!answer) return
    knownRows = answer.totalRows
    // A place that was chosen since something was folded counts rows as they are now.
    const isPlaced = asked.folding !== loadedFolding && asked.moves !== moves
    loadedFolding = asked.folding
    const shiftRows = anchor && !isPlaced && answer.anchorRow !== null ? answer.anchorRow - anchor.row : 0
    if (following.value) takeNewest(answer)
    else takeInPlace(answer, shiftRows)
    if (!covers(loaded.value, visibleRows(window.value))) reader.request()
    scheduleTick()
  }

  /** Shows the end of what was read: what came after that, the next read brings, and no gap is seen until then. */
  function takeNewest(read: CallRows): void {
    const end = read.fromRow + read.rows.length
    const totalRows = read.rows.length > 0 ? Math.min(read.totalRows, end) : read.totalRows
    loaded.value = read
    window.value = atEnd({ ...window.value, totalRows })
    if (totalRows < read.totalRows) reader.request()
  }

  /** Rows that came in above move the window along with them, so that what the user looks at stays put. */
  function takeInPlace(read: CallRows, shiftRows: number): void {
    const next = clampWindow({
      ...window.value,
      totalRows: read.totalRows,
      topPx: window.value.topPx + shiftRows * ROW_HEIGHT_PX,
    })
    const useful = shiftRows === 0 || covers(read, visibleRows(next))
    loaded.value = useful ? read : { fromRow: loaded.value.fromRow + shiftRows, rows: loaded.value.rows }
    window.value = next
  }

  function findAnchor(): { row: number; call: CallRow } | null {
    const { first, count } = visibleRows(window.value)
    for (let row = first; row < first + count; row += 1) {
      const call = loadedCall(row)
      if (call) return { row, call }
    }
    return null
  }

  function scheduleTick(): void {
    clearTimeout(ticker)
    const inFlight = visible.value.some(({ call }) => call?.endNs === null)
    if (inFlight) ticker = setTimeout(reader.request, TICK_MS)
  }

  function reset(): void {
    loaded.value = { fromRow: 0, rows: [] }
    window.value = { ...window.value, totalRows: 0, topPx: 0 }
    isFromFile.value = isBeingRead()
    following.value = order() === null && !isFromFile.value
    loadedFolding = folding()
    knownRows = 0
    forget()
    reader.request()
  }

  function moveTo(topPx: number): void {
    moves += 1
    if (loadedFolding !== folding()) loaded.value = { fromRow: 0, rows: [] }
    window.value = clampWindow({ ...window.value, topPx })
    if (!covers(loaded.value, visibleRows(window.value))) reader.request()
  }

  function setFollowing(wanted: boolean): void {
    // The newest call is at the end of an order by time alone.
    const value = wanted && order() === null
    if (following.value && !value) totalWhenLeft.value = window.value.totalRows
    following.value = value
  }

  const visible = computed(() => {
    const { first, count } = visibleRows(window.value)
    return Array.from({ length: count }, (_, index) => ({
      row: first + index,
      call: loadedCall(first + index),
    }))
  })

  watch([sessionId, filterText, order], reset)
  watch(folding, reader.request)
  watch(
    trace,
    (status, before) => {
      const isOther = (status?.callCount ?? 0) < (before?.callCount ?? 0)
      if (isOther || (isBeingRead() && !isFromFile.value)) reset()
      else reader.request()
    },
    { immediate: true },
  )
  const endProgress = backend.on('filterAdvanced', (advanced) => {
    if (advanced.sessionId === sessionId() && advanced.filterText === filterText()) reader.request()
  })
  const endSorting = backend.on('sortAdvanced', (advanced) => {
    if (advanced.sessionId === sessionId() && order() !== null) reader.request()
  })
  onScopeDispose(() => {
    endProgress()
    endSorting()
    reader.dispose()
    clearTimeout(ticker)
  })

  return {
    window,
    visible,
    following,
    progress,
    sortedShare,
    newCallCount: computed(() =>
      following.value || isFromFile.value ? 0 : Math.max(0, window.value.totalRows - totalWhenLeft.value),
    ),
    resize(viewportPx) {
      const resized = { ...window.value, viewportPx }
      window.value = following.value ? atEnd(resized) : clampWindow(resized)
      reader.request()
    },
    scrollTo(topPx) {
      moveTo(topPx)
      setFollowing(isAtEnd(window.value))
    },
    leaveEnd() {
      if (maximumTopPx(window.value) > 0) setFollowing(false)
    },
    follow() {
      setFollowing(true)
      window.value = atEnd(window.value)
      reader.request()
    },
    showRow(row) {
      moveTo(topPxToShow(window.value, row))
    },
    async locate(callId) {
      const found = await read({ fromRow: 0, rowCount: 0, anchorId: callId })
      // There may have been no read yet, and then no row to scroll to.
      if (found && (window.value.totalRows === 0 || loadedFolding !== folding())) {
        window.value = { ...window.value, totalRows: found.totalRows }
      }
      return found?.anchorRow ?? null
    },
    async readRow(row) {
      // Rows that are loaded may be those of before something was folded.
      const known = loadedFolding === folding() ? loadedCall(row) : null
      if (known) return known
      return (await read({ fromRow: row, rowCount: 1 }))?.rows[0] ?? null
    },
    async readFirstInside(callId) {
      const answer = await backend.call.readCall({ sessionId: sessionId(), callId })
      return answer.ok ? (answer.value.children[0]?.id ?? null) : null
    },
  }
}

function atEnd(window: RowWindow): RowWindow {
  return { ...window, topPx: maximumTopPx(window) }
}

function widen({ first, count }: RowRange): RowRange {
  const from = Math.max(0, first - OVERSCAN_ROWS)
  return { first: from, count: first - from + count + OVERSCAN_ROWS }
}

function covers(loaded: LoadedRows, { first, count }: RowRange): boolean {
  return first >= loaded.fromRow && first + count <= loaded.fromRow + loaded.rows.length
}
