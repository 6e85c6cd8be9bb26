/** Tells apart the ways in which a call can fail, and names them by the terms of the specification. */
import { makeError } from '../contract/error-codes.ts'
import { formatBytes } from '../contract/limits.ts'
import type { CallOutcome } from '../contract/calls.ts'
import type { InspectorError } from '../contract/result.ts'
import type { RefusedSuspension } from './suspend-refused.ts'
import { explainSuspendRefused } from './suspend-refused.ts'

const LONGEST_CAUSE = 16_000

/** How a call ended that did not return. */
export type Failure =
  | { outcome: Exclude<CallOutcome, 'running' | 'returned' | 'exited'>; error: InspectorError }
  | { outcome: 'exited'; error: InspectorError | null; exit: GuestExit }

/**
 * V8's messages (src/common/message-template.h, kTrap…) and the specification's names, as its test suite
 * spells them.
 */
const TRAP_NAMES: readonly (readonly [message: RegExp, name: string])[] = [
  [/^unreachable/, 'unreachable'],
  [/^memory access out of bounds|^data segment/, 'out of bounds memory access'],
  [/^table .*out of bounds|^element segment/, 'out of bounds table access'],
  [/^divide by zero|^remainder by zero/, 'integer divide by zero'],
  [/^divide result unrepresentable/, 'integer overflow'],
  [/^float unrepresentable in integer range/, 'invalid conversion to integer'],
  [/^null function or function signature mismatch/, 'indirect call to null or type mismatch'],
  [/^dereferencing a null pointer/, 'null reference'],
  [/^illegal cast/, 'cast failure'],
  [/^array access out of bounds|^array element access out of bounds/, 'out of bounds array access'],
  [/^requested new array is too large/, 'array too large'],
  [/^operation does not support unaligned/, 'unaligned atomic'],
  [/^Atomics.wait cannot be called/, 'wait on unshared memory'],
]

/** The error of a trap whose V8 message is `message`. */
export function trapName(message: string): string {
  return TRAP_NAMES.find(([pattern]) => pattern.test(message))?.[1] ?? message
}

/**
 * A text of anything that was thrown, with its stack where it has one. Never throws itself. Halves of surrogate pairs are
 * replaced, as UTF-8 cannot have them and readers of JSON refuse a whole trace for one.
 */
export function describeThrown(thrown: unknown): { message: string; cause: string } {
  const { message, cause } = readThrown(thrown)
  return { message: message.toWellFormed(), cause: cause.slice(0, LONGEST_CAUSE).toWellFormed() }
}

function readThrown(thrown: unknown): { message: string; cause: string } {
  try {
    if (thrown instanceof Error) {
      const message = String(thrown.message || thrown.name)
      const cause = thrown.cause === undefined ? '' : `\ncaused by ${describeThrown(thrown.cause).cause}`
      return { message, cause: `${thrown.stack ?? message}${cause}` }
    }
    if (thrown instanceof WebAssembly.Exception) {
      return { message: 'an exception of WebAssembly', cause: thrown.stack ?? '' }
    }
    const text = typeof thrown === 'string' ? thrown : String(thrown)
    return { message: text, cause: text }
  } catch {
    return { message: 'a value that has no text', cause: '' }
  }
}

/**
 * A failure of a host function: the error that an import handler threw or rejected with. `refused` is the suspension
 * that the engine refused before, if it did.
 */
export function hostFailure(
  thrown: unknown,
  importName: string,
  refused: RefusedSuspension | null = null,
): Failure {
  if (thrown instanceof HandlerError) return { outcome: 'threw', error: thrown.inspectorError }
  if (thrown instanceof GuestExit) return exitFailure(thrown)
  const { message, cause } = describeThrown(thrown)
  if (isSuspendError(thrown)) {
    return { outcome: 'threw', error: explainSuspendRefused(refused, { message, stack: cause }) }
  }
  return {
    outcome: 'threw',
    error: makeError('HOST_THREW', { why: `${importName} failed: ${message}.`.replace(/\.\.$/, '.'), cause }),
  }
}

