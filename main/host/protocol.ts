/** What the inspector and a session's worker say to each other beside the ring. Both ends are ours. */
import type { Binding, Stub } from '../contract/guests.ts'
import type { CallId, RunId } from '../contract/ids.ts'
import type { RunInfo } from '../contract/sessions.ts'
import type { InspectorError } from '../contract/result.ts'
import type { ResourceLimits } from '../wasm/clamp-limits.ts'
import type { ModuleShape } from '../wasm/types.ts'

/** What a worker is started with. */
export interface WorkerInput {
  guestBytes: Uint8Array
  guestName: string
  shape: ModuleShape
  /** Absolute path; null runs the guest without a host module. */
  hostPath: string | null
  stubs: ImportStub[]
  /** Binds what is still unbound to stubs that return zeros. */
  stubUnbound: boolean
  ring: SharedArrayBuffer
  /** See `InFlightCounts`; `slot` is this session's. */
  inFlightCounts: SharedArrayBuffer
  slot: number
  /** Whether to record the guest's stack at each import call; see `capture-stacks` as well. */
  captureStacks: boolean
  /** Whether to record calls of imports; see `record-imports` as well. */
  recordImports: boolean
  /** How long a guest computes before it is stopped; null: it is not. */
  sliceMs: number | null
  /** Those that the user gave; see `set-readings` as well. */
  readings: ImportReading[]
  /** Of memories and tables. */
  limits: ResourceLimits
  /** Stack of each call. V8 has it from the process; this is for messages. */
  stackBytes: number
}

/** A stub, and the import that it is for. */
export interface ImportStub {
  module: string
  name: string
  stub: Stub
}

/** Readings that the user gave to an import: they take the place of those that the host module declares. */
export interface ImportReading {
  module: string
  name: string
  readings: string
}

export type MessageToWorker =
  | { type: 'call'; runId: RunId; exportName: string; values: unknown[] }
  | { type: 'cancel'; runId: RunId; error: InspectorError }
  | { type: 'capture-stacks'; enabled: boolean }
  | { type: 'record-imports'; enabled: boolean }
  /** Holds guests at the end of their slice, or lets them go on. */
  | { type: 'pause'; enabled: boolean }
  /** Asks for the guest's stacks of these suspended import calls, into the ring, and what else is pending. */
  | { type: 'probe'; callIds: CallId[] }
  /** Null: those that the host module declares. */
  | { type: 'set-readings'; module: string; name: string; readings: string | null }

/** How a run has ended. */
export interface RunEnd extends Pick<RunInfo, 'results' | 'error' | 'exitStatus'> {
  state: Exclude<RunInfo['state'], 'queued' | 'running'>
}

export type MessageFromWorker =
  /** The ring has something to read. */
  | { type: 'wake' }
  /** The worker's clock: `hrtimeNs` and `wallMs` at the session's time zero. */
  | { type: 'clock'; zeroHrtimeNs: bigint; zeroWallMs: number }
  /**
   * One binding for each import, in the module's order, and the readings that the host module declares for it;
   * also when the session then fails.
   */
  | { type: 'bound'; bindings: Binding[]; declared: (string | null)[]; warnings: InspectorError[] }
  /** Readings that would fit the calls of an import so far; null takes back what was said before. */
  | { type: 'suggested'; module: string; name: string; readings: string | null }
  | { type: 'ready' }
  /** What is pending that could settle a promise: see `PendingWork`. */
  | { type: 'probed'; pending: string[] }
  | { type: 'unbound'; error: InspectorError }
  | { type: 'failed'; error: InspectorError }
  /** The message has come, and what it asks for is done as soon as the call can be unwound. */
  | { type: 'cancelling'; runId: RunId }
  | { type: 'run-began'; runId: RunId; callId: number }
  | ({ type: 'run-ended'; runId: RunId } & RunEnd)
