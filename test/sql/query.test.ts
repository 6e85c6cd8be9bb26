import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { QueryProgress, QueryRows } from '../../main/contract/service.ts'
import type { TestSession } from '../support/inspector.ts'
import { errorOf, openExample, startInspector, valueOf, waitFor } from '../support/inspector.ts'

/** Never ends by itself. */
const ENDLESS = 'with recursive n(x) as (select 1 union all select x + 1 from n) select count(*) from n'

function ask({ inspector, sessionId }: TestSession, sql: string, rowLimit = 100) {
  return inspector.service.queryTrace({ sessionId, sql, rowLimit })
}

async function rowsOf(session: TestSession, sql: string): Promise<QueryRows['rows']> {
  return valueOf(await ask(session, sql)).rows
}

async function recordSum(): Promise<TestSession> {
  const session = await openExample('sum')
  await session.call('sum', '223')
  return session
}

test('calls, functions, console and session are tables', async () => {
  const session = await recordSum()
  expect(
    valueOf(await ask(session, 'select id, parent, depth, kind, module, name, params, results from calls')),
  ).toEqual({
    columns: ['id', 'parent', 'depth', 'kind', 'module', 'name', 'params', 'results'],
    rows: [
      [1, null, 0, 'export', null, 'sum', '[223]', '[572]'],
      [2, 1, 1, 'import', 'env', 'from_host', '[10,1]', '[572]'].with(7, expect.any(String) as never),
    ],
    isCut: false,
  })
  const [[total, row]] = (await rowsOf(session, 'select total_ns, id from calls where id = 2')) as [
    [number, number],
  ]
  expect([total, row]).toEqual([Math.round(session.rows()[1]!.totalNs), 2])
  expect(await rowsOf(session, "select params from functions where name = 'from_host'")).toEqual([
    ['["i32","i32"]'],
  ])
  expect(await rowsOf(session, 'select line, source, text from console')).toEqual([
    [0, 'host', 'called from wasm: [I32(10), I32(1)]'],
    [1, 'session', 'wasm said: 572'],
  ])
  expect(await rowsOf(session, 'select guest, version from session')).toEqual([['sum.wasm', '0.0.0']])
})

test('a later query sees what has been recorded and has ended since, and a reload all anew', async () => {
  const session = await openExample('fail-host')
  const run = session.start('never_settles')
  const sql = 'select id, outcome from calls order by id'
  await waitFor('the import', () => session.status().callCount === 2)
  const before = await rowsOf(session, sql)
  expect(before).toEqual([
    [1, 'running'],
    [2, 'running'],
  ])
  await session.inspector.service.cancelRun({ runId: run.runId })
  await session.ended(run)
  expect((await rowsOf(session, sql)).map(([, outcome]) => outcome)).not.toContain('running')
  const count = session.status().callCount
  await session.call('rejects')
  expect(await rowsOf(session, 'select count(*), max(id) from calls')).toEqual([
    [session.status().callCount, session.status().callCount],
  ])
  expect(session.status().callCount).toBeGreaterThan(count)
  await session.inspector.service.reloadSession({ sessionId: session.sessionId })
  expect(await rowsOf(session, 'select count(*) from calls')).toEqual([[0]])
})

test('every column of an outer call is as the table of calls has it, also while it goes on', async () => {
  const session = await openExample('chatty')
  await session.call('call_sync', '3000')
  await rowsOf(session, 'select count(*) from calls')
  await session.call('call_sync', '10')
  const expected = session.rows().map(({ id, parent, hostNs }) => [id, parent, Math.round(hostNs)])
  const found = await ask(session, 'select id, parent, host_ns from calls order by id', 2000)
  expect(valueOf(found)).toMatchObject({ isCut: true, rows: expected })
})

test('an answer is cut at its limit and says so', async () => {
  const session = await recordSum()
  expect(valueOf(await ask(session, 'select id from calls', 1))).toEqual({
    columns: ['id'],
    rows: [[1]],
    isCut: true,
  })
  expect(valueOf(await ask(session, 'select id from calls', 2)).isCut).toBe(false)
})

test('values arrive as plain ones', async () => {
  const session = await recordSum()
  const sql = "select 9007199254740993, 1.5, x'00ff', null, printf('%20000d', 1), 'a' as a, 'b' as a"
  const { columns, rows } = valueOf(await ask(session, sql))
  expect(columns.slice(-2)).toEqual(['a', 'a'])
  expect(rows[0]!.with(4, null)).toEqual(['9007199254740993', 1.5, "x'00ff'", null, null, 'a', 'b'])
  expect(rows[0]![4]).toMatch(/^ {10000}…$/)
})

