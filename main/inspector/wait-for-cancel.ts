/** Waits for a worker to cancel a run that it was told to cancel. */
import { setTimeout as delay } from 'node:timers/promises'
import type { SessionWorker } from './session-worker.ts'

/** A worker that neither computes nor cancels, as one that waits for a lock, is ended after this time. */
const ANSWER_LIMIT_MS = 2000
/** How long a guest with slices may take to come to its next point. */
const POINT_LIMIT_MS = 500
const POINT_INTERVAL_MS = 5

/** What is known of the run. */
export interface CancelledRun {
  isOver(): boolean
  /** Whether its guest has points at which it can be stopped. */
  hasSlices: boolean
  /** Whether the worker has said that it heard of it. */
  isHeard(): boolean
}

/** Resolves with true when the run is over, and with false where its worker has to be ended for that. */
export async function waitForCancel(worker: SessionWorker, run: CancelledRun): Promise<boolean> {
  const beganMs = performance.now()
  const limit = new AbortController()
  await Promise.race([
    worker.waitUntilComputing(() => limit.signal.aborted || run.isOver()),
    delay(ANSWER_LIMIT_MS, null, { signal: limit.signal }).catch(() => null),
  ])
  limit.abort()
  while (run.hasSlices && !run.isOver()) {
    const waitedMs = performance.now() - beganMs
    if (waitedMs >= (run.isHeard() ? ANSWER_LIMIT_MS : POINT_LIMIT_MS)) return false
    await delay(POINT_INTERVAL_MS)
  }
  return run.isOver()
}
