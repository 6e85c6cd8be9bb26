/** Writes calls as the lines of the public format while they end. */
import type { CallId } from '../contract/ids.ts'
import type { Filter } from '../filter/model.ts'
import { createCallTest } from '../trace/filter-scan.ts'
import { formatJsonLine } from '../trace/json-lines.ts'
import type { Trace } from '../trace/trace.ts'
import { listStackNames } from './call-filters.ts'
import type { OpenedSession } from './sessions.ts'

/** Writes those of the calls that the filter holds for. They have ended: what time it is now does not matter. */
export type TraceWriter = (session: OpenedSession, trace: Trace, ids: Iterable<CallId>) => void

/** Makes the writer of a session, also over its reloads. */
export function createTraceWriter(filter: Filter, write: (lines: string) => void): TraceWriter {
  let tested: { trace: Trace; holds: (id: CallId, nowNs: number) => boolean } | null = null
  return (session, trace, ids) => {
    if (tested?.trace !== trace) {
      tested = { trace, holds: createCallTest(trace.calls, filter, listStackNames(session, trace)) }
    }
    let lines = ''
    for (const id of ids) {
      if (tested.holds(id, 0)) {
        lines += formatJsonLine(trace.calls, id, 0, (stack) => session.describeStack(stack))
      }
    }
    if (lines !== '') write(lines)
  }
}
