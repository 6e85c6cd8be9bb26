/**
 * The events that a worker writes into the ring, with the offsets of their fields in bytes from the event's
 * begin. Bytes 0 to 7 are tag and size (see ring.ts). Values take 8 bytes each; their types are those of the
 * function's definition.
 */
import type { CallKind, CallOutcome } from '../contract/calls.ts'
import type { ConsoleLevel } from '../contract/traces.ts'

export const TAGS = {
  define: 1,
  reference: 2,
  enter: 3,
  suspend: 4,
  error: 5,
  exit: 6,
  console: 7,
  stack: 8,
  decoded: 9,
  slice: 10,
} as const

/** Numbers of functions below this one are those of stand-ins, for calls of which nothing is known any more. */
export const STAND_IN_COUNT = 2

/** A function that crosses the boundary: the definition precedes its first call. Its text is JSON. */
export interface FunctionDefinition {
  kind: CallKind
  module: string | null
  name: string
  /** As the text format spells them. */
  params: string[]
  results: string[]
}

/**
 * `enter`: a call begins. The values are its arguments, and behind those of an import there is room for its results:
 * the event of a call that is suspended, or returns, before anything else is recorded says that as well.
 */
export const ENTER = {
  callId: 8,
  parentId: 12,
  functionIndex: 16,
  state: 20,
  startNs: 24,
  hostNs: 32,
  endNs: 40,
  values: 48,
} as const
/**
 * How far the call has come that an `enter` event tells of: it has begun; its guest is suspended, after `hostNs`; it
 * has returned, at `endNs` and with those results. These are the phases in which the ring holds the event.
 */
export const ENTER_STATES = { begun: 1, suspended: 2, returned: 3 } as const
/** `suspend`: an import handler returned a promise; the guest is suspended from now on. */
export const SUSPEND = { callId: 8, hostNs: 16, sizeBytes: 24 } as const
/** `exit`: a call ends. Times of an import call; for an export call `hostNs` and `suspendedNs` are 0. */
export const EXIT = {
  callId: 8,
  outcome: 12,
  valueCount: 16,
  endNs: 24,
  hostNs: 32,
  suspendedNs: 40,
  values: 48,
} as const
/** `define`, `reference`, `error`, `decoded`: an identifier, and UTF-8 text; that of `decoded` is a JSON list. */
export const TEXT = { identifier: 8, textBytes: 12, text: 16 } as const
/** `stack`: the guest's frames by a call, as offsets in its file of 4 bytes each, innermost first. */
export const STACK = { callId: 8, frameCount: 12, offsets: 16 } as const
/** `slice`: a guest that computes is stopped at the end of its slice of time, held there by a pause, or goes on. */
export const SLICE = { callId: 8, state: 12, timeNs: 16, sizeBytes: 24 } as const
export const SLICE_STATES = ['stopped', 'paused', 'resumed'] as const
/** See {@link SLICE}. */
export type SliceState = (typeof SLICE_STATES)[number]
/** `console`: a line of text. `omittedBytes` says how much of a very long line was left out. */
export const CONSOLE = {
  level: 8,
  source: 9,
  textBytes: 12,
  timeNs: 16,
  omittedBytes: 24,
  text: 32,
} as const

export const OUTCOMES = [
  'running',
  'returned',
  'trapped',
  'threw',
  'cancelled',
  'exited',
] as const satisfies CallOutcome[]

/** Whether a call that ended so counts as failed: a guest that exits has decided to. */
export function isFailure(outcome: CallOutcome): boolean {
  return outcome !== 'returned' && outcome !== 'exited'
}

export const LEVELS = ['log', 'info', 'warn', 'error', 'debug'] as const satisfies ConsoleLevel[]
export const SOURCES = ['host', 'session'] as const

/** How a value's 8 bytes are to be read. */
export type ValueEncoding = 'i32' | 'i64' | 'float' | 'reference'

/** The encoding of a type: every type that is not a number is a reference, by handle, 0 for null. */
export function encodingOf(type: string): ValueEncoding {
  if (type === 'i32' || type === 'i64') return type
  return type === 'f32' || type === 'f64' ? 'float' : 'reference'
}
