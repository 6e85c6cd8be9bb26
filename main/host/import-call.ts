/** A call of an import that waits or fails: what its wrapper leaves to be done later. */
import { makeError } from '../contract/error-codes.ts'
import type { CallId } from '../contract/ids.ts'
import type { InspectorError } from '../contract/result.ts'
import type { Activation, Suspension } from './activation.ts'
import type { CallReader } from './call-reader.ts'
import type { Failure } from './failures.ts'
import { GuestExit, HandlerError, hostFailure, isSuspendError } from './failures.ts'
import type { Waiter } from './ignored-signals.ts'
import { relay } from './ignored-signals.ts'
import type { BoundarySettings } from './imports.ts'
import type { TracedFunction } from './recorder.ts'
import { listResults } from './recorder.ts'
import type { ResultCheck } from './results.ts'

/** An import, as its calls need it. */
export interface WrappedImport {
  settings: BoundarySettings
  traced: TracedFunction
  /** `module.name`, for people. */
  name: string
  check: ResultCheck
}

/** What is known of a call when its handler is called. */
export interface ImportCallStart {
  activation: Activation | null
  /** The import call around this one; 0 where there is none. */
  outerCallId: CallId
  outerFunction: TracedFunction | null
  /** 0 for one that is not recorded. */
  callId: CallId
  startNs: number
  /** The guest's frames, once they are recorded. */
  stack: readonly number[] | null
  /** That with which it was entered: another may have been set since. */
  reader: CallReader | null
  values: readonly unknown[]
}

/** Whether a handler has returned a promise, or what serves as one. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  )
}

/** What a handler that was marked with `sync` threw, as it were, when it returned a promise. */
export function promiseRefused(name: string): HandlerError {
  return new HandlerError(makeError('HOST_SYNC_PROMISE', { why: `${name} did.` }))
}

/** Records what out-parameters point at now that the guest is about to go on. */
export function recordReturn(
  { traced, settings }: WrappedImport,
  reader: CallReader,
  callId: CallId,
  values: readonly unknown[],
  returned: unknown,
  activation: Activation | null,
): void {
  const memory = activation?.instance.pointedMemory ?? null
  const decoded = reader.readReturn(values, listResults(traced, returned), memory)
  if (decoded !== null) settings.recorder.decoded(callId, decoded)
}

/** One call. */
export class ImportCall implements Suspension {
  readonly #import: WrappedImport
  readonly #activation: Activation | null
  readonly #outerCallId: CallId
  readonly #outerFunction: TracedFunction | null
  readonly #callId: CallId
  readonly #startNs: number
  readonly #stack: readonly number[] | null
  readonly #reader: CallReader | null
  readonly #values: readonly unknown[]
  /** The handler's own part, up to its promise. */
  #hostNs = 0
  #failure: Failure | null = null
  /** Settle what the guest waits for, once it does. */
  #resolve: ((result: unknown) => void) | null = null
  #reject: ((thrown: unknown) => void) | null = null
  #waiter: Waiter | null = null
  /** Whether what is to be done before the guest goes on is done right before, and not when the promise settles. */
  #resumesLater = false
  /** What the activation is suspended in all the while, where the guest was called directly from there. */
  #outerSuspension: Suspension | null = null
  #readLater: (() => number[]) | null = null

  constructor(imported: WrappedImport, start: ImportCallStart) {
    this.#import = imported
    // Each by itself, so that the engine never makes the object that they come in.
    this.#activation = start.activation
    this.#outerCallId = start.outerCallId
    this.#outerFunction = start.outerFunction
    this.#callId = start.callId
    this.#startNs = start.startNs
    this.#stack = start.stack
    this.#reader = start.reader
    this.#values = start.values
  }

