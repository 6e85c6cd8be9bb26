/** Sessions that end while their file is written: whoever ends them, and however many do so at once. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { SessionInfo } from '../../main/contract/sessions.ts'
import type { Inspector } from '../../main/inspector/api.ts'
import { fetchSessionFile } from '../support/fetch-session-file.ts'
import { stallDisk } from '../support/stalled-disk.ts'
import { createFolder, errorOf, startInspector, TestSession, valueOf, waitFor } from '../support/inspector.ts'

const MEBIBYTE = 2 ** 20
const GUEST = `(module
  (import "env" "next" (func $next (param i32) (result i32)))
  (func (export "count") (param $to i32) (result i32) (local $n i32)
    (loop $again
      (local.set $n (call $next (local.get $n)))
      (br_if $again (i32.lt_u (local.get $n) (local.get $to))))
    (local.get $n)))`
/** Says in a file beside it each time when it is loaded. */
const HOST = `import { appendFileSync } from 'node:fs'
appendFileSync(new URL('loads.txt', import.meta.url), 'loaded.')
export default ({ sync }: any) => ({ env: { next: sync((n: number) => n + 1) } })`

/** A guest that calls its import as fast as it can, for ever; its file is already being written. */
async function openBusy(
  sessionPath?: string,
): Promise<TestSession & { folder: string; temporaryFolder: string }> {
  const folder = await createFolder({ 'guest.wat': GUEST, 'host.ts': HOST })
  const temporaryFolder = await createFolder()
  const inspector = startInspector({ traceLimitBytes: 4 * MEBIBYTE, temporaryFolder })
  const path = join(folder, 'guest.wat')
  const info = valueOf(
    await inspector.open({ path, trustHost: true, ...(sessionPath ? { sessionPath } : {}) }),
  )
  const session = new TestSession(inspector, info)
  session.start('count', '-1')
  await waitFor('a file that grows', () => session.status().fileSizeBytes > MEBIBYTE)
  return Object.assign(session, { folder, temporaryFolder })
}

/** A session file that has to be whole. */
async function openWhole(inspector: Inspector, path: string): Promise<TestSession> {
  const [info] = valueOf(await inspector.service.openFiles({ files: [{ path }] })) as [SessionInfo]
  expect(info.warnings).toEqual([])
  return new TestSession(inspector, info)
}

/** Session files in the inspector's temporary folder. */
function listFiles({ temporaryFolder }: { temporaryFolder: string }): string[] {
  return readdirSync(temporaryFolder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.jspi'),
  )
}

describe('a session that is closed while', () => {
  test('it is being ended leaves no file behind', async () => {
    const session = await openBusy()
    const { sessionId } = session
    const { service } = session.inspector
    const answers = [service.endSession({ sessionId }), service.closeSession({ sessionId })]
    expect(await Promise.all(answers)).toMatchObject([{ ok: true }, { ok: true }])
    expect(listFiles(session)).toEqual([])
  })

  test('it is being closed by somebody else, or the inspector is, leaves no file behind', async () => {
    const session = await openBusy()
    const { sessionId } = session
    const { service } = session.inspector
    const closedIds: string[] = []
    session.inspector.subscribe({ sessionClosed: (closed) => closedIds.push(closed.sessionId) })
    const goOn = stallDisk(await createFolder())
    onTestFinished(goOn)
    const answers = [service.closeSession({ sessionId }), service.closeSession({ sessionId })]
    const closed = session.inspector.close()
    await delay(200)
    goOn()
    expect(await Promise.all(answers)).toMatchObject([{ ok: true }, { ok: true }])
    await closed
    expect(closedIds).toEqual([sessionId])
    expect(listFiles(session)).toEqual([])
  })

  test('it is being loaded does not come to life again', async () => {
    const session = await openBusy()
    const { sessionId } = session
    const { service } = session.inspector
    valueOf(await service.endSession({ sessionId }))
    const loaded = service.reloadSession({ sessionId })
    valueOf(await service.closeSession({ sessionId }))
    await loaded
    await delay(300)
    expect(readFileSync(join(session.folder, 'loads.txt'), 'utf8')).toBe('loaded.')
  })

  test('its file is written does not come to life again either', async () => {
    const session = await openBusy(join(await createFolder(), 'named.jspi'))
    const { sessionId } = session
    const { service } = session.inspector
    valueOf(await service.endSession({ sessionId }))
    const closed = service.closeSession({ sessionId })
    valueOf(await service.reloadSession({ sessionId }))
    valueOf(await closed)
    await delay(300)
    expect(readFileSync(join(session.folder, 'loads.txt'), 'utf8')).toBe('loaded.')
  })

  test('its file is handed over is handed over whole', async () => {
    const session = await openBusy()
    const { inspector, sessionId } = session
    valueOf(await inspector.service.endSession({ sessionId }))
    const { callCount } = session.status()
    const fetched = fetchSessionFile(inspector, sessionId)
    valueOf(await inspector.service.closeSession({ sessionId }))
    const path = join(session.folder, 'saved.jspi')
    writeFileSync(path, await fetched)
    expect((await openWhole(inspector, path)).status().callCount).toBe(callCount)
    expect(listFiles(session)).toEqual([])
  })
})

