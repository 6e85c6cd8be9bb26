/** Where a session file has the calls of each block of the store, and how that is read back. */
import type { BlockSource } from '../trace/call-block.ts'
import { BLOCK_LENGTH, blockIndexOf, CallBlock, indexInBlock } from '../trace/call-block.ts'
import type { CallStore } from '../trace/call-store.ts'
import {
  createLeftOutBlock,
  createStandInBlock,
  LEFT_OUT_FUNCTION,
  LOST_FUNCTION,
} from '../trace/stand-ins.ts'
import type { FoundBlock, Offset } from './block-file.ts'
import { ByteSource, MalformedBytes } from './bytes.ts'
import type { CallRange } from './call-codec.ts'
import { readCallRange, readCalls, readChanges, readTouchedBlocks } from './call-codec.ts'
import { checkBlock } from './check-block.ts'
import { BLOCK_TYPES } from './file-block.ts'
import { readLeftOut } from './left-out-codec.ts'

/** Of one block of the store. */
export interface StoredBlock {
  /** The blocks of the file that have something of it, in the order in which they were written. */
  offsets: Offset[]
  /** When its first call began. */
  startNs: number
}

/** Reads blocks of the store from those of the file. */
export function createLoader(
  calls: CallStore,
  stored: readonly StoredBlock[],
  read: (offset: Offset) => FoundBlock | null,
): BlockSource['load'] {
  return (blockIndex) => {
    const { offsets, startNs } = stored[blockIndex]!
    const block = new CallBlock()
    try {
      for (const offset of offsets) {
        const found = read(offset)
        if (found === null) return createDamaged(calls, startNs)
        if (found.header.type === BLOCK_TYPES.leftOut) return createLeftOut(found, calls, blockIndex)
        apply(found, calls, blockIndex, block)
      }
      checkBlock(block, blockIndex, calls)
      return block
    } catch {
      return createDamaged(calls, startNs)
    }
  }
}

function apply(
  { header, payload }: FoundBlock,
  calls: CallStore,
  blockIndex: number,
  block: CallBlock,
): void {
  const source = new ByteSource(payload)
  if (header.type === BLOCK_TYPES.calls) {
    readCalls(source, readRangeOf(source, blockIndex), calls, block)
    return
  }
  readTouchedBlocks(source)
  readChanges(source, calls, (id) => (blockIndexOf(id) === blockIndex ? block : null))
}

/** What the file has besides of calls of this block does not count. */
function createLeftOut({ payload }: FoundBlock, calls: CallStore, blockIndex: number): CallBlock {
  const source = new ByteSource(payload)
  const { startNs, roots } = readLeftOut(source, readRangeOf(source, blockIndex))
  const block = createLeftOutBlock(calls.standInIndex(LEFT_OUT_FUNCTION), startNs)
  block.roots.set(roots)
  checkBlock(block, blockIndex, calls)
  return block
}

function readRangeOf(source: ByteSource, blockIndex: number): CallRange {
  const range = readCallRange(source)
  if (blockIndexOf(range.firstId) === blockIndex) return range
  throw new MalformedBytes(`calls from #${range.firstId} on are not of block ${blockIndex}`)
}

/** A block that says of its calls nothing but that they are lost. */
function createDamaged(calls: CallStore, startNs: number): CallBlock {
  const block = createStandInBlock(calls.standInIndex(LOST_FUNCTION), startNs)
  block.isDamaged = true
  return block
}

/** Notes that the file has calls of a block at `offset`. */
export function noteStored(stored: StoredBlock[], blockIndex: number, offset: Offset, startNs: number): void {
  const known = stored[blockIndex]
  if (known) known.offsets.push(offset)
  else stored[blockIndex] = { offsets: [offset], startNs }
}

/** Whether all calls of a block of the store are in the file. */
export function isWholeIn(calls: CallStore, blockIndex: number): boolean {
  return (blockIndex + 1) * BLOCK_LENGTH - 1 <= calls.written.count
}

/** The last id of the block that a call is in. */
export function lastIdOfBlock(id: number): number {
  return id - indexInBlock(id) + BLOCK_LENGTH - 1
}
