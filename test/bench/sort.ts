/**
 * What sorting the calls of a session file costs: `npm run bench:sort [calls…]`; 1,000,000 and 10,000,000 where no number is
 * given. Prints for some columns how long it takes until the calls are sorted, asked for as a page does; the bytes a call that
 * an order takes while it is made and when it is kept; how long anything else waits meanwhile (event loop delay); and how long
 * a page of rows takes then, and to find the row of a call. First arguments are the same in a seventh of the calls each, so
 * that second ones decide; results are all different. The milliseconds are this machine's.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import type { CallSortKey } from '../../main/contract/sorting.ts'
import { CallSorts } from '../../main/inspector/call-sorts.ts'
import { finishInTurns } from '../../main/inspector/turns.ts'
import { openSessionFile } from '../../main/session-file/open-session-file.ts'
import { readCallRow } from '../../main/trace/call-row.ts'
import type { CallSort } from '../../main/trace/call-sort.ts'
import type { Trace } from '../../main/trace/trace.ts'
import { DEFAULT_TRACE_LIMIT_BYTES } from '../../main/trace/trace.ts'
import type { SetValues } from './write-session.ts'
import { writeSession } from './write-session.ts'

const COLUMNS: readonly CallSortKey[] = ['start', 'name', 'total', 'arg', 'result']
const ROWS_IN_SIGHT = 60
const JUMPS = 50

const setValues: SetValues = (words, id) => {
  words[0] = id % 7
  words[2] = Math.imul(id, 0x9e3779b1)
  words[4] = Math.imul(id, 0x85ebca6b)
}

async function measure(trace: Trace, by: CallSortKey): Promise<void> {
  const { callCount } = trace.calls
  const session = { sessionId: 'bench', trace, nowNs: () => 0, describeStack: () => null }
  const sorts = new CallSorts(ask, () => true)
  const end = Promise.withResolvers<CallSort>()
  let peakBytes = 0
  function ask(): void {
    const found = sorts.find(session, trace, '', null, { by, descending: false, callCount })
    if (!found.ok) throw new Error(found.error.why)
    const sort = found.value.sort!
    peakBytes = Math.max(peakBytes, sort.sizeBytes)
    if (sort.isComplete) end.resolve(sort)
  }
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const startMs = performance.now()
  const before = process.cpuUsage()
  ask()
  const sort = await end.promise
  const sortedMs = performance.now() - startMs
  const { user, system } = process.cpuUsage(before)
  const costNs = ((user + system) * 1e3) / callCount
  delay.disable()
  const [delayP99Ms, delayMaxMs] = [delay.percentile(99) / 1e6, delay.max / 1e6]
  const pageMs: number[] = []
  const rowMs: number[] = []
  for (let jump = 0; jump < JUMPS; jump++) {
    const fromRow = Math.floor(((jump + 0.5) / JUMPS) * (callCount - ROWS_IN_SIGHT))
    let startedMs = performance.now()
    const ids = sort.list(fromRow, ROWS_IN_SIGHT, false)
    for (const id of ids) readCallRow(trace.calls, id, 0)
    pageMs.push(performance.now() - startedMs)
    startedMs = performance.now()
    const row = await finishInTurns(sort.findRow(ids[0]!, false))
    rowMs.push(performance.now() - startedMs)
    if (row !== fromRow) throw new Error(`#${ids[0]} stands in row ${row}, and not in ${fromRow}`)
    await setImmediate()
  }
  process.stdout.write(
    `  by ${by}: sorted after ${(sortedMs / 1000).toFixed(1)} s (${costNs.toFixed(0)} ns of processor time a call), ` +
      `${(peakBytes / callCount).toFixed(2)} bytes a call at most, ${(sort.sizeBytes / callCount).toFixed(2)} kept\n` +
      `    meanwhile anything else waits ${delayP99Ms.toFixed(1)} ms (p99), ${delayMaxMs.toFixed(1)} ms at most\n` +
      `    then ${ROWS_IN_SIGHT} rows after ${describe(pageMs)}, the row of a call after ${describe(rowMs)}\n`,
  )
}

function describe(timesMs: readonly number[]): string {
  const sorted = timesMs.toSorted((one, other) => one - other)
  return `${sorted[Math.floor(sorted.length / 2)]!.toFixed(1)} ms (median; ${sorted.at(-1)!.toFixed(1)} ms at most)`
}

const folder = await mkdtemp(join(tmpdir(), 'jspi-inspector-bench-'))
try {
  const counts = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1_000_000, 10_000_000]
  for (const callCount of counts) {
    const path = join(folder, `${callCount}.jspi`)
    await writeSession(path, callCount, undefined, setValues)
    const opened = openSessionFile(path, DEFAULT_TRACE_LIMIT_BYTES)
    if (!opened.ok) throw new Error(opened.error.why)
    process.stdout.write(`${callCount.toLocaleString('en')} calls\n`)
    for (const by of COLUMNS) await measure(opened.value.trace, by)
    process.stdout.write(
      `  ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB of memory for the process, at most\n`,
    )
    opened.value.close()
    await rm(path)
  }
} finally {
  await rm(folder, { recursive: true })
}