test('a session that is being loaded again starts no run that nothing would end', async () => {
  const sessionPath = join(await createFolder(), 'named.jspi')
  const session = await openBusy(sessionPath)
  const { inspector, sessionId } = session
  const { service } = inspector
  const goOn = stallDisk(await createFolder())
  onTestFinished(goOn)
  const loaded = service.reloadSession({ sessionId })
  expect(session.info.state).toBe('starting')
  // Its worker has gone, and its file is being ended.
  await delay(300)
  const refused = service.startRun({ sessionId, exportName: 'count', argumentTexts: ['5'] })
  expect(errorOf(refused)).toMatchObject({ code: 'SESSION_NOT_READY', why: 'It is starting.' })
  goOn()
  expect(valueOf(await loaded).state).toBe('ready')
  expect((await session.call('count', '5')).state).toBe('returned')
})

test('a file that is being ended is not begun again by whoever saves the session', async () => {
  const sessionPath = join(await createFolder(), 'named.jspi')
  const { inspector, sessionId } = await openBusy(sessionPath)
  const { service } = inspector
  valueOf(await service.endSession({ sessionId }))
  const closed = service.closeSession({ sessionId })
  // When the file has begun to be ended.
  await Promise.resolve()
  const saved = await service.readSessionFile({ sessionId, offset: 0 })
  expect(errorOf(saved).code).toBe('SESSION_NOT_FOUND')
  valueOf(await closed)
  await openWhole(inspector, sessionPath)
})

test('a session that is loaded twice at once has the whole file of what comes then', async () => {
  const sessionPath = join(await createFolder(), 'named.jspi')
  const session = await openBusy(sessionPath)
  const { inspector, sessionId } = session
  const { service } = inspector
  const goOn = stallDisk(await createFolder())
  onTestFinished(goOn)
  const answers = [service.reloadSession({ sessionId }), service.reloadSession({ sessionId })]
  await delay(200)
  goOn()
  expect(await Promise.all(answers)).toMatchObject([{ ok: true }, { ok: true }])
  await session.call('count', '5000')
  expect(session.status().callCount).toBe(5001)
  valueOf(await service.closeSession({ sessionId }))
  const opened = await openWhole(inspector, sessionPath)
  expect(opened.status()).toMatchObject({ callCount: 5001, droppedCount: 0 })
})

test('calls of two traces are not mixed in an export where the session is loaded again meanwhile', async () => {
  const session = await openBusy()
  const { sessionId } = session
  const { service } = session.inspector
  const request = { sessionId, format: 'csv' as const }
  const { nextCallId, snapshot } = valueOf(service.exportTrace({ ...request, fromCallId: 1 }))
  valueOf(await service.reloadSession({ sessionId }))
  await session.call('count', '5000')
  const answer = service.exportTrace({ ...request, snapshot, fromCallId: nextCallId! })
  expect(errorOf(answer)).toMatchObject({ code: 'TRACE_EXPORT_LOST', why: 'The session was loaded again.' })
})

test('rows in another order are not made up when their session is loaded again, or closed, meanwhile', async () => {
  const session = await openBusy()
  const { sessionId } = session
  const { service } = session.inspector
  await waitFor('a longer file', () => session.status().fileSizeBytes > 16 * MEBIBYTE)
  valueOf(await service.endSession({ sessionId }))
  const readSorted = () => {
    const order = { by: 'total' as const, descending: true, callCount: 300_000 }
    return service.readSortedCalls({ sessionId, filterText: '', order, fromRow: 0, rowCount: 2000 })
  }
  await waitFor('the order', async () => valueOf(await readSorted()).totalRows > 0)
  const loadedMeanwhile = readSorted()
  valueOf(await service.reloadSession({ sessionId }))
  expect(valueOf(await loadedMeanwhile).rows).toEqual([])
  session.start('count', '-1')
  await waitFor('another file', () => session.status().fileSizeBytes > 16 * MEBIBYTE)
  await waitFor('the order', async () => valueOf(await readSorted()).totalRows > 0)
  const closedMeanwhile = readSorted()
  valueOf(await service.closeSession({ sessionId }))
  expect(errorOf(await closedMeanwhile).code).toBe('SESSION_NOT_FOUND')
})
