/** The calls of one session in columns, as they arrive from its worker. */
import type { CallId, CallKind, CallOutcome, CallRow, CallSummary } from '../contract/model.ts'
import type { InspectorError } from '../contract/result.ts'
import { CallOrder } from './call-order.ts'
import type { CallBlock, CallField } from './call-block.ts'
import { CallBlocks } from './call-block.ts'
import { DecodedStore } from './decoded-store.ts'
import type { FunctionDefinition } from './events.ts'
import { OUTCOMES } from './events.ts'
import { Overlaps } from './overlaps.ts'
import { StackStore } from './stack-store.ts'
import { ValueStore } from './value-store.ts'

/** Deeper calls are shown as this deep. */
const DEEPEST = 0xffff
const RETURNED = OUTCOMES.indexOf('returned')
/** What an entry of a Map takes, about. */
const MAP_ENTRY_BYTES = 48
/** An error is kept as text and as object, in characters of up to two bytes. */
const ERROR_COPIES = 4

/** How the time of a call divides up, in nanoseconds. */
export interface CallTimes {
  totalNs: number
  guestNs: number
  hostNs: number
  suspendedNs: number
}

/** Calls by id, from 1. The caller sees to it that ids arrive in order. */
export class CallStore {
  readonly order = new CallOrder()
  readonly values = new ValueStore()
  readonly stacks = new StackStore()
  readonly overlaps = new Overlaps({
    parentOf: (id) => this.#read('parents', id),
    startOf: (id) => this.#read('starts', id),
    endOf: (id) => (this.running.has(id) ? Infinity : this.#read('ends', id)),
    isActivation: (id) => this.kindOf(id) !== 'import',
    count: () => this.callCount,
  })
  readonly decoded = new DecodedStore()
  readonly definitions: FunctionDefinition[] = []
  /** The calls that have not ended. */
  readonly running = new Set<CallId>()
  /** The import calls in which a guest is suspended, in order of their suspension. */
  readonly suspended = new Set<CallId>()
  readonly #blocks = new CallBlocks()
  readonly #errors = new Map<CallId, InspectorError>()
  /** Errors by their text: a call that fails again and again fails alike. */
  readonly #errorTexts = new Map<string, InspectorError>()
  #errorSizeBytes = 0
  /** The import call that a running export is inside of, where that one is recorded as running. */
  readonly #insideOf = new Map<CallId, CallId>()

  get callCount(): number {
    return this.order.callCount
  }

  get sizeBytes(): number {
    const own = this.#blocks.sizeBytes + this.#errorSizeBytes
    const stores = [this.overlaps, this.order, this.values, this.stacks, this.decoded]
    return stores.reduce((sum, store) => sum + store.sizeBytes, own)
  }

  has(id: CallId): boolean {
    return id >= 1 && id <= this.callCount
  }

  define(functionIndex: number, definition: FunctionDefinition): void {
    this.definitions[functionIndex] = definition
  }

  paramCountOf(functionIndex: number): number {
    return this.definitions[functionIndex]!.params.length
  }

  resultCountOf(functionIndex: number): number {
    return this.definitions[functionIndex]!.results.length
  }

  begin(id: CallId, parent: CallId, functionIndex: number, startNs: number, paramSlot: number): void {
    this.#add(id, parent, functionIndex, startNs, paramSlot)
    this.running.add(id)
    const isImport = this.kindOf(id) === 'import'
    if (!isImport) this.overlaps.begin(id)
    else if (parent !== 0 && this.kindOf(parent) !== 'import') this.#insideOf.set(parent, id)
  }

  /** Adds a call of an import that has returned already, and was the host's from beginning to end. */
  addReturned(
    id: CallId,
    parent: CallId,
    functionIndex: number,
    startNs: number,
    endNs: number,
    paramSlot: number,
    resultSlot: number,
  ): void {
    const block = this.#add(id, parent, functionIndex, startNs, paramSlot)
    const index = this.#blocks.index(id)
    block.outcomes[index] = RETURNED
    block.ends[index] = endNs
    block.hosts[index] = endNs - startNs
    block.resultSlots[index] = resultSlot
    this.#addToParent(parent, endNs - startNs, 0)
  }

  #add(id: CallId, parent: CallId, functionIndex: number, startNs: number, paramSlot: number): CallBlock {
    this.order.add(id, parent)
    const block = this.#blocks.extend(id)
    const index = this.#blocks.index(id)
    block.functions[index] = functionIndex
    block.parents[index] = parent
    block.starts[index] = startNs
    block.paramSlots[index] = paramSlot
    if (parent !== 0) {
      const parentBlock = this.#blocks.block(parent)
      const parentIndex = this.#blocks.index(parent)
      block.depths[index] = Math.min(parentBlock.depths[parentIndex]! + 1, DEEPEST)
      parentBlock.childCounts[parentIndex]!++
    }
    return block
  }