test.each([
  ['select 1; select 2', 'line 1, character 11: “select 2”'],
  ['select 1;; -- and\n  /* then */ delete from calls;', 'line 2, character 14: “delete from calls;”'],
  ['select \';\' as "ä;";\nx', 'line 2, character 1: “x”'],
  ['select 1 /* ; */ ; /* a */ drop /* b */', 'line 1, character 28: “drop /* b */”'],
  ['select 1\0; select 2', 'line 1, character 9: “\u{fffd}; select 2”'],
  [`select 1; ${'long '.repeat(100)}`, `line 1, character 11: “${'long '.repeat(8)}…”`],
])('%j is more than one statement, and none of them runs', async (sql, place) => {
  const error = errorOf(await ask(await recordSum(), sql))
  expect(error).toMatchObject({
    code: 'SQL_SEVERAL_STATEMENTS',
    why: `Behind the first one stands, at ${place}.`,
  })
})

test.each([
  'select 1;',
  'select 1 ; \n\t;',
  '-- one\nselect 1 /* ; */; -- ; two\n/* ; three */ ',
  'select 1; /* open',
])('%j is one statement', async (sql) => {
  expect(await rowsOf(await recordSum(), sql)).toEqual([[1]])
})

test.each([
  'delete from calls',
  "attach 'other.db' as other",
  'pragma query_only = off',
  'create table mine (x)',
  "select load_extension('other')",
  'vacuum into "other.db"',
])('%s is refused', async (sql) => {
  const session = await recordSum()
  expect(errorOf(await ask(session, sql)).code).toBe('SQL_FAILED')
  expect(await rowsOf(session, 'select count(*) from calls')).toEqual([[2]])
})

test('a mistake is said in the words of SQLite', async () => {
  const session = await recordSum()
  expect(errorOf(await ask(session, 'select nme from calls'))).toMatchObject({
    code: 'SQL_FAILED',
    why: 'SQLite says: no such column: nme.',
  })
})

test('a query without an end is ended by its limit, and the next one is answered', async () => {
  const session = await recordSum()
  const { inspector, sessionId } = session
  const ended = await inspector.service.queryTrace({ sessionId, sql: ENDLESS, rowLimit: 1, timeoutMs: 50 })
  expect(errorOf(ended).code).toBe('SQL_TIMED_OUT')
  expect(await rowsOf(session, 'select count(*) from calls')).toEqual([[2]])
})

test('it is cancelled on request, and what waits behind it is answered', async () => {
  const session = await recordSum()
  const { inspector, sessionId } = session
  const endless = ask(session, ENDLESS)
  const next = ask(session, 'select count(*) from calls')
  await new Promise((resolve) => setTimeout(resolve, 20))
  valueOf(inspector.service.cancelQuery({ sessionId }))
  expect(errorOf(await endless).code).toBe('SQL_CANCELLED')
  expect(valueOf(await next).rows).toEqual([[2]])
})

test('closing the inspector ends what is being answered', async () => {
  const inspector = startInspector()
  const path = join(import.meta.dirname, '../../guests/sum/sum.wasm')
  const { sessionId } = valueOf(await inspector.open({ path }))
  const endless = inspector.service.queryTrace({ sessionId, sql: ENDLESS, rowLimit: 1 })
  await new Promise((resolve) => setTimeout(resolve, 20))
  await inspector.close()
  expect(errorOf(await endless).code).toBe('SQL_CANCELLED')
})

test('clients hear how many calls are ready, while it takes longer than a moment', async () => {
  const session = await openExample('chatty')
  await session.call('call_sync', '200000')
  const heard: QueryProgress[] = []
  session.inspector.subscribe({ queryAdvanced: (progress) => heard.push(progress) })
  expect(await rowsOf(session, 'select count(*) from calls')).toEqual([[200_001]])
  expect(heard.length).toBeGreaterThan(2)
  const counts = heard.map(({ readyCount }) => readyCount)
  expect(counts).toEqual(counts.toSorted((a, b) => a - b))
  expect(counts.at(-1)).toBeLessThanOrEqual(200_001)
  for (const { sessionId, callCount } of heard) {
    expect({ sessionId, callCount }).toEqual({ sessionId: session.sessionId, callCount: 200_001 })
  }
  // What is there already is not handed over again.
  heard.length = 0
  await session.call('call_sync', '10')
  expect(await rowsOf(session, 'select count(*) from calls')).toEqual([[200_012]])
  expect(heard).toEqual([])
})
