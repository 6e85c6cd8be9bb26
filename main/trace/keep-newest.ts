/** Makes room for new calls by giving up the oldest ones that no file has. */
import { blockIndexOf, idsOfBlock } from './call-block.ts'
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
    if (blockIndex >= newest || lastId <= calls.writtenCount) continue
    if (calls.blocks.block(lastId).runningCount > 0) continue
    calls.giveUp(blockIndex)
    givenUp.push(blockIndex)
  }
  return givenUp
}