  /**
   * Suspends the guest until `returned` settles; returns the promise that the engine waits for. Our reactions to it
   * are registered before the engine's, so they run in the microtask right before the guest goes on: that is when
   * the suspension ends. Where neither its time nor the place of its stack is kept, `returned` has to settle and no
   * more, which saves a promise.
   */
  suspend(returned: unknown): Promise<unknown> {
    const { recorder, stacks } = this.#import.settings
    const activation = this.#activation
    const callId = this.#callId
    const startNs = this.#startNs
    if (callId !== 0) {
      this.#hostNs = recorder.nowNs() - startNs
      recorder.suspend(callId, this.#hostNs)
    }
    activation?.instance.shadowStacks?.suspend(activation)
    const settled = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    if (callId !== 0 || activation?.instance.shadowStacks) {
      this.#resumesLater = true
      settled.then(
        (result) => this.#resume(result),
        (thrown: unknown) => this.#resumeWith(thrown),
      )
    }
    const waiter: Waiter = { call: this, isSettled: false }
    this.#waiter = waiter
    if (activation) {
      if (callId !== 0 && this.#stack === null) this.#readLater = stacks.sample(startNs)
      this.#outerSuspension = activation.suspendedIn
      activation.suspendedIn = this
      activation.callerWaits = false
    }
    relay(returned, waiter)
    return settled
  }

  /** To be called with what the handler's promise resolved to. */
  onResolved(result: unknown): void {
    let checked: unknown
    try {
      checked = this.#import.check(result)
    } catch (thrown) {
      return this.onRejected(thrown)
    }
    if (!this.#resumesLater) this.#resume(checked)
    this.#resolve!(checked)
  }

  /** To be called with what it rejected with. */
  onRejected(thrown: unknown): void {
    this.#failure ??= this.#explain(thrown)
    const thrownOn = this.#throwOn(thrown)
    if (!this.#resumesLater) this.#resumeWith(thrownOn)
    this.#reject!(thrownOn)
  }

  get name(): string {
    return this.#import.name
  }

  readStack(): readonly number[] {
    return this.#readLater?.() ?? []
  }

  cancel(error: InspectorError): void {
    const { settings, name } = this.#import
    this.#failure = { outcome: 'cancelled', error }
    settings.ignoredSignals.watch(name, this.#waiter!)
    this.onRejected(settings.trap)
  }

  refuse({ outcome, error }: Failure): void {
    this.#waiter!.call = null
    if (this.#activation) this.#activation.suspendedIn = this.#outerSuspension
    const callId = this.#callId
    if (callId === 0) return
    const { recorder } = this.#import.settings
    const endNs = recorder.nowNs()
    recorder.exitFailed(callId, outcome, error, endNs, this.#hostNs, endNs - this.#startNs - this.#hostNs)
  }

  /** Records that its handler threw; returns what is to be thrown into the guest. */
  fail(thrown: unknown): unknown {
    const { settings } = this.#import
    const callId = this.#callId
    const failure = this.#explain(thrown)
    const thrownOn = this.#throwOn(thrown)
    const endNs = callId === 0 ? 0 : settings.recorder.nowNs()
    this.#leave()
    this.#keep(thrownOn, failure, this.#stack ?? settings.stacks.capture(thrown))
    if (callId !== 0) {
      settings.recorder.exitFailed(callId, failure.outcome, failure.error, endNs, endNs - this.#startNs, 0)
    }
    return thrownOn
  }

  /** A guest that exits is unwound by the trap: it could catch anything else. */
  #throwOn(thrown: unknown): unknown {
    return thrown instanceof GuestExit ? this.#import.settings.trap : thrown
  }

  #resume(result: unknown): void {
    this.#goOn()
    const callId = this.#callId
    if (callId === 0) return
    const { settings, traced } = this.#import
    const { recorder } = settings
    const reader = this.#reader
    const endNs = recorder.nowNs()
    if (reader !== null) recordReturn(this.#import, reader, callId, this.#values, result, this.#activation)
    recorder.exitReturned(traced, callId, result, endNs, this.#hostNs, endNs - this.#startNs - this.#hostNs)
  }

  #resumeWith(thrown: unknown): void {
    const failure = (this.#failure ??= this.#explain(thrown))
    this.#goOn()
    const { settings } = this.#import
    const callId = this.#callId
    // The trap that a call is unwound with was made elsewhere.
    const isOwn = thrown !== settings.trap
    this.#keep(thrown, failure, this.#stack ?? (isOwn ? settings.stacks.readThrown(thrown) : []))
    if (callId === 0) return
    const endNs = settings.recorder.nowNs()
    const suspendedNs = endNs - this.#startNs - this.#hostNs
    settings.recorder.exitFailed(callId, failure.outcome, failure.error, endNs, this.#hostNs, suspendedNs)
  }

  /** How its handler failed; ends the call in which the engine could not suspend the guest, if it was that. */
  #explain(thrown: unknown): Failure {
    const activation = this.#activation
    // A handler may have called a function of the guest that exited: nothing but its trap has come through.
    const inner = activation?.lastThrown
    if (inner && inner.value === thrown && inner.failure.outcome === 'exited') return inner.failure
    const refused = isSuspendError(thrown) && activation !== null ? activation.suspendedIn : null
    if (activation === null || refused === null || refused === this) return hostFailure(thrown, this.name)
    const failure = hostFailure(thrown, this.name, {
      importName: refused.name,
      findExport: activation.instance.findExport,
    })
    refused.refuse(failure)
    return failure
  }

  #goOn(): void {
    this.#leave()
    const activation = this.#activation
    activation?.instance.shadowStacks?.resume(activation)
  }

  #leave(): void {
    const activation = this.#activation
    if (!activation) return
    activation.importCallId = this.#outerCallId
    activation.importFunction = this.#outerFunction
    activation.suspendedIn = null
  }

  /** Keeps what goes through the guest, to know it again at the export; records the frames that it goes through. */
  #keep(value: unknown, failure: Failure, stack: readonly number[]): void {
    const callId = this.#callId
    if (callId !== 0 && this.#stack === null) this.#import.settings.recorder.stack(callId, stack)
    if (this.#activation) this.#activation.lastThrown = { value, failure, stack }
  }
}
