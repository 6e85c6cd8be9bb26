/** The public format of a trace: JSON Lines, a call a line. See docs/trace-format.md and its schema. */
import type { CallKind, CallRow, StackFrame } from '../contract/calls.ts'
import type { CallId } from '../contract/ids.ts'
import type { DecodedReading } from '../contract/values.ts'
import { readCallRow } from './call-row.ts'
import type { CallStore } from './call-store.ts'
import type { RawStack } from './stack-store.ts'

/** Counts the incompatible changes to the format. */
const TRACE_FORMAT_VERSION = 1
/** Overlapping calls that a line names. */
const OVERLAP_LIMIT = 100

/** Names a stack's frames, innermost first; null where they cannot be named. */
export type DescribeStack = (stack: RawStack | null) => StackFrame[] | null

/** What a line says of a call. */
export interface TraceCall extends Pick<
  CallRow,
  'id' | 'parent' | 'name' | 'params' | 'results' | 'outcome'
> {
  kind: CallKind
  module?: string | null
  decoded?: DecodedReading[]
  error?: { code: string; message: string }
  stack?: object[]
  overlaps?: CallId[]
  startNs: number
  guestNs?: number
  hostNs: number
  suspendedNs: number
  endNs: number | null
}

/** A call as it stands at `nowNs`, with the fields of the format. Times are whole nanoseconds. */
export function describeCall(
  calls: CallStore,
  id: CallId,
  nowNs: number,
  describeStack: DescribeStack,
): TraceCall {
  const row = readCallRow(calls, id, nowNs)
  const error = calls.errorOf(id)
  const decoded = calls.decoded.get(id)
  const stack = describeStack(calls.stackOf(id)) ?? []
  const isImport = row.kind === 'import'
  return {
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
    ...(stack.length > 0 ? { stack: stack.map(formatFrame) } : {}),
    ...(row.overlapped ? { overlaps: calls.overlaps.list(id, OVERLAP_LIMIT).ids } : {}),
    startNs: Math.round(row.startNs),
    ...(isImport ? {} : { guestNs: Math.round(row.guestNs) }),
    hostNs: Math.round(row.hostNs),
    suspendedNs: Math.round(row.suspendedNs),
    endNs: row.endNs === null ? null : Math.round(row.endNs),
  }
}

/** The line of a call as it stands at `nowNs`, with its line feed. */
export function formatJsonLine(
  calls: CallStore,
  id: CallId,
  nowNs: number,
  describeStack: DescribeStack,
): string {
  return `${JSON.stringify({ v: TRACE_FORMAT_VERSION, ...describeCall(calls, id, nowNs, describeStack) })}\n`
}

function formatFrame({ functionName, named, offsetBytes, file, line, column, inlined }: StackFrame) {
  return {
    offset: offsetBytes,
    function: named ? functionName : null,
    ...(file !== undefined && { file }),
    ...(line !== undefined && { line }),
    ...(column !== undefined && { column }),
    ...(inlined && { inlined }),
  }
}
