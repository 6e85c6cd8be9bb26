/** Arguments and results in a session file: small integers and handles in few bytes, all else in eight. */
import type { CallBlock } from '../trace/call-block.ts'
import { encodingOf } from '../trace/events.ts'
import type { ByteSink, ByteSource } from './bytes.ts'

/** How a value is written, by its type. */
export type Kind = 'integer' | 'handle' | 'bits'

const kindsByTypes = new WeakMap<readonly string[], Kind[]>()

/** The kinds of values of `types`. */
export function kindsOf(types: readonly string[]): Kind[] {
  const known = kindsByTypes.get(types)
  if (known) return known
  const kinds = types.map((type): Kind => {
    const encoding = encodingOf(type)
    if (encoding === 'i32') return 'integer'
    return encoding === 'reference' ? 'handle' : 'bits'
  })
  kindsByTypes.set(types, kinds)
  return kinds
}

/** How many words values of these kinds take in a block. */
export function countWords(kinds: readonly Kind[]): number {
  return kinds.reduce((sum, kind) => sum + (kind === 'bits' ? 2 : 1), 0)
}

/** Writes values of these kinds, from slot `slot` of a block's words on; returns the slot behind the last one. */
export function writeValues(
  sink: ByteSink,
  kinds: readonly Kind[],
  words: Uint32Array,
  slot: number,
): number {
  let at = slot
  for (let index = 0; index < kinds.length; index++) {
    const low = words[at++]!
    const kind = kinds[index]!
    // Zigzag: integers near zero are small, whatever their sign.
    if (kind === 'integer') sink.varint((low << 1) ^ (low >> 31))
    else if (kind === 'handle') sink.varint(low)
    else {
      sink.u32(low)
      sink.u32(words[at++]!)
    }
  }
  return at
}

let scratch = new Uint32Array(16)

/** Reads values of these kinds into the block, or past them where it is null; returns the slot of the first. */
export function readValues(source: ByteSource, kinds: readonly Kind[], block: CallBlock | null): number {
  if (2 * kinds.length > scratch.length) scratch = new Uint32Array(2 * kinds.length)
  let count = 0
  for (let index = 0; index < kinds.length; index++) {
    const kind = kinds[index]!
    if (kind === 'bits') {
      scratch[count++] = source.u32()
      scratch[count++] = source.u32()
      continue
    }
    const value = source.varint()
    scratch[count++] = kind === 'integer' ? (value >>> 1) ^ -(value & 1) : value
  }
  return block === null ? 0 : block.values.appendPacked(scratch, 0, count)
}
