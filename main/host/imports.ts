/** Wraps import handlers: records each call, suspends the guest around promises, checks results. */
import type { AsyncLocalStorage } from 'node:async_hooks'
import type { Activation } from './activation.ts'
import type { ImportHandler } from './api.ts'
import type { GuestStacks } from './guest-stack.ts'
import type { IgnoredSignals } from './ignored-signals.ts'
import { passDirectly } from './direct-imports.ts'
import type { WrappedImport } from './import-call.ts'
import { ImportCall, isThenable, promiseRefused, recordReturn } from './import-call.ts'
import type { InFlight } from './in-flight.ts'
import type { ReaderSlot } from './import-readers.ts'
import type { Recorder, TracedFunction } from './recorder.ts'
import { makeResultCheck } from './results.ts'
import type { HostFunction, Suspend } from './trampolines.ts'

/** What every wrapped function of a session shares. */
export interface BoundarySettings {
  recorder: Recorder
  activations: AsyncLocalStorage<Activation>
  /** See `makeGenuineTrap`. */
  trap: unknown
  inFlight: InFlight
  stacks: GuestStacks
  ignoredSignals: IgnoredSignals
  /** Stack of each call, for messages. */
  stackBytes: number
}

/**
 * Wraps the handler of an import. `suspend` is how the guest is made to wait for a promise; without it, a returned
 * promise is an error.
 */
export function wrapImport(
  settings: BoundarySettings,
  traced: TracedFunction,
  handler: ImportHandler,
  suspend: Suspend | null,
  slot: ReaderSlot,
): HostFunction {
  const name = `${traced.definition.module}.${traced.definition.name}`
  const check = makeResultCheck(name, traced.definition.results)
  const imported: WrappedImport = { settings, traced, name, check }
  return passDirectly(imported, handler, suspend, wrapRecorded(imported, handler, suspend, slot))
}

/** Wraps a handler so that its calls are recorded, where that is wanted. */
function wrapRecorded(
  imported: WrappedImport,
  handler: ImportHandler,
  suspend: Suspend | null,
  slot: ReaderSlot,
): (values: readonly unknown[]) => unknown {
  const { settings, traced, name, check } = imported
  const { recorder, activations, inFlight, stacks } = settings

  return (values) => {
    const activation = inFlight.computing ?? activations.getStore() ?? null
    // A guest that goes on after it was cancelled is stopped at its next import.
    if (activation !== null && activation.cancelledBy !== null) throw settings.trap
    const isRecorded = recorder.recordsImports
    const reader = isRecorded ? slot.reader : null
    // Before the call's time begins: reading is the inspector's own work, as recording is.
    const decoded =
      reader === null ? null : reader.readEntry(values, activation?.instance.pointedMemory ?? null)
    const startNs = isRecorded ? recorder.nowNs() : 0
    // A handler may call a function of the guest that it was given, and that one an import: they are nested.
    const outerCallId = activation === null ? 0 : activation.importCallId
    const outerFunction = activation === null ? null : activation.importFunction
    let callId = 0
    if (isRecorded) {
      const parentId = outerCallId !== 0 || activation === null ? outerCallId : activation.callId
      callId = recorder.enterImport(traced, parentId, values, startNs)
      if (decoded !== null) recorder.decoded(callId, decoded)
    }
    if (activation !== null) {
      activation.importCallId = callId === 0 ? outerCallId : callId
      activation.importFunction = traced
    }
    let stack: readonly number[] | null = null
    if (isRecorded && stacks.captureAtImports) {
      stack = stacks.capture()
      recorder.stack(callId, stack)
    }
    try {
      const returned: unknown = handler(...values)
      const isPromise = isThenable(returned)
      if (isPromise && suspend === null) throw promiseRefused(name)
      if (isPromise || (suspend !== null && isSuspensionSeen(inFlight, activation))) {
        const call = new ImportCall(imported, {
          activation,
          outerCallId,
          outerFunction,
          callId,
          startNs,
          stack,
          reader,
          values,
        })
        return suspend!(call.suspend(returned))
      }
      const result = check(returned)
      const endNs = isRecorded ? recorder.nowNs() : 0
      if (activation !== null) {
        activation.importCallId = outerCallId
        activation.importFunction = outerFunction
      }
      if (isRecorded) {
        if (reader !== null) recordReturn(imported, reader, callId, values, result, activation)
        recorder.exitReturned(traced, callId, result, endNs, endNs - startNs, 0)
      }
      return result
    } catch (thrown) {
      const call = new ImportCall(imported, {
        activation,
        outerCallId,
        outerFunction,
        callId,
        startNs,
        stack,
        reader,
        values,
      })
      throw call.fail(thrown)
    }
  }
}

/**
 * Whether anybody could tell that a guest is not suspended for a result that is no promise, where the engine suspends
 * it for every call: another activation, which would run meanwhile, or host code that called the export and goes on
 * when it is suspended.
 */
function isSuspensionSeen(inFlight: InFlight, activation: Activation | null): boolean {
  return inFlight.count > 1 || (activation !== null && activation.callerWaits)
}
