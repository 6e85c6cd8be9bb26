/**
 * What SQL over a session file costs: `npm run bench:query [calls…]`; 1,000,000 and 10,000,000 where no number is given.
 * Prints how long calls take to be loaded, beside the same rows given to SQLite one by one; what queries take then; that of
 * another session, and the way back to the first one; the next query after one that took too long; what a session takes that has grown since; and the memory of the
 * processes. The figures are this machine's.
 */
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeError } from '../../main/contract/error-codes.ts'
import { CallsFile } from '../../main/inspector/calls-file.ts'
import { QueryEngine } from '../../main/inspector/query-engine.ts'
import { openSessionFile } from '../../main/session-file/open-session-file.ts'
import { TraceDatabase } from '../../main/sql/database.ts'
import { toCallRow } from '../../main/sql/tables.ts'
import { Trace } from '../../main/trace/trace.ts'
import { listQueryProcesses } from '../support/query-processes.ts'
import { returnedCall } from '../support/returned-calls.ts'
import { describeGuest } from './describe-guest.ts'
import { createBenchInspector, QUERY_PROCESS_URL } from './inspector.ts'
import { MEMORY_LIMIT_BYTES, writeSession } from './write-session.ts'

/** Calls that are given to SQLite one by one. */
const ANCHOR_CALLS = 200_000
const TIMEOUT_MS = 600_000
/** What Linux counts processor time in. */
const TICK_MS = 10

const LOADING = 'select count(*) from (select 1 from calls limit 1)'
/** Never ends by itself. */
const ENDLESS =
  'with recursive n(x) as (select 1 union all select x + 1 from n) select count(*) from n, calls'
const ENDLESS_LIMIT_MS = 200
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

/** Prints what a call takes in the file that SQLite is given; returns the nanoseconds that its row takes alone. */
async function measureRows(path: string): Promise<number> {
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
  print('row by row', `${costNs.toFixed(0)} ns a call`)
  const file = new CallsFile(tmpdir())
  await file.write(
    calls,
    snapshot.nowNs,
    count,
    (index) => index + 1,
    () => true,
  )
  print('on the disk', `${((await stat(file.path)).size / count).toFixed(0)} bytes a call`)
  file.remove()
  opened.value.close()
  return costNs
}

/** Calls of one import, from `firstId` on. */
function grow(trace: Trace, firstId: number, count: number): void {
  for (let id = firstId; id < firstId + count; id++) {
    const words = new Uint32Array([id, 0, id % 1000, 0, id, 0])
    trace.addReturned(returnedCall(id, 0, 0, 300 * id, 300 * id + 100, words))
  }
}

/** Prints what a query takes once a tenth has been recorded since the last one. */
async function measureGrowth(callCount: number): Promise<void> {
  const trace = new Trace(8 * 1024 ** 3)
  const types = { params: ['i32', 'i32'], results: ['i32'] }
  trace.define(0, { kind: 'import', module: 'env', name: 'read', ...types })
  const engine = new QueryEngine(trace, { queryProcessUrl: QUERY_PROCESS_URL, temporaryFolder: tmpdir() })
  const ask = async (): Promise<number> => {
    const startMs = performance.now()
    const sessionRow = ['', '', 0, '']
    const limits = { rowLimit: 1, timeoutMs: TIMEOUT_MS }
    const answer = await engine.query({ sql: LOADING, sessionRow, nowNs: 0, onProgress() {}, ...limits })
    if (!answer.ok) throw new Error(answer.error.why)
    return performance.now() - startMs
  }
  const added = callCount / 10
  grow(trace, 1, callCount - added)
  const firstMs = await ask()
  grow(trace, callCount - added + 1, added)
  const grownMs = await ask()
  print(
    'a tenth more, while it is recorded',
    `${grownMs.toFixed(0)} ms, ${((grownMs * 1e6) / added).toFixed(0)} ns for each that is new, ` +
      `${(grownMs / firstMs).toFixed(2)} of loading the others`,
  )
  engine.end(makeError('SQL_CANCELLED'))
  await engine.closed
}

function print(name: string, text: string): void {
  process.stdout.write(`  ${`${name}:`.padEnd(36)}${text}\n`)
}

async function measure(path: string, callCount: number): Promise<void> {
  process.stdout.write(`${callCount.toLocaleString('en')} calls\n`)
  const rowByRowNs = await measureRows(path)
  const inspector = createBenchInspector()
  const open = async () => {
    const opened = await inspector.openSessionFile(path)
    if (!opened.ok) throw new Error(opened.error.why)
    const { sessionId } = opened.value
    return async (sql: string): Promise<number> => {
      const startMs = performance.now()
      const limits = { rowLimit: 1000, timeoutMs: sql === ENDLESS ? ENDLESS_LIMIT_MS : TIMEOUT_MS }
      const answer = await inspector.service.queryTrace({ sessionId, sql, ...limits })
      if (!answer.ok && sql !== ENDLESS) throw new Error(answer.error.why)
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
  await askFirst(ENDLESS)
  const nextMs = await askFirst(LOADING)
  print(
    'after one that took too long',
    `${nextMs.toFixed(1)} ms, ${(nextMs / loadingMs).toFixed(3)} of loading`,
  )
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
    await measureGrowth(callCount)
  }
} finally {
  await rm(folder, { recursive: true })
}
