/** Exports traces in tests, in pieces as a client asks for them. */
import type { TraceFormat } from '../../../main/contract/trace-format.ts'
import { encodePiece } from '../../../main/trace/export/encoders.ts'
import type { Trace } from '../../../main/trace/trace.ts'

export const STARTED_AT_MS = 1_750_000_000_123.25

/** The pieces of a trace as it stands; `betweenPieces` may add to it. */
export function encodeTrace(
  trace: Trace,
  format: TraceFormat,
  nowNs: number,
  betweenPieces: () => void = () => {},
): string[] {
  const { calls, timeline } = trace
  const snapshot = { callCount: calls.callCount, nowNs }
  const pieces: string[] = []
  for (let next: number | null = 1; next !== null;) {
    const source = {
      isWanted: () => true,
      describeStack: () => null,
      calls,
      timeline,
      snapshot,
      guestName: 'guest.wasm',
      startedAtMs: STARTED_AT_MS,
      version: '0.0.0',
    }
    const piece = encodePiece(format, source, next)
    pieces.push(piece.text)
    next = piece.nextCallId
    betweenPieces()
  }
  return pieces
}

/** The latest begin or end that the trace knows of. */
export function latestNs({ calls }: Trace): number {
  let latest = 0
  for (let id = 1; id <= calls.callCount; id++) {
    latest = Math.max(latest, calls.startOf(id) + calls.timesOf(id, 0).totalNs)
  }
  return latest
}
