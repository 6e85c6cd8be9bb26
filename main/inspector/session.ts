/** A session: one guest, one host module, one worker at a time, its runs and its trace. */
import { basename, dirname } from 'node:path'
import { formatError, makeError } from '../contract/error-codes.ts'
import type { SessionLimits } from '../contract/limits.ts'
import type {
  Binding,
  ConsoleLevel,
  DebugInfo,
  GuestInfo,
  ImportInfo,
  RunId,
  RunInfo,
  SessionId,
  SessionInfo,
  SessionState,
  StackFrame,
  StallInfo,
  Stub,
  TraceStatus,
} from '../contract/model.ts'
import type { InspectorError, Result } from '../contract/result.ts'
import { failure, success } from '../contract/result.ts'
import { InFlightCounts } from '../trace/in-flight-counts.ts'
import type { RawStack } from '../trace/stack-store.ts'
import type { Trace } from '../trace/trace.ts'
import { EMPTY_TRACE_STATUS } from '../trace/trace.ts'
import {
  describeExports,
  describeImports,
  describeProducers,
  hidesStack,
  sharesInstance,
} from './describe-module.ts'
import type { LoadedGuest } from './guest-file.ts'
import { freeUncounted } from './free-memory.ts'
import { readGuestFile } from './guest-file.ts'
import { GuestReadings } from './guest-readings.ts'
import { GuestStackReader } from './guest-stack.ts'
import { hashFile } from './host-file.ts'
import { ImportStubs } from './import-stubs.ts'
import { keepImportWrappers } from './import-wrappers.ts'
import { prepareRun } from './prepare-run.ts'
import { reportRun } from './run-report.ts'
import type { NamedReadings } from './api.ts'
import { isActive, isQueued, Runs } from './runs.ts'
import type { SessionOptions } from './session-options.ts'
import type { MessageForSession } from './session-worker.ts'
import { SessionRecording } from './session-recording.ts'
import { SessionWorker } from './session-worker.ts'
import { getStackBytes } from './stack-size.ts'
import { StallWatch } from './stall-watch.ts'
import { waitForCancel } from './wait-for-cancel.ts'

const ENDED_BY_USER = makeError('CALL_CANCELLED', { why: 'The session was ended.' })
const RELOADED = makeError('CALL_CANCELLED', { why: 'The session was reloaded.' })
const COMPUTING = 'The guest was computing, so its worker was ended.'

/** See {@link SessionInfo} for its states. */
export class Session {
  readonly runs: Runs
  readonly #options: SessionOptions
  readonly #stubs = new ImportStubs()
  readonly #counts: InFlightCounts
  #limits: SessionLimits
  #stall: StallInfo | null = null
  #stallWatch: StallWatch | null = null
  readonly #readings = new GuestReadings()
  readonly #recording: SessionRecording
  /** Given before it was known what the guest imports. */
  readonly #namedReadings: NamedReadings[]
  #guest: LoadedGuest | null = null
  #stackReader: GuestStackReader | null = null
  #debugPath: string | null = null
  #capturesStacks = false
  #recordsImports = true
  #keepsNewest: boolean
  #sliceMs: number | null
  /** Runs of which the worker has heard that they are cancelled. */
  readonly #cancelling = new Set<RunId>()
  #hostPath: string | null
  #hostTrusted = false
  #state: SessionState = 'starting'
  #error: InspectorError | null = null
  #warnings: InspectorError[] = []
  #bindings: Binding[] = []
  #worker: SessionWorker | null = null
  #generation = 0
  /** Tells a load that waits for a file that another, or an end, has overtaken it. */
  #loadCount = 0
  #endedIds: number[] = []
  #settled = Promise.withResolvers<void>()

