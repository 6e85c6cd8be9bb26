/** The public format of a trace: JSON Lines, a call a line. See docs/trace-format.md and its schema. */
import type { CallRow, DecodedReading } from '../contract/model.ts'
import type { InspectorError } from '../contract/result.ts'

/** Counts the incompatible changes to the format. */
const TRACE_FORMAT_VERSION = 1

/** The line of a call, with its line feed. Times are whole nanoseconds. */
export function formatJsonLine(
  row: CallRow,
  error: InspectorError | null,
  decoded: readonly DecodedReading[],
): string {
  const isImport = row.kind === 'import'
  return `${JSON.stringify({
    v: TRACE_FORMAT_VERSION,
    id: row.id,
    parent: row.parent,
    kind: row.kind,
    ...(isImport ? { module: row.module } : {}),
    name: row.name,
    params: row.params,
    results: row.results,
    ...(decoded.length > 0 ? { decoded } : {}),
    outcome: row.outcome,
    ...(error ? { error: { code: error.code, message: `${error.what} ${error.why}`.trim() } } : {}),
    startNs: Math.round(row.startNs),
    ...(isImport ? {} : { guestNs: Math.round(row.guestNs) }),
    hostNs: Math.round(row.hostNs),
    suspendedNs: Math.round(row.suspendedNs),
    endNs: row.endNs === null ? null : Math.round(row.endNs),
  })}\n`
}
