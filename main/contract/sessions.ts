/** Sessions and their runs. Plain data, safe on every channel. */
import type { CallOutcome, CallSummary } from './calls.ts'
import type { ExportInfo, GuestInfo, HostModuleInfo, ImportInfo } from './guests.ts'
import type { CallId, RunId, SessionId } from './ids.ts'
import type { SessionLimits } from './limits.ts'
import type { InspectorError } from './result.ts'
import type { TypedValue } from './values.ts'

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

/** `queued` waits for its turn; all but that and `running` are final. */
export type RunState = 'queued' | CallOutcome

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
  /** With which it has exited; null unless its state is `exited`. */
  exitStatus: number | null
}
