/** Columns of whole numbers in as few bytes as the numbers of one column need. */
import { BLOCK_LENGTH } from '../trace/call-block.ts'
import type { ByteSink, ByteSource } from './bytes.ts'
import { MalformedBytes } from './bytes.ts'

/** Where columns are packed, before they are copied. */
const packed = {
  1: new Uint8Array(BLOCK_LENGTH),
  2: new Uint16Array(BLOCK_LENGTH),
  4: new Uint32Array(BLOCK_LENGTH),
} as const
const differences = new Float64Array(BLOCK_LENGTH)
/** A column of any numbers, without a base. */
const WIDE = 8

/**
 * Writes the first `count` of `values`: the smallest, the bytes of each entry (0, 1, 2, 4 or 8), and by how much each
 * is larger. Where all are the same, nothing follows. There are at most as many as a block has calls.
 */
export function writeColumn(sink: ByteSink, values: Float64Array, count: number): void {
  let smallest = Infinity
  let largest = -Infinity
  for (let index = 0; index < count; index++) {
    const value = values[index]!
    if (value < smallest) smallest = value
    if (value > largest) largest = value
  }
  const width = count === 0 ? 0 : widthOf(largest - smallest)
  sink.u8(width)
  sink.f64(width === WIDE || count === 0 ? 0 : smallest)
  if (width === 0) return
  sink.align()
  if (width === WIDE) return sink.bytes(new Uint8Array(values.buffer, values.byteOffset, 8 * count))
  const target = packed[width]
  for (let index = 0; index < count; index++) target[index] = values[index]! - smallest
  sink.bytes(new Uint8Array(target.buffer, 0, width * count))
}

/**
 * Writes `count` of `values` from `first` on, each as the difference to the one before it, and the first to `before`:
 * for what is mostly the same as before, or a little more.
 */
export function writeDifferences(
  sink: ByteSink,
  values: Uint32Array | Float64Array,
  first: number,
  count: number,
  before: number,
): void {
  differences.set(values.subarray(first, first + count))
  for (let offset = count - 1; offset > 0; offset--) differences[offset]! -= differences[offset - 1]!
  differences[0]! -= before
  writeColumn(sink, differences, count)
}

/** Reads what {@link writeDifferences} wrote. */
export function readDifferences(
  source: ByteSource,
  values: Uint32Array | Float64Array,
  first: number,
  count: number,
  before: number,
): void {
  readColumn(source, differences, count)
  differences[0]! += before
  for (let offset = 1; offset < count; offset++) differences[offset]! += differences[offset - 1]!
  values.set(differences.subarray(0, count), first)
}

/** Reads a column of `count` numbers into `values`. */
export function readColumn(source: ByteSource, values: Float64Array, count: number): void {
  const width = source.u8()
  const smallest = source.f64()
  if (width === 0) {
    values.fill(smallest, 0, count)
    return
  }
  source.align()
  if (width === WIDE) return values.set(source.array(Float64Array, count))
  if (width !== 1 && width !== 2 && width !== 4) throw new MalformedBytes(`a column has the width ${width}`)
  const packed: Uint8Array | Uint16Array | Uint32Array =
    width === 1
      ? source.array(Uint8Array, count)
      : width === 2
        ? source.array(Uint16Array, count)
        : source.array(Uint32Array, count)
  for (let index = 0; index < count; index++) values[index] = smallest + packed[index]!
}

function widthOf(range: number): 0 | 1 | 2 | 4 | typeof WIDE {
  if (range === 0) return 0
  if (range < 2 ** 8) return 1
  if (range < 2 ** 16) return 2
  return range < 2 ** 32 ? 4 : WIDE
}
