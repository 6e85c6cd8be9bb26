/** What is known of a call when it has ended, as session files have it. */
import type { CallBlock } from '../trace/call-block.ts'
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

/**
 * Reads a field of `count` calls from `values`, from `at` on, into a block, from `first` on. To be called for all of
 * them, in their order.
 */
export function setEndFields(
  field: EndField,
  block: CallBlock,
  first: number,
  count: number,
  values: Float64Array,
  at: number,
): void {
  const { starts, ends, hosts, suspensions } = block
  switch (field) {
    case 'outcome':
      return block.outcomes.set(values.subarray(at, at + count), first)
    case 'suspended':
      return suspensions.set(values.subarray(at, at + count), first)
    case 'children':
      return block.childCounts.set(values.subarray(at, at + count), first)
    case 'total':
      for (let index = first; index < first + count; index++) ends[index] = starts[index]! + values[at++]!
      return
    case 'rest':
      for (let index = first; index < first + count; index++) {
        hosts[index] = ends[index]! - starts[index]! - suspensions[index]! - values[at++]!
      }
      return
    case 'stack':
      for (let index = first; index < first + count; index++) {
        const stack = values[at++]!
        if (stack === 0 && block.stacks === null) continue
        block.makeStacks()[index] = stack
      }
  }
}
