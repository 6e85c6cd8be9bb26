/** Takes the calls of a session out in one of the formats, to a file or to a collector. */
import type { SessionId, SessionInfo } from '../contract/model.ts'
import type { Result } from '../contract/result.ts'
import { success } from '../contract/result.ts'
import type { TraceFormat, TraceSnapshot } from '../contract/trace-format.ts'
import type { Filter } from '../filter/model.ts'
import type { Inspector } from '../inspector/api.ts'
import type { Command } from './command-line.ts'
import { sendSpans } from './otlp-sender.ts'
import { printError } from './output.ts'
import { Progress } from './progress.ts'
import { openTraceFile } from './trace-file.ts'

/** Takes a piece; the next one waits for it, and is not made where it fails. */
export type TakePiece = (content: string | Uint8Array) => Promise<Result<null>>

/** Exports the calls that there are, of which a filter holds, piece by piece; `progress` is told how far it is. */
export async function exportCalls(
  { service }: Inspector,
  request: { sessionId: SessionId; format: TraceFormat; filterText: string },
  take: TakePiece,
  progress: Progress | null,
): Promise<Result<null>> {
  let snapshot: { snapshot?: TraceSnapshot } = {}
  try {
    for (let next: number | null = 1; next !== null;) {
      const piece = service.exportTrace({ ...request, ...snapshot, fromCallId: next })
      if (!piece.ok) return piece
      const taken = await take(piece.value.content)
      if (!taken.ok) return taken
      snapshot = { snapshot: piece.value.snapshot }
      next = piece.value.nextCallId
      if (next !== null) progress?.report(next - 1, piece.value.snapshot.callCount)
    }
  } finally {
    progress?.end()
  }
  return success(null)
}

/** Sends spans to a collector, a request for each piece. */
export function sendTo(collector: URL): TakePiece {
  return async (content) => (content === '' ? success(null) : sendSpans(collector, String(content)))
}

/**
 * Begins what `run` writes of its calls: JSON Lines as they end, everything else when `finish` is called. What goes wrong
 * is printed, and the run goes on.
 */
export function beginTrace(
  inspector: Inspector,
  { sessionId }: SessionInfo,
  { trace, collector, filter: filterText = '' }: Extract<Command, { verb: 'run' }>,
  filter: Filter,
): { finish(): Promise<void> } {
  const file = trace && openTraceFile(trace.path)
  const stop = file && trace.format === 'jsonl' ? inspector.streamTrace(sessionId, file.write, filter) : null

  async function finish(format: TraceFormat, take: TakePiece): Promise<void> {
    const exported = await exportCalls(
      inspector,
      { sessionId, format, filterText },
      take,
      new Progress('Exporting'),
    )
    if (!exported.ok) printError(exported.error)
  }

  return {
    async finish() {
      stop?.()
      if (file && trace.format !== 'jsonl') {
        await finish(trace.format, async (content) => {
          file.write(content)
          return success(null)
        })
      }
      file?.close()
      if (collector) await finish('otlp', sendTo(collector))
    },
  }
}
