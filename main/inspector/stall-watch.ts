/** Sees when calls of a session wait for long, and when they wait for what cannot come. */
import { makeError } from '../contract/error-codes.ts'
import type { StackFrame } from '../contract/calls.ts'
import type { CallId } from '../contract/ids.ts'
import type { StallInfo } from '../contract/sessions.ts'
import type { InspectorError } from '../contract/result.ts'
import { readCallRow, summarizeCall } from '../trace/call-row.ts'
import { isAllSuspended, listWaiting } from '../trace/waiting.ts'
import type { SessionWorker } from './session-worker.ts'

/** So often is looked while any call is suspended. Nothing moves for as long before a deadlock is considered. */
const CHECK_INTERVAL_MS = 1000
/** Stalled calls that are named. */
const NAMED_LIMIT = 20

/** What the watch needs of its session. */
export interface StallWatchOwner {
  /** After this time a suspended call counts as stalled. */
  stallMs(): number
  describeStack(callId: CallId): StackFrame[] | null
  /** To be called when {@link StallWatch.stall} is another. */
  changed(): void
  print(error: InspectorError): void
}

/** One for each worker. */
export class StallWatch {
  readonly #worker: SessionWorker
  readonly #owner: StallWatchOwner
  #timer: NodeJS.Timeout | null = null
  #stall: StallInfo | null = null
  /** How the trace stood at the last look. */
  #seen = ''
  readonly #probed = new Set<CallId>()
  #isStopped = false

  constructor(worker: SessionWorker, owner: StallWatchOwner) {
    this.#worker = worker
    this.#owner = owner
  }

  /** What waits for long, as far as it has been told. */
  get stall(): StallInfo | null {
    return this.#stall
  }

  /** To be called when the trace has grown. */
  note(): void {
    if (this.#isStopped || this.#timer) return
    if (this.#worker.trace.calls.suspended.size > 0) this.#arm()
    else this.#publish(null)
  }

  stop(): void {
    this.#isStopped = true
    if (this.#timer) clearTimeout(this.#timer)
    this.#publish(null)
  }

  #arm(): void {
    const intervalMs = Math.min(CHECK_INTERVAL_MS, this.#owner.stallMs())
    this.#timer = setTimeout(() => void this.#look(), intervalMs)
  }

  async #look(): Promise<void> {
    const { calls } = this.#worker.trace
    const overdue = this.#listOverdue()
    const state = this.#readState()
    const mayBeDeadlock = state === this.#seen && isAllSuspended(calls)
    this.#seen = state
    // All that wait belong to a deadlock, however short a time they have waited.
    const shown = mayBeDeadlock ? listWaiting(calls, Infinity) : overdue
    const isNew = shown.some((id) => !this.#probed.has(id))
    let isDeadlock = mayBeDeadlock && this.#stall?.isDeadlock === true
    if (shown.length > 0 && (isNew || (mayBeDeadlock && !isDeadlock))) {
      const named = shown.slice(0, NAMED_LIMIT)
      for (const id of named) this.#probed.add(id)
      const pending = await this.#worker.probe(named)
      if (this.#isStopped) return
      isDeadlock = mayBeDeadlock && pending?.length === 0 && state === this.#readState()
    }
    this.#publish(
      overdue.length > 0 || isDeadlock ? this.#describe(isDeadlock ? shown : overdue, isDeadlock) : null,
    )
    this.#timer = null
    if (calls.suspended.size > 0) this.#arm()
    else this.#publish(null)
  }

  /** Suspended for longer than the limit, oldest first, and not only because of a call inside. */
  #listOverdue(): CallId[] {
    return listWaiting(this.#worker.trace.calls, this.#worker.nowNs() - this.#owner.stallMs() * 1e6)
  }

  #readState(): string {
    const { calls, console } = this.#worker.trace
    return [calls.callCount, calls.running.size, calls.suspended.size, console.lineCount].join()
  }

  #describe(ids: readonly CallId[], isDeadlock: boolean): StallInfo {
    const { calls } = this.#worker.trace
    const nowNs = this.#worker.nowNs()
    return {
      callCount: ids.length,
      calls: ids.slice(0, NAMED_LIMIT).map((id) => summarizeCall(calls, id, nowNs)),
      isDeadlock,
    }
  }

  /** A state that says the same calls wait is no news, though they have waited longer. */
  #publish(stall: StallInfo | null): void {
    const before = this.#stall
    if (describeIdentity(stall) === describeIdentity(before)) return
    this.#stall = stall
    this.#owner.changed()
    if (stall?.isDeadlock && !before?.isDeadlock) this.#owner.print(this.#deadlockError(stall))
    else if (stall && !stall.isDeadlock && before === null) this.#owner.print(this.#stallError(stall))
    // A line of the console is no sign of life.
    this.#seen = this.#readState()
  }

  #stallError({ calls, callCount }: StallInfo): InspectorError {
    const seconds = this.#owner.stallMs() / 1000
    const [first] = calls
    const others = callCount > 1 ? `, and ${callCount - 1} more` : ''
    return makeError('CALL_STALLED', {
      why: `${this.#describeCall(first!.id)} for more than ${seconds} s${others}.`,
    })
  }

  #deadlockError({ calls, callCount }: StallInfo): InspectorError {
    const named = calls.slice(0, 3).map(({ id }) => this.#describeCall(id))
    const others = callCount > named.length ? `, and ${callCount - named.length} more` : ''
    return makeError('DEADLOCK', {
      why: `All calls in flight wait: ${named.join('; ')}${others}. No timer, file, socket or message is pending in the session's worker.`,
    })
  }

  /** `env.read(3, 1024) (#12), called by parse at parse.c:40`. */
  #describeCall(id: CallId): string {
    const { name, module, params } = readCallRow(this.#worker.trace.calls, id, 0)
    const values = params.map(({ value, preview }) => preview ?? String(value)).join(', ')
    const [frame] = this.#owner.describeStack(id) ?? []
    const line = frame?.file === undefined ? '' : ` at ${frame.file.split('/').at(-1)}:${frame.line ?? '?'}`
    return `${module}.${name}(${values}) (#${id})${frame ? `, called by ${frame.functionName}${line}` : ''}`
  }
}

function describeIdentity(stall: StallInfo | null): string {
  return stall === null ? '' : [stall.isDeadlock, stall.callCount, ...stall.calls.map(({ id }) => id)].join()
}
