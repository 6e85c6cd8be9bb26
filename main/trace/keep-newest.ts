/** Makes room for new calls by giving up the oldest ones that no file has. */
import { BLOCK_LENGTH, blockIndexOf, idsOfBlock } from './call-block.ts'
import type { CallStore } from './call-store.ts'

/**
 * Gives up whole blocks of calls, the oldest first, until `isEnough`. Those that a file has, or is about to have, stay:
 * they are let go when they are on the disk. So does a block of which a call runs, and the one that calls are added to.
 * Returns the numbers of those that were given up.
 */
export function giveUpOldest(calls: CallStore, isEnough: () => boolean): number[] {
  const givenUp: number[] = []
  const newest = blockIndexOf(calls.callCount)
  for (const blockIndex of calls.blocks.resident) {
    if (isEnough()) break
    const { lastId } = idsOfBlock(blockIndex)
    if (blockIndex >= newest || lastId <= calls.written.count) continue
    if (calls.blocks.block(lastId).runningCount > 0) continue
    giveUp(calls, blockIndex)
    givenUp.push(blockIndex)
  }
  return givenUp
}

/** Gives up a block in memory that is full, and of which no call runs: its calls are left out. */
function giveUp(calls: CallStore, blockIndex: number): void {
  const { firstId, lastId } = idsOfBlock(blockIndex)
  const { roots } = calls.blocks.block(firstId)
  const newest = calls.order.fillNewestRoots(blockIndex * BLOCK_LENGTH, new Uint32Array(BLOCK_LENGTH))
  const isNested = newest.every((root, index) => root === roots[index])
  calls.blocks.giveUp(blockIndex, { startNs: calls.startOf(firstId), roots: isNested ? null : roots.slice() })
  for (let id = firstId; id <= lastId; id++) {
    calls.written.forget(id)
    calls.errors.forget(id)
    calls.decoded.forget(id)
    calls.overlaps.forget(id)
    calls.scattered.forget(id)
  }
}
