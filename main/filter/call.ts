/** What a filter asks of a call and of what is around it. */
import type { CallKind, CallOutcome } from '../contract/calls.ts'
import type { InspectorError } from '../contract/result.ts'

/** A function that calls are of. */
export interface FilterFunction {
  kind: CallKind
  module: string | null
  name: string
  /** As the text format spells them. */
  params: readonly string[]
  results: readonly string[]
}

/** The call that is looked at. Times are nanoseconds; those of a running call, up to now. */
export interface FilteredCall {
  readonly id: number
  readonly functionIndex: number
  /** 0 for a top-level call. */
  readonly parent: number
  readonly depth: number
  readonly outcome: CallOutcome
  readonly startNs: number
  /** NaN while it runs. */
  readonly endNs: number
  readonly totalNs: number
  readonly guestNs: number
  readonly hostNs: number
  readonly suspendedNs: number
  readonly isOverlapped: boolean
  /** 0 where no stack was recorded. Calls with the same number have the same. */
  readonly stackNumber: number
  readonly error: InspectorError | null
  /** Its readings: JSON lists. */
  readonly decodedTexts: readonly string[]
  /** Whether it has results, if its function has. */
  readonly hasReturned: boolean
  /** Of an i32, and of a reference the handle. */
  lowWord(field: 'arg' | 'result', index: number): number
  /** Of an i64. */
  highWord(field: 'arg' | 'result', index: number): number
  /** Of an f32 or f64. */
  float(field: 'arg' | 'result', index: number): number
}

/** What there is besides the call. */
export interface FilterContext {
  functionAt(functionIndex: number): FilterFunction
  /** The names of the functions in a stack. */
  stackNames(stackNumber: number): readonly string[]
  /** What a reference refers to, as a short text. */
  previewOf(handle: number): string | undefined
}
