import { shallowRef } from 'vue'
import type { CallId, SessionId } from '../../main/contract/model.ts'
import type { Backend } from '../backend/backend.ts'
import { reportProblem } from './problems.ts'

/** How far the export under way has come; null while there is none. */
export const traceExport = shallowRef<{ fileName: string; callCount: number; totalCount: number } | null>(
  null,
)

let stopper = new AbortController()

/** Fetches a session's trace piece by piece, and has the browser save it as `NAME.jsonl`. One at a time. */
export async function exportTrace(
  backend: Backend,
  sessionId: SessionId,
  guestName: string,
  totalCount: number,
): Promise<void> {
  if (traceExport.value) return
  stopper = new AbortController()
  const { signal } = stopper
  const fileName = `${guestName.replace(/\.(wasm|wat)$/i, '')}.jsonl`
  traceExport.value = { fileName, callCount: 0, totalCount }
  try {
    // A Blob for each piece: the browser may keep those out of the page's memory.
    const pieces: Blob[] = []
    let next: CallId | null = 1
    while (next !== null && !signal.aborted) {
      const piece = await backend.call.exportTrace({ sessionId, fromCallId: next })
      if (!piece.ok) {
        reportProblem(piece.error)
        return
      }
      pieces.push(new Blob([piece.value.text]))
      next = piece.value.nextCallId
      traceExport.value = { fileName, callCount: next ?? totalCount, totalCount }
    }
    if (!signal.aborted) saveFile(fileName, new Blob(pieces, { type: 'application/jsonl' }))
  } finally {
    traceExport.value = null
  }
}

/** Gives up the export under way. */
export function stopTraceExport(): void {
  stopper.abort()
}

function saveFile(name: string, content: Blob): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  // The download has taken the content over once the click has been handled.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
