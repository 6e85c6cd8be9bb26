/** Calls that were left out, in a session file: it says where they stood, so that all others stand where they did. */
import type { CallBlock } from '../trace/call-block.ts'
import { BLOCK_LENGTH, idsOfBlock, indexInBlock } from '../trace/call-block.ts'
import type { ByteSink, ByteSource } from './bytes.ts'
import type { CallRange } from './call-codec.ts'
import { readDifferences, writeDifferences } from './columns.ts'

/** Writes that all calls of a block were left out, those too that may have been written before. */
export function writeLeftOut(sink: ByteSink, block: CallBlock, blockIndex: number): void {
  const { firstId, lastId } = idsOfBlock(blockIndex)
  const count = lastId - firstId + 1
  const first = indexInBlock(firstId)
  sink.u32(firstId)
  sink.u32(count)
  sink.f64(block.starts[first]!)
  sink.f64(block.roots[first]!)
  writeDifferences(sink, block.roots, first, count, block.roots[first]!)
}

/** Reads what follows the range: when the first of them began, and the top-level call of each. */
export function readLeftOut(
  source: ByteSource,
  { firstId, count }: CallRange,
): { startNs: number; roots: Uint32Array } {
  const startNs = source.f64()
  const roots = new Uint32Array(BLOCK_LENGTH)
  readDifferences(source, roots, indexInBlock(firstId), count, source.f64())
  return { startNs, roots }
}
