/** Exports traces in tests, in pieces as a client asks for them. */
import type { TraceFormat } from '../../../main/contract/trace-format.ts'
import type { ExportSource } from '../../../main/trace/export/encoder.ts'
import { TraceExports } from '../../../main/trace/export/trace-exports.ts'
import type { Trace } from '../../../main/trace/trace.ts'

export const STARTED_AT_MS = 1_750_000_000_123.25

/** A trace as it stands. */
export function toSource(
  { calls, timeline }: Trace,
  nowNs: number,
  isWanted: ExportSource['isWanted'] = () => true,
): ExportSource {
  return {
    isWanted,
    describeStack: () => null,
    calls,
    timeline,
    snapshot: { callCount: calls.callCount, nowNs },
    guestName: 'guest.wasm',
    startedAtMs: STARTED_AT_MS,
    version: '0.0.0',
  }
}

/** What the pieces of a trace hold as it stands; `betweenPieces` may add to it. */
export function encodePieces(
  trace: Trace,
  format: TraceFormat,
  nowNs: number,
  betweenPieces: () => void = () => {},
  isWanted?: ExportSource['isWanted'],
): (string | Uint8Array)[] {
  const source = toSource(trace, nowNs, isWanted)
  const exports = new TraceExports()
  const pieces: (string | Uint8Array)[] = []
  for (let next: number | null = 1; next !== null;) {
    const { content, nextCallId }: { content: string | Uint8Array; nextCallId: number | null } =
      exports.readPiece(format, source, next)!
    pieces.push(content)
    next = nextCallId
    betweenPieces()
  }
  return pieces
}

/** The same of a format that is text. */
export function encodeTrace(...of: Parameters<typeof encodePieces>): string[] {
  return encodePieces(...of).map(String)
}

/** The latest begin or end that the trace knows of. */
export function latestNs({ calls }: Trace): number {
  let latest = 0
  for (let id = 1; id <= calls.callCount; id++) {
    latest = Math.max(latest, calls.startOf(id) + calls.timesOf(id, 0).totalNs)
  }
  return latest
}
