/** What is shown of a call: its whole row, or as much as stands where others mention it. */
import type { CallRow, CallSummary } from '../contract/calls.ts'
import type { CallId } from '../contract/ids.ts'
import type { CallStore } from './call-store.ts'
import type { FoldedRows } from './folded-rows.ts'
import { countRowsInside } from './row-span.ts'

/** The whole row of a call, as it stands at `nowNs`. */
export function readCallRow(calls: CallStore, id: CallId, nowNs: number): CallRow {
  const { kind, module, name } = calls.definitionOf(id)
  const outcome = calls.outcomeOf(id)
  const error = calls.errorOf(id)
  const topLevel = calls.topLevelOf(id)
  const decodedTexts = calls.decoded.texts(id)
  return {
    id,
    parent: calls.parentOf(id),
    topLevel,
    childCount: calls.childCountOf(id),
    depth: calls.depthOf(id),
    kind,
    module,
    name,
    params: calls.paramsOf(id),
    results: outcome === 'returned' ? calls.resultsOf(id) : null,
    outcome,
    suspended: calls.isSuspended(id),
    paused: calls.slices.isPaused(id),
    overlapped: calls.overlaps.has(id),
    scattered: calls.scattered.has(id) && topLevel !== id,
    startNs: calls.startOf(id),
    endNs: calls.running.has(id) ? null : calls.endOf(id),
    ...calls.timesOf(id, nowNs),
    errorText: error ? error.why || error.what : null,
    ...(decodedTexts.length > 0 ? { decodedTexts } : {}),
  }
}

/** So many of the rows that are shown, from `fromRow` on, as they stand at `nowNs`. */
export function readCallRows(
  calls: CallStore,
  shown: FoldedRows,
  fromRow: number,
  rowCount: number,
  nowNs: number,
): CallRow[] {
  const rows: CallRow[] = []
  const end = Math.min(fromRow + rowCount, shown.totalRows)
  for (let at = fromRow; at < end; at++) {
    const row = readCallRow(calls, shown.idAt(at), nowNs)
    if (calls.blocks.lacksCalls) row.scattered ||= countRowsInside(calls, row.id) === null
    rows.push(row)
  }
  return rows
}

/** A call as others mention it, as it stands at `nowNs`. */
export function summarizeCall(calls: CallStore, id: CallId, nowNs: number): CallSummary {
  const { kind, module, name } = calls.definitionOf(id)
  const { totalNs, hostNs, suspendedNs } = calls.timesOf(id, nowNs)
  return {
    id,
    kind,
    module,
    name,
    outcome: calls.outcomeOf(id),
    suspended: calls.isSuspended(id),
    startNs: calls.startOf(id),
    totalNs,
    hostNs,
    suspendedNs,
  }
}

/** The first `limit` calls made directly inside of a call. */
export function listChildren(calls: CallStore, id: CallId, limit: number): CallId[] {
  const children: CallId[] = []
  const wanted = Math.min(limit, calls.childCountOf(id))
  const row = calls.rowOf(id)
  for (let next = 1; children.length < wanted; next++) {
    const child = calls.order.idAt(row + next)
    if (child === 0) break
    if (calls.parentOf(child) === id) children.push(child)
  }
  return children
}
