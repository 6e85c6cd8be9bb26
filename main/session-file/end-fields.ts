/** What is known of a call when it has ended, as session files have it. */
import type { CallBlock } from '../trace/call-block.ts'
import { BLOCK_LENGTH } from '../trace/call-block.ts'
import { OUTCOMES } from '../trace/events.ts'

const RUNNING = OUTCOMES.indexOf('running')

/**
 * In the order in which they are written. Of the total, the host's time is what the others leave; `rest` is the
 * guest's, and 0 for an import. All times of a call that runs are 0.
 */
export const END_FIELDS = ['outcome', 'total', 'suspended', 'rest', 'children', 'stack'] as const
export type EndField = (typeof END_FIELDS)[number]

export function getEndField(block: CallBlock, index: number, field: EndField): number {
  switch (field) {
    case 'outcome':
      return block.outcomes[index]!
    case 'total':
      return block.outcomes[index] === RUNNING ? 0 : block.ends[index]! - block.starts[index]!
    case 'suspended':
      return block.outcomes[index] === RUNNING ? 0 : block.suspensions[index]!
    case 'rest':
      if (block.outcomes[index] === RUNNING) return 0
      return block.ends[index]! - block.starts[index]! - block.hosts[index]! - block.suspensions[index]!
    case 'children':
      return block.childCounts[index]!
    case 'stack':
      return block.stacks?.[index] ?? 0
  }
}

/** To be called for all of them, in their order. */
export function setEndField(block: CallBlock, index: number, field: EndField, value: number): void {
  switch (field) {
    case 'outcome':
      block.outcomes[index] = value
      return
    case 'total':
      block.ends[index] = block.starts[index]! + value
      return
    case 'suspended':
      block.suspensions[index] = value
      return
    case 'rest':
      block.hosts[index] = block.ends[index]! - block.starts[index]! - block.suspensions[index]! - value
      return
    case 'children':
      block.childCounts[index] = value
      return
    case 'stack':
      if (value === 0 && block.stacks === null) return
      block.stacks ??= new Uint32Array(BLOCK_LENGTH)
      block.stacks[index] = value
  }
}
