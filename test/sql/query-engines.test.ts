/** Sessions are asked side by side, each by a process of its own. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Inspector } from '../../main/inspector/api.ts'
import type { InspectorError, Result } from '../../main/contract/result.ts'
import {
  createFolder,
  errorOf,
  GUESTS_FOLDER,
  startInspector,
  valueOf,
  waitFor,
} from '../support/inspector.ts'
import { listQueryProcesses } from '../support/query-processes.ts'

const COUNT = 'select count(*) from calls'
/** Never ends by itself. */
const ENDLESS = 'with recursive n(x) as (select 1 union all select x + 1 from n) select count(*) from n'

async function openSessions(inspector: Inspector, count: number): Promise<string[]> {
  const sessionIds: string[] = []
  for (let index = 0; index < count; index++) {
    const path = join(GUESTS_FOLDER, 'sum/sum.wasm')
    sessionIds.push(valueOf(await inspector.open({ path })).sessionId)
  }
  return sessionIds
}

async function startWithSessions(count: number) {
  const temporaryFolder = await createFolder()
  const inspector = startInspector({ temporaryFolder })
  const sessionIds = await openSessions(inspector, count)
  const ask = (index: number, sql = COUNT) =>
    inspector.service.queryTrace({ sessionId: sessionIds[index]!, sql, rowLimit: 1 })
  /** The process that the session is asked by, from now on: the only one that was not there before. */
  const askAnew = async (index: number): Promise<number> => {
    const before = new Set(pids())
    valueOf(await ask(index))
    const [pid, other] = pids().filter((each) => !before.has(each))
    expect(other).toBeUndefined()
    return pid!
  }
  return { inspector, sessionIds, temporaryFolder, ask, askAnew }
}

function pids(): number[] {
  return listQueryProcesses().map(({ pid }) => pid)
}

/** What becomes of an endless query; null as long as it goes on. */
function follow(answered: Promise<Result<unknown>>): { error: InspectorError | null } {
  const followed: { error: InspectorError | null } = { error: null }
  void answered.then((result) => {
    followed.error = errorOf(result)
  })
  return followed
}

