/** Looks at one call after the other, in its block, without making an object of any. */
import type { CallOutcome } from '../contract/calls.ts'
import type { CallId } from '../contract/ids.ts'
import type { InspectorError } from '../contract/result.ts'
import type { FilteredCall } from '../filter/call.ts'
import type { CallBlock } from './call-block.ts'
import { blockIndexOf, indexInBlock } from './call-block.ts'
import type { CallStore, CallTimes } from './call-store.ts'
import { OUTCOMES } from './events.ts'

const RUNNING = OUTCOMES.indexOf('running')
const RETURNED = OUTCOMES.indexOf('returned')
const NO_TEXTS: readonly string[] = []

/** Stands at one call. */
export class CallCursor implements FilteredCall {
  id: CallId = 0
  readonly #calls: CallStore
  #nowNs = 0
  #block!: CallBlock
  #blockIndex = -1
  #index = 0
  /** Of a running call, once one of its times was asked for. */
  #runningTimes: CallTimes | null = null
  readonly #words = new Uint32Array(2)
  readonly #floats = new Float64Array(this.#words.buffer)

  constructor(calls: CallStore) {
    this.#calls = calls
  }

  /** Takes the store as it is now: to be called whenever it may have changed. */
  begin(nowNs: number): void {
    this.#nowNs = nowNs
    this.#blockIndex = -1
  }

  /** Goes to a call that there is. */
  moveTo(id: CallId): void {
    const blockIndex = blockIndexOf(id)
    if (blockIndex !== this.#blockIndex) {
      this.#block = this.#calls.blocks.block(id)
      this.#blockIndex = blockIndex
    }
    this.id = id
    this.#index = indexInBlock(id)
    this.#runningTimes = null
  }

  get functionIndex(): number {
    return this.#block.functions[this.#index]!
  }

  get parent(): number {
    return this.#block.parents[this.#index]!
  }

  get depth(): number {
    return this.#block.depths[this.#index]!
  }

  get outcome(): CallOutcome {
    return OUTCOMES[this.#block.outcomes[this.#index]!]!
  }

  get isRunning(): boolean {
    return this.#block.outcomes[this.#index] === RUNNING
  }

  get hasReturned(): boolean {
    return this.#block.outcomes[this.#index] === RETURNED
  }

  get startNs(): number {
    return this.#block.starts[this.#index]!
  }

  get endNs(): number {
    return this.isRunning ? NaN : this.#block.ends[this.#index]!
  }

  get totalNs(): number {
    if (this.isRunning) return this.#times().totalNs
    return Math.max(0, this.#block.ends[this.#index]! - this.#block.starts[this.#index]!)
  }

  get guestNs(): number {
    if (this.isRunning) return this.#times().guestNs
    if (this.#isImport) return 0
    return Math.max(0, this.totalNs - this.hostNs - this.suspendedNs)
  }

  get hostNs(): number {
    if (this.isRunning) return this.#times().hostNs
    return this.#isImport ? this.totalNs - this.suspendedNs : this.#block.hosts.get(this.#index)
  }

  get suspendedNs(): number {
    return this.isRunning ? this.#times().suspendedNs : this.#block.suspensions.get(this.#index)
  }

  get isOverlapped(): boolean {
    return this.#calls.overlaps.has(this.id)
  }

  get stackNumber(): number {
    return this.#block.stacks.get(this.#index)
  }

  get error(): InspectorError | null {
    return this.hasReturned ? null : this.#calls.errorOf(this.id)
  }

  get decodedTexts(): readonly string[] {
    const { decoded } = this.#calls
    return decoded.sizeBytes === 0 ? NO_TEXTS : decoded.rawTexts(this.id)
  }

  lowWord(field: 'arg' | 'result', index: number): number {
    return this.#block.values.words[this.#slotOf(field, index)]!
  }

  highWord(field: 'arg' | 'result', index: number): number {
    return this.#block.values.words[this.#slotOf(field, index) + 1]!
  }

  float(field: 'arg' | 'result', index: number): number {
    const { words } = this.#block.values
    const at = this.#slotOf(field, index)
    this.#words[0] = words[at]!
    this.#words[1] = words[at + 1]!
    return this.#floats[0]!
  }

  #slotOf(field: 'arg' | 'result', index: number): number {
    const { params, results } = this.#calls.layouts.of(this.functionIndex)
    if (field === 'arg') return this.#block.paramSlots[this.#index]! + params.offsets[index]!
    return this.#block.resultSlotOf(this.#index, params.wordCount) + results.offsets[index]!
  }

  get #isImport(): boolean {
    return this.#calls.definitions[this.functionIndex]!.kind === 'import'
  }

  #times(): CallTimes {
    this.#runningTimes ??= this.#calls.timesOf(this.id, this.#nowNs)
    return this.#runningTimes
  }
}
