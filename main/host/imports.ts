/** Wraps import handlers: records each call, suspends the guest around promises, checks results. */
import type { AsyncLocalStorage } from 'node:async_hooks'
import { makeError } from '../contract/error-codes.ts'
import type { Activation } from './activation.ts'
import type { ImportHandler } from './api.ts'
import { HandlerError } from './failures.ts'
import type { GuestStacks } from './guest-stack.ts'
import type { IgnoredSignals } from './ignored-signals.ts'
import type { ImportCallStart, WrappedImport } from './import-call.ts'
import { ImportCall, recordReturn } from './import-call.ts'
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

/** Of a call that is not recorded. */
const UNRECORDED = { callId: 0, startNs: 0, stack: null, reader: null, values: [] }

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
  const { recorder, inFlight, stacks } = settings
  const name = `${traced.definition.module}.${traced.definition.name}`
  const check = makeResultCheck(name, traced.definition.results)
  const imported: WrappedImport = { settings, traced, name, check }

  const mustWait = (returned: unknown, activation: Activation | null): boolean =>
    isThenable(returned) || (suspend !== null && isSuspensionSeen(inFlight, activation))

  const wait = (start: ImportCallStart, returned: unknown): unknown => {
    if (suspend === null) throw new HandlerError(makeError('HOST_SYNC_PROMISE', { why: `${name} did.` }))
    return suspend(new ImportCall(imported, start).suspend(returned))
  }

  /** What is left of {@link recorded} for a call that is not: it is held apart because its arguments need no list. */
  const unrecorded = (...values: unknown[]): unknown => {
    const activation = findActivation(settings)
    const outerCallId = activation === null ? 0 : activation.importCallId
    const outerFunction = activation === null ? null : activation.importFunction
    if (activation !== null) activation.importFunction = traced
    try {
      const returned: unknown = handler(...values)
      if (mustWait(returned, activation)) {
        return wait({ ...UNRECORDED, activation, outerCallId, outerFunction }, returned)
      }
      const result = check(returned)
      if (activation !== null) activation.importFunction = outerFunction
      return result
    } catch (thrown) {
      new ImportCall(imported, { ...UNRECORDED, activation, outerCallId, outerFunction }).fail(thrown)
      throw thrown
    }
  }

  const recorded = (values: unknown[]): unknown => {
    const activation = findActivation(settings)
    const { reader } = slot
    // Before the call's time begins: reading is the inspector's own work, as recording is.
    const decoded =
      reader === null ? null : reader.readEntry(values, activation?.instance.pointedMemory ?? null)
    const startNs = recorder.nowNs()
    // A handler may call a function of the guest that it was given, and that one an import: they are nested.
    const outerCallId = activation === null ? 0 : activation.importCallId
    const outerFunction = activation === null ? null : activation.importFunction
    const parentId = outerCallId !== 0 || activation === null ? outerCallId : activation.callId
    const callId = recorder.enterImport(traced, parentId, values, startNs)
    if (decoded !== null) recorder.decoded(callId, decoded)
    if (activation !== null) {
      activation.importCallId = callId
      activation.importFunction = traced
    }
    let stack: readonly number[] | null = null
    if (stacks.captureAtImports) {
      stack = stacks.capture()
      recorder.stack(callId, stack)
    }
    try {
      const returned: unknown = handler(...values)
      if (mustWait(returned, activation)) {
        return wait(
          { activation, outerCallId, outerFunction, callId, startNs, stack, reader, values },
          returned,
        )
      }
      const result = check(returned)
      const endNs = recorder.nowNs()
      if (activation !== null) {
        activation.importCallId = outerCallId
        activation.importFunction = outerFunction
      }
      if (reader !== null) recordReturn(imported, reader, callId, values, result, activation)
      recorder.exitReturned(traced, callId, result, endNs, endNs - startNs, 0)
      return result
    } catch (thrown) {
      const start = { activation, outerCallId, outerFunction, callId, startNs, stack, reader, values }
      new ImportCall(imported, start).fail(thrown)
      throw thrown
    }
  }

  return (...values: unknown[]) => (recorder.recordsImports ? recorded(values) : unrecorded(...values))
}

/** The activation that calls the host; throws where it was cancelled and went on all the same. */
function findActivation({ inFlight, activations, trap }: BoundarySettings): Activation | null {
  const activation = inFlight.computing ?? activations.getStore() ?? null
  if (activation !== null && activation.cancelledBy !== null) throw trap
  return activation
}

/**
 * Whether anybody could tell that a guest is not suspended for a result that is no promise, where the engine suspends
 * it for every call: another activation, which would run meanwhile, or host code that called the export and goes on
 * when it is suspended.
 */
function isSuspensionSeen(inFlight: InFlight, activation: Activation | null): boolean {
  return inFlight.count > 1 || (activation !== null && activation.callerWaits)
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  )
}
