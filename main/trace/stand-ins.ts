/** What stands for calls of which nothing is known any more. */
import { makeError } from '../contract/error-codes.ts'
import { CallBlock } from './call-block.ts'
import type { FunctionDefinition, STAND_IN_COUNT } from './events.ts'
import { OUTCOMES } from './events.ts'

/** How a call of which nothing is known is said to have ended. */
export const CANCELLED = OUTCOMES.indexOf('cancelled')

/** Of calls that were recorded, and could not be read back. */
export const LOST_FUNCTION: FunctionDefinition = {
  kind: 'import',
  module: '',
  name: 'lost',
  params: [],
  results: [],
}
export const LOST_ERROR = makeError('SESSION_FILE_DAMAGED')

/** Of calls that were recorded, and given up for newer ones. */
export const LEFT_OUT_FUNCTION: FunctionDefinition = { ...LOST_FUNCTION, name: 'left out' }
export const LEFT_OUT_ERROR = makeError('CALLS_LEFT_OUT', {
  why: 'This one was left out: the disk was slower than the guest, or memory was full.',
})

/** The first functions of every store: those of a worker come behind them. */
export const STAND_INS = [LOST_FUNCTION, LEFT_OUT_FUNCTION] as const satisfies {
  length: typeof STAND_IN_COUNT
}

/** Whether it is none of the guest's or the host's. */
export function isStandIn(definition: FunctionDefinition): boolean {
  return definition === LOST_FUNCTION || definition === LEFT_OUT_FUNCTION
}

/** A block whose calls are all of one function that stands in, began at `startNs` and took no time. */
export function createStandInBlock(functionIndex: number, startNs: number): CallBlock {
  const block = new CallBlock()
  block.functions.fill(functionIndex)
  block.outcomes.fill(CANCELLED)
  block.starts.fill(startNs)
  block.ends.fill(startNs)
  return block
}

/** A block of calls that were given up: it says where they stand, and nothing else of them. */
export function createLeftOutBlock(functionIndex: number, startNs: number): CallBlock {
  const block = createStandInBlock(functionIndex, startNs)
  block.isLeftOut = true
  return block
}