/**
 * What `context.exit` throws. It ends the guest as a cancelled one is ended: nothing that the guest catches keeps it
 * alive (wasmtime's `I32Exit` and WASI's `proc_exit`). To host code that awaits an export it is an error as any other.
 */
export class GuestExit extends Error {
  override readonly name = 'GuestExit'
  readonly status: number

  constructor(status: number) {
    super(`The guest exited with status ${status}.`)
    this.status = status
  }
}

/** How a call ends whose guest exits. */
function exitFailure(exit: GuestExit): Failure {
  const error = exit.status === 0 ? null : makeError('GUEST_EXITED', { why: `Status ${exit.status}.` })
  return { outcome: 'exited', error, exit }
}

/** Whether the engine could not suspend a guest. */
export function isSuspendError(thrown: unknown): boolean {
  return WebAssembly.SuspendError !== undefined && thrown instanceof WebAssembly.SuspendError
}

/** What a message can say of the call that failed. */
export interface CallParticulars {
  /** Stack that it had. */
  stackBytes: number
  /** Names a trap more closely than the engine's message does. */
  narrowTrapName: (trapName: string) => string
  /** Says what exception it is; empty where that is not known. */
  describeException: (exception: WebAssembly.Exception) => string
  /** As for {@link hostFailure}. */
  refused: RefusedSuspension | null
}

/** The failure of an export call that ended with `thrown`, which no host function threw. */
export function guestFailure(thrown: unknown, particulars: CallParticulars | null = null): Failure {
  const { message, cause } = describeThrown(thrown)
  if (thrown instanceof WebAssembly.RuntimeError) {
    const name = trapName(message)
    const why = `Trap: ${particulars?.narrowTrapName(name) ?? name}.`
    return { outcome: 'trapped', error: makeError('GUEST_TRAPPED', { why, cause }) }
  }
  if (thrown instanceof RangeError && /call stack/.test(message)) {
    const size = particulars ? `: a call has ${formatBytes(BigInt(particulars.stackBytes))}` : ''
    const fix = `Look for a recursion that does not end, or give it more stack${size} (--stack-limit).`
    return {
      outcome: 'trapped',
      error: makeError('GUEST_TRAPPED', { why: 'Trap: stack overflow.', fix, cause }),
    }
  }
  if (thrown instanceof WebAssembly.Exception) {
    const why = particulars?.describeException(thrown) ?? ''
    return { outcome: 'trapped', error: makeError('GUEST_EXCEPTION', { why }) }
  }
  if (isSuspendError(thrown)) {
    return {
      outcome: 'threw',
      error: explainSuspendRefused(particulars?.refused ?? null, { message, stack: cause }),
    }
  }
  if (thrown instanceof TypeError && message.startsWith('type incompatibility')) {
    // The engine has one message for both.
    const why =
      'A function takes or returns a v128 or an exnref, or was given a reference of another type than its own.'
    return { outcome: 'threw', error: makeError('TYPE_UNSUPPORTED', { why, cause }) }
  }
  return { outcome: 'threw', error: makeError('HOST_THREW', { why: message, cause }) }
}

/** What an import handler did wrong, thrown into the guest in the place of a result. */
export class HandlerError extends TypeError {
  readonly inspectorError: InspectorError

  constructor(inspectorError: InspectorError) {
    super(`${inspectorError.what} ${inspectorError.why}`)
    this.inspectorError = inspectorError
  }
}

/**
 * A trap that the engine itself made. Rejecting a suspended call with it unwinds the guest whole: a guest's
 * `catch_all` swallows any error made in JavaScript, a RuntimeError too, but not a trap (V8 marks its own
 * traps as uncatchable by wasm).
 */
export function makeGenuineTrap(): unknown {
  // (module (func (export "trap") unreachable))
  const bytes = new Uint8Array([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 7, 8, 1, 4, 0x74, 0x72, 0x61, 0x70, 0,
    0, 10, 5, 1, 3, 0, 0, 0x0b,
  ])
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes))
  try {
    ;(instance.exports['trap'] as () => void)()
  } catch (trap) {
    return trap
  }
  throw new Error('the instruction unreachable did not trap')
}
