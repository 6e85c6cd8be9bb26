/** The calls of one session in columns, as they arrive from its worker. */
import type { CallKind, CallOutcome } from '../contract/calls.ts'
import type { CallId } from '../contract/ids.ts'
import type { TypedValue } from '../contract/values.ts'
import type { InspectorError } from '../contract/result.ts'
import { CallOrder } from './call-order.ts'
import type { CallBlock, CallField, SparseCallField } from './call-block.ts'
import { BLOCK_LENGTH, CallBlocks, indexInBlock } from './call-block.ts'
import { CallPlacer } from './call-placer.ts'
import type { LeftOutRecord } from './left-out-blocks.ts'
import { DecodedStore } from './decoded-store.ts'
import { ErrorStore } from './error-store.ts'
import type { FunctionDefinition, SliceState } from './events.ts'
import { OUTCOMES } from './events.ts'
import { Overlaps } from './overlaps.ts'
import { PreviewStore } from './preview-store.ts'
import type { ReturnedCalls } from './returned-calls.ts'
import { addToBlocks } from './returned-calls.ts'
import { ScatteredCalls } from './scattered-calls.ts'
import { SliceTimes } from './slice-times.ts'
import type { RawStack } from './stack-store.ts'
import { StackStore } from './stack-store.ts'
import {
  createLeftOutBlock,
  isStandIn,
  LEFT_OUT_ERROR,
  LEFT_OUT_FUNCTION,
  LOST_ERROR,
  LOST_FUNCTION,
  STAND_INS,
} from './stand-ins.ts'
import { ValueLayouts } from './value-layout.ts'
import { WrittenCalls } from './written-calls.ts'

const RUNNING = OUTCOMES.indexOf('running')
const RETURNED = OUTCOMES.indexOf('returned')

/** How the time of a call divides up, in nanoseconds. */
export interface CallTimes {
  totalNs: number
  guestNs: number
  hostNs: number
  suspendedNs: number
}

/** How the times of calls of imports divide up, in nanoseconds. */
export type ReturnedTimes = Pick<CallTimes, 'hostNs' | 'suspendedNs'>

