/**
 * What filters cost over a trace of 10 million calls, built in this process: `npm run bench:filter`. Prints for each
 * how long until the first calls are found, until all have been looked at, and for how long at most nothing else of
 * the process had a turn. The figures are this machine's.
 */
import { setImmediate } from 'node:timers/promises'
import { beginFilterScan, CallFilters } from '../../main/inspector/call-filters.ts'
import { readCallRow } from '../../main/trace/call-row.ts'
import type { FunctionDefinition } from '../../main/trace/events.ts'
import { OUTCOMES } from '../../main/trace/events.ts'
import { Trace } from '../../main/trace/trace.ts'
import { returnedCall } from '../support/returned-calls.ts'

const CALL_COUNT = 10_000_000
const CALLS_IN_A_RUN = 1000
const ROWS_IN_SIGHT = 60

const FILTERS = [
  'import:env.* suspended>5ms outcome!=returned',
  'import:fd_* arg0=11 (arg1=3 or -total>1us)',
  'arg=77 or error~refused or stack~parse or text~hello',
]

const DEFINITIONS: FunctionDefinition[] = [
  { kind: 'export', module: null, name: 'run', params: ['i32'], results: ['i64'] },
  { kind: 'import', module: 'env', name: 'read', params: ['i32', 'i64'], results: ['i32'] },
  { kind: 'import', module: 'env', name: 'wait', params: ['f64'], results: [] },
  { kind: 'import', module: 'wasi', name: 'fd_write', params: ['i32', 'i32'], results: ['i32'] },
]

/** Runs of an export that calls imports, of which some suspend and a few fail. */
function fill(trace: Trace): void {
  for (const [index, definition] of DEFINITIONS.entries()) trace.define(index, definition)
  const words = new Uint32Array(8)
  let nowNs = 0
  let runId = 0
  for (let id = 1; id <= CALL_COUNT; id++) {
    words[0] = id % 1000
    words[2] = id % 7
    nowNs += 200
    if (id % CALLS_IN_A_RUN === 1) {
      if (runId > 0) trace.end(runId, OUTCOMES.indexOf('returned'), nowNs, 0, 0, words, 0)
      runId = id
      trace.begin(id, 0, 0, nowNs, words, 0)
    } else if (id % 50 === 0) {
      trace.begin(id, runId, 2, nowNs, words, 0)
      trace.suspend(id, 300)
      nowNs += (id % 10_000) * 1000
      if (id % 500 === 0)
        trace.fail(id, '{"code":"HOST_THREW","what":"A host function failed.","why":"refused","fix":""}')
      trace.end(
        id,
        OUTCOMES.indexOf(id % 500 === 0 ? 'threw' : 'returned'),
        nowNs,
        300,
        (id % 10_000) * 1000,
        words,
        0,
      )
    } else trace.addReturned(returnedCall(id, runId, 1 + 2 * (id % 2), nowNs, nowNs + 150, words))
  }
}

/** The longest time between two turns of something that wants one all the time. */
function watchTurns(): () => number {
  let lastMs = performance.now()
  let longestMs = 0
  const end = new AbortController()
  void (async () => {
    while (!end.signal.aborted) {
      await setImmediate()
      const nowMs = performance.now()
      longestMs = Math.max(longestMs, nowMs - lastMs)
      lastMs = nowMs
    }
  })()
  return () => {
    end.abort()
    return longestMs
  }
}

/** Asks as a page does: at once, and again whenever it is told of progress. */
async function measure(trace: Trace, filterText: string): Promise<void> {
  const session = { sessionId: 'bench', trace, nowNs: () => 0, describeStack: () => null }
  const end = Promise.withResolvers<void>()
  const endTurns = watchTurns()
  const startMs = performance.now()
  const before = process.cpuUsage()
  let firstMs: number | null = null
  const filters = new CallFilters(beginFilterScan, read, () => true)
  function read(): void {
    const found = filters.find(session, trace, filterText)
    if (!found.ok) throw new Error(found.error.why)
    const rows = found.value.list(found.value.matchCount - ROWS_IN_SIGHT, ROWS_IN_SIGHT)
    for (const id of rows) readCallRow(trace.calls, id, 0)
    if (rows.length > 0) firstMs ??= performance.now() - startMs
    if (found.value.isComplete) end.resolve()
  }
  read()
  await end.promise
  const totalMs = performance.now() - startMs
  const { user, system } = process.cpuUsage(before)
  const [first, whole, longest] = [firstMs ?? NaN, totalMs, endTurns()].map((ms) => `${ms.toFixed(0)} ms`)
  const costNs = (((user + system) * 1e3) / CALL_COUNT).toFixed(0)
  process.stdout.write(
    `${filterText}\n  first rows after ${first}, all after ${whole} (${costNs} ns of processor time a call), longest turn ${longest}\n`,
  )
}

const trace = new Trace(8 * 1024 ** 3)
fill(trace)
const gigabytes = (trace.sizeBytes / 1e9).toFixed(2)
process.stdout.write(`${trace.calls.callCount} calls, ${gigabytes} GB\n`)
for (const filterText of FILTERS) await measure(trace, filterText)
