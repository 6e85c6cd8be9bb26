/** The runs of one session: a queue, because calls on an instance are serial unless the user allows overlap. */
import { makeError } from '../contract/error-codes.ts'
import { DEFAULT_LIMITS } from '../contract/limits.ts'
import type { RunId, SessionId } from '../contract/ids.ts'
import type { RunInfo } from '../contract/sessions.ts'
import type { InspectorError } from '../contract/result.ts'
import type { RunEnd } from '../host/protocol.ts'
import type { RunBudget } from './run-budget.ts'

/** Finished runs that stay in the list. */
const FINISHED_LIMIT = 200

interface Run {
  info: RunInfo
  values: unknown[]
  timeoutMs: number | undefined
  timer: NodeJS.Timeout | null
  /** The limit that it began with; null without one. What was left of it at `timedAtMs`. */
  limitMs: number | null
  leftMs: number
  timedAtMs: number
}

/** What the queue needs of its session. */
export interface RunsOwner {
  sessionId: SessionId
  budget: RunBudget
  send(run: { runId: RunId; exportName: string; values: unknown[] }): void
  changed(run: RunInfo): void
  /** Called when a run's time limit has passed. */
  timedOut(runId: RunId, error: InspectorError): void
}

/** Starts queued runs in order, as many at once as allowed. */
export class Runs {
  interleaved = false
  /** How many may be in flight where they interleave. */
  callsInFlight = DEFAULT_LIMITS.callsInFlight
  /** The time limit of those that begin and have none of their own. */
  defaultTimeoutMs: number | null = null
  readonly #owner: RunsOwner
  readonly #runs = new Map<RunId, Run>()
  /** In order of request. A set, because a queue of 100,000 is taken from at its front and cancelled within. */
  readonly #queue = new Set<RunId>()
  readonly #inFlight = new Set<RunId>()
  readonly #finished = new Set<RunId>()
  #isPaused = false

  constructor(owner: RunsOwner) {
    this.#owner = owner
  }

  list(): RunInfo[] {
    return [...this.#runs.values()].map(({ info }) => info)
  }

  get(runId: RunId): RunInfo | null {
    return this.#runs.get(runId)?.info ?? null
  }

  add(
    runId: RunId,
    exportName: string,
    argumentTexts: string[],
    values: unknown[],
    timeoutMs?: number,
  ): RunInfo {
    const info: RunInfo = {
      runId,
      sessionId: this.#owner.sessionId,
      exportName,
      argumentTexts,
      state: 'queued',
      callId: null,
      results: null,
      exitStatus: null,
      error: null,
    }
    this.#runs.set(runId, { info, values, timeoutMs, timer: null, limitMs: null, leftMs: 0, timedAtMs: 0 })
    this.#queue.add(runId)
    this.#owner.changed(info)
    this.startNext()
    return this.get(runId)!
  }

  readonly #tellOfRoom = (): void => this.startNext()

  /** Sends queued runs while there is room. */
  startNext(): void {
    const limit = this.interleaved ? this.callsInFlight : 1
    for (const runId of this.#queue) {
      if (this.#inFlight.size >= limit || !this.#owner.budget.take(this.#tellOfRoom)) return
      this.#queue.delete(runId)
      const run = this.#runs.get(runId)!
      this.#inFlight.add(runId)
      this.#owner.send({ runId, exportName: run.info.exportName, values: run.values })
      this.#change(run, { state: 'running' })
      run.limitMs = run.timeoutMs ?? this.defaultTimeoutMs
      run.leftMs = run.limitMs ?? 0
      if (!this.#isPaused) this.#startTimer(run)
    }
  }

  /** Whether time limits stand still. */
  get isPaused(): boolean {
    return this.#isPaused
  }

  /** Lets the time limits of runs stand still, or go on. */
  setPaused(paused: boolean): void {
    if (paused === this.#isPaused) return
    this.#isPaused = paused
    for (const runId of this.#inFlight) {
      const run = this.#runs.get(runId)!
      if (!paused) this.#startTimer(run)
      else if (run.timer) {
        clearTimeout(run.timer)
        run.timer = null
        run.leftMs = Math.max(0, run.leftMs - (performance.now() - run.timedAtMs))
      }
    }
  }

  #startTimer(run: Run): void {
    const { limitMs } = run
    if (limitMs === null) return
    run.timedAtMs = performance.now()
    run.timer = setTimeout(() => {
      const why = `The limit is ${limitMs} ms.`
      this.#owner.timedOut(run.info.runId, makeError('CALL_TIMED_OUT', { why }))
    }, run.leftMs)
  }

  /** Its call has begun. */
  began(runId: RunId, callId: number): void {
    const run = this.#runs.get(runId)
    if (run) this.#change(run, { callId })
  }

  ended(runId: RunId, { state, results, error, exitStatus }: RunEnd): void {
    const run = this.#runs.get(runId)
    if (!run || !isActive(run.info)) return
    if (run.timer) clearTimeout(run.timer)
    if (this.#inFlight.delete(runId)) this.#owner.budget.give()
    this.#queue.delete(runId)
    this.#finished.add(runId)
    for (const oldest of this.#finished) {
      if (this.#finished.size <= FINISHED_LIMIT) break
      this.#finished.delete(oldest)
      this.#runs.delete(oldest)
    }
    this.#change(run, { state, results, error, exitStatus })
    this.startNext()
  }

  /** Ends every run, queued ones too: the worker is gone. */
  endAll(error: InspectorError): void {
    this.#queue.clear()
    for (const { info } of this.#runs.values()) this.ended(info.runId, cancelledBy(error))
  }

  /** The trace that the runs' calls were in is gone. */
  forgetCalls(): void {
    for (const run of this.#runs.values()) if (run.info.callId !== null) this.#change(run, { callId: null })
  }

  #change(run: Run, change: Partial<RunInfo>): void {
    run.info = { ...run.info, ...change }
    this.#owner.changed(run.info)
  }
}

/** How a run ends that is cancelled, or whose worker is gone. */
export function cancelledBy(error: InspectorError): RunEnd {
  return { state: 'cancelled', results: null, error, exitStatus: null }
}

/** Whether a run waits for its turn. */
export function isQueued(run: RunInfo): boolean {
  return run.state === 'queued'
}

/** Whether a run has not ended. */
export function isActive(run: RunInfo): boolean {
  return run.state === 'queued' || run.state === 'running'
}
