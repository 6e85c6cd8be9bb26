/** Arguments and results in a session file: small integers and handles in few bytes, all else in eight. */
import type { CallBlock } from '../trace/call-block.ts'
import type { ValueEncoding } from '../trace/events.ts'
import { isWide } from '../trace/value-layout.ts'
import type { ByteSink, ByteSource } from './bytes.ts'

/** Writes values of these encodings, from slot `slot` of a block's words on. */
export function writeValues(
  sink: ByteSink,
  encodings: readonly ValueEncoding[],
  words: Uint32Array,
  slot: number,
): void {
  let at = slot
  for (let index = 0; index < encodings.length; index++) {
    const low = words[at++]!
    const encoding = encodings[index]!
    // Zigzag: integers near zero are small, whatever their sign.
    if (encoding === 'i32') sink.varint((low << 1) ^ (low >> 31))
    else if (encoding === 'reference') sink.varint(low)
    else {
      sink.u32(low)
      sink.u32(words[at++]!)
    }
  }
}

let scratch = new Uint32Array(16)

/** Reads values of these encodings into the block, or past them where it is null; returns the slot of the first. */
export function readValues(
  source: ByteSource,
  encodings: readonly ValueEncoding[],
  block: CallBlock | null,
): number {
  if (2 * encodings.length > scratch.length) scratch = new Uint32Array(2 * encodings.length)
  let count = 0
  for (let index = 0; index < encodings.length; index++) {
    const encoding = encodings[index]!
    if (isWide(encoding)) {
      scratch[count++] = source.u32()
      scratch[count++] = source.u32()
      continue
    }
    const value = source.varint()
    scratch[count++] = encoding === 'i32' ? (value >>> 1) ^ -(value & 1) : value
  }
  return block === null ? 0 : block.values.appendPacked(scratch, 0, count)
}
