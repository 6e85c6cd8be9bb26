/** Calls in a session file: those that are new, in a block, and those that have changed since they were written. */
import type { CallId } from '../contract/ids.ts'
import type { CallBlock, CallBlocks } from '../trace/call-block.ts'
import { BLOCK_LENGTH, blockIndexOf, indexInBlock } from '../trace/call-block.ts'
import type { CallStore } from '../trace/call-store.ts'
import { OUTCOMES } from '../trace/events.ts'
import type { FunctionLayouts } from '../trace/value-layout.ts'
import type { ByteSink, ByteSource } from './bytes.ts'
import { MalformedBytes } from './bytes.ts'
import { readColumn, readDifferences, writeColumn, writeDifferences } from './columns.ts'
import { END_FIELDS, getEndFields, setEndFields } from './end-fields.ts'
import { readValues, writeValues } from './value-codec.ts'

const RETURNED = OUTCOMES.indexOf('returned')
/** Changed calls in one piece. */
const PIECE_LENGTH = BLOCK_LENGTH
const column = new Float64Array(BLOCK_LENGTH)

/** The functions that calls are of. */
type CallFunctions = Pick<CallStore, 'definitions' | 'layouts'>

/** Calls with ids in order. */
export interface CallRange {
  firstId: CallId
  count: number
}

/** Writes calls as they are now; they are all in one block of the store. */
export function writeCalls(
  sink: ByteSink,
  blocks: CallBlocks,
  functions: CallFunctions,
  { firstId, count }: CallRange,
): void {
  sink.u32(firstId)
  sink.u32(count)
  const block = blocks.block(firstId)
  const first = indexInBlock(firstId)
  const end = first + count
  const write = (values: CallBlock['depths' | 'functions']): void => {
    column.set(values.subarray(first, end))
    writeColumn(sink, column, count)
  }
  write(block.functions)
  writeDifferences(sink, block.parents, first, count, 0)
  writeDifferences(sink, block.roots, first, count, 0)
  write(block.depths)
  sink.f64(block.starts[first]!)
  writeDifferences(sink, block.starts, first, count, block.starts[first]!)
  for (const field of END_FIELDS) {
    getEndFields(field, block, functions.definitions, first, count, column, 0)
    writeColumn(sink, column, count)
  }
  const { words } = block.values
  for (let index = first; index < end; index++) {
    const { params, results } = functions.layouts.of(block.functions[index]!)
    writeValues(sink, params.encodings, words, block.paramSlots[index]!)
    if (block.outcomes[index] !== RETURNED) continue
    writeValues(sink, results.encodings, words, block.resultSlotOf(index, params.wordCount))
  }
}

/** Which calls {@link readCalls} is about to read. */
export function readCallRange(source: ByteSource): CallRange {
  const range = { firstId: source.u32(), count: source.u32() }
  if (range.firstId === 0 || range.count === 0 || indexInBlock(range.firstId) + range.count > BLOCK_LENGTH) {
    throw new MalformedBytes(`${range.count} calls from #${range.firstId} on are not those of one block`)
  }
  return range
}

/** Reads calls into their block. */
export function readCalls(
  source: ByteSource,
  { firstId, count }: CallRange,
  functions: CallFunctions,
  block: CallBlock,
): void {
  const first = indexInBlock(firstId)
  const end = first + count
  const numbers = column.subarray(0, count)
  const read = (values: CallBlock['depths' | 'functions']): void => {
    readColumn(source, column, count)
    values.set(numbers, first)
  }
  read(block.functions)
  readDifferences(source, block.parents, first, count, 0)
  readDifferences(source, block.roots, first, count, 0)
  read(block.depths)
  readDifferences(source, block.starts, first, count, source.f64())
  for (const field of END_FIELDS) {
    readColumn(source, column, count)
    setEndFields(field, block, functions.definitions, first, count, column, 0)
  }
  for (let index = first; index < end; index++) {
    const { params, results } = layoutsAt(functions, block.functions[index]!)
    block.paramSlots[index] = readValues(source, params.encodings, block)
    // Right behind the arguments, so that nothing has to say where they are.
    if (block.outcomes[index] === RETURNED) readValues(source, results.encodings, block)
  }
}

