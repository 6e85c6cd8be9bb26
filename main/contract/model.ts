/** The things that the service shows: guests, sessions, runs, calls. Plain data, safe on every channel. */
import type { SessionLimits } from './limits.ts'
import type { InspectorError } from './result.ts'

/** Identifies a session for as long as the service lives. */
export type SessionId = string & { readonly brand?: 'SessionId' }
/** Identifies a run (one request to call an export) within the service. */
export type RunId = string & { readonly brand?: 'RunId' }
/** Identifies a call within its session; counts from 1 in order of entry. */
export type CallId = number & { readonly brand?: 'CallId' }

/**
 * A value with its WebAssembly type, safe in JSON: i64 is a decimal string; NaN, Infinity, -Infinity and -0
 * are strings; a reference is a stable handle such as `externref#3`, or null.
 */
export interface TypedValue {
  /** As the text format spells it: `i32`, `externref`, `(ref null $3)`. */
  type: string
  value: number | string | null
  /** A short text of what a reference refers to, for people: `"abc"`, `Object`, `function add`. */
  preview?: string
}

/**
 * What a reading (docs/readings.md) made of an argument, a result, or the memory that they point at. Safe in JSON,
 * as a {@link TypedValue} is.
 */
export interface DecodedValue {
  /** `utf8`, `cstring`, `bytes`, `struct`, `array`, `enum`, or a number such as `u32`, `bool`, `ptr`. */
  type: string
  /**
   * A text; bytes in hexadecimal digits; numbers as those of a {@link TypedValue}; an address as `0x…`. Null for
   * structs and arrays, and where it could not be read.
   */
  value: string | number | boolean | null
  /** Of an enum: the name of the value, where it has one. */
  symbol?: string
  /** Of a struct. */
  members?: DecodedMember[]
  /** Of an array: those that were kept. */
  items?: DecodedValue[]
  /** Where it lay in memory: `0x400`. */
  address?: string
  /** How many bytes there were, of text and bytes. */
  sizeBytes?: number
  /** How many of these, or how many items of an array, were not kept. */
  omitted?: number
  /** Of text that was not UTF-8: the bytes that were kept, in hexadecimal digits. The value has U+FFFD instead. */
  malformed?: string
  /** Why it could not be read, or not to its end: a sentence. */
  problem?: string
}

export interface DecodedMember extends DecodedValue {
  name: string
}

/** What one reading made of one call. */
export interface DecodedReading extends DecodedValue {
  /** The label in the declaration, else the name of the parameter, where there is one. */
  name?: string
  /** `entry`: as it was when the guest called. `return`: as it was right before the guest went on. */
  readAt: 'entry' | 'return'
  /** The parameters that it stands for, from 0, what is read first. */
  params: number[]
  /** The result that it stands for, from 0, where that is what is read. */
  result?: number
}

/** The same in short, for a row. */
export interface DecodedText extends Pick<DecodedReading, 'readAt' | 'params' | 'result'> {
  text: string
}

/** A parameter of an export or import. */
export interface ParameterInfo {
  type: string
  /** From the module's name section, where it has one. */
  name?: string
  /** What to type for a value of this type, as a placeholder. */
  hint: string
}

export interface SignatureInfo {
  params: ParameterInfo[]
  results: string[]
}

export type ExternKind = 'function' | 'memory' | 'table' | 'global' | 'tag'

export interface ExportInfo {
  name: string
  kind: ExternKind
  /** `(i32) → i32`, `memory 17 pages`. */
  typeText: string
  /** Functions only. */
  signature?: SignatureInfo
  /** Why the function cannot be called from JavaScript, where it cannot. */
  notCallable?: string
}

/** A stand-in for an import handler. */
export type Stub =
  | {
      kind: 'return'
      /** One text for each result, as arguments are typed. */
      values: string[]
      delayMs: number
    }
  | { kind: 'throw'; message: string; delayMs: number }

/** What an import is bound to. */
export type Binding =
  | { by: 'nobody' }
  | {
      by: 'host'
      /** False for a handler marked with `sync()`. */
      suspending: boolean
      file: string
      /** From 1; absent where the source does not show it. */
      line?: number
    }
  | { by: 'stub'; stub: Stub }
  /** A memory, table, global or tag that the inspector made to fit. */
  | { by: 'inspector' }

