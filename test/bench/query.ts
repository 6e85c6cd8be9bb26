/**
 * What SQL over a session file costs: `npm run bench:query [calls…]`; 1,000,000 and 10,000,000 where no number is given.
 * Prints how long calls take to be loaded, beside the same rows given to SQLite one by one; what queries take then; that of
 * another session, and the way back to the first one; and the memory of both processes. The figures are this machine's.
 */
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSessionFile } from '../../main/session-file/open-session-file.ts'
import { TraceDatabase } from '../../main/sql/database.ts'
import { toCallRow } from '../../main/sql/tables.ts'
import { listQueryProcesses } from '../support/query-processes.ts'
import { describeGuest } from './describe-guest.ts'
import { createBenchInspector } from './inspector.ts'
import { MEMORY_LIMIT_BYTES, writeSession } from './write-session.ts'

/** Calls that are given to SQLite one by one. */
const ANCHOR_CALLS = 200_000
const TIMEOUT_MS = 600_000
/** What Linux counts processor time in. */
const TICK_MS = 10

const LOADING = 'select count(*) from (select 1 from calls limit 1)'
const QUERIES = {
  'first query, a count': 'select count(*) from calls where suspended_ns > 0',
  'the same again': 'select count(*) from calls where suspended_ns > 0',
  'one call by its number': 'select * from calls where id = 123456',
  'one that groups': 'select module, name, count(*), sum(total_ns) from calls group by module, name',
  'one that groups by an argument':
    "select json_extract(params, '$[1]') as size, count(*) from calls where kind = 'import' group by size",
}

/** Processor time of this process and of those that answer, in milliseconds; NaN where the system does not say. */
function readProcessorMs(): number {
  const { user, system } = process.cpuUsage()
  const answering = listQueryProcesses().map(({ pid }) => {
    const path = `/proc/${pid}/stat`
    if (!existsSync(path)) return NaN
    const fields = readFileSync(path, 'utf8').split(') ')[1]!.split(' ')
    return TICK_MS * (Number(fields[11]) + Number(fields[12]))
  })
  return answering.reduce((sum, ms) => sum + ms, (user + system) / 1000)
}

/** What a call takes that is made a row and given to SQLite alone, in nanoseconds. */
function measureRowByRow(path: string): number {
  const opened = openSessionFile(path, MEMORY_LIMIT_BYTES)
  if (!opened.ok) throw new Error(opened.error.why)
  const { calls } = opened.value.trace
  const snapshot = { callCount: calls.callCount, nowNs: opened.value.endNs }
  const count = Math.min(ANCHOR_CALLS, calls.callCount)
  const database = new TraceDatabase()
  const startMs = performance.now()
  for (let id = 1; id <= count; id += 1000) {
    const ids = Array.from({ length: Math.min(1000, count - id + 1) }, (_, index) => id + index)
    database.insert(
      'calls',
      ids.map((at) => toCallRow(calls, snapshot, at)),
      false,
    )
  }
  const costNs = ((performance.now() - startMs) * 1e6) / count
  opened.value.close()
  return costNs
}

function print(name: string, text: string): void {
  process.stdout.write(`  ${`${name}:`.padEnd(34)}${text}\n`)
}

async function measure(path: string, callCount: number): Promise<void> {
  process.stdout.write(`${callCount.toLocaleString('en')} calls\n`)
  const rowByRowNs = measureRowByRow(path)
  print('row by row', `${rowByRowNs.toFixed(0)} ns a call`)
  const inspector = createBenchInspector()
  const open = async () => {
    const opened = await inspector.openSessionFile(path)
    if (!opened.ok) throw new Error(opened.error.why)
    const { sessionId } = opened.value
    return async (sql: string): Promise<number> => {
      const startMs = performance.now()
      const answer = await inspector.service.queryTrace({
        sessionId,
        sql,
        rowLimit: 1000,
        timeoutMs: TIMEOUT_MS,
      })
      if (!answer.ok) throw new Error(answer.error.why)
      return performance.now() - startMs
    }
  }
  const askFirst = await open()
  const askSecond = await open()
  const beforeMs = readProcessorMs()
  const loadingMs = await askFirst(LOADING)
  const loadingNs = (loadingMs * 1e6) / callCount
  const processorNs = ((readProcessorMs() - beforeMs) * 1e6) / callCount
  print(
    'loading',
    `${loadingMs.toFixed(0)} ms, ${loadingNs.toFixed(0)} ns a call (${processorNs.toFixed(0)} of processor time), ` +
      `${(rowByRowNs / loadingNs).toFixed(1)} times as fast as row by row`,
  )
  for (const [name, sql] of Object.entries(QUERIES)) {
    const queryMs = await askFirst(sql)
    print(name, `${queryMs.toFixed(1)} ms, ${(queryMs / loadingMs).toFixed(3)} of loading`)
  }
  const otherMs = await askSecond(LOADING)
  const backMs = await askFirst(LOADING)
  print('loading another session', `${otherMs.toFixed(0)} ms`)
  print('back to the first one', `${backMs.toFixed(1)} ms, ${(backMs / loadingMs).toFixed(3)} of loading`)
  const mebibytes = listQueryProcesses().map(({ memoryBytes }) => `${(memoryBytes / 2 ** 20).toFixed(0)} MiB`)
  const ownMebibytes = (process.memoryUsage().rss / 2 ** 20).toFixed(0)
  print('memory', `${mebibytes.join(', ')} for what answers, ${ownMebibytes} MiB for the inspector`)
  await inspector.close()
}

const folder = await mkdtemp(join(tmpdir(), 'jspi-inspector-bench-'))
try {
  const describe = await describeGuest(folder)
  const counts = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1_000_000, 10_000_000]
  for (const callCount of counts) {
    const path = join(folder, `${callCount}.jspi`)
    await writeSession(path, callCount, describe)
    await measure(path, callCount)
    await rm(path)
  }
} finally {
  await rm(folder, { recursive: true })
}
