/** What is known of a call when it has ended, as session files have it. */
import type { CallBlock } from '../trace/call-block.ts'
import type { FunctionDefinition } from '../trace/events.ts'
import { OUTCOMES } from '../trace/events.ts'
import type { SparseColumn } from '../trace/sparse-column.ts'

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
  definitions: readonly FunctionDefinition[],
  first: number,
  count: number,
  target: Float64Array,
  at: number,
): void {
  const { functions, outcomes, starts, ends, hosts, suspensions } = block
  switch (field) {
    case 'outcome':
      for (let index = first; index < first + count; index++) target[at++] = outcomes[index]!
      return
    case 'children':
      return copy(block.childCounts, first, count, target, at)
    case 'stack':
      return copy(block.stacks, first, count, target, at)
    case 'total':
      for (let index = first; index < first + count; index++) {
        target[at++] = outcomes[index] === RUNNING ? 0 : ends[index]! - starts[index]!
      }
      return
    case 'suspended':
      for (let index = first; index < first + count; index++) {
        target[at++] = outcomes[index] === RUNNING ? 0 : suspensions.get(index)
      }
      return
    case 'rest':
      for (let index = first; index < first + count; index++) {
        const hasNone = outcomes[index] === RUNNING || isImport(definitions, functions[index]!)
        const elsewhereNs = hosts.get(index) + suspensions.get(index)
        target[at++] = hasNone ? 0 : ends[index]! - starts[index]! - elsewhereNs
      }
  }
}

function copy(
  values: SparseColumn<Uint32Array>,
  first: number,
  count: number,
  target: Float64Array,
  at: number,
): void {
  for (let offset = 0; offset < count; offset++) target[at + offset] = values.get(first + offset)
}

/** Of one that a file has lost that is not known. */
function isImport(definitions: readonly FunctionDefinition[], functionIndex: number): boolean {
  return definitions[functionIndex]?.kind === 'import'
}

/**
 * Reads a field of `count` calls from `values`, from `at` on, into a block, from `first` on. To be called for all of
 * them, in their order.
 */
export function setEndFields(
  field: EndField,
  block: CallBlock,
  definitions: readonly FunctionDefinition[],
  first: number,
  count: number,
  values: Float64Array,
  at: number,
): void {
  const { functions, starts, ends, hosts, suspensions } = block
  switch (field) {
    case 'outcome':
      return block.outcomes.set(values.subarray(at, at + count), first)
    case 'suspended':
      return paste(values, at, suspensions, first, count)
    case 'children':
      return paste(values, at, block.childCounts, first, count)
    case 'stack':
      return paste(values, at, block.stacks, first, count)
    case 'total':
      for (let index = first; index < first + count; index++) ends[index] = starts[index]! + values[at++]!
      return
    case 'rest':
      for (let index = first; index < first + count; index++) {
        const restNs = values[at++]!
        if (isImport(definitions, functions[index]!)) continue
        hosts.set(index, ends[index]! - starts[index]! - suspensions.get(index) - restNs)
      }
  }
}

function paste(
  values: Float64Array,
  at: number,
  target: SparseColumn<Float64Array> | SparseColumn<Uint32Array>,
  first: number,
  count: number,
): void {
  for (let offset = 0; offset < count; offset++) target.set(first + offset, values[at + offset]!)
}