export interface ImportInfo {
  module: string
  name: string
  kind: ExternKind
  typeText: string
  signature?: SignatureInfo
  binding: Binding
  /** How arguments, results and memory are read, and who said so; absent where they are shown as they are. */
  readings?: ImportReadings
  /** Readings that would fit the calls seen so far, while there are none: to be offered, not assumed. */
  suggestion?: string
}

/** See docs/readings.md. `text` may be empty: the user wants none of what the host module declares. */
export interface ImportReadings {
  text: string
  by: 'host' | 'user'
}

/** A guest file. */
export interface GuestInfo {
  /** File name: `sum.wasm`. */
  name: string
  /** Absolute path; absent for a guest that was dropped as bytes. */
  path?: string
  sizeBytes: number
  /** Languages, tools and kits that it was made with, as its producers section says: `rustc 1.90.0`. */
  producers: string[]
}

/** A host module file. */
export interface HostModuleInfo {
  name: string
  path: string
  /** Whether the user has allowed it to run (bundled examples always are). */
  trusted: boolean
}

/**
 * `starting` → `ready`, or one of the others: `untrusted` (the host module awaits the user's permission),
 * `unbound` (imports that nobody binds), `failed` (see the error), `ended`.
 */
export type SessionState = 'starting' | 'untrusted' | 'unbound' | 'ready' | 'failed' | 'ended'

/** One worker thread, one guest module, one host module, any number of calls. */
export interface SessionInfo {
  sessionId: SessionId
  guest: GuestInfo
  host: HostModuleInfo | null
  /** The file that the user gave for the guest's debug information. */
  debugFile: { name: string; path: string } | null
  state: SessionState
  /** Why the session failed, is unbound or ended by itself. */
  error: InspectorError | null
  warnings: InspectorError[]
  exports: ExportInfo[]
  imports: ImportInfo[]
  /** Whether calls may overlap on the instance; otherwise they wait in a queue. */
  interleaved: boolean
  /** Whether every import call has the guest's stack recorded. */
  capturesStacks: boolean
  /** Whether calls of imports are recorded; those of exports are in any case. */
  recordsImports: boolean
  /** Whether the newest calls are kept when the disk is slower than the guest; else the guest is slowed. */
  keepsNewest: boolean
  /** How long a guest computes before everything else in its worker has a turn; null: for as long as it likes. */
  sliceMs: number | null
  /** Whether guests are held at the end of their slice. */
  paused: boolean
  limits: SessionLimits
  stall: StallInfo | null
  /** Wall clock at the session's time zero, in milliseconds since 1970. */
  startedAtMs: number
  /** Of a session that was opened from a file: it is as it was then, and nothing of it runs. */
  archive?: ArchiveInfo
}

/** A session file (docs/session-format.md). */
export interface ArchiveInfo {
  name: string
  path: string
  sizeBytes: number
  /** Of the inspector that wrote it. */
  version: string
  /** SHA-256 of the guest's file, in hexadecimal digits. */
  guestHash: string
}

/** The import calls that a session's guest has waited for longer than its limit. */
export interface StallInfo {
  /** Oldest first; the first ones. */
  calls: CallSummary[]
  callCount: number
  /** Whether all calls in flight wait, and nothing is pending in the worker that could let one go on. */
  isDeadlock: boolean
}

/** `queued` waits for its turn; the last four are final. */
export type RunState = 'queued' | 'running' | 'returned' | 'trapped' | 'threw' | 'cancelled'

/** One request to call an export. */
export interface RunInfo {
  runId: RunId
  sessionId: SessionId
  exportName: string
  /** As the user typed them. */
  argumentTexts: string[]
  state: RunState
  /** Its call in the trace, once it has begun. */
  callId: CallId | null
  results: TypedValue[] | null
  error: InspectorError | null
}

/**
 * `export`: the host calls the guest. `import`: the guest calls the host. `start`: the guest's start function,
 * called while the guest is instantiated; in all else like an export.
 */
export type CallKind = 'export' | 'import' | 'start'

/** `threw`: a host function failed. A host error is never a trap. */
export type CallOutcome = 'running' | 'returned' | 'trapped' | 'threw' | 'cancelled'

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

/** Nearest-rank percentiles, exact to 1/64 of the value. */
export interface Distribution {
  p50Ns: number
  p90Ns: number
  p95Ns: number
  p99Ns: number
  maxNs: number
}

