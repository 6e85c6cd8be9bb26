/** A timeline in a block of a session file. See docs/session-format.md. */
import type { SavedColumn, SavedTimeline } from '../trace/timeline/saved-timeline.ts'
import type { ByteSink } from './bytes.ts'
import type { SavedRest } from '../trace/timeline/timeline.ts'
import { ByteSource, MalformedBytes } from './bytes.ts'
import { decodePart } from './file-parts.ts'
import { TIMELINE } from './part-schemas.ts'

/** By the number that stands for each. */
const TYPES = [Float64Array, Float32Array, Uint32Array] as const

export function writeTimeline(sink: ByteSink, { rest, columns }: SavedTimeline): void {
  const text = new TextEncoder().encode(JSON.stringify(rest))
  sink.u32(text.length)
  sink.bytes(text)
  sink.u32(columns.length)
  for (const column of columns) {
    sink.u8(TYPES.findIndex((type) => column instanceof type))
    sink.u32(column.length)
    sink.align()
    sink.bytes(new Uint8Array(column.buffer, column.byteOffset, column.byteLength))
  }
}

/** Its columns lie in `payload`. Throws {@link MalformedBytes}. */
export function readTimeline(payload: Uint8Array): SavedTimeline<SavedRest> {
  const source = new ByteSource(payload)
  const rest = decodePart(TIMELINE, source.array(Uint8Array, source.u32()))
  const columns: SavedColumn[] = []
  for (let left = source.u32(); left > 0; left--) {
    const type = TYPES[source.u8()]
    if (type === undefined) throw new MalformedBytes('a column has no known type')
    const length = source.u32()
    source.align()
    columns.push(source.array<SavedColumn>(type, length))
  }
  return { rest, columns }
}
