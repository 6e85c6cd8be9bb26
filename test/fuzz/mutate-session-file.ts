/** Changes what blocks of session files say, with checksums that are right: as somebody would who forges one. */
import {
  BLOCK_TYPES,
  decodeHeader,
  encodeBlock,
  HEADER_BYTES,
  paddedSize,
} from '../../main/session-file/file-block.ts'
import type { BlockType } from '../../main/session-file/file-block.ts'
import type { FileIndex } from '../../main/session-file/file-parts.ts'
import type { Random } from './random.ts'

interface Block {
  type: number
  payload: Uint8Array
  /** Where it began in the file that is changed. */
  offset: number
}

const JSON_TYPES: ReadonlySet<number> = new Set([
  BLOCK_TYPES.head,
  BLOCK_TYPES.details,
  BLOCK_TYPES.console,
  BLOCK_TYPES.index,
])
const STRIKING_VALUES: readonly unknown[] = [
  null,
  true,
  '',
  'x'.repeat(1000),
  '__proto__',
  [],
  {},
  [[[]]],
  0,
  -1,
  0.5,
  1,
  2,
  17_999,
  18_000,
  18_001,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  1e300,
]
const STRIKING_BYTES = [0x00, 0x01, 0x7f, 0x80, 0xff]
const STRIKING_FLOATS = [0, -1, 0.5, 1e300, -1e300, Infinity, NaN, 2 ** 53]

/** A mutant of one of the files. */
export function mutateSessionFile(random: Random, files: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let blocks = splitBlocks(random.pick(files))
  const summary = blocks.splice(blocks.findIndex(({ type }) => type === BLOCK_TYPES.timeline))
  // Most files are read by their index, and so most changes there count.
  const changesIndex = random.oneIn(2)
  const changes = changesIndex ? random.below(2) : 1 + random.below(3)
  for (let change = 0; change < changes; change++) blocks = changeBlocks(random, blocks)
  if (random.oneIn(3)) return Uint8Array.from(joinBlocks(blocks).bytes)
  return joinWithSummary(random, blocks, summary, changesIndex)
}

function splitBlocks(file: Uint8Array): Block[] {
  const blocks: Block[] = []
  for (let offset = 0; offset < file.length;) {
    const header = decodeHeader(file.subarray(offset))!
    const payload = file.slice(offset + HEADER_BYTES, offset + HEADER_BYTES + header.sizeBytes)
    blocks.push({ type: header.type, payload, offset })
    offset += paddedSize(header.sizeBytes)
  }
  return blocks
}

/** The file, and where each block begins in it. */
function joinBlocks(blocks: readonly Block[]): { bytes: Buffer; offsets: number[] } {
  const offsets: number[] = []
  let offset = 0
  const encoded = blocks.map(({ type, payload }, sequence) => {
    const bytes = encodeBlock(type as BlockType, sequence, payload)
    offsets.push(offset)
    offset += bytes.length
    return bytes
  })
  return { bytes: Buffer.concat(encoded), offsets }
}

/** Has the index name the blocks where they are now, unless it is to be changed itself. */
function joinWithSummary(
  random: Random,
  blocks: readonly Block[],
  [timeline, index]: Block[],
  changesIndex: boolean,
): Uint8Array<ArrayBuffer> {
  const { offsets } = joinBlocks(blocks)
  const moved = new Map(blocks.map(({ offset }, at) => [offset, offsets[at]!]))
  const move = (offset: number): number => moved.get(offset) ?? offset
  const part = JSON.parse(new TextDecoder().decode(index!.payload)) as FileIndex
  for (const stored of part.blocks) stored.offsets = stored.offsets.map(move)
  part.details = part.details.map(move)
  part.console = part.console.map(move)
  let summary: Block[] = [timeline!, { ...index!, payload: encodeJson(part) }]
  if (changesIndex) summary = summary.map((block) => (random.oneIn(3) ? block : changeContent(random, block)))
  const before = joinBlocks([...blocks, ...summary])
  const payload = new Uint8Array(16)
  const view = new DataView(payload.buffer)
  view.setFloat64(0, before.offsets.at(-1)!, true)
  view.setFloat64(8, before.offsets.at(-2)!, true)
  const end = { type: BLOCK_TYPES.end, payload, offset: 0 }
  const changedEnd = random.oneIn(50) ? changeContent(random, end) : end
  return Uint8Array.from(joinBlocks([...blocks, ...summary, changedEnd]).bytes)
}

function changeBlocks(random: Random, blocks: Block[]): Block[] {
  const at = random.below(blocks.length)
  const block = blocks[at]!
  if (!random.oneIn(8)) return blocks.with(at, changeContent(random, block))
  switch (random.below(4)) {
    case 0:
      return blocks.toSpliced(at, 1)
    case 1:
      return blocks.toSpliced(random.below(blocks.length), 0, block)
    case 2:
      return blocks.with(at, random.pick(blocks))
    default:
      return blocks.with(at, { ...block, type: random.below(11) })
  }
}

function changeContent(random: Random, block: Block): Block {
  const root = JSON_TYPES.has(block.type) && !random.oneIn(20) ? parseJson(block.payload) : undefined
  if (root === undefined) return { ...block, payload: changeBytes(random, block.payload) }
  const holder = { root }
  changeValue(random, holder)
  return { ...block, payload: encodeJson(holder.root) }
}

/** Undefined where an earlier change has left none. */
function parseJson(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(payload)) as unknown
  } catch {
    return undefined
  }
}

function encodeJson(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value) ?? '')
}

/** Goes down at random, and changes what is there. */
function changeValue(random: Random, holder: Record<string, unknown>): void {
  const keys = Object.keys(holder)
  if (keys.length === 0) return
  const key = random.pick(keys)
  const value = holder[key]
  if (typeof value === 'object' && value !== null && Object.keys(value).length > 0 && !random.oneIn(6)) {
    changeValue(random, value as Record<string, unknown>)
    return
  }
  if (random.oneIn(5)) {
    if (Array.isArray(holder)) (holder as unknown[]).splice(Number(key), 1)
    else delete holder[key]
  } else if (random.oneIn(6)) holder[key] = holder[random.pick(keys)]
  else if (typeof value === 'number' && random.oneIn(3)) holder[key] = value + random.below(9) - 4
  else holder[key] = random.pick(STRIKING_VALUES)
}

function changeBytes(random: Random, payload: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(payload)
  if (bytes.length < 8) return bytes
  const at = random.below(bytes.length)
  switch (random.below(6)) {
    case 0:
      bytes[at] = random.pick(STRIKING_BYTES)
      return bytes
    case 1:
      bytes[at]! ^= 1 << random.below(8)
      return bytes
    case 2:
      // What comes first says how much follows.
      bytes[random.below(Math.min(64, bytes.length))] = random.below(256)
      return bytes
    case 3: {
      const float = random.pick(STRIKING_FLOATS)
      new DataView(bytes.buffer).setFloat64(Math.min(at, bytes.length - 8), float, true)
      return bytes
    }
    case 4:
      return bytes.slice(0, at)
    default:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(random.below(bytes.length))])
  }
}
