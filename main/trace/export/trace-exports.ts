/** Exports traces in pieces, as clients ask for them. */
import type { TraceFormat } from '../../contract/trace-format.ts'
import type { CallStore } from '../call-store.ts'
import type { ExportSource, ExportStep, TraceEncoder, TraceWriter } from './encoder.ts'
import { ENCODERS, WRITERS } from './encoders.ts'

/** Characters in a piece, about. */
const PIECE_LENGTH = 256 * 1024
/** Calls that are looked at for one. */
const PIECE_CALLS = 50_000

/** A piece, and with which call the next one begins, or how far the work is; null after the last. */
interface ExportPiece {
  content: ExportStep['content']
  nextCallId: number | null
}

/** An export that goes on with the piece for `nextCallId`. */
interface UnderWay {
  writer: TraceWriter
  nextCallId: number
}

export class TraceExports {
  /** One for each trace and format: the last that was begun. */
  readonly #underWay = new WeakMap<CallStore, Map<TraceFormat, UnderWay>>()

  /**
   * The piece that begins with `fromCallId`, where that is 1 or what the piece before it said. Null where the export
   * cannot go on: another of this trace and format was begun since.
   */
  readPiece(format: TraceFormat, source: ExportSource, fromCallId: number): ExportPiece | null {
    const createEncoder = ENCODERS[format]
    if (createEncoder) return encodePiece(createEncoder(source), source, fromCallId)
    const ofTrace = this.#underWay.get(source.calls) ?? new Map<TraceFormat, UnderWay>()
    if (fromCallId <= 1) ofTrace.set(format, { writer: WRITERS[format]!(source), nextCallId: fromCallId })
    const underWay = ofTrace.get(format)
    if (underWay?.nextCallId !== fromCallId) return null
    const piece = writePiece(underWay.writer)
    if (piece.nextCallId === null) ofTrace.delete(format)
    else underWay.nextCallId = piece.nextCallId
    this.#underWay.set(source.calls, ofTrace)
    return piece
  }
}

function encodePiece(encoder: TraceEncoder, source: ExportSource, fromCallId: number): ExportPiece {
  const { isWanted, snapshot } = source
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
  if (id <= snapshot.callCount) return { content: text, nextCallId: id }
  return { content: text + (encoder.tail?.() ?? ''), nextCallId: null }
}

/** Bytes are a piece as they come, text once there is enough. A step that writes nothing is one, too: it took its time. */
function writePiece(writer: TraceWriter): ExportPiece {
  let text = ''
  for (;;) {
    const { value: step } = writer.next()
    if (!step) return { content: text, nextCallId: null }
    // Never 1, which would begin another export.
    const nextCallId = step.doneCount + 2
    if (typeof step.content !== 'string') return { content: step.content, nextCallId }
    text += step.content
    if (step.content === '' || text.length >= PIECE_LENGTH) return { content: text, nextCallId }
  }
}
