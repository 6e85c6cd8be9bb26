import type { RunId } from '../contract/ids.ts'
import type { RunInfo } from '../contract/sessions.ts'

/** Follows runs by the events about them, which may come before the answer that names the run. */
export interface RunWatcher {
  /** To be told of each `runChanged` event. */
  note(run: RunInfo): void
  /** Resolves with the run's last state. */
  whenEnded(started: RunInfo): Promise<RunInfo>
}

export function createRunWatcher(): RunWatcher {
  const ended = new Map<RunId, RunInfo>()
  const waiting = new Map<RunId, (run: RunInfo) => void>()

  function note(run: RunInfo): void {
    if (run.state === 'queued' || run.state === 'running') return
    ended.set(run.runId, run)
    waiting.get(run.runId)?.(run)
  }

  return {
    note,
    whenEnded(started) {
      note(started)
      const run = ended.get(started.runId)
      return run ? Promise.resolve(run) : new Promise((resolve) => waiting.set(started.runId, resolve))
    },
  }
}
