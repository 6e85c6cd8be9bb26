/** Wraps import handlers so that calls which are not recorded cost next to nothing. */
import type { Activation } from './activation.ts'
import type { ImportHandler } from './api.ts'
import type { ImportCallStart, WrappedImport } from './import-call.ts'
import { ImportCall, isThenable, promiseRefused } from './import-call.ts'
import type { HostFunction, Suspend } from './trampolines.ts'

/**
 * Wraps a handler so that a call which is not recorded goes to it without a detour, where it is the only activation's
 * and not inside of another; all others go to `recorded`. It has as many parameters as the guest passes: for a rest
 * parameter the engine makes an array of the arguments, which costs more than all else here.
 */
export function passDirectly(
  imported: WrappedImport,
  handler: ImportHandler,
  suspend: Suspend | null,
  recorded: (values: readonly unknown[]) => unknown,
): HostFunction {
  const { settings, traced, name, check } = imported
  const { recorder, inFlight } = settings

  const begin = (): Activation | null => {
    if (recorder.recordsImports) return null
    const activation = inFlight.computing
    if (activation === null || activation.cancelledBy !== null) return null
    if (suspend !== null && activation.callerWaits) return null
    activation.importFunction = traced
    return activation
  }
  const end = (activation: Activation, returned: unknown): unknown => {
    if (isThenable(returned)) {
      if (suspend === null) throw promiseRefused(name)
      return suspend(new ImportCall(imported, unrecorded(activation)).suspend(returned))
    }
    const result = check(returned)
    activation.importFunction = null
    return result
  }
  const fail = (activation: Activation, thrown: unknown): unknown =>
    new ImportCall(imported, unrecorded(activation)).fail(thrown)

  switch (traced.definition.params.length) {
    case 0:
      return () => {
        const activation = begin()
        if (activation === null) return recorded([])
        try {
          return end(activation, handler())
        } catch (thrown) {
          throw fail(activation, thrown)
        }
      }
    case 1:
      return (first) => {
        const activation = begin()
        if (activation === null) return recorded([first])
        try {
          return end(activation, handler(first))
        } catch (thrown) {
          throw fail(activation, thrown)
        }
      }
    case 2:
      return (first, second) => {
        const activation = begin()
        if (activation === null) return recorded([first, second])
        try {
          return end(activation, handler(first, second))
        } catch (thrown) {
          throw fail(activation, thrown)
        }
      }
    case 3:
      return (first, second, third) => {
        const activation = begin()
        if (activation === null) return recorded([first, second, third])
        try {
          return end(activation, handler(first, second, third))
        } catch (thrown) {
          throw fail(activation, thrown)
        }
      }
    case 4:
      return (first, second, third, fourth) => {
        const activation = begin()
        if (activation === null) return recorded([first, second, third, fourth])
        try {
          return end(activation, handler(first, second, third, fourth))
        } catch (thrown) {
          throw fail(activation, thrown)
        }
      }
    default:
      return (...values) => {
        const activation = begin()
        if (activation === null) return recorded(values)
        try {
          return end(activation, handler(...values))
        } catch (thrown) {
          throw fail(activation, thrown)
        }
      }
  }
}

/** A call of the guest's own that is not recorded. */
function unrecorded(activation: Activation): ImportCallStart {
  return {
    activation,
    outerCallId: 0,
    outerFunction: null,
    callId: 0,
    startNs: 0,
    stack: null,
    reader: null,
    values: [],
  }
}
