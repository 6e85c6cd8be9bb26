/** Calls exports: records each call, and tells how it ended. */
import type { CallId } from '../contract/ids.ts'
import { Activation } from './activation.ts'
import type { Failure } from './failures.ts'
import { guestFailure, hostFailure, isSuspendError } from './failures.ts'
import { enterGuest } from './guest-stack.ts'
import type { BoundarySettings } from './imports.ts'
import type { GuestInstance } from './instance.ts'
import type { TracedFunction } from './recorder.ts'
import { listResults } from './recorder.ts'

/** An exported function, wrapped with `WebAssembly.promising`. */
export interface CallableExport {
  traced: TracedFunction
  call: (...values: unknown[]) => Promise<unknown>
  instance: GuestInstance
}

/** How an export call ended; `thrown` is what the guest let through. */
export type ExportOutcome =
  | { outcome: 'returned'; callId: CallId; returned: unknown; values: readonly unknown[] }
  | (Failure & { callId: CallId; thrown: unknown })

/**
 * Calls an export inside of the current import call, if there is one. `onBegin` hears of the activation before
 * the guest runs; without it, it is host code that calls.
 */
export function callExport(
  settings: BoundarySettings,
  exported: CallableExport,
  values: readonly unknown[],
  onBegin: ((activation: Activation) => void) | null = null,
): Promise<ExportOutcome> {
  const { recorder, activations, inFlight } = settings
  const { traced } = exported
  const { shadowStacks } = exported.instance
  const parent = activations.getStore() ?? null
  const parentId = parent ? parent.importCallId || parent.callId : 0
  const callId = recorder.enter(traced, parentId, values, recorder.nowNs())
  const activation = new Activation(callId, parent, exported.instance, onBegin === null)
  onBegin?.(activation)
  let leaveStack: (() => void) | undefined
  try {
    inFlight.begin(activation)
    leaveStack = shadowStacks?.begin(activation)
  } catch (thrown) {
    return Promise.resolve(fail(thrown, finish(), [], hostFailure(thrown, traced.definition.name)))
  }
  const ended = activations.run(activation, () =>
    startCall(exported, values).then(
      (returned): ExportOutcome => {
        const endNs = finish()
        recorder.exitReturned(traced, callId, returned, endNs, 0, 0)
        return { outcome: 'returned', callId, returned, values: listResults(traced, returned) }
      },
      (thrown: unknown): ExportOutcome => {
        const endNs = finish()
        const { cancelledBy } = activation
        if (cancelledBy && thrown === settings.trap) {
          return fail(thrown, endNs, [], { outcome: 'cancelled', error: cancelledBy })
        }
        const stack = stackOf(settings, activation, thrown)
        return fail(thrown, endNs, stack, classify(settings, activation, thrown, stack))
      },
    ),
  )
  // The guest is suspended or has returned: whoever runs on is on the stack on which it was.
  leaveStack?.()
  return ended

  function finish(): number {
    const endNs = recorder.nowNs()
    inFlight.end(activation)
    shadowStacks?.end(activation)
    activation.finish()
    return endNs
  }

  function fail(thrown: unknown, endNs: number, stack: readonly number[], failure: Failure): ExportOutcome {
    if (failure.outcome !== 'cancelled') recorder.stack(callId, stack)
    recorder.exitFailed(callId, failure.outcome, failure.error, endNs, 0, 0)
    return { ...failure, callId, thrown: failure.outcome === 'exited' ? failure.exit : thrown }
  }
}

/** The engine throws at once, without a promise, where a type cannot cross: that is how the call ends, too. */
function startCall({ call }: CallableExport, values: readonly unknown[]): Promise<unknown> {
  try {
    return enterGuest(() => call(...values))
  } catch (thrown) {
    return Promise.reject(thrown)
  }
}

function classify(
  settings: BoundarySettings,
  activation: Activation,
  thrown: unknown,
  stack: readonly number[],
): Failure {
  const { lastThrown } = activation
  if (lastThrown && lastThrown.value === thrown) return lastThrown.failure
  const { instance } = activation
  const refused = isSuspendError(thrown) ? activation.suspendedIn : null
  const failure = guestFailure(thrown, {
    stackBytes: settings.stackBytes,
    narrowTrapName(name) {
      const offsetBytes = settings.stacks.findTrap(thrown, stack)
      return offsetBytes === null ? name : instance.narrowTrapName(name, offsetBytes)
    },
    describeException: instance.describeException,
    refused: refused && { importName: refused.name, findExport: instance.findExport },
  })
  refused?.refuse(failure)
  const reached = instance.describeReached()
  if (reached === '' || failure.outcome === 'exited') return failure
  return { ...failure, error: { ...failure.error, why: `${failure.error.why} ${reached}` } }
}

/** The guest's frames through which `thrown` went. */
function stackOf(settings: BoundarySettings, activation: Activation, thrown: unknown): readonly number[] {
  const { lastThrown } = activation
  return lastThrown && lastThrown.value === thrown ? lastThrown.stack : settings.stacks.readThrown(thrown)
}

/**
 * Converts what host code passes to an export as the engine will (JavaScript interface, "ToWebAssemblyValue"),
 * so that the trace shows what the guest receives. Throws the engine's TypeError for what cannot be converted.
 */
export function toGuestValues(traced: TracedFunction, values: readonly unknown[]): unknown[] {
  return traced.paramEncodings.map((encoding, index) => {
    const value = values[index]
    if (encoding === 'i32') return Number(value) | 0
    if (encoding === 'i64') return BigInt.asIntN(64, BigInt(value as bigint))
    if (encoding === 'float') {
      return traced.definition.params[index] === 'f32' ? Math.fround(Number(value)) : Number(value)
    }
    return value
  })
}
