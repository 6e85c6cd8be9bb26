/** Wraps import handlers: records each call, suspends the guest around promises, checks results. */
import type { AsyncLocalStorage } from 'node:async_hooks'
import { makeError } from '../contract/error-codes.ts'
import type { CallId } from '../contract/model.ts'
import type { InspectorError } from '../contract/result.ts'
import type { Activation } from './activation.ts'
import type { ImportHandler } from './api.ts'
import type { Failure } from './failures.ts'
import { HandlerError, hostFailure } from './failures.ts'
import type { CallReader } from './call-reader.ts'
import type { GuestStacks } from './guest-stack.ts'
import type { IgnoredSignals, Waiter } from './ignored-signals.ts'
import { relay } from './ignored-signals.ts'
import type { InFlight } from './in-flight.ts'
import type { ReaderSlot } from './import-readers.ts'
import type { Recorder, TracedFunction } from './recorder.ts'
import type { ResultCheck } from './results.ts'
import { makeResultCheck } from './results.ts'

/** What every wrapped function of a session shares. */
export interface BoundarySettings {
  recorder: Recorder
  activations: AsyncLocalStorage<Activation>
  /** See `makeGenuineTrap`. */
  trap: unknown
  inFlight: InFlight
  stacks: GuestStacks
  ignoredSignals: IgnoredSignals
}

type WrappedImport = (...values: unknown[]) => unknown

/**
 * Wraps the handler of an import. With `suspending` the result is meant for `WebAssembly.Suspending`; without,
 * a returned promise is an error.
 */
export function wrapImport(
  settings: BoundarySettings,
  traced: TracedFunction,
  handler: ImportHandler,
  suspending: boolean,
  slot: ReaderSlot,
): WrappedImport {
  const { recorder, activations, inFlight, stacks } = settings
  const name = `${traced.definition.module}.${traced.definition.name}`
  const check = makeResultCheck(name, traced.definition.results)

  return (...values) => {
    const activation = activations.getStore()
    // A guest that goes on after it was cancelled is stopped at its next import.
    if (activation?.cancelledBy) throw settings.trap
    const { reader } = slot
    // Before the call's time begins: reading is the inspector's own work, as recording is.
    const decoded = reader === null ? null : reader.readEntry(values, activation?.instance.memory ?? null)
    const startNs = recorder.nowNs()
    // A handler may call a function of the guest that it was given, and that one an import: they are nested.
    const outerCallId = activation?.importCallId ?? 0
    const outerFunction = activation?.importFunction ?? null
    const parentId = outerCallId || (activation?.callId ?? 0)
    const callId = recorder.enter(traced, parentId, values, startNs)
    if (decoded !== null) recorder.decoded(callId, decoded)
    if (activation) {
      activation.importCallId = callId
      activation.importFunction = traced
    }
    const call: ImportCall = {
      settings,
      traced,
      name,
      activation,
      outerCallId,
      outerFunction,
      callId,
      startNs,
      hostNs: 0,
      stack: null,
      reader,
      params: values,
    }
    if (stacks.captureAtImports) {
      call.stack = stacks.capture()
      recorder.stack(callId, call.stack)
    }
    try {
      const returned: unknown = handler(...values)
      const isPromise = isThenable(returned)
      if (isPromise && !suspending)
        throw new HandlerError(makeError('HOST_SYNC_PROMISE', { why: `${name} did.` }))
      // With several activations in flight another may run before this one resumes: only the path through a
      // promise sees when.
      if (isPromise || (suspending && inFlight.count > 1)) return suspend(call, returned, check)
      const checked = check(returned)
      const endNs = recorder.nowNs()
      leave(call)
      if (reader !== null) recordReturn(call, checked.values)
      recorder.exitReturned(traced, callId, checked.values, endNs, endNs - startNs, 0)
      return checked.result
    } catch (thrown) {
      const failure = hostFailure(thrown, name)
      const endNs = recorder.nowNs()
      leave(call)
      fail(call, thrown, failure, call.stack ?? stacks.capture(thrown))
      recorder.exitFailed(callId, failure.outcome, failure.error, endNs, endNs - startNs, 0)
      throw thrown
    }
  }
}

