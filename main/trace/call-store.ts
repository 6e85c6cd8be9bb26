/** The calls of one session in columns, as they arrive from its worker. */
import type { CallId, CallKind, CallOutcome, CallRow, CallSummary } from '../contract/model.ts'
import type { InspectorError } from '../contract/result.ts'
import { CallOrder } from './call-order.ts'
import { FloatColumn, WordColumn } from './column.ts'
import { DecodedStore } from './decoded-store.ts'
import type { FunctionDefinition } from './events.ts'
import { OUTCOMES } from './events.ts'
import { Overlaps } from './overlaps.ts'
import { StackStore } from './stack-store.ts'
import { ValueStore } from './value-store.ts'

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
    parentOf: (id) => this.#parents.get(id),
    startOf: (id) => this.#starts.get(id),
    endOf: (id) => (this.running.has(id) ? Infinity : this.#ends.get(id)),
    isActivation: (id) => this.kindOf(id) !== 'import',
    count: () => this.callCount,
  })
  readonly decoded = new DecodedStore()
  readonly definitions: FunctionDefinition[] = []
  /** The calls that have not ended. */
  readonly running = new Set<CallId>()
  /** The import calls in which a guest is suspended, in order of their suspension. */
  readonly suspended = new Set<CallId>()
  readonly #functions = new WordColumn()
  readonly #parents = new WordColumn()
  readonly #depths = new WordColumn()
  readonly #outcomes = new WordColumn()
  readonly #starts = new FloatColumn()
  readonly #ends = new FloatColumn()
  /** Of an import: its own. Of an export: the sum over the imports that it made. */
  readonly #hosts = new FloatColumn()
  readonly #suspensions = new FloatColumn()
  readonly #paramSlots = new FloatColumn()
  readonly #resultSlots = new FloatColumn()
  readonly #childCounts = new WordColumn()
  readonly #errors = new Map<CallId, InspectorError>()
  /** Errors by their text: a call that fails again and again fails alike. */
  readonly #errorTexts = new Map<string, InspectorError>()
  #errorSizeBytes = 0
  /** The import call that a running export is inside of; 0 for none. */
  readonly #insideOf = new WordColumn()

  get callCount(): number {
    return this.order.callCount
  }

  get sizeBytes(): number {
    const columns = [
      this.#functions,
      this.#parents,
      this.#depths,
      this.#outcomes,
      this.#starts,
      this.#ends,
      this.#hosts,
      this.#suspensions,
      this.#paramSlots,
      this.#resultSlots,
      this.#childCounts,
      this.#insideOf,
    ]
    const own = columns.reduce((sum, column) => sum + column.sizeBytes, this.#errorSizeBytes)
    const stores = [this.overlaps, this.order, this.values, this.stacks, this.decoded]
    return stores.reduce((sum, store) => sum + store.sizeBytes, own)
  }

  has(id: CallId): boolean {
    return id >= 1 && id <= this.callCount
  }

  begin(id: CallId, parent: CallId, functionIndex: number, startNs: number, paramSlot: number): void {
    this.order.add(id, parent)
    this.#functions.set(id, functionIndex)
    this.#parents.set(id, parent)
    this.#starts.set(id, startNs)
    this.#paramSlots.set(id, paramSlot)
    this.running.add(id)
    if (this.kindOf(id) !== 'import') this.overlaps.begin(id)
    if (parent === 0) return
    this.#depths.set(id, this.#depths.get(parent) + 1)
    this.#childCounts.set(parent, this.#childCounts.get(parent) + 1)
    if (this.kindOf(id) === 'import' && this.kindOf(parent) !== 'import') this.#insideOf.set(parent, id)
  }

  suspend(id: CallId, hostNs: number): void {
    this.#hosts.set(id, hostNs)
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
    this.#outcomes.set(id, outcome)
    this.#ends.set(id, endNs)
    this.#resultSlots.set(id, resultSlot)
    this.running.delete(id)
    this.suspended.delete(id)
    if (this.kindOf(id) !== 'import') return this.overlaps.end(id)
    this.#hosts.set(id, hostNs)
    this.#suspensions.set(id, suspendedNs)
    const parent = this.#parents.get(id)
    // Inside of another import's handler it is part of that one's time.
    if (parent === 0 || this.kindOf(parent) === 'import') return
    this.#hosts.set(parent, this.#hosts.get(parent) + hostNs)
    this.#suspensions.set(parent, this.#suspensions.get(parent) + suspendedNs)
    if (this.#insideOf.get(parent) === id) this.#insideOf.set(parent, 0)
  }

  kindOf(id: CallId): CallKind {
    return this.definitionOf(id).kind
  }

  functionIndexOf(id: CallId): number {
    return this.#functions.get(id)
  }

  definitionOf(id: CallId): FunctionDefinition {
    return this.definitions[this.#functions.get(id)]!
  }

  outcomeOf(id: CallId): CallOutcome {
    return OUTCOMES[this.#outcomes.get(id)]!
  }

  errorOf(id: CallId): InspectorError | null {
    return this.#errors.get(id) ?? null
  }

  parentOf(id: CallId): CallId | null {
    return this.#parents.get(id) || null
  }

  startOf(id: CallId): number {
    return this.#starts.get(id)
  }

  childCountOf(id: CallId): number {
    return this.#childCounts.get(id)
  }

  /** Splits a call's time; that of a running call up to `nowNs`. */
  timesOf(id: CallId, nowNs: number): CallTimes {
    const running = this.running.has(id)
    const totalNs = Math.max(0, (running ? nowNs : this.#ends.get(id)) - this.#starts.get(id))
    let hostNs = this.#hosts.get(id)
    let suspendedNs = this.#suspensions.get(id)
    if (this.kindOf(id) === 'import') {
      if (running && this.suspended.has(id)) suspendedNs = Math.max(0, totalNs - hostNs)
      else if (running) hostNs = totalNs
      return { totalNs, guestNs: 0, hostNs, suspendedNs }
    }
    const inside = running ? this.#insideOf.get(id) : 0
    if (inside !== 0) {
      const part = this.timesOf(inside, nowNs)
      hostNs += part.hostNs
      suspendedNs += part.suspendedNs
    }
    return { totalNs, guestNs: Math.max(0, totalNs - hostNs - suspendedNs), hostNs, suspendedNs }
  }

  /** The whole row of a call. */
  row(id: CallId, nowNs: number): CallRow {
    const definition = this.definitionOf(id)
    const outcome = this.#outcomes.get(id)
    const error = this.#errors.get(id)
    const decodedTexts = this.decoded.texts(id)
    return {
      id,
      parent: this.parentOf(id),
      depth: this.#depths.get(id),
      kind: definition.kind,
      module: definition.module,
      name: definition.name,
      params: this.values.read(this.#paramSlots.get(id), definition.params),
      results: outcome === RETURNED ? this.values.read(this.#resultSlots.get(id), definition.results) : null,
      outcome: OUTCOMES[outcome]!,
      suspended: this.#isSuspended(id),
      overlapped: this.overlaps.has(id),
      startNs: this.#starts.get(id),
      endNs: this.running.has(id) ? null : this.#ends.get(id),
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
      startNs: this.#starts.get(id),
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
      if (this.#starts.get(id) + this.#hosts.get(id) > beforeNs) break
      waiting.push(id)
    }
    if (waiting.length === 0) return waiting
    const outer = new Set<CallId>()
    for (const id of this.running) outer.add(this.#parents.get(id))
    return waiting.filter((id) => !outer.has(id))
  }

  /** The first `limit` calls made directly inside of a call. */
  childrenOf(id: CallId, limit: number): CallId[] {
    const children: CallId[] = []
    const wanted = Math.min(limit, this.#childCounts.get(id))
    const row = this.order.rowOf(id)
    for (let next = 1; children.length < wanted; next++) {
      const child = this.order.idAt(row + next)
      if (child === 0) break
      if (this.#parents.get(child) === id) children.push(child)
    }
    return children
  }

  /** An export is shown as suspended while the import that it is inside of is. */
  #isSuspended(id: CallId): boolean {
    return this.suspended.has(id) || this.suspended.has(this.#insideOf.get(id))
  }
}
