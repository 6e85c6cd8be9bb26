/** What SQL finds in `calls` is what the trace has, also while it grows. */
import { pathToFileURL } from 'node:url'
import { join } from 'node:path'
import { existsSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { makeError } from '../../main/contract/error-codes.ts'
import { QueryEngine } from '../../main/inspector/query-engine.ts'
import { toCallRow } from '../../main/sql/tables.ts'
import { OUTCOMES } from '../../main/trace/events.ts'
import { Trace } from '../../main/trace/trace.ts'
import { createFolder, errorOf, ROOT, valueOf } from '../support/inspector.ts'
import { fill } from '../trace/random-trace.ts'

async function startEngine(trace: Trace, temporaryFolder: string) {
  const queryProcessUrl = pathToFileURL(join(ROOT, 'main/sql/query-process.ts'))
  const engine = new QueryEngine(trace, { queryProcessUrl, temporaryFolder })
  onTestFinished(() => engine.end(makeError('SQL_CANCELLED')))
  const ask = async (sql: string, nowNs: number) => {
    const shared = { rowLimit: 10_000, timeoutMs: 30_000, sessionRow: ['', '', 0, ''], onProgress: () => {} }
    const { rows } = valueOf(await engine.query({ sql, nowNs, ...shared }))
    // Nothing but the database is left.
    if (existsSync(temporaryFolder)) expect(readdirSync(temporaryFolder).length).toBeLessThan(2)
    return rows
  }
  return { ask, engine }
}

/** With texts as long as they are answered. */
function expectedRows({ calls }: Trace, nowNs: number) {
  const snapshot = { callCount: calls.callCount, nowNs }
  return Array.from({ length: calls.callCount }, (_, index) =>
    toCallRow(calls, snapshot, index + 1).map((value) =>
      typeof value === 'string' && value.length > 10_000 ? `${value.slice(0, 10_000)}…` : value,
    ),
  )
}

test.each([1, 2, 3])('random calls %d, asked again and again while they come', async (seed) => {
  const trace = new Trace(2 ** 30)
  const { ask } = await startEngine(trace, await createFolder())
  const stops = [0, 1, 2, 50, 51, 400, 3000, 3001, 6000]
  let nowNs = 0
  for (const count of fill([trace], 6001, seed)) {
    if (stops[0] === undefined || count < stops[0]) continue
    while (stops[0]! <= count) stops.shift()
    nowNs = trace.calls.callCount === 0 ? 0 : trace.calls.startOf(trace.calls.callCount) + 1000
    expect(await ask('select * from calls order by id', nowNs)).toEqual(expectedRows(trace, nowNs))
  }
  expect(trace.calls.callCount).toBeGreaterThanOrEqual(6000)
  trace.endRunning('cancelled', makeError('CALL_CANCELLED'), nowNs + 1)
  expect(await ask('select * from calls order by id', nowNs + 1)).toEqual(expectedRows(trace, nowNs + 1))
})

test.each(['cancelled', 'timed out'])('is handed no call again after a query was %s', async (how) => {
  const trace = new Trace(2 ** 30)
  const folder = await createFolder()
  const { ask, engine } = await startEngine(trace, folder)
  const endless =
    'with recursive n(x) as (select 1 union all select x + 1 from n) select count(*) from n, calls'
  const stops = [100, 2000, 4000]
  let database: string[] | null = null
  for (const count of fill([trace], 4001, 5)) {
    if (stops[0] === undefined || count < stops[0]) continue
    stops.shift()
    expect(await ask('select * from calls order by id', 1e15)).toEqual(expectedRows(trace, 1e15))
    // Each time that calls are loaded anew they are in a folder of another name.
    database ??= readdirSync(folder)
    expect(database).toHaveLength(1)
    const request = { sessionRow: ['', '', 0, ''], nowNs: 1e15, rowLimit: 1, onProgress: () => {} }
    const timeoutMs = how === 'cancelled' ? 30_000 : 200
    const answered = engine.query({ sql: endless, timeoutMs, ...request })
    if (how === 'cancelled') setTimeout(() => engine.cancel(makeError('SQL_CANCELLED')), 200)
    expect(errorOf(await answered).code).toBe(how === 'cancelled' ? 'SQL_CANCELLED' : 'SQL_TIMED_OUT')
    expect(engine.isEnded).toBe(false)
    expect(await ask('select * from calls order by id', 1e15)).toEqual(expectedRows(trace, 1e15))
    expect((await ask('select name from functions', 1e15)).length).toBeGreaterThan(0)
    expect(readdirSync(folder)).toEqual(database)
  }
  expect(stops).toEqual([])
  engine.end(makeError('SQL_CANCELLED'))
  await engine.closed
  expect(readdirSync(folder)).toEqual([])
})

test('where no file can be written, calls are copied all the same, before and after one can', async () => {
  const trace = new Trace(2 ** 30)
  const folder = join(await createFolder(), 'missing')
  const { ask } = await startEngine(trace, folder)
  const stops = [100, 2000, 4000]
  for (const count of fill([trace], 4001, 4)) {
    if (stops[0] === undefined || count < stops[0]) continue
    if (stops.shift() === 2000) mkdirSync(folder)
    else if (existsSync(folder)) rmdirSync(folder)
    expect(await ask('select * from calls order by id', 1e15)).toEqual(expectedRows(trace, 1e15))
  }
  expect(stops).toEqual([])
})

test('values of every type, and texts of every length', async () => {
  const trace = new Trace(2 ** 30)
  const types = ['i32', 'i64', 'f32', 'f64', 'externref']
  trace.define(0, { kind: 'export', module: null, name: 'run', params: [], results: [] })
  trace.define(1, { kind: 'import', module: '', name: '"ä\n"', params: types, results: types })
  trace.define(2, { kind: 'import', module: 'env', name: 'x'.repeat(20_000), params: [], results: [] })
  trace.setPreview(7, '"quoted" \\ \u{1f600}')
  const words = new Uint32Array(20)
  const view = new DataView(words.buffer)
  const numbers = [
    0,
    -0,
    1,
    -1,
    9,
    10,
    99,
    100,
    -(2 ** 31),
    2 ** 31 - 1,
    NaN,
    Infinity,
    -Infinity,
    1e21,
    5e-324,
  ]
  trace.begin(1, 0, 0, 0, words, 0)
  let id = 1
  for (const number of numbers) {
    const whole = Number.isFinite(number) ? BigInt(Math.trunc(number)) : -(2n ** 63n)
    for (const start of [0, 40]) {
      view.setInt32(start, number, true)
      view.setBigInt64(start + 8, whole, true)
      view.setFloat64(start + 16, number, true)
      view.setFloat64(start + 24, number / 3, true)
      view.setUint32(start + 32, Math.abs(id) % 3 === 0 ? 7 : id % 3, true)
    }
    trace.begin(++id, 1, 1, id * 1e9, words, 0)
    if (number === 99) {
      trace.fail(id, JSON.stringify(makeError('HOST_THREW', { why: 'y'.repeat(30_000) })))
      trace.end(id, OUTCOMES.indexOf('threw'), id * 1e13, 5, 6, words, 10)
    } else trace.end(id, OUTCOMES.indexOf('returned'), id * 1e13, 5, 6, words, 10)
  }
  trace.begin(++id, 1, 2, id * 1e9, words, 0)
  const { ask } = await startEngine(trace, await createFolder())
  expect(await ask('select * from calls order by id', 1e15)).toEqual(expectedRows(trace, 1e15))
  trace.end(id, OUTCOMES.indexOf('returned'), id * 1e13, 5, 6, words, 10)
  expect(await ask('select * from calls order by id', 1e15)).toEqual(expectedRows(trace, 1e15))
  expect(
    await ask(
      'select count(*), count(distinct id), max(length(name)), max(length(message)) from calls',
      1e15,
    ),
  ).toEqual([[id, id, 20_000, 30_000 + 'A host function failed. '.length]])
})
