/** A session: one guest, one host module, one worker at a time, its runs and its trace. */
import { formatError, makeError } from '../contract/error-codes.ts'
import type { DebugInfo, StackFrame } from '../contract/calls.ts'
import type { RunId, SessionId } from '../contract/ids.ts'
import type { RunInfo, SessionInfo, SessionState } from '../contract/sessions.ts'
import type { ConsoleLevel, TraceStatus } from '../contract/traces.ts'
import type { InspectorError, Result } from '../contract/result.ts'
import { failure, success } from '../contract/result.ts'
import type { MessageToWorker } from '../host/protocol.ts'
import { InFlightCounts } from '../trace/in-flight-counts.ts'
import type { RawStack } from '../trace/stack-store.ts'
import type { Trace } from '../trace/trace.ts'
import { EMPTY_TRACE_STATUS } from '../trace/trace.ts'
import type { LoadedGuest } from './guest-file.ts'
import { freeUncounted } from './free-memory.ts'
import { readGuestFile } from './guest-file.ts'
import { prepareRun } from './prepare-run.ts'
import { RunCanceller } from './run-canceller.ts'
import { reportRun } from './run-report.ts'
import { isActive, Runs } from './runs.ts'
import { SessionGuest } from './session-guest.ts'
import { SessionHost } from './session-host.ts'
import type { SessionOptions } from './session-options.ts'
import { SessionRecording } from './session-recording.ts'
import { SessionSettings } from './session-settings.ts'
import type { MessageForSession } from './session-worker.ts'
import { SessionWorker } from './session-worker.ts'
import { getStackBytes } from './stack-size.ts'
import { StallWatch } from './stall-watch.ts'

const ENDED_BY_USER = makeError('CALL_CANCELLED', { why: 'The session was ended.' })
const RELOADED = makeError('CALL_CANCELLED', { why: 'The session was reloaded.' })

/** See {@link SessionInfo} for its states. */
export class Session {
  readonly runs: Runs
  readonly canceller: RunCanceller
  readonly settings: SessionSettings
  readonly guest: SessionGuest
  readonly host: SessionHost
  readonly #options: SessionOptions
  readonly #counts: InFlightCounts
  readonly #recording: SessionRecording
  #stallWatch: StallWatch | null = null
  #state: SessionState = 'starting'
  #error: InspectorError | null = null
  #warnings: InspectorError[] = []
  #worker: SessionWorker | null = null
  #generation = 0
  /** Tells a load that waits for a file that another, or an end, has overtaken it. */
  #loadCount = 0
  /** It is not loaded any more. */
  #isClosed = false
  #endedIds: number[] = []
  #settled = Promise.withResolvers<void>()

