/** Cancels the runs of a session, at the cost of its worker where that does not hear. */
import type { RunId } from '../contract/ids.ts'
import type { InspectorError } from '../contract/result.ts'
import type { Runs } from './runs.ts'
import { cancelledBy, isActive, isQueued } from './runs.ts'
import type { SessionWorker } from './session-worker.ts'
import { waitForCancel } from './wait-for-cancel.ts'

const COMPUTING = 'The guest was computing, so its worker was ended.'

/** What cancelling needs of its session. */
export interface RunCancellerOwner {
  runs: Runs
  /** Null while there is none. */
  worker(): SessionWorker | null
  /** Whether guests have points at which they can be stopped. */
  hasSlices(): boolean
  /** Ends the worker with all its runs. */
  end(error: InspectorError): Promise<void>
}

/** One for each session. */
export class RunCanceller {
  readonly #owner: RunCancellerOwner
  /** Runs of which the worker has heard that they are cancelled. */
  readonly #heard = new Set<RunId>()

  constructor(owner: RunCancellerOwner) {
    this.#owner = owner
  }

  /** Takes in that the worker has heard that a run is cancelled. */
  noteHeard(runId: RunId): void {
    if (this.#owner.runs.get(runId)?.state === 'running') this.#heard.add(runId)
  }

  /** Forgets a run that has ended. */
  forget(runId: RunId): void {
    this.#heard.delete(runId)
  }

  /**
   * Cancels a run with the error that it then shows. A worker that computes cannot hear of it, and is ended
   * with all its runs; with slices it hears of it before long, and goes on with its other runs.
   */
  async cancel(runId: RunId, error: InspectorError): Promise<void> {
    const { runs } = this.#owner
    const worker = this.#owner.worker()
    const run = runs.get(runId)
    if (!worker || !run || !isActive(run)) return
    if (run.state === 'queued') return runs.ended(runId, cancelledBy(error))
    worker.post({ type: 'cancel', runId, error })
    const isOver = (): boolean => {
      // Of those that have ended only the last are remembered.
      const now = runs.get(runId)
      return worker !== this.#owner.worker() || now === null || !isActive(now)
    }
    const hasSlices = this.#owner.hasSlices()
    if (await waitForCancel(worker, { isOver, hasSlices, isHeard: () => this.#heard.has(runId) })) return
    await this.#owner.end({ ...error, why: `${error.why} ${COMPUTING}`.trim() })
  }

  /** Cancels every run: queued ones first, so that none of them begins in the place of another. */
  async cancelAll(error: InspectorError): Promise<void> {
    const active = this.#owner.runs.list().filter(isActive)
    const [queued, inFlight] = [active.filter(isQueued), active.filter((run) => !isQueued(run))]
    await Promise.all([...queued, ...inFlight].map(({ runId }) => this.cancel(runId, error)))
  }
}
