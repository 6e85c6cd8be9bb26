/** Takes up calls that were not recorded, as left out, so that those behind them can be: ids have no gaps. */
import type { CallId } from '../contract/ids.ts'
import { blockIndexOf, idsOfBlock, indexInBlock } from './call-block.ts'
import type { CallStore } from './call-store.ts'
import { CANCELLED, LEFT_OUT_FUNCTION } from './stand-ins.ts'

/** All that follow up to `lastId`, below the first of them; `startNs` is when the next one begins. */
export function passOver(calls: CallStore, lastId: CallId, startNs: number): void {
  const functionIndex = calls.standInIndex(LEFT_OUT_FUNCTION)
  const root = calls.order.add(calls.callCount + 1, null)
  for (let id = calls.callCount; id <= lastId; id++) {
    if (id > calls.callCount) calls.order.add(id, root)
    const blockIndex = blockIndexOf(id)
    const { firstId, lastId: lastOfBlock } = idsOfBlock(blockIndex)
    if (calls.blocks.leftOut.has(blockIndex)) continue
    if (id === firstId && lastOfBlock <= lastId) {
      calls.blocks.giveUp(blockIndex, { startNs, roots: null })
      continue
    }
    const block = calls.blocks.extend(id)
    const index = indexInBlock(id)
    block.functions[index] = functionIndex
    block.roots[index] = root
    block.outcomes[index] = CANCELLED
    block.starts[index] = startNs
    block.ends[index] = startNs
  }
  calls.passedOverUpTo = lastId
}