  constructor(options: SessionOptions) {
    this.#options = options
    this.#counts = new InFlightCounts(options.inFlightCounts)
    this.runs = new Runs({
      sessionId: options.sessionId,
      budget: options.budget,
      send: (run) => this.#worker?.post({ type: 'call', ...run }),
      changed: (run) => {
        if (!isActive(run)) {
          this.#report(run)
          this.canceller.forget(run.runId)
        }
        options.onRun(run)
      },
      timedOut: (runId, error) => void this.canceller.cancel(runId, error),
    })
    const owner = {
      runs: this.runs,
      worker: () => this.#worker,
      post: (message: MessageToWorker) => this.#worker?.post(message),
      changed: () => this.#changed(),
    }
    this.settings = new SessionSettings(options, owner)
    this.guest = new SessionGuest(options, owner)
    this.host = new SessionHost(options)
    this.canceller = new RunCanceller({
      ...owner,
      hasSlices: () => this.settings.hasSlices,
      end: (error) => this.end(error),
    })
    this.#recording = new SessionRecording({
      files: options.files,
      path: options.sessionPath,
      version: options.version,
      info: () => this.info(),
      nowNs: () => this.nowNs(),
      guestBytes: () => this.guest.loaded?.bytes ?? new Uint8Array(),
      onFailure: (error) => options.onProblem(error),
    })
  }

  get sessionId(): SessionId {
    return this.#options.sessionId
  }

  /** See `TraceStatus`. */
  get generation(): number {
    return this.#generation
  }

  get slot(): number {
    return this.#options.slot
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
    const { interleaved, isPaused } = this.runs
    return {
      sessionId: this.sessionId,
      ...this.guest.describe(),
      host: this.host.describe(),
      state: this.#state,
      error: this.#error,
      warnings: [...this.#warnings, ...this.guest.listWarnings(interleaved, this.settings.hasSlices)],
      ...this.settings.describe(),
      paused: isPaused && this.#isAlive,
      stall: this.#stallWatch?.stall ?? null,
      startedAtMs: this.#worker?.zeroWallMs ?? Date.now(),
    }
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
    if (this.#isClosed) return
    const load = ++this.#loadCount
    // Whoever waits for a load that this one replaces is not kept waiting.
    this.#settled.resolve()
    this.#settled = Promise.withResolvers()
    // At once: a run that began now would never be heard of again.
    this.#setState('starting')
    await this.#stop(RELOADED)
    if (load !== this.#loadCount) return
    const endNs = this.nowNs()
    const sizeBytes = this.trace?.sizeBytes ?? 0
    this.#worker = null
    this.#generation++
    this.#endedIds = []
    // Before its file is closed: nobody goes on reading the old trace.
    this.#changed()
    this.#options.onTrace(this)
    await this.#recording.end(endNs)
    if (load !== this.#loadCount) return
    this.runs.forgetCalls()
    this.runs.setPaused(false)
    this.#warnings = []
    this.guest.forgetWorker()
    this.#changed()
    const guest = await readGuestFile(this.guest.path)
    if (load !== this.#loadCount) return
    if (!guest.ok) return this.#setState('failed', guest.error)
    const used = this.guest.use(guest.value)
    if (!used.ok) return this.#setState('failed', used.error)
    const refusal = await this.host.check()
    if (load !== this.#loadCount) return
    if (refusal) {
      return this.#setState(refusal.code === 'HOST_NOT_TRUSTED' ? 'untrusted' : 'failed', refusal)
    }
    this.#startWorker(guest.value)
    freeUncounted(sizeBytes)
    this.#options.onTrace(this)
    await this.#settled.promise
  }

  /** Holds guests at the end of their slice, or lets them go on. SESSION_NOT_READY where there are no slices. */
  setPaused(paused: boolean): Result<null> {
    if (!this.#isAlive || !this.settings.hasSlices) {
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
    return this.guest.describeStack(stack)
  }

  /** Where the lines of stacks are from; null before a guest was read. */
  describeDebug(): DebugInfo | null {
    return this.guest.describeDebug()
  }

  /** Checks the arguments and queues a run. */
  startRun(runId: RunId, exportName: string, argumentTexts: string[], timeoutMs?: number): Result<RunInfo> {
    const { loaded } = this.guest
    if (this.#state !== 'ready' || !loaded) {
      return failure(
        this.#state === 'ended'
          ? makeError('SESSION_ENDED')
          : makeError('SESSION_NOT_READY', { why: `It is ${this.#state}.` }),
      )
    }
    const prepared = prepareRun(loaded.shape, exportName, argumentTexts)
    if (!prepared.ok) return prepared
    return success(this.runs.add(runId, exportName, argumentTexts, prepared.value, timeoutMs))
  }

  /**
   * Makes a session file of what there is now. Fails with TRACE_MISSING, and with SESSION_NOT_FOUND where it is being
   * closed. Throws what the file system throws.
   */
  async save(path: string): Promise<Result<null>> {
    if (!this.trace) return failure(makeError('TRACE_MISSING', { why: `It is ${this.#state}.` }))
    const isMade = await this.#recording.copy(this.trace, path, this.nowNs())
    return isMade ? success(null) : failure(makeError('SESSION_NOT_FOUND'))
  }

  /** Ends the session for good: its trace is not looked at any more. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.end()
    await this.#recording.end(this.nowNs())
  }

  /** Ends the worker and every run. The trace stays. */
  async end(error: InspectorError = ENDED_BY_USER): Promise<void> {
    this.#loadCount++
    if (this.#state === 'ended') return
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
        ...this.guest.workerInput(guest),
        ...this.settings.workerInput(),
        hostPath: this.host.path,
        stubUnbound: this.#options.stubUnbound,
        inFlightCounts: this.#options.inFlightCounts,
        slot: this.#options.slot,
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
    const stallWatch = new StallWatch(worker, {
      stallMs: () => this.settings.stallMs,
      describeStack: (callId) => this.describeStack(worker.trace.calls.stackOf(callId)),
      changed: () => this.#changed(),
      print: (error) => this.#print('warn', formatError(error)),
    })
    this.#stallWatch = stallWatch
    this.#worker = worker
    worker.trace.keepsNewest = this.settings.keepsNewest
    this.#recording.begin(worker.trace)
  }

  async #receive(worker: SessionWorker, message: MessageForSession): Promise<void> {
    if (worker !== this.#worker) return
    switch (message.type) {
      case 'bound':
        this.#warnings = message.warnings
        return this.guest.setBound(message)
      case 'suggested':
        return this.guest.suggest(message)
      case 'ready':
        return this.#setState('ready')
      case 'unbound':
      case 'failed':
        await worker.terminate()
        if (worker === this.#worker) this.#setState(message.type, message.error)
        return
      case 'cancelling':
        return this.canceller.noteHeard(message.runId)
      case 'run-began':
        return this.runs.began(message.runId, message.callId)
      case 'run-ended':
        return this.runs.ended(message.runId, message)
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
