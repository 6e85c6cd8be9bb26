/** Whether calls that a file has can be those of a trace. A file may be from anybody. */
import type { CallBlock } from '../trace/call-block.ts'
import { BLOCK_LENGTH } from '../trace/call-block.ts'
import type { CallStore } from '../trace/call-store.ts'
import { OUTCOMES } from '../trace/events.ts'
import { MalformedBytes } from './bytes.ts'

const RUNNING = OUTCOMES.indexOf('running')
/** About a hundred days in nanoseconds: numbers are exact up to there. */
export const LATEST_NS = Number.MAX_SAFE_INTEGER
/** What imports took together that overlapped may be more; other formats keep it in 64 bits. */
const LONGEST_NS = 2 ** 62

/**
 * Looks at all calls of a block that was read. Whoever goes from a call to the one that it lies inside of comes to an end,
 * and every time is a number. Throws {@link MalformedBytes}.
 */
export function checkBlock(block: CallBlock, blockIndex: number, { order }: Pick<CallStore, 'order'>): void {
  const { parents, roots, outcomes, starts, ends, hosts, suspensions } = block
  const { callCount, rootCount } = order
  const firstId = blockIndex * BLOCK_LENGTH
  for (let index = 0; index < BLOCK_LENGTH; index++) {
    const id = firstId + index
    const startNs = starts[index]!
    if (parents[index]! >= Math.max(1, id)) throw malformed(id, 'lies inside of a later one')
    if (outcomes[index]! >= OUTCOMES.length) throw malformed(id, 'has no known outcome')
    // The rows of those behind the last are not known yet.
    if (id <= callCount && roots[index]! >= Math.max(1, rootCount))
      throw malformed(id, 'has no top-level call')
    if (!(Math.abs(startNs) <= LATEST_NS)) throw malformed(id, 'has no begin')
    if (outcomes[index] === RUNNING) continue
    // Two clocks may differ by a little: nothing is lost for an end before the begin.
    if (!(Math.abs(ends[index]!) <= LATEST_NS)) throw malformed(id, 'has no end')
    const elsewhereNs = Math.abs(hosts.get(index)) + Math.abs(suspensions.get(index))
    if (!(elsewhereNs <= LONGEST_NS)) throw malformed(id, 'took no time')
  }
}

function malformed(id: number, what: string): MalformedBytes {
  return new MalformedBytes(`call #${id} ${what}`)
}