  constructor(options: SessionOptions) {
    this.#options = options
    this.#hostPath = options.hostPath
    this.#limits = options.limits
    this.#sliceMs = options.sliceMs
    this.#keepsNewest = options.keepsNewest
    this.#counts = new InFlightCounts(options.inFlightCounts)
    this.#namedReadings = [...options.readings]
    this.runs = new Runs({
      sessionId: options.sessionId,
      budget: options.budget,
      send: (run) => this.#worker?.post({ type: 'call', ...run }),
      changed: (run) => {
        if (!isActive(run)) {
          this.#report(run)
          this.#cancelling.delete(run.runId)
        }
        options.onRun(run)
      },
      timedOut: (runId, error) => void this.cancel(runId, error),
    })
    this.#recording = new SessionRecording({
      files: options.files,
      path: options.sessionPath,
      version: options.version,
      info: () => this.info(),
      guestBytes: () => this.#guest?.bytes ?? new Uint8Array(),
      onFailure: (error) => options.onProblem(error),
    })
    this.#applyLimits()
  }

  get sessionId(): SessionId {
    return this.#options.sessionId
  }

  get slot(): number {
    return this.#options.slot
  }

  get guestPath(): string {
    return this.#options.guestPath
  }

  get hostPath(): string | null {
    return this.#hostPath
  }

  /** Null until the first worker has started. */
  get trace(): Trace | null {
    return this.#worker?.trace ?? null
  }

  /** Whether a guest is there, or comes. */
  get #isAlive(): boolean {
    return this.#state === 'ready' || this.#state === 'starting'
  }

  /** On the session's clock. */
  nowNs(): number {
    return this.#worker?.nowNs() ?? 0
  }

  info(): SessionInfo {
    const guest: GuestInfo = {
      name: basename(this.guestPath),
      ...(this.#options.uploaded ? {} : { path: this.guestPath }),
      sizeBytes: this.#guest?.sizeBytes ?? 0,
      producers: this.#guest ? describeProducers(this.#guest.shape) : [],
    }
    return {
      sessionId: this.sessionId,
      guest,
      debugFile: this.#debugPath ? { name: basename(this.#debugPath), path: this.#debugPath } : null,
      host: this.#hostPath
        ? { name: basename(this.#hostPath), path: this.#hostPath, trusted: this.#hostTrusted }
        : null,
      state: this.#state,
      error: this.#error,
      warnings: this.#listWarnings(),
      exports: this.#guest ? describeExports(this.#guest.shape) : [],
      imports: this.#describeImports(),
      interleaved: this.runs.interleaved,
      capturesStacks: this.#capturesStacks,
      recordsImports: this.#recordsImports,
      keepsNewest: this.#keepsNewest,
      sliceMs: this.#sliceMs,
      paused: this.runs.isPaused && this.#isAlive,
      limits: this.#limits,
      stall: this.#stall,
      startedAtMs: this.#worker?.zeroWallMs ?? Date.now(),
    }
  }

  #describeImports(): ImportInfo[] {
    if (!this.#guest) return []
    const imports = describeImports(this.#guest.shape, this.#bindings)
    return imports.map((info, index) => this.#readings.describe(info, index))
  }

  #listWarnings(): InspectorError[] {
    const shape = this.#guest?.shape
    if (!shape) return this.#warnings
    const mayOverlap = this.runs.interleaved && hidesStack(shape)
    const mayInterrupt = this.runs.interleaved && this.#sliceMs !== null && sharesInstance(shape)
    return [
      ...this.#warnings,
      ...this.#readings.findProblems(shape),
      ...(mayOverlap ? [makeError('STACK_HIDDEN')] : []),
      ...(mayInterrupt ? [makeError('SLICES_OVERLAP')] : []),
    ]
  }

  status(): TraceStatus {
    const status = this.trace?.status(this.nowNs()) ?? EMPTY_TRACE_STATUS
    return { ...status, sessionId: this.sessionId, generation: this.#generation }
  }

  /**
   * Reads guest and host module and starts a worker with an empty trace; ends the present one first. Resolves
   * when the session is no longer starting.
   */
  async load(): Promise<void> {
    await this.#stop(RELOADED)
    const endNs = this.nowNs()
    const sizeBytes = this.trace?.sizeBytes ?? 0
    this.#worker = null
    await this.#recording.end(endNs)
    this.#generation++
    this.#endedIds = []
    this.runs.forgetCalls()
    this.runs.setPaused(false)
    this.#bindings = []
    this.#warnings = []
    this.#readings.forgetWorker()
    // Whoever waits for a load that this one replaces is not kept waiting.
    this.#settled.resolve()
    this.#settled = Promise.withResolvers()
    this.#setState('starting')
    const load = ++this.#loadCount
    const guest = await readGuestFile(this.guestPath)
    if (load !== this.#loadCount) return
    if (!guest.ok) return this.#setState('failed', guest.error)
    this.#guest = guest.value
    void keepImportWrappers(guest.value.shape)
    this.#stackReader = new GuestStackReader(guest.value, dirname(this.guestPath), this.#debugPath)
    for (const { importName, readings } of this.#namedReadings.splice(0)) {
      const set = this.#readings.setNamed(guest.value.shape, importName, readings)
      if (!set.ok) return this.#setState('failed', set.error)
    }
    if (this.#hostPath !== null) {
      const hash = await hashFile(this.#hostPath)
      if (load !== this.#loadCount) return
      if (hash === null) {
        return this.#setState('failed', makeError('HOST_NOT_FOUND', { location: { file: this.#hostPath } }))
      }
      this.#hostTrusted = this.#options.isTrusted(this.#hostPath, hash)
      if (!this.#hostTrusted) {
        const location = { file: this.#hostPath }
        return this.#setState('untrusted', makeError('HOST_NOT_TRUSTED', { location }))
      }
    }
    this.#startWorker(guest.value)
    freeUncounted(sizeBytes)
    this.#options.onTrace(this)
    await this.#settled.promise
  }

  /** Uses another host module, or none, from the next load on. */
  setHost(path: string | null): void {
    this.#hostPath = path
  }

  /** Uses a stub for an import from the next load on; null takes it away. */
  setStub(module: string, name: string, stub: Stub | null): Result<null> {
    return this.#stubs.set(this.#guest?.shape ?? null, module, name, stub)
  }

  /** Reads an import as the text says, from the next call on; null as the host module declares. */
  setReadings(module: string, name: string, readings: string | null): Result<null> {
    const set = this.#readings.set(this.#guest?.shape ?? null, module, name, readings)
    if (!set.ok) return set
    this.#worker?.post({ type: 'set-readings', module, name, readings })
    this.#changed()
    return set
  }

  setStackCapture(enabled: boolean): void {
    this.#capturesStacks = enabled
    this.#worker?.post({ type: 'capture-stacks', enabled })
    this.#changed()
  }

  setRecording(enabled: boolean): void {
    this.#recordsImports = enabled
    this.#worker?.post({ type: 'record-imports', enabled })
    this.#changed()
  }

  setKeepNewest(enabled: boolean): void {
    this.#keepsNewest = enabled
    if (this.trace) this.trace.keepsNewest = enabled
    this.#changed()
  }

  /** Takes effect with the next load. Null: without slices. */
  setSlices(sliceMs: number | null): void {
    this.#sliceMs = sliceMs
  }

  /** Holds guests at the end of their slice, or lets them go on. SESSION_NOT_READY where there are no slices. */
  setPaused(paused: boolean): Result<null> {
    if (!this.#isAlive || this.#sliceMs === null) {
      const why = this.#isAlive ? 'Its guest has no slices.' : `It is ${this.#state}.`
      return failure(makeError('SESSION_NOT_READY', { why }))
    }
    this.runs.setPaused(paused)
    this.#worker?.post({ type: 'pause', enabled: paused })
    this.#changed()
    return success(null)
  }

  /** A stack of the present trace; null where there is none. */
  describeStack(stack: RawStack | null): StackFrame[] | null {
    return stack && this.#stackReader ? this.#stackReader.describe(stack) : null
  }

  /** Where the lines of stacks are from; null before a guest was read. */
  describeDebug(): DebugInfo | null {
    return this.#stackReader?.describeDebug() ?? null
  }

  /** Takes the guest's debug information from a file, also after a reload; null: from where the guest has it. */
  setDebugFile(path: string | null): Result<null> {
    const set = this.#stackReader?.useDebugFile(path)
    if (!set) return failure(makeError('SESSION_NOT_READY', { why: 'Its guest has not been read.' }))
    if (!set.ok) return set
    this.#debugPath = path
    this.#changed()
    return set
  }

  setInterleaved(interleaved: boolean): void {
    this.runs.interleaved = interleaved
    this.runs.startNext()
    this.#changed()
  }

  setLimits(limits: Partial<SessionLimits>): void {
    this.#limits = { ...this.#limits, ...limits }
    this.#applyLimits()
    this.runs.startNext()
    this.#changed()
  }

  #applyLimits(): void {
    this.runs.callsInFlight = this.#limits.callsInFlight
    this.runs.defaultTimeoutMs = this.#limits.runMs
  }

  /** Checks the arguments and queues a run. */
  startRun(runId: RunId, exportName: string, argumentTexts: string[], timeoutMs?: number): Result<RunInfo> {
    if (this.#state !== 'ready' || !this.#guest) {
      return failure(
        this.#state === 'ended'
          ? makeError('SESSION_ENDED')
          : makeError('SESSION_NOT_READY', { why: `It is ${this.#state}.` }),
      )
    }
    const prepared = prepareRun(this.#guest.shape, exportName, argumentTexts)
    if (!prepared.ok) return prepared
    return success(this.runs.add(runId, exportName, argumentTexts, prepared.value, timeoutMs))
  }

  /**
   * Cancels a run with the error that it then shows. A worker that computes cannot hear of it, and is ended
   * with all its runs; with slices it hears of it before long, and goes on with its other runs.
   */
  async cancel(runId: RunId, error: InspectorError): Promise<void> {
    const worker = this.#worker
    const run = this.runs.get(runId)
    if (!worker || !run || !isActive(run)) return
    if (run.state === 'queued') return this.runs.ended(runId, 'cancelled', null, error)
    worker.post({ type: 'cancel', runId, error })
    const isOver = (): boolean => {
      // Of those that have ended only the last are remembered.
      const now = this.runs.get(runId)
      return worker !== this.#worker || now === null || !isActive(now)
    }
    const hasSlices = this.#sliceMs !== null
    if (await waitForCancel(worker, { isOver, hasSlices, isHeard: () => this.#cancelling.has(runId) })) return
    await this.end({ ...error, why: `${error.why} ${COMPUTING}`.trim() })
  }

  /** Makes a session file of what there is now. Throws what the file system throws. */
  async save(path: string): Promise<void> {
    if (this.trace) await this.#recording.copy(this.trace, path, this.nowNs())
  }

  /** Ends the session for good: its trace is not looked at any more. */
  async close(): Promise<void> {
    await this.end()
    await this.#recording.end(this.nowNs())
  }

  /** Cancels every run: queued ones first, so that none of them begins in the place of another. */
  async cancelAll(error: InspectorError): Promise<void> {
    const active = this.runs.list().filter(isActive)
    const [queued, inFlight] = [active.filter(isQueued), active.filter((run) => !isQueued(run))]
    await Promise.all([...queued, ...inFlight].map(({ runId }) => this.cancel(runId, error)))
  }

  /** Ends the worker and every run. The trace stays. */
  async end(error: InspectorError = ENDED_BY_USER): Promise<void> {
    if (this.#state === 'ended') return
    this.#loadCount++
    const shown = error === ENDED_BY_USER ? null : makeError('SESSION_ENDED', { why: error.why })
    await this.#stop(error)
    this.#setState('ended', shown)
  }

  async #stop(error: InspectorError): Promise<void> {
    const worker = this.#worker
    if (!worker) return
    await worker.terminate()
    this.#endRuns(error, worker.nowNs())
  }

  #endRuns(error: InspectorError, nowNs: number): void {
    this.#stallWatch?.stop()
    this.#counts.set(this.#options.slot, 0)
    this.trace?.endRunning('cancelled', error, nowNs)
    this.runs.endAll(error)
    this.#flushEnded()
    this.#options.onTrace(this)
  }

  #startWorker(guest: LoadedGuest): void {
    const worker: SessionWorker = new SessionWorker(
      this.#options.workerUrl,
      {
        guestBytes: guest.bytes,
        guestName: basename(this.guestPath),
        shape: guest.shape,
        hostPath: this.#hostPath,
        stubs: [...this.#stubs.list()],
        stubUnbound: this.#options.stubUnbound,
        captureStacks: this.#capturesStacks,
        recordImports: this.#recordsImports,
        inFlightCounts: this.#options.inFlightCounts,
        slot: this.#options.slot,
        readings: this.#readings.list(),
        sliceMs: this.#sliceMs,
        limits: this.#limits,
        stackBytes: getStackBytes(),
      },
      this.#options.traceLimitBytes,
      {
        onMessage: (message) => void this.#receive(worker, message),
        onTrace: () => {
          this.#flushEnded()
          stallWatch.note()
          this.#options.onTrace(this)
        },
        onExit: (error) => {
          this.#endRuns(error, worker.nowNs())
          this.#setState(this.#state === 'starting' ? 'failed' : 'ended', error)
        },
        onCallsEnded: (firstId, count) => {
          if (!this.#options.isStreamed(this.sessionId)) return
          for (let id = firstId; id < firstId + count; id++) this.#endedIds.push(id)
        },
        startLog: () => this.#recording.start(worker.trace),
      },
    )
    const stallWatch = new StallWatch({
      trace: worker.trace,
      nowNs: () => worker.nowNs(),
      stallMs: () => this.#limits.stallMs,
      probe: (callIds) => worker.probe(callIds),
      describeStack: (callId) => this.describeStack(worker.trace.calls.stackOf(callId)),
      changed: (stall) => {
        this.#stall = stall
        this.#changed()
      },
      print: (error) => this.#print('warn', formatError(error)),
    })
    this.#stallWatch = stallWatch
    this.#worker = worker
    worker.trace.keepsNewest = this.#keepsNewest
    this.#recording.begin(worker.trace)
  }

  async #receive(worker: SessionWorker, message: MessageForSession): Promise<void> {
    if (worker !== this.#worker) return
    switch (message.type) {
      case 'bound':
        this.#bindings = message.bindings
        this.#warnings = message.warnings
        this.#readings.declared = message.declared
        return
      case 'suggested':
        this.#readings.suggest(message)
        return this.#changed()
      case 'ready':
        return this.#setState('ready')
      case 'unbound':
      case 'failed':
        await worker.terminate()
        if (worker === this.#worker) this.#setState(message.type, message.error)
        return
      case 'cancelling':
        if (this.runs.get(message.runId)?.state === 'running') this.#cancelling.add(message.runId)
        return
      case 'run-began':
        return this.runs.began(message.runId, message.callId)
      case 'run-ended':
        return this.runs.ended(message.runId, message.state, message.results, message.error)
    }
  }

  /** Says in the console how a run ended. Of one that never began there is nothing to say. */
  #report(run: RunInfo): void {
    const report = run.callId === null ? null : reportRun(run)
    if (!report || !this.trace) return
    this.#print(report.level, report.text)
  }

  #print(level: ConsoleLevel, text: string): void {
    this.trace?.console.append(text, { timeNs: this.nowNs(), level, source: 'session' })
    this.#options.onTrace(this)
  }

  #flushEnded(): void {
    if (this.#endedIds.length === 0) return
    const ids = this.#endedIds
    this.#endedIds = []
    this.#options.onCallsEnded(this, ids)
  }

  #setState(state: SessionState, error: InspectorError | null = null): void {
    this.#state = state
    this.#error = error
    this.#changed()
    if (state !== 'starting') this.#settled.resolve()
  }

  #changed(): void {
    this.#options.onChange(this.info())
  }
}
