/** The formats that a trace is exported to, by name. */
import type { TraceFormat } from '../../contract/trace-format.ts'
import { formatJsonLine } from '../json-lines.ts'
import { createChromeEncoder } from './chrome.ts'
import { createCsvEncoder } from './csv.ts'
import type { ExportSource, TraceEncoder } from './encoder.ts'
import { createOtlpEncoder } from './otlp.ts'

/** Characters in a piece, about. */
const PIECE_LENGTH = 256 * 1024
/** Calls that are looked at for one. */
const PIECE_CALLS = 50_000

const ENCODERS: Record<TraceFormat, (source: ExportSource) => TraceEncoder> = {
  jsonl: ({ calls, snapshot, describeStack }) => ({
    call: (id) => formatJsonLine(calls, id, snapshot.nowNs, describeStack),
  }),
  chrome: createChromeEncoder,
  csv: createCsvEncoder,
  otlp: createOtlpEncoder,
}

/** Writes the piece that begins with call `fromCallId`, and says with which the next one does; null after the last. */
export function encodePiece(
  format: TraceFormat,
  source: ExportSource,
  fromCallId: number,
): { text: string; nextCallId: number | null } {
  const { isWanted, snapshot } = source
  const encoder = ENCODERS[format](source)
  let text = fromCallId <= 1 ? (encoder.head?.() ?? '') : ''
  let id = Math.max(1, fromCallId)
  const first = id
  let hasCalls = false
  while (id <= snapshot.callCount && text.length < PIECE_LENGTH && id - first < PIECE_CALLS) {
    if (isWanted(id)) {
      text += encoder.call(id)
      hasCalls = true
    }
    id++
  }
  if (hasCalls) text += encoder.endPiece?.() ?? ''
  if (id <= snapshot.callCount) return { text, nextCallId: id }
  return { text: text + (encoder.tail?.() ?? ''), nextCallId: null }
}