/** Calls by id, from 1. The caller sees to it that ids arrive in order. */
export class CallStore {
  readonly order = new CallOrder()
  readonly blocks = new CallBlocks((blockIndex, record) => this.#showLeftOut(blockIndex, record))
  readonly stacks = new StackStore()
  readonly slices = new SliceTimes()
  readonly overlaps = new Overlaps({
    parentOf: (id) => this.#read('parents', id),
    startOf: (id) => this.#read('starts', id),
    endOf: (id) => (this.running.has(id) ? Infinity : this.endOf(id)),
    isActivation: (id) => this.kindOf(id) !== 'import',
    count: () => this.callCount,
  })
  readonly scattered = new ScatteredCalls((id) => this.#read('parents', id))
  readonly decoded = new DecodedStore()
  readonly definitions: FunctionDefinition[] = [...STAND_INS]
  readonly layouts = new ValueLayouts(this.definitions)
  /** The calls that have not ended. */
  readonly running = new Set<CallId>()
  /** The import calls in which a guest is suspended, in order of their suspension. */
  readonly suspended = new Set<CallId>()
  readonly previews = new PreviewStore()
  readonly errors = new ErrorStore()
  readonly written = new WrittenCalls(this.blocks)
  /** None behind this one was passed over: see `passOver`. */
  passedOverUpTo: CallId = 0
  readonly #placer = new CallPlacer(this)
  /** The import call that a running export is inside of, where that one is recorded as running. */
  readonly #insideOf = new Map<CallId, CallId>()

  get callCount(): number {
    return this.order.callCount
  }

  get sizeBytes(): number {
    const stores = [this.blocks, this.overlaps, this.scattered, this.order]
    const texts = [this.stacks, this.decoded, this.errors, this.previews]
    return [...stores, ...texts].reduce((sum, store) => sum + store.sizeBytes, 0)
  }

  exists(id: CallId): boolean {
    return id >= 1 && id <= this.callCount
  }

  /** The functions that there are, without those that stand in for others. */
  listFunctions(): FunctionDefinition[] {
    // A file that was cut off may lack some.
    return this.definitions.filter((definition) => definition && !isStandIn(definition))
  }

  /** Whether more can be told of a call: of those that were passed over nothing is known. */
  has(id: CallId): boolean {
    return this.exists(id) && (id > this.passedOverUpTo || this.isKnown(id))
  }

  /** The number of a function that stands in for those of calls that nothing is known of. */
  standInIndex(standIn: (typeof STAND_INS)[number]): number {
    const index = this.definitions.indexOf(standIn)
    return index < 0 ? this.definitions.push(standIn) - 1 : index
  }

  /** Keeps the guest's stack at a call. */
  setStack(id: CallId, stack: RawStack): void {
    const block = this.blocks.block(id)
    block.stacks.set(indexInBlock(id), this.stacks.add(stack))
    this.written.noteChange(id)
  }

  /** Null for a call whose stack was not recorded. */
  stackOf(id: CallId): RawStack | null {
    return this.stacks.get(this.#readSparse('stacks', id))
  }

  /** Adds a call. Its arguments begin at `words[valuesWord]`. */
  begin(
    id: CallId,
    parent: CallId,
    functionIndex: number,
    startNs: number,
    words: Uint32Array,
    valuesWord: number,
  ): void {
    const block = this.blocks.extend(id)
    const index = indexInBlock(id)
    block.functions[index] = functionIndex
    block.parents[index] = parent
    block.starts[index] = startNs
    block.paramSlots[index] = block.values.append(words, valuesWord, this.layouts.of(functionIndex).params)
    if (parent === 0) this.#placer.addTopLevel(id)
    else this.#placer.addBelow(id, 1, parent)
    block.runningCount++
    this.running.add(id)
    const isImport = this.kindOf(id) === 'import'
    if (!isImport) this.overlaps.begin(id)
    else if (parent !== 0 && this.kindOf(parent) !== 'import') this.#insideOf.set(parent, id)
  }

  /** Adds calls of imports that have returned already; says what time they took together. */
  addReturned(calls: ReturnedCalls): ReturnedTimes {
    addToBlocks(calls, this.blocks, this.layouts)
    const { firstId, count, parents, starts, ends, hosts } = calls
    const sums = { hostNs: 0, suspendedNs: 0 }
    for (let from = 0; from < count;) {
      const parent = parents[from]!
      let [hostNs, totalNs] = [0, 0]
      let end = from
      for (; end < count && parents[end] === parent; end++) {
        hostNs += hosts[end]!
        totalNs += ends[end]! - starts[end]!
      }
      if (parent === 0) for (let at = from; at < end; at++) this.#placer.addTopLevel(firstId + at)
      else {
        this.#placer.addBelow(firstId + from, end - from, parent)
        this.#addToParent(parent, hostNs, totalNs - hostNs)
      }
      sums.hostNs += hostNs
      sums.suspendedNs += totalNs - hostNs
      from = end
    }
    return sums
  }

  /** The times of an import count for the export that made the call; inside of another import they are part of it. */
  #addToParent(parent: CallId, hostNs: number, suspendedNs: number): void {
    if (parent === 0) return
    const block = this.blocks.block(parent)
    const index = indexInBlock(parent)
    if (this.definitions[block.functions[index]!]!.kind === 'import') return
    block.hosts.set(index, block.hosts.get(index) + hostNs)
    block.suspensions.set(index, block.suspensions.get(index) + suspendedNs)
    if (block.outcomes[index] !== RUNNING) this.written.noteChange(parent)
  }

  suspend(id: CallId, hostNs: number): void {
    this.blocks.block(id).hosts.set(indexInBlock(id), hostNs)
    this.suspended.add(id)
  }

  /** Takes in that the guest in a running export was stopped, is held by a pause, or goes on. */
  slice(id: CallId, state: SliceState, timeNs: number): void {
    const { stacks } = this.blocks.block(id)
    // Where it was held says nothing of the call once it has gone on.
    if (state === 'resumed' && this.slices.isPaused(id)) stacks.set(indexInBlock(id), 0)
    this.slices.set(id, state, timeNs)
  }

  /** Ends a call. Where it returned, its results begin at `words[valuesWord]`. */
  end(
    id: CallId,
    outcome: number,
    endNs: number,
    hostNs: number,
    suspendedNs: number,
    words: Uint32Array,
    valuesWord: number,
  ): void {
    const block = this.blocks.block(id)
    const index = indexInBlock(id)
    const functionIndex = block.functions[index]!
    block.outcomes[index] = outcome
    block.ends[index] = endNs
    if (outcome === RETURNED) {
      const { params, results } = this.layouts.of(functionIndex)
      block.setResultSlot(index, block.values.append(words, valuesWord, results), params.wordCount)
    }
    block.runningCount--
    this.running.delete(id)
    this.written.noteChange(id)
    if (this.definitions[functionIndex]!.kind !== 'import') {
      block.suspensions.set(index, block.suspensions.get(index) + this.slices.stoppedNs(id, endNs))
      this.slices.delete(id)
      this.#insideOf.delete(id)
      this.overlaps.end(id)
      return
    }
    this.suspended.delete(id)
    block.suspensions.set(index, suspendedNs)
    const parent = block.parents[index]!
    this.#addToParent(parent, hostNs, suspendedNs)
    if (this.#insideOf.get(parent) === id) this.#insideOf.delete(parent)
  }

  /** What the imports took together that a running call of the guest has made, of those that have ended. */
  importTimesOf(id: CallId): ReturnedTimes {
    return { hostNs: this.#readSparse('hosts', id), suspendedNs: this.#readSparse('suspensions', id) }
  }

  /** Sets {@link importTimesOf} of a call that was adopted. */
  restoreImportTimes(id: CallId, { hostNs, suspendedNs }: ReturnedTimes): void {
    const block = this.blocks.block(id)
    block.hosts.set(indexInBlock(id), hostNs)
    block.suspensions.set(indexInBlock(id), suspendedNs)
  }

  /** Takes a call that was read from a file as one that runs. How it ends only memory will know. */
  adopt(id: CallId): void {
    const block = this.blocks.block(id)
    block.runningCount++
    block.changedCount++
    this.running.add(id)
  }

  #showLeftOut(blockIndex: number, { startNs, roots }: LeftOutRecord): CallBlock {
    const block = createLeftOutBlock(this.standInIndex(LEFT_OUT_FUNCTION), startNs)
    if (roots) block.roots.set(roots)
    else this.order.fillNewestRoots(blockIndex * BLOCK_LENGTH, block.roots)
    return block
  }

  kindOf(id: CallId): CallKind {
    return this.definitionOf(id).kind
  }

  functionIndexOf(id: CallId): number {
    return this.#read('functions', id)
  }

  definitionOf(id: CallId): FunctionDefinition {
    return this.definitions[this.#read('functions', id)]!
  }

  outcomeOf(id: CallId): CallOutcome {
    return OUTCOMES[this.#read('outcomes', id)]!
  }

  errorOf(id: CallId): InspectorError | null {
    const definition = this.definitionOf(id)
    if (definition === LOST_FUNCTION) return LOST_ERROR
    return definition === LEFT_OUT_FUNCTION ? LEFT_OUT_ERROR : this.errors.get(id)
  }

  /** Whether anything is known of a call but that there was one: a file may have lost it, or it was left out. */
  isKnown(id: CallId): boolean {
    return !isStandIn(this.definitionOf(id))
  }

  parentOf(id: CallId): CallId | null {
    return this.#read('parents', id) || null
  }

  /** The number, from 0, of the top-level call that a call is or lies inside of. */
  rootOf(id: CallId): number {
    return this.#read('roots', id)
  }

  /** The outermost call that a call lies inside of, or the call itself. */
  topLevelOf(id: CallId): CallId {
    return this.order.topLevelId(this.rootOf(id))
  }

  startOf(id: CallId): number {
    return this.#read('starts', id)
  }

  /** Of a call that has ended. */
  endOf(id: CallId): number {
    return this.#read('ends', id)
  }

  /** The import call in flight that a running call of the guest has made itself. */
  insideOf(id: CallId): CallId | null {
    return this.#insideOf.get(id) ?? null
  }

  /** When the guest was suspended in an import call. */
  suspendedSince(id: CallId): number {
    return this.#read('starts', id) + this.#readSparse('hosts', id)
  }

  childCountOf(id: CallId): number {
    return this.#readSparse('childCounts', id)
  }

  /** Splits a call's time; that of a running call up to `nowNs`. */
  timesOf(id: CallId, nowNs: number): CallTimes {
    const running = this.running.has(id)
    const totalNs = Math.max(0, (running ? nowNs : this.#read('ends', id)) - this.#read('starts', id))
    let hostNs = this.#readSparse('hosts', id)
    let suspendedNs = this.#readSparse('suspensions', id)
    if (this.kindOf(id) === 'import') {
      if (running && this.suspended.has(id)) suspendedNs = Math.max(0, totalNs - hostNs)
      else hostNs = totalNs - suspendedNs
      return { totalNs, guestNs: 0, hostNs, suspendedNs }
    }
    if (running) suspendedNs += this.slices.stoppedNs(id, nowNs)
    const inside = running ? this.#insideOf.get(id) : undefined
    if (inside !== undefined) {
      const part = this.timesOf(inside, nowNs)
      hostNs += part.hostNs
      suspendedNs += part.suspendedNs
    }
    return { totalNs, guestNs: Math.max(0, totalNs - hostNs - suspendedNs), hostNs, suspendedNs }
  }

  /** How deep a call lies inside of others, 0 at the top level. */
  depthOf(id: CallId): number {
    return this.#read('depths', id)
  }

  paramsOf(id: CallId): TypedValue[] {
    const { params } = this.layouts.of(this.functionIndexOf(id))
    const { values, paramSlots } = this.blocks.block(id)
    const slot = paramSlots[indexInBlock(id)]!
    return values.read(slot, this.definitionOf(id).params, params, this.previews.byHandle)
  }

  /** Of a call that returned. */
  resultsOf(id: CallId): TypedValue[] {
    const { params, results } = this.layouts.of(this.functionIndexOf(id))
    const block = this.blocks.block(id)
    const slot = block.resultSlotOf(indexInBlock(id), params.wordCount)
    return block.values.read(slot, this.definitionOf(id).results, results, this.previews.byHandle)
  }

  /** The row of a call. */
  rowOf(id: CallId): number {
    return this.order.rowOf(id, this.rootOf(id))
  }

  /** Whether its guest is suspended: an export is while the import that it is inside of is. */
  isSuspended(id: CallId): boolean {
    const inside = this.#insideOf.get(id)
    return this.suspended.has(id) || (inside !== undefined && this.suspended.has(inside))
  }

  #read(field: CallField, id: CallId): number {
    return this.blocks.block(id)[field][indexInBlock(id)]!
  }

  #readSparse(field: SparseCallField, id: CallId): number {
    return this.blocks.block(id)[field].get(indexInBlock(id))
  }
}
