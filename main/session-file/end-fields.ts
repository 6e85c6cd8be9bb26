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

/** Writes a field of `count` calls of a block, from `first` on, into `target` from `at` on. */
export function getEndFields(
  field: EndField,
  block: CallBlock,
  first: number,
  count: number,
  target: Float64Array,
  at: number,
): void {
  const { outcomes, starts, ends, hosts, suspensions } = block
  switch (field) {
    case 'outcome':
      return copy(outcomes, first, count, target, at)
    case 'children':
      return copy(block.childCounts, first, count, target, at)
    case 'stack':
      if (block.stacks) copy(block.stacks, first, count, target, at)
      else target.fill(0, at, at + count)
      return
    case 'total':
      for (let index = first; index < first + count; index++) {
        target[at++] = outcomes[index] === RUNNING ? 0 : ends[index]! - starts[index]!
      }
      return
    case 'suspended':
      for (let index = first; index < first + count; index++) {
        target[at++] = outcomes[index] === RUNNING ? 0 : suspensions[index]!
      }
      return
    case 'rest':
      for (let index = first; index < first + count; index++) {
        const restNs = ends[index]! - starts[index]! - hosts[index]! - suspensions[index]!
        target[at++] = outcomes[index] === RUNNING ? 0 : restNs
      }
  }
}

function copy(
  values: Uint8Array | Uint32Array,
  first: number,
  count: number,
  target: Float64Array,
  at: number,
): void {
  for (let offset = 0; offset < count; offset++) target[at + offset] = values[first + offset]!
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
