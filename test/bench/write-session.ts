/** Writes session files of any length, for benchmarks. */
import { setImmediate } from 'node:timers/promises'
import { SessionLog } from '../../main/session-file/session-log.ts'
import { OUTCOMES } from '../../main/trace/events.ts'
import { Trace } from '../../main/trace/trace.ts'
import { returnedCall } from '../support/returned-calls.ts'

const RETURNED = OUTCOMES.indexOf('returned')
const CALLS_IN_A_RUN = 1000
const CALLS_IN_A_TURN = 10_000
/** For a trace; what is beyond it is in the file alone. */
export const MEMORY_LIMIT_BYTES = 256 * 1024 * 1024

/** Puts the two arguments of a call into words 0 and 2, and its result into word 4. */
export type SetValues = (words: Uint32Array, id: number) => void

/** No two calls alike: equal ones would take less room. */
const setDifferent: SetValues = (words, id) => {
  words[0] = Math.imul(id, 0x9e3779b1)
  words[2] = id % 1000
  words[4] = Math.imul(id, 0x85ebca6b)
}

/**
 * Writes a file as a session does that runs an export again and again; one import call of fifty suspends. `describe` says
 * of what guest, for those who show it.
 */
export async function writeSession(
  path: string,
  callCount: number,
  describe: () => unknown = () => null,
  setValues = setDifferent,
): Promise<void> {
  const trace = new Trace(MEMORY_LIMIT_BYTES)
  const { calls } = trace
  trace.define(0, { kind: 'export', module: null, name: 'run', params: ['i32', 'i32'], results: ['i32'] })
  trace.define(1, { kind: 'import', module: 'env', name: 'read', params: ['i32', 'i32'], results: ['i32'] })
  const log = new SessionLog(trace, path, { describe, nowNs: () => 0 }, failOn)
  trace.setLog(log)
  const words = new Uint32Array(8)
  let nowNs = 0
  let runId = 0
  for (let id = 1; id <= callCount; id++) {
    setValues(words, id)
    nowNs += 200 + (id % 97)
    const endNs = nowNs + 100 + (id % 89)
    if (id % CALLS_IN_A_RUN === 1) {
      if (runId > 0) trace.end(runId, RETURNED, nowNs, 0, 0, words, 4)
      runId = id
      trace.begin(id, 0, 0, nowNs, words, 0)
    } else if (id % 50 === 0) {
      trace.begin(id, runId, 1, nowNs, words, 0)
      trace.suspend(id, 50)
      trace.end(id, RETURNED, endNs, 50, endNs - nowNs - 50, words, 4)
    } else trace.addReturned(returnedCall(id, runId, 1, nowNs, endNs, words))
    if (id % CALLS_IN_A_TURN > 0) continue
    trace.makeRoom()
    do {
      trace.write()
      await setImmediate()
    } while (trace.isBehind)
  }
  trace.end(runId, RETURNED, nowNs + 200, 0, 0, words, 4)
  if (calls.callCount !== callCount) throw new Error(`${calls.callCount} calls`)
  await log.finish(nowNs)
}

function failOn(failure: unknown): void {
  if (failure) throw new Error(JSON.stringify(failure))
}