interface ImportCall {
  settings: BoundarySettings
  traced: TracedFunction
  name: string
  activation: Activation | undefined
  /** The import call around this one; 0 where there is none. */
  outerCallId: CallId
  outerFunction: TracedFunction | null
  callId: CallId
  startNs: number
  hostNs: number
  /** The guest's frames, once they are recorded. */
  stack: readonly number[] | null
  /** That with which it was entered: another may have been set since. */
  reader: CallReader | null
  params: readonly unknown[]
}

/** Records what out-parameters point at now that the guest is about to go on. */
function recordReturn(
  { settings, activation, callId, reader, params }: ImportCall,
  results: readonly unknown[],
): void {
  const decoded = reader?.readReturn(params, results, activation?.instance.memory ?? null) ?? null
  if (decoded !== null) settings.recorder.decoded(callId, decoded)
}

/** Keeps what goes through the guest, to know it again at the export; records the frames that it goes through. */
function fail(call: ImportCall, value: unknown, failure: Failure, stack: readonly number[]): void {
  if (call.stack === null) call.settings.recorder.stack(call.callId, stack)
  if (call.activation) call.activation.lastThrown = { value, failure, stack }
}

function leave({ activation, outerCallId, outerFunction }: ImportCall): void {
  if (!activation) return
  activation.importCallId = outerCallId
  activation.importFunction = outerFunction
  activation.suspendedIn = null
}

/**
 * Makes the promise that the engine waits for. Its own reactions are registered before the engine's, so they
 * run in the microtask right before the guest goes on: that is when the suspension ends.
 */
function suspend(call: ImportCall, returned: unknown, check: ResultCheck): Promise<unknown> {
  const { settings, traced, activation, callId, startNs } = call
  const { recorder } = settings
  call.hostNs = recorder.nowNs() - startNs
  recorder.suspend(callId, call.hostNs)
  let values: readonly unknown[] = []
  let failure: Failure | null = null
  const settled = Promise.withResolvers<unknown>()
  const times = (): [endNs: number, hostNs: number, suspendedNs: number] => {
    const endNs = recorder.nowNs()
    return [endNs, call.hostNs, endNs - startNs - call.hostNs]
  }
  activation?.instance.shadowStacks?.suspend(activation)
  const resume = (): void => {
    leave(call)
    activation?.instance.shadowStacks?.resume(activation)
  }
  settled.promise.then(
    () => {
      resume()
      const ended = times()
      if (call.reader !== null) recordReturn(call, values)
      recorder.exitReturned(traced, callId, values, ...ended)
    },
    (thrown: unknown) => {
      resume()
      failure ??= hostFailure(thrown, call.name)
      // The trap that a cancelled call is unwound with was made elsewhere.
      const isOwn = failure.outcome !== 'cancelled'
      fail(call, thrown, failure, call.stack ?? (isOwn ? settings.stacks.readThrown(thrown) : []))
      recorder.exitFailed(callId, failure.outcome, failure.error, ...times())
    },
  )
  const waiter: Waiter = {
    onResolved(result) {
      try {
        const checked = check(result)
        values = checked.values
        settled.resolve(checked.result)
      } catch (thrown) {
        settled.reject(thrown)
      }
    },
    onRejected: settled.reject,
    isSettled: false,
  }
  if (activation) {
    const readStack = isThenable(returned) ? settings.stacks.sample(startNs) : null
    activation.suspendedIn = {
      readStack: () => (call.stack === null && readStack ? readStack() : []),
      cancel(error: InspectorError) {
        failure = { outcome: 'cancelled', error }
        settings.ignoredSignals.watch(call.name, waiter)
        settled.reject(settings.trap)
      },
    }
  }
  relay(returned, waiter)
  return settled.promise
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  )
}
