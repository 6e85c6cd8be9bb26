/** Takes the calls of a session out in one of the formats, to a file or to a collector. */
import type { SessionId } from '../contract/ids.ts'
import type { SessionInfo } from '../contract/sessions.ts'
import type { Result } from '../contract/result.ts'
import { success } from '../contract/result.ts'
import type { TraceFormat, TraceSnapshot } from '../contract/trace-format.ts'
import type { Filter } from '../filter/model.ts'
import type { Inspector } from '../inspector/api.ts'
import type { Command } from './command-line.ts'
import { SpanSender } from './otlp-sender.ts'
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

/** Sends spans to a collector, a request for each piece; what it refuses of them is told at the end. */
export async function exportToCollector(
  inspector: Inspector,
  request: { sessionId: SessionId; filterText: string },
  collector: URL,
  version: string,
  progress: Progress | null,
): Promise<Result<null>> {
  const sender = new SpanSender(collector, version)
  const send: TakePiece = async (content) => (content === '' ? success(null) : sender.send(String(content)))
  const exported = await exportCalls(inspector, { ...request, format: 'otlp' }, send, progress)
  return exported.ok ? sender.finish() : exported
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
  version: string,
): { finish(): Promise<void> } {
  const file = trace && openTraceFile(trace.path)
  const stop = file && trace.format === 'jsonl' ? inspector.streamTrace(sessionId, file.write, filter) : null

  const request = { sessionId, filterText }
  return {
    async finish() {
      stop?.()
      if (file && trace.format !== 'jsonl') {
        const write: TakePiece = async (content) => {
          file.write(content)
          return success(null)
        }
        const { format } = trace
        printFailure(await exportCalls(inspector, { ...request, format }, write, new Progress('Exporting')))
      }
      file?.close()
      if (!collector) return
      printFailure(await exportToCollector(inspector, request, collector, version, new Progress('Exporting')))
    },
  }
}

function printFailure(exported: Result<null>): void {
  if (!exported.ok) printError(exported.error)
}
