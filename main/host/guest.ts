/** Compiles and instantiates a guest; failures are values that name what to do. */
import { makeError } from '../contract/error-codes.ts'
import type { InspectorError, Result } from '../contract/result.ts'
import { failure, success } from '../contract/result.ts'
import { describeThrown, guestFailure } from './failures.ts'

/**
 * V8's words for a valid encoding of something that it does not implement or has switched off. The file's own
 * bytes are well-formed as far as the section structure goes: `readModule` has read it before.
 */
const MISSING_FEATURE =
  /--experimental-wasm|enable with|invalid (numeric |simd |gc |table |atomic )?opcode|not (supported|enabled)|unknown section|invalid value type|invalid (memory |table )?limits flags|unsupported/i

/** Compiles the module: GUEST_MALFORMED or GUEST_NEEDS_FEATURE with V8's reason and offset. */
export function compileGuest(bytes: Uint8Array): Result<WebAssembly.Module> {
  try {
    return success(new WebAssembly.Module(bytes))
  } catch (thrown) {
    const reason = describeThrown(thrown).message.replace(/^WebAssembly\.Module\(\):\s*/, '')
    const code = MISSING_FEATURE.test(reason) ? 'GUEST_NEEDS_FEATURE' : 'GUEST_MALFORMED'
    return failure(makeError(code, { why: `V8 ${process.versions.v8}: ${reason}.` }))
  }
}

/** Why instantiation failed: `hostError` is the failure of the import that the start function called last. */
export function instantiationError(thrown: unknown, hostError: InspectorError | null): InspectorError {
  const { message, cause } = describeThrown(thrown)
  const reason = message.replace(/^WebAssembly\.Instance\(\):\s*/, '')
  if (thrown instanceof WebAssembly.LinkError) {
    return makeError('IMPORT_MISMATCH', { why: `${reason}.`, cause })
  }
  // A trap of the start function has no such prefix: here a data or element segment does not fit.
  if (thrown instanceof WebAssembly.RuntimeError && reason !== message) {
    return makeError('INSTANTIATE_FAILED', {
      why: `${reason}.`,
      fix: 'Give the guest a larger memory or table, or move the segment.',
      cause,
    })
  }
  if (hostError) return makeError('START_FAILED', { why: hostError.why, cause })
  if (WebAssembly.SuspendError && thrown instanceof WebAssembly.SuspendError) {
    return makeError('START_FAILED', {
      why: 'It calls an import that suspends, which the engine does not allow while a module is instantiated.',
      fix: 'Bind that import with sync(), or move the work from the start function into an export.',
      cause,
    })
  }
  if (thrown instanceof RangeError && !/call stack/.test(message)) {
    return makeError('INSTANTIATE_FAILED', {
      why: `${message}.`,
      fix: 'Lower the limits of its memory or table.',
      cause,
    })
  }
  return makeError('START_FAILED', { why: guestFailure(thrown).error.why, cause })
}