/** The finished calls of one import or export. */
export interface TimingRow {
  /** The function's number in its session. */
  functionIndex: number
  kind: CallKind
  module: string | null
  name: string
  count: number
  /** Those in flight, which the figures do not count. */
  runningCount: number
  /** Those that did not return. */
  failedCount: number
  sumTotalNs: number
  sumSuspendedNs: number
  total: Distribution
  suspended: Distribution
  /** How many totals are below 1 ns, below 2, 4, 8 and so on, each without those before. */
  histogram: number[]
}

/** How far a session's trace has grown; pushed a few times a second while it does. */
export interface TraceStatus {
  sessionId: SessionId
  /** Counts the session's reloads: each begins an empty trace. */
  generation: number
  callCount: number
  inFlightCount: number
  /** Calls that were not recorded, because neither memory nor disk had room. They are not in `callCount`. */
  droppedCount: number
  /** Calls that were recorded, and given up for newer ones: where they stood, their rows say so. */
  leftOutCount: number
  /** Whether the guest is being slowed, because the disk is slower. */
  isGuestSlowed: boolean
  /** For how long it was in all. */
  slowedNs: number
  guestNs: number
  hostNs: number
  suspendedNs: number
  consoleLineCount: number
  /** Memory that the trace takes in the inspector. */
  sizeBytes: number
  /** What it takes on disk: 0 while memory holds all of it. */
  fileSizeBytes: number
  /** Bytes of a session file without an index that are still to be read; the trace grows until they are 0. */
  unreadBytes: number
}

export type ConsoleLevel = 'log' | 'info' | 'warn' | 'error' | 'debug'

export interface ConsoleLine {
  /** Counts from 0 within the session. */
  index: number
  timeNs: number
  level: ConsoleLevel
  /** What printed it: the host module, or the session itself. */
  source: 'host' | 'session'
  text: string
}

export interface ExampleInfo {
  /** Folder name below guests/. */
  name: string
  /** One line on what it shows. */
  summary: string
  language: string
  sizeBytes: number
}

/** A guest that was opened before, or a session file. */
export interface RecentGuest {
  path: string
  name: string
  hostPath: string | null
}

/** What the inspector runs on. */
export interface HostInfo {
  version: string
  nodeVersion: string
  v8Version: string
  electronVersion: string | null
  platform: string
}

/** Sizes and visibility of panes, by name: kept for the next start. */
export type Layout = Record<string, number | boolean>

/** A mistake in a filter (docs/filters.md), with the characters that are meant: from `from` up to `to`. */
export interface FilterProblem {
  /** FILTER_INVALID, with what is wrong there and what to do about it. */
  error: InspectorError
  from: number
  to: number
}

/** What can be written at a place in a filter. */
export interface FilterCompletion {
  text: string
  /** A few words on what it is, for people; may be empty. */
  about: string
}

export interface FilterCompletions {
  /** The characters that each would take the place of. */
  from: number
  to: number
  items: FilterCompletion[]
}

/** How far a filter has been evaluated. */
export interface FilterProgress {
  sessionId: SessionId
  filterText: string
  /** Calls found so far. */
  matchCount: number
  /** Calls looked at so far, the first ones. */
  scannedCount: number
  /** Calls that there are now. */
  callCount: number
}

/**
 * What calls can be sorted by; those that are fields of a filter have the same names: docs/filters.md says what each
 * means. `id` is the order in which they began, `suspendedShare` the suspended share of the total.
 */
export type CallSortKey =
  | 'id'
  | 'name'
  | 'kind'
  | 'arg'
  | 'result'
  | 'outcome'
  | 'start'
  | 'total'
  | 'guest'
  | 'host'
  | 'suspended'
  | 'suspendedShare'
  | 'depth'
  | 'parent'
  | 'topLevel'

/** An order of calls: those up to a number, as they stood when somebody first asked for it. */
export interface CallOrderRequest {
  by: CallSortKey
  /** The greatest first; equal ones in order of their numbers, or backwards. Calls without it are the last both ways. */
  descending: boolean
  /** The last call that is sorted: those that come later are left out. */
  callCount: number
}

/** How far calls have been sorted. */
export interface SortProgress extends Omit<CallOrderRequest, 'descending'> {
  sessionId: SessionId
  filterText: string
  /** From 0 to 1: there are no rows before it is 1. */
  doneShare: number
}

/** Which calls are folded, so that those inside of them have no rows. */
export interface Folding {
  /** Of the top-level calls all or none, except these. */
  all: boolean
  except: CallId[]
  /** Of the others these. One that is scattered is not. */
  inner: CallId[]
}
