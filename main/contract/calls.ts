/** Calls across the boundary. Plain data, safe on every channel. */
import type { CallId } from './ids.ts'
import type { InspectorError } from './result.ts'
import type { DecodedReading, DecodedText, TypedValue } from './values.ts'

/**
 * `export`: the host calls the guest. `import`: the guest calls the host. `start`: the guest's start function,
 * called while the guest is instantiated; in all else like an export.
 */
export type CallKind = 'export' | 'import' | 'start'

/**
 * `threw`: a host function failed. A host error is never a trap. `exited`: the guest asked to be ended, by an import whose
 * handler called `exit`, as WASI's `proc_exit` does.
 */
export type CallOutcome = 'running' | 'returned' | 'trapped' | 'threw' | 'cancelled' | 'exited'

/**
 * One activation across the boundary. All times are nanoseconds on the session's monotonic clock.
 * For an import call: host + suspended = total. For an export call the times of the imports that it made are
 * summed up, and guest + host + suspended = total; the times between slices count as suspended.
 */
export interface CallRow {
  id: CallId
  /** The call inside which this one was made. */
  parent: CallId | null
  /** The outermost call that it lies inside of; its own number where it lies inside of none. */
  topLevel: CallId
  /** How many calls were made directly inside of it. */
  childCount: number
  /** How many calls it lies inside of. */
  depth: number
  kind: CallKind
  /** An import's module; null for an export. */
  module: string | null
  name: string
  params: TypedValue[]
  results: TypedValue[] | null
  outcome: CallOutcome
  /** True while the guest is suspended in this import call. */
  suspended: boolean
  /** True while the guest in this call of an export is held by a pause. */
  paused: boolean
  /** Whether it is a call of the guest that was in flight together with another, neither inside of the other. */
  overlapped: boolean
  /**
   * Whether the rows of the calls inside of it do not stand together, or may not, so that it cannot be folded: a handler
   * called the guest several times at once, or some of them were left out.
   */
  scattered: boolean
  startNs: number
  /** Null while it runs; the totals below then grow. */
  endNs: number | null
  totalNs: number
  guestNs: number
  hostNs: number
  suspendedNs: number
  /** One line, where the call failed. */
  errorText: string | null
  /** What the import's readings made of it, in short; absent where there is nothing. */
  decodedTexts?: DecodedText[]
}

/** A place in the guest's code, in a stack of the guest's. */
export interface StackFrame {
  /** Demangled: from the debug information, the name section or the exports; else `function 3`. */
  functionName: string
  /** Whether the guest, or its debug information, has that name; otherwise it stands in for one. */
  named: boolean
  /** Imported functions come first in this numbering. */
  functionIndex: number
  /** Of the instruction, from the start of the guest's file. */
  offsetBytes: number
  /** From the guest's debug information (DWARF), as its compiler was given the path. */
  file?: string
  /** From 1. */
  line?: number
  /** From 1. */
  column?: number
  /** Whether the compiler put the function into the one of the next frame. */
  inlined: boolean
}

/** Where the files and lines in a guest's stacks are from. */
export interface DebugInfo {
  /**
   * `guest`: the guest's own file. `named`: the file beside it that it names. `given`: the one that the user gave.
   * `none`: they are not known.
   */
  source: 'guest' | 'named' | 'given' | 'none'
  /** Of that file; of `none` the one that the guest names, which is not there or does not fit. */
  fileName: string | null
  /** Why a file that was given or named is not used. */
  error: InspectorError | null
}

/** Everything about one call. */
export interface CallDetail extends CallRow {
  error: InspectorError | null
  /** What the import's readings made of it. */
  decoded: DecodedReading[]
  /**
   * The guest's frames, innermost first: where a failed call failed, from where an import call was made, or where a
   * pause holds it.
   * Null where they were not recorded.
   */
  stack: StackFrame[] | null
  /** Where the lines in the stack are from; null where there is no stack. */
  debug: DebugInfo | null
  /** From the outermost call down to the parent. */
  ancestors: CallSummary[]
  /** The first ones; `childCount` says how many there are. */
  children: CallSummary[]
  /** The calls of the guest that overlapped with this one, in order of entry; the first ones. */
  overlaps: CallSummary[]
  /** Whether there are, or may be, more than these. */
  overlapsCut: boolean
}

export interface CallSummary {
  id: CallId
  kind: CallKind
  module: string | null
  name: string
  outcome: CallOutcome
  suspended: boolean
  startNs: number
  totalNs: number
  hostNs: number
  suspendedNs: number
}

/** Which calls are folded, so that those inside of them have no rows. */
export interface Folding {
  /** Of the top-level calls all or none, except these. */
  all: boolean
  except: CallId[]
  /** Of the others these. One that is scattered is not. */
  inner: CallId[]
}
