import { shallowRef } from 'vue'
import type { SessionId } from '../../main/contract/ids.ts'
import type { Result } from '../../main/contract/result.ts'
import type { TraceFormat, TraceSnapshot } from '../../main/contract/trace-format.ts'
import type { Backend } from '../backend/backend.ts'
import { reportProblem } from './problems.ts'

/** How far the export under way has come; null while there is none. */
export const traceExport = shallowRef<{ fileName: string; doneCount: number; totalCount: number } | null>(
  null,
)

/** Why nothing of a session with so many calls can be saved as a file now; null when it can. */
export function whyNothingToSave(callCount: number): string | null {
  if (traceExport.value) return `${traceExport.value.fileName} is still being saved`
  return callCount === 0 ? 'There are no calls to save yet' : null
}

let stopper = new AbortController()

/** A piece of a file, and where the next begins, in calls or bytes; null after the last. */
interface Piece {
  content: BlobPart
  next: number | null
  totalCount: number
}

/** A format for other tools, and the file that it makes. */
export interface ExportFormat {
  format: TraceFormat
  /** What people know it by. */
  name: string
  extension: string
  mediaType: string
}

export const EXPORT_FORMATS: readonly [ExportFormat, ...ExportFormat[]] = [
  { format: 'jsonl', name: 'JSON Lines', extension: 'jsonl', mediaType: 'application/jsonl' },
  { format: 'chrome', name: 'Chrome trace', extension: 'trace.json', mediaType: 'application/json' },
  {
    format: 'speedscope',
    name: 'speedscope',
    extension: 'speedscope.json',
    mediaType: 'application/json',
  },
  { format: 'csv', name: 'CSV', extension: 'csv', mediaType: 'text/csv' },
  {
    format: 'parquet',
    name: 'Parquet',
    extension: 'parquet',
    mediaType: 'application/vnd.apache.parquet',
  },
  { format: 'otlp', name: 'OpenTelemetry', extension: 'otlp.jsonl', mediaType: 'application/jsonl' },
]

/** What the next export is in. */
export const chosenFormat = shallowRef<ExportFormat>(EXPORT_FORMATS[0])

/**
 * Fetches the calls of a session's trace for which a filter holds, piece by piece, as they are now, and has the browser
 * save them. One at a time.
 */
export function exportTrace(
  backend: Backend,
  sessionId: SessionId,
  guestName: string,
  filterText: string,
  { format, extension, mediaType }: ExportFormat,
): Promise<void> {
  let snapshot: { snapshot?: TraceSnapshot } = {}
  return save(nameFile(guestName, extension), mediaType, 1, async (next) => {
    const piece = await backend.call.exportTrace({
      sessionId,
      format,
      filterText,
      fromCallId: next,
      ...snapshot,
    })
    if (!piece.ok) return piece
    const { content, nextCallId } = piece.value
    snapshot = { snapshot: piece.value.snapshot }
    return {
      ok: true,
      value: {
        content: typeof content === 'string' ? content : Uint8Array.from(content),
        next: nextCallId,
        totalCount: piece.value.snapshot.callCount,
      },
    }
  })
}

/** Has the browser save a session as `NAME.jspi`, to be opened again. One at a time. */
export function saveSession(backend: Backend, sessionId: SessionId, guestName: string): Promise<void> {
  let copy: { copyId?: number } = {}
  return save(nameFile(guestName, 'jspi'), 'application/octet-stream', 0, async (next) => {
    const piece = await backend.call.readSessionFile({ sessionId, offset: next, ...copy })
    if (!piece.ok) return piece
    const { bytes, copyId, nextOffset, totalBytes } = piece.value
    copy = { copyId }
    return {
      ok: true,
      value: { content: Uint8Array.from(bytes), next: nextOffset, totalCount: totalBytes },
    }
  })
}

/** Gives up the export under way. */
export function stopTraceExport(): void {
  stopper.abort()
}

function nameFile(guestName: string, extension: string): string {
  return `${guestName.replace(/\.(wasm|wat)$/i, '')}.${extension}`
}

async function save(
  fileName: string,
  type: string,
  first: number,
  read: (next: number) => Promise<Result<Piece>>,
): Promise<void> {
  if (traceExport.value) return
  stopper = new AbortController()
  const { signal } = stopper
  traceExport.value = { fileName, doneCount: 0, totalCount: 0 }
  try {
    // A Blob for each piece: the browser may keep those out of the page's memory.
    const pieces: Blob[] = []
    let next: number | null = first
    while (next !== null && !signal.aborted) {
      const piece: Result<Piece> = await read(next)
      if (!piece.ok) {
        reportProblem(piece.error)
        return
      }
      const { content, totalCount } = piece.value
      pieces.push(new Blob([content]))
      next = piece.value.next
      traceExport.value = { fileName, doneCount: next ?? totalCount, totalCount }
    }
    if (!signal.aborted) saveFile(fileName, new Blob(pieces, { type }))
  } finally {
    traceExport.value = null
  }
}

function saveFile(name: string, content: Blob): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  // The download has taken the content over once the click has been handled.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
