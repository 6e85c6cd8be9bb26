import type { ErrorCode } from './error-codes.ts'

/**
 * An expected failure, as it travels on the wire: never a thrown string.
 * `docs/errors.md` has a section for every code.
 */
export interface InspectorError {
  /** Stable: scripts and tests may rely on it. */
  code: ErrorCode
  /** What happened, in one sentence. */
  what: string
  /** Why it happened: the particulars of this case. May be empty where `what` says it all. */
  why: string
  /** What to do about it. */
  fix: string
  /** Where: a file with an optional line and column (both from 1). */
  location?: { file: string; line?: number; column?: number }
  /** The stack or message of the error underneath, for a detail view. */
  cause?: string
}

/** Either a value or an expected failure. */
export type Result<Value> = { ok: true; value: Value } | { ok: false; error: InspectorError }

/** Wraps a value. */
export function success<Value>(value: Value): { ok: true; value: Value } {
  return { ok: true, value }
}

/** Wraps a failure. */
export function failure(error: InspectorError): { ok: false; error: InspectorError } {
  return { ok: false, error }
}