  /** The times of an import count for the export that made the call; inside of another import they are part of it. */
  #addToParent(parent: CallId, hostNs: number, suspendedNs: number): void {
    if (parent === 0 || this.kindOf(parent) === 'import') return
    const block = this.#blocks.block(parent)
    const index = this.#blocks.index(parent)
    block.hosts[index]! += hostNs
    block.suspensions[index]! += suspendedNs
  }

  suspend(id: CallId, hostNs: number): void {
    this.#blocks.block(id).hosts[this.#blocks.index(id)] = hostNs
    this.suspended.add(id)
  }

  /** Keeps why a call failed, given as JSON. */
  fail(id: CallId, errorText: string): void {
    let error = this.#errorTexts.get(errorText)
    if (!error) {
      error = JSON.parse(errorText) as InspectorError
      this.#errorTexts.set(errorText, error)
      this.#errorSizeBytes += ERROR_COPIES * errorText.length
    }
    this.#errors.set(id, error)
    this.#errorSizeBytes += MAP_ENTRY_BYTES
  }

  end(
    id: CallId,
    outcome: number,
    endNs: number,
    hostNs: number,
    suspendedNs: number,
    resultSlot: number,
  ): void {
    const block = this.#blocks.block(id)
    const index = this.#blocks.index(id)
    block.outcomes[index] = outcome
    block.ends[index] = endNs
    block.resultSlots[index] = resultSlot
    this.running.delete(id)
    if (this.kindOf(id) !== 'import') {
      this.#insideOf.delete(id)
      this.overlaps.end(id)
      return
    }
    this.suspended.delete(id)
    block.hosts[index] = hostNs
    block.suspensions[index] = suspendedNs
    const parent = block.parents[index]!
    this.#addToParent(parent, hostNs, suspendedNs)
    if (this.#insideOf.get(parent) === id) this.#insideOf.delete(parent)
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
    return this.#errors.get(id) ?? null
  }

  parentOf(id: CallId): CallId | null {
    return this.#read('parents', id) || null
  }

  startOf(id: CallId): number {
    return this.#read('starts', id)
  }

  /** The import call in flight that a running call of the guest has made itself. */
  insideOf(id: CallId): CallId | null {
    return this.#insideOf.get(id) ?? null
  }

  childCountOf(id: CallId): number {
    return this.#read('childCounts', id)
  }

  /** Splits a call's time; that of a running call up to `nowNs`. */
  timesOf(id: CallId, nowNs: number): CallTimes {
    const running = this.running.has(id)
    const totalNs = Math.max(0, (running ? nowNs : this.#read('ends', id)) - this.#read('starts', id))
    let hostNs = this.#read('hosts', id)
    let suspendedNs = this.#read('suspensions', id)
    if (this.kindOf(id) === 'import') {
      if (running && this.suspended.has(id)) suspendedNs = Math.max(0, totalNs - hostNs)
      else if (running) hostNs = totalNs
      return { totalNs, guestNs: 0, hostNs, suspendedNs }
    }
    const inside = running ? this.#insideOf.get(id) : undefined
    if (inside !== undefined) {
      const part = this.timesOf(inside, nowNs)
      hostNs += part.hostNs
      suspendedNs += part.suspendedNs
    }
    return { totalNs, guestNs: Math.max(0, totalNs - hostNs - suspendedNs), hostNs, suspendedNs }
  }

  /** The whole row of a call. */
  row(id: CallId, nowNs: number): CallRow {
    const definition = this.definitionOf(id)
    const outcome = this.#read('outcomes', id)
    const error = this.#errors.get(id)
    const decodedTexts = this.decoded.texts(id)
    return {
      id,
      parent: this.parentOf(id),
      depth: this.#read('depths', id),
      kind: definition.kind,
      module: definition.module,
      name: definition.name,
      params: this.values.read(this.#read('paramSlots', id), definition.params),
      results:
        outcome === RETURNED ? this.values.read(this.#read('resultSlots', id), definition.results) : null,
      outcome: OUTCOMES[outcome]!,
      suspended: this.#isSuspended(id),
      overlapped: this.overlaps.has(id),
      startNs: this.#read('starts', id),
      endNs: this.running.has(id) ? null : this.#read('ends', id),
      ...this.timesOf(id, nowNs),
      errorText: error ? error.why || error.what : null,
      ...(decodedTexts.length > 0 ? { decodedTexts } : {}),
    }
  }

  summary(id: CallId, nowNs: number): CallSummary {
    const { kind, module, name } = this.definitionOf(id)
    const { totalNs, hostNs, suspendedNs } = this.timesOf(id, nowNs)
    return {
      id,
      kind,
      module,
      name,
      outcome: this.outcomeOf(id),
      suspended: this.#isSuspended(id),
      startNs: this.#read('starts', id),
      totalNs,
      hostNs,
      suspendedNs,
    }
  }

  /** Whether every call in flight is suspended. */
  isAllSuspended(): boolean {
    for (const id of this.running) if (!this.#isSuspended(id)) return false
    return this.running.size > 0
  }

  /**
   * The import calls suspended since before `beforeNs`, oldest first, that have no call in flight inside: what the
   * guest waits for in the end.
   */
  listWaiting(beforeNs: number): CallId[] {
    const waiting: CallId[] = []
    for (const id of this.suspended) {
      if (this.#read('starts', id) + this.#read('hosts', id) > beforeNs) break
      waiting.push(id)
    }
    if (waiting.length === 0) return waiting
    const outer = new Set<CallId>()
    for (const id of this.running) outer.add(this.#read('parents', id))
    return waiting.filter((id) => !outer.has(id))
  }

  /** The first `limit` calls made directly inside of a call. */
  childrenOf(id: CallId, limit: number): CallId[] {
    const children: CallId[] = []
    const wanted = Math.min(limit, this.#read('childCounts', id))
    const row = this.order.rowOf(id)
    for (let next = 1; children.length < wanted; next++) {
      const child = this.order.idAt(row + next)
      if (child === 0) break
      if (this.#read('parents', child) === id) children.push(child)
    }
    return children
  }

  /** An export is shown as suspended while the import that it is inside of is. */
  #isSuspended(id: CallId): boolean {
    const inside = this.#insideOf.get(id)
    return this.suspended.has(id) || (inside !== undefined && this.suspended.has(inside))
  }

  #read(field: CallField, id: CallId): number {
    return this.#blocks.block(id)[field][this.#blocks.index(id)]!
  }
}