/** Until a query is under way, or news has arrived. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 100))
}

test('the way back to a session needs no new process', async () => {
  const { ask, askAnew, temporaryFolder } = await startWithSessions(2)
  const first = await askAnew(0)
  const second = await askAnew(1)
  for (const index of [0, 1, 0]) valueOf(await ask(index))
  expect(new Set(pids())).toEqual(new Set([first, second]))
  // There was no call: no database was made.
  expect(readdirSync(temporaryFolder)).toEqual([])
})

test('sessions are answered side by side, and one is cancelled alone', async () => {
  const { inspector, sessionIds, ask } = await startWithSessions(2)
  const [first, second] = [follow(ask(0, ENDLESS)), follow(ask(1, ENDLESS))]
  await pause()
  valueOf(inspector.service.cancelQuery({ sessionId: sessionIds[1]! }))
  await waitFor('the cancelled one', () => second.error)
  expect(second.error).toMatchObject({ code: 'SQL_CANCELLED' })
  expect(valueOf(await ask(1)).rows).toEqual([[0]])
  expect(first.error).toBeNull()
  valueOf(inspector.service.cancelQuery({ sessionId: sessionIds[0]! }))
  await waitFor('the other one', () => first.error)
})

test('a query that is cancelled costs its process, and not the calls that it has', async () => {
  const { inspector, sessionIds, ask, askAnew, temporaryFolder } = await startWithSessions(1)
  const [sessionId] = sessionIds as [string]
  valueOf(inspector.service.startRun({ sessionId, exportName: 'sum', argumentTexts: ['1'] }))
  await waitFor('its calls', () => valueOf(inspector.service.attach()).traces[0]!.callCount === 2)
  const before = await askAnew(0)
  const database = readdirSync(temporaryFolder)
  expect(database).toHaveLength(1)
  for (let round = 0; round < 2; round++) {
    const endless = follow(ask(0, `${ENDLESS}, calls`))
    await pause()
    valueOf(inspector.service.cancelQuery({ sessionId }))
    expect(await waitFor('its answer', () => endless.error)).toMatchObject({ code: 'SQL_CANCELLED' })
    expect(valueOf(await ask(0)).rows).toEqual([[2]])
    expect(readdirSync(temporaryFolder)).toEqual(database)
  }
  expect(pids()).toHaveLength(1)
  expect(pids()).not.toContain(before)
  // Once more, and the session is closed before another process has begun.
  const endless = follow(ask(0, ENDLESS))
  await pause()
  valueOf(inspector.service.cancelQuery({ sessionId }))
  valueOf(await inspector.service.closeSession({ sessionId }))
  await waitFor('its answer', () => endless.error)
  await inspector.close()
  expect(pids()).toEqual([])
  expect(readdirSync(temporaryFolder)).toEqual([])
})

test('closing a session ends its process, and what it is answered; the other one goes on', async () => {
  const { inspector, sessionIds, ask, askAnew } = await startWithSessions(3)
  const closed = await askAnew(0)
  const kept = await askAnew(1)
  const busy = await askAnew(2)
  const endless = follow(ask(2, ENDLESS))
  await pause()
  for (const index of [0, 2]) {
    valueOf(await inspector.service.closeSession({ sessionId: sessionIds[index]! }))
  }
  await waitFor('their end', () => !pids().includes(closed) && !pids().includes(busy))
  expect(await waitFor('its answer', () => endless.error)).toMatchObject({ code: 'SQL_CANCELLED' })
  expect(errorOf(await ask(0)).code).toBe('SESSION_NOT_FOUND')
  valueOf(await ask(1))
  expect(pids()).toEqual([kept])
})

test('one that is killed from outside is replaced, and no other is', async () => {
  const { ask, askAnew } = await startWithSessions(2)
  const killed = await askAnew(0)
  const kept = await askAnew(1)
  const endless = ask(0, ENDLESS)
  await pause()
  process.kill(killed, 'SIGKILL')
  expect(errorOf(await endless)).toMatchObject({ code: 'SQL_FAILED', why: 'Its process has ended.' })
  expect(await askAnew(0)).not.toBe(killed)
  valueOf(await ask(1))
  expect(pids()).toContain(kept)
  expect(pids()).toHaveLength(2)
  // Also when nobody waits for it.
  process.kill(kept, 'SIGKILL')
  await waitFor('its end', () => !pids().includes(kept))
  // Until the inspector hears of it.
  await pause()
  expect(valueOf(await ask(1)).rows).toEqual([[0]])
})

test('the one that was not asked for longest is let go when there are many, unless it is at a query', async () => {
  const { inspector, sessionIds, ask, askAnew } = await startWithSessions(5)
  const first = await askAnew(0)
  const second = await askAnew(1)
  valueOf(await ask(0))
  await askAnew(2)
  await askAnew(3)
  await waitFor('the end of the second', () => !pids().includes(second))
  expect(pids()).toContain(first)
  const endless = follow(ask(0, ENDLESS))
  for (const index of [1, 2, 3, 4]) valueOf(await ask(index))
  expect(pids()).toContain(first)
  expect(endless.error).toBeNull()
  valueOf(inspector.service.cancelQuery({ sessionId: sessionIds[0]! }))
  await waitFor('the end of the first', () => pids().length === 2 && endless.error)
})

test('a session that is loaded anew lets go of what was asked of it before', async () => {
  const { inspector, sessionIds, ask, askAnew } = await startWithSessions(1)
  const before = await askAnew(0)
  valueOf(await inspector.service.reloadSession({ sessionId: sessionIds[0]! }))
  await waitFor('its end', () => !pids().includes(before))
  expect(valueOf(await ask(0)).rows).toEqual([[0]])
})

test('closing the inspector waits for the end of all', async () => {
  const { inspector, ask } = await startWithSessions(2)
  valueOf(await ask(0))
  const endless = follow(ask(1, ENDLESS))
  await pause()
  await inspector.close()
  expect(pids()).toEqual([])
  expect(await waitFor('its answer', () => endless.error)).toMatchObject({ code: 'SQL_CANCELLED' })
})
