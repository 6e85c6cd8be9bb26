/**
 * Calls of imports that had returned when the trace heard of them first, as nearly all have, in columns: what is done
 * for each column in turn costs a fraction of what it would for each call.
 */
import type { CallId } from '../contract/ids.ts'
import type { CallBlock, CallBlocks } from './call-block.ts'
import { BLOCK_LENGTH, indexInBlock } from './call-block.ts'
import { OUTCOMES } from './events.ts'
import type { ValueLayouts } from './value-layout.ts'

const RETURNED = OUTCOMES.indexOf('returned')
const CAPACITY = 256
const FIRST_WORDS = 1024

/** Calls with consecutive ids, in order of entry and of their ends. */
export class ReturnedCalls {
  firstId: CallId = 1
  count = 0
  readonly functions = new Uint32Array(CAPACITY)
  readonly parents = new Uint32Array(CAPACITY)
  readonly starts = new Float64Array(CAPACITY)
  readonly ends = new Float64Array(CAPACITY)
  /** The host's part of their time in nanoseconds; for the rest of it the guest was suspended. */
  readonly hosts = new Float64Array(CAPACITY)
  /** Arguments and results of each, two words to a value. */
  words = new Uint32Array(FIRST_WORDS)
  wordCount = 0

  get isFull(): boolean {
    return this.count === CAPACITY
  }

  /** Adds the next call; `id` counts for the first one. Its times follow, at the place that is returned. */
  add(
    id: CallId,
    parent: CallId,
    functionIndex: number,
    words: Uint32Array,
    valuesWord: number,
    wordCount: number,
  ): number {
    const at = this.count++
    if (at === 0) this.firstId = id
    this.functions[at] = functionIndex
    this.parents[at] = parent
    const begin = this.wordCount
    const end = begin + wordCount
    if (end > this.words.length) this.#grow(end)
    for (let word = 0; word < wordCount; word++) this.words[begin + word] = words[valuesWord + word]!
    this.wordCount = end
    return at
  }

  clear(): void {
    this.count = 0
    this.wordCount = 0
  }

  #grow(wordCount: number): void {
    const grown = new Uint32Array(2 * wordCount)
    grown.set(this.words)
    this.words = grown
  }
}

/** Adds the calls to their blocks, all but what depends on the calls that they lie inside of. */
export function addToBlocks(calls: ReturnedCalls, blocks: CallBlocks, layouts: ValueLayouts): void {
  const { firstId, count } = calls
  let word = 0
  for (let from = 0; from < count;) {
    const first = indexInBlock(firstId + from)
    const end = Math.min(count, from + BLOCK_LENGTH - first)
    word = addToBlock(calls, from, end, word, blocks.extend(firstId + from), first, layouts)
    from = end
  }
}

/** Adds the calls from `from` up to `end`, whose values begin at `word`; returns where those of the next ones begin. */
function addToBlock(
  { functions, parents, starts, ends, hosts, words }: ReturnedCalls,
  from: number,
  end: number,
  word: number,
  block: CallBlock,
  first: number,
  layouts: ValueLayouts,
): number {
  let next = word
  for (let at = from; at < end; at++) {
    const index = first + at - from
    const functionIndex = functions[at]!
    block.functions[index] = functionIndex
    block.parents[index] = parents[at]!
    block.outcomes[index] = RETURNED
    block.starts[index] = starts[at]!
    block.ends[index] = ends[at]!
    const suspendedNs = ends[at]! - starts[at]! - hosts[at]!
    if (suspendedNs !== 0) block.suspensions.set(index, suspendedNs)
    const { all } = layouts.of(functionIndex)
    block.paramSlots[index] = block.values.append(words, next, all)
    next += 2 * all.encodings.length
  }
  return next
}
