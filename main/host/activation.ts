import type { AsyncLocalStorage } from 'node:async_hooks'
import type { CallId } from '../contract/ids.ts'
import type { InspectorError } from '../contract/result.ts'
import type { Failure } from './failures.ts'
import type { GuestInstance } from './instance.ts'
import type { TracedFunction } from './recorder.ts'
import type { ShadowStackUse } from './shadow-stack.ts'

/** Where a guest is suspended: in an import call, or at a point at which its slice of time was over. */
export interface Suspension {
  /** Of the import: `module.name`; null at a point. */
  readonly name: string | null
  /** Takes the guest's frames at that place; empty where they were not kept. */
  readStack(): readonly number[]
  /** Unwinds the guest from here; the handler's own outcome no longer matters. */
  cancel(error: InspectorError): void
  /** Takes it back: the engine could not suspend the guest. An import call ends so; nobody waits for its handler. */
  refuse(failure: Failure): void
}

/**
 * One call of an export that is in progress. A guest's activation is sequential: it is inside at most one
 * import call at a time. Asynchronous context carries it through every suspension, into handlers and what they
 * await.
 */
export class Activation {
  readonly callId: CallId
  readonly parent: Activation | null
  readonly instance: GuestInstance
  readonly children = new Set<Activation>()
  /** The import call that the guest is inside of, whether its handler runs or waits. */
  importCallId: CallId = 0
  importFunction: TracedFunction | null = null
  suspendedIn: Suspension | null = null
  /** Whether host code called it, and goes on only when the guest is suspended or has returned. */
  callerWaits: boolean
  cancelledBy: InspectorError | null = null
  /** Where its frames in linear memory are, in a guest that keeps a stack there. */
  shadowStack: ShadowStackUse | null = null
  /**
   * What an import threw into the guest last, and the guest's frames that it went through: an export that ends
   * with the same value did not trap.
   */
  lastThrown: { value: unknown; failure: Failure; stack: readonly number[] } | null = null
  #hasEnded = false
  #abort: AbortController | null = null

  constructor(callId: CallId, parent: Activation | null, instance: GuestInstance, callerWaits: boolean) {
    this.callerWaits = callerWaits
    this.callId = callId
    this.instance = instance
    this.parent = parent
    parent?.children.add(this)
  }

  /** Fires when this activation is cancelled. Made when it is first asked for. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController()
    if (this.cancelledBy) this.#abort.abort(abortReason(this.cancelledBy))
    return this.#abort.signal
  }

  /**
   * Cancels what it called first, then itself: handlers hear their signal, each in the context of its own
   * call, before the guest is unwound.
   */
  cancel(error: InspectorError, activations: AsyncLocalStorage<Activation>): void {
    if (this.cancelledBy) return
    for (const child of this.children) child.cancel(error, activations)
    this.cancelledBy = error
    activations.run(this, () => this.#abort?.abort(abortReason(error)))
    this.suspendedIn?.cancel(error)
  }

  /** Calls `visit` for each import call in which it, or what it called, is suspended. */
  forEachSuspended(visit: (callId: CallId, suspended: Suspension) => void): void {
    if (this.suspendedIn && this.importFunction) visit(this.importCallId, this.suspendedIn)
    for (const child of this.children) child.forEachSuspended(visit)
  }

  /** Whether its guest runs, when some guest does: it is not inside of an import, not suspended, and not over. */
  get isComputing(): boolean {
    return this.importFunction === null && this.suspendedIn === null && !this.#hasEnded
  }

  /** Ends it: its parent no longer cancels it. */
  finish(): void {
    this.#hasEnded = true
    this.parent?.children.delete(this)
  }
}

function abortReason(error: InspectorError): DOMException {
  return new DOMException(`${error.what} ${error.why}`.trim(), 'AbortError')
}
