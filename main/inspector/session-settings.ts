/** What a user has set for one session, as opposed to the settings that are kept for all of them. */
import type { SessionLimits } from '../contract/limits.ts'
import type { SessionInfo } from '../contract/sessions.ts'
import type { WorkerInput } from '../host/protocol.ts'
import type { Runs } from './runs.ts'
import type { SessionOptions } from './session-options.ts'
import type { SessionWorker } from './session-worker.ts'

/** What the settings need of their session. */
export interface SessionSettingsOwner {
  runs: Runs
  /** Null while there is none. */
  worker(): SessionWorker | null
  /** To be called when something else is shown of the session. */
  changed(): void
}

/** One for each session: they outlive reloads. */
export class SessionSettings {
  readonly #owner: SessionSettingsOwner
  #capturesStacks = false
  #recordsImports = true
  #keepsNewest: boolean
  #sliceMs: number | null
  #limits: SessionLimits

  constructor(
    { keepsNewest, sliceMs, limits }: Pick<SessionOptions, 'keepsNewest' | 'sliceMs' | 'limits'>,
    owner: SessionSettingsOwner,
  ) {
    this.#keepsNewest = keepsNewest
    this.#sliceMs = sliceMs
    this.#limits = limits
    this.#owner = owner
    this.#applyLimits()
  }

  get keepsNewest(): boolean {
    return this.#keepsNewest
  }

  /** Whether guests have points at which they can be stopped, from the next load on. */
  get hasSlices(): boolean {
    return this.#sliceMs !== null
  }

  /** After this time a suspended call counts as stalled. */
  get stallMs(): number {
    return this.#limits.stallMs
  }

  /** What is shown of them. */
  describe(): Pick<
    SessionInfo,
    'interleaved' | 'capturesStacks' | 'recordsImports' | 'keepsNewest' | 'sliceMs' | 'limits'
  > {
    return {
      interleaved: this.#owner.runs.interleaved,
      capturesStacks: this.#capturesStacks,
      recordsImports: this.#recordsImports,
      keepsNewest: this.#keepsNewest,
      sliceMs: this.#sliceMs,
      limits: this.#limits,
    }
  }

  /** What a worker is started with. */
  workerInput(): Pick<WorkerInput, 'captureStacks' | 'recordImports' | 'sliceMs' | 'limits'> {
    return {
      captureStacks: this.#capturesStacks,
      recordImports: this.#recordsImports,
      sliceMs: this.#sliceMs,
      limits: this.#limits,
    }
  }

  /** Whether the guest's stack is recorded at each import call. */
  setStackCapture(enabled: boolean): void {
    this.#capturesStacks = enabled
    this.#owner.worker()?.post({ type: 'capture-stacks', enabled })
    this.#owner.changed()
  }

  /** Whether import calls are recorded. */
  setRecording(enabled: boolean): void {
    this.#recordsImports = enabled
    this.#owner.worker()?.post({ type: 'record-imports', enabled })
    this.#owner.changed()
  }

  /** Whether the newest calls are kept when the disk is behind, instead of slowing the guest. */
  setKeepNewest(enabled: boolean): void {
    this.#keepsNewest = enabled
    const worker = this.#owner.worker()
    if (worker) worker.trace.keepsNewest = enabled
    this.#owner.changed()
  }

  /** Takes effect with the next load. Null: without slices. */
  setSlices(sliceMs: number | null): void {
    this.#sliceMs = sliceMs
  }

  /** Whether several runs may be in flight at once. */
  setInterleaved(interleaved: boolean): void {
    this.#owner.runs.interleaved = interleaved
    this.#owner.runs.startNext()
    this.#owner.changed()
  }

  /** Changes the limits that are given; which of them wait for the next load says {@link SessionLimits}. */
  setLimits(limits: Partial<SessionLimits>): void {
    this.#limits = { ...this.#limits, ...limits }
    this.#applyLimits()
    this.#owner.runs.startNext()
    this.#owner.changed()
  }

  #applyLimits(): void {
    this.#owner.runs.callsInFlight = this.#limits.callsInFlight
    this.#owner.runs.defaultTimeoutMs = this.#limits.runMs
  }
}