/** Writes what may have changed of calls that were written before, in the order of `ids`; returns the blocks that they are in. */
export function writeChanges(
  sink: ByteSink,
  blocks: CallBlocks,
  functions: CallFunctions,
  ids: readonly CallId[],
): number[] {
  const touched = [...new Set(ids.map(blockIndexOf))]
  sink.u32(touched.length)
  for (const blockIndex of touched) sink.u32(blockIndex)
  sink.u32(ids.length)
  for (let from = 0; from < ids.length; from += PIECE_LENGTH) {
    writePiece(sink, blocks, functions, ids.slice(from, from + PIECE_LENGTH))
  }
  return touched
}

/** The blocks of the store whose calls {@link readChanges} is about to change. */
export function readTouchedBlocks(source: ByteSource): Uint32Array {
  const count = source.u32()
  const touched: number[] = []
  for (let read = 0; read < count; read++) touched.push(source.u32())
  return Uint32Array.from(touched)
}

/** Reads changes. `blockOf` gives the block of a call; null where it is not wanted. */
export function readChanges(
  source: ByteSource,
  functions: CallFunctions,
  blockOf: (id: CallId) => CallBlock | null,
): void {
  const count = source.u32()
  for (let from = 0; from < count; from += PIECE_LENGTH) {
    readPiece(source, Math.min(PIECE_LENGTH, count - from), functions, blockOf)
  }
}

function writePiece(
  sink: ByteSink,
  blocks: CallBlocks,
  functions: CallFunctions,
  ids: readonly CallId[],
): void {
  const ofIds = ids.map((id) => blocks.block(id))
  const indices = ids.map(indexInBlock)
  const write = (valueAt: (position: number) => number): void => {
    for (let position = 0; position < ids.length; position++) column[position] = valueAt(position)
    writeColumn(sink, column, ids.length)
  }
  write((position) => ids[position]! - (ids[position - 1] ?? 0))
  write((position) => ofIds[position]!.functions[indices[position]!]!)
  for (const field of END_FIELDS) {
    for (const [position, block] of ofIds.entries()) {
      getEndFields(field, block, functions.definitions, indices[position]!, 1, column, position)
    }
    writeColumn(sink, column, ids.length)
  }
  for (const [position, block] of ofIds.entries()) {
    const index = indices[position]!
    if (block.outcomes[index] !== RETURNED) continue
    const { params, results } = functions.layouts.of(block.functions[index]!)
    const slot = block.resultSlotOf(index, params.wordCount)
    writeValues(sink, results.encodings, block.values.words, slot)
  }
}

function readPiece(
  source: ByteSource,
  count: number,
  functions: CallFunctions,
  blockOf: (id: CallId) => CallBlock | null,
): void {
  const read = (): Float64Array => {
    readColumn(source, column, count)
    return column.slice(0, count)
  }
  const ids = read()
  for (let position = 1; position < count; position++) ids[position]! += ids[position - 1]!
  const functionIndices = read()
  const blocks = Array.from(ids, blockOf)
  let outcomes = functionIndices
  for (const field of END_FIELDS) {
    const values = read()
    if (field === 'outcome') outcomes = values
    for (const [position, block] of blocks.entries()) {
      if (block)
        setEndFields(field, block, functions.definitions, indexInBlock(ids[position]!), 1, values, position)
    }
  }
  for (const [position, block] of blocks.entries()) {
    if (outcomes[position] !== RETURNED) continue
    const { params, results } = layoutsAt(functions, functionIndices[position]!)
    const slot = readValues(source, results.encodings, block)
    block?.setResultSlot(indexInBlock(ids[position]!), slot, params.wordCount)
  }
}

function layoutsAt({ definitions, layouts }: CallFunctions, index: number): FunctionLayouts {
  if (definitions[index] === undefined) throw new MalformedBytes(`there is no function ${index}`)
  return layouts.of(index)
}
