/** Guests that outrun the disk: slowed, or with the newest of their calls kept, as the user wants it. */
import { setTimeout as delay } from 'node:timers/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { SessionInfo } from '../../main/contract/sessions.ts'
import type { OpenRequest } from '../../main/inspector/api.ts'
import {
  createFolder,
  errorOf,
  openText,
  startInspector,
  TestSession,
  valueOf,
  waitFor,
} from '../support/inspector.ts'
import { openSessionFile } from '../../main/session-file/reader.ts'
import { stallDisk } from '../support/stalled-disk.ts'

const MEBIBYTE = 2 ** 20
const CALLS = 1_800_000
const GUEST = `(module
  (import "env" "next" (func $next (param i32) (result i32)))
  (func (export "count") (param $to i32) (result i32) (local $n i32)
    (loop $again
      (local.set $n (call $next (local.get $n)))
      (br_if $again (i32.lt_u (local.get $n) (local.get $to))))
    (local.get $n)))`
const HOST = `export default ({ sync }: any) => ({ env: { next: sync((n: number) => n + 1) } })`

async function openWith(
  request: Partial<OpenRequest>,
  options: { traceLimitBytes?: number; temporaryFolder?: string } = {},
): Promise<{ session: TestSession; sessionPath: string }> {
  const folder = await createFolder({ 'guest.wat': GUEST, 'host.ts': HOST })
  const sessionPath = request.sessionPath ?? join(folder, 'session.jspi')
  const inspector = startInspector({ temporaryFolder: folder, ...options })
  const path = join(folder, 'guest.wat')
  const info = valueOf(await inspector.open({ path, trustHost: true, sessionPath, ...request }))
  return { session: new TestSession(inspector, info), sessionPath }
}

async function stall(): Promise<() => void> {
  const goOn = stallDisk(await createFolder())
  onTestFinished(goOn)
  return goOn
}

async function openFile(path: string): Promise<TestSession> {
  const inspector = startInspector()
  const [info] = valueOf(await inspector.service.openFiles({ files: [{ path }] })) as [SessionInfo]
  return new TestSession(inspector, info)
}

describe('while the disk stands still', () => {
  test('the guest is slowed, which is shown, and no call is lost', async () => {
    const { session, sessionPath } = await openWith({}, { traceLimitBytes: 24 * MEBIBYTE })
    expect(session.info.keepsNewest).toBe(false)
    const goOn = await stall()
    const run = session.start('count', String(CALLS))
    await waitFor('a guest that is slowed', () => session.status().isGuestSlowed)
    const { callCount } = session.status()
    await new Promise((resolve) => setTimeout(resolve, 100))
    // It stands still.
    expect(session.status()).toMatchObject({ callCount, isGuestSlowed: true, leftOutCount: 0 })
    expect(session.run(run.runId).state).toBe('running')
    goOn()
    expect((await session.ended(run)).state).toBe('returned')
    expect(session.status()).toMatchObject({ callCount: CALLS + 1, droppedCount: 0, leftOutCount: 0 })
    expect(session.status().slowedNs).toBeGreaterThan(0)
    await waitFor('a guest that is not slowed any more', () => !session.status().isGuestSlowed)
    const { slowedNs } = session.status()
    valueOf(await session.inspector.service.closeSession({ sessionId: session.sessionId }))
    const opened = await openFile(sessionPath)
    expect(opened.status()).toMatchObject({ callCount: CALLS + 1, leftOutCount: 0, slowedNs })
    expect(opened.info.warnings).toEqual([])
  })

  test('the newest calls are kept where that is wanted, and the guest runs', async () => {
    const traceLimitBytes = 24 * MEBIBYTE
    const { session, sessionPath } = await openWith({ keepsNewest: true }, { traceLimitBytes })
    expect(session.info.keepsNewest).toBe(true)
    const goOn = await stall()
    const run = await session.call('count', String(CALLS))
    expect(run.state).toBe('returned')
    const { leftOutCount, callCount, droppedCount, slowedNs, sizeBytes } = session.status()
    expect({ callCount, droppedCount, slowedNs }).toEqual({
      callCount: CALLS + 1,
      droppedCount: 0,
      slowedNs: 0,
    })
    expect(leftOutCount).toBeGreaterThan(CALLS / 2)
    expect(sizeBytes).toBeLessThan(2 * traceLimitBytes)
    expect(session.rows(CALLS, 1)).toMatchObject([
      { name: 'next', params: [{ value: CALLS - 1 }], results: [{ value: CALLS }] },
    ])
    const [leftOut] = session.rows(CALLS / 2, 1)
    expect(leftOut).toMatchObject({ id: CALLS / 2 + 1, name: 'left out', params: [] })
    goOn()
    // What comes now is written again.
    await session.call('count', '10')
    valueOf(await session.inspector.service.closeSession({ sessionId: session.sessionId }))
    const opened = await openFile(sessionPath)
    const status = opened.status()
    expect(status.callCount).toBe(CALLS + 12)
    expect(status.leftOutCount).toBeGreaterThanOrEqual(leftOutCount)
    expect(opened.info.warnings).toMatchObject([
      { code: 'CALLS_LEFT_OUT', why: expect.stringContaining(status.leftOutCount.toLocaleString('en')) },
    ])
    expect(opened.rows(CALLS / 2, 1)).toMatchObject([{ id: CALLS / 2 + 1, name: 'left out' }])
    expect(opened.rows(CALLS, 1)).toMatchObject([{ params: [{ value: CALLS - 1 }] }])
    expect(opened.rows(0, 1)).toMatchObject([{ id: 1, name: 'count', childCount: CALLS }])
    // And from a program.
    const read = openSessionFile(sessionPath)
    expect(read).toMatchObject({
      leftOutCallCount: status.leftOutCount,
      droppedCallCount: 0,
      isComplete: true,
    })
    expect(read.call(CALLS / 2 + 1)?.error?.code).toBe('CALLS_LEFT_OUT')
    read.close()
  })

  test('the user can change it while the guest runs', async () => {
    const { session } = await openWith({}, { traceLimitBytes: 24 * MEBIBYTE })
    const { inspector, sessionId } = session
    await stall()
    const run = session.start('count', String(CALLS))
    await waitFor('a guest that is slowed', () => session.status().isGuestSlowed)
    valueOf(inspector.service.setKeepNewest({ sessionId, enabled: true }))
    expect(session.info.keepsNewest).toBe(true)
    expect((await session.ended(run)).state).toBe('returned')
    expect(session.status().leftOutCount).toBeGreaterThan(0)
    expect(session.rows(CALLS, 1)).toMatchObject([{ params: [{ value: CALLS - 1 }] }])
  })
})

describe('where no file can be written', () => {
  const noFile = { traceLimitBytes: 8 * MEBIBYTE, temporaryFolder: '/missing/folder' }

  test('the newest calls are kept, for as long as the guest runs', async () => {
    const session = await openText(GUEST, HOST, noFile)
    const { inspector, sessionId } = session
    valueOf(inspector.service.setKeepNewest({ sessionId, enabled: true }))
    for (let run = 0; run < 4; run++) await session.call('count', '100000')
    // Room is made for the last time when the ring is looked at and nothing is in it.
    await delay(200)
    const { callCount, leftOutCount, droppedCount, sizeBytes } = session.status()
    expect({ callCount, droppedCount }).toEqual({ callCount: 400_004, droppedCount: 0 })
    expect(leftOutCount).toBeGreaterThan(100_000)
    expect(sizeBytes).toBeLessThan(2 * noFile.traceLimitBytes)
    expect(session.rows(400_003, 1)).toMatchObject([{ name: 'next', params: [{ value: 99_999 }] }])
    // All of a trace can be asked as before.
    const count = valueOf(
      await inspector.service.queryTrace({
        sessionId,
        sql: "select count(*) from calls where error = 'CALLS_LEFT_OUT'",
        rowLimit: 1,
      }),
    )
    // The last look at the ring makes room as well.
    expect(count.rows[0]![0]).toBeGreaterThanOrEqual(leftOutCount)
    expect(count.rows[0]![0]).toBeLessThanOrEqual(session.status().leftOutCount)
  })

  test('a trace that takes no further calls does so again when the newest are wanted', async () => {
    const session = await openText(GUEST, HOST, noFile)
    const { inspector, sessionId } = session
    await session.call('count', '400000')
    const { callCount, droppedCount } = session.status()
    expect(droppedCount).toBeGreaterThan(0)
    expect(callCount + droppedCount).toBe(400_001)
    valueOf(inspector.service.setKeepNewest({ sessionId, enabled: true }))
    await session.call('count', '50000')
    const status = session.status()
    expect(status).toMatchObject({ callCount: 450_002, droppedCount: 0, inFlightCount: 0 })
    expect(status.leftOutCount).toBeGreaterThanOrEqual(droppedCount)
    expect(session.rows(450_001, 1)).toMatchObject([
      { id: 450_002, parent: 400_002, name: 'next', params: [{ value: 49_999 }] },
    ])
    const [leftOut] = session.rows(callCount + 100, 1)
    expect(leftOut).toMatchObject({ name: 'left out', topLevel: callCount + 1 })
  })

  test('is kept over a reload', async () => {
    const session = await openText(GUEST, HOST, noFile)
    const { inspector, sessionId } = session
    valueOf(inspector.service.setKeepNewest({ sessionId, enabled: true }))
    valueOf(await inspector.service.reloadSession({ sessionId }))
    expect(session.info.keepsNewest).toBe(true)
    await session.call('count', '500000')
    expect(session.status()).toMatchObject({ callCount: 500_001, droppedCount: 0 })
  })

  test.runIf(existsSync('/dev/full'))('a disk that is full costs the oldest calls', async () => {
    const { session } = await openWith(
      { keepsNewest: true, sessionPath: '/dev/full' },
      { traceLimitBytes: 16 * MEBIBYTE },
    )
    await session.call('count', String(CALLS))
    const { leftOutCount, droppedCount, callCount } = session.status()
    expect({ droppedCount, callCount }).toEqual({ droppedCount: 0, callCount: CALLS + 1 })
    expect(leftOutCount).toBeGreaterThan(CALLS / 2)
    expect(session.rows(CALLS, 1)).toMatchObject([{ params: [{ value: CALLS - 1 }] }])
  })
})

test('is no matter of a session that is not there', async () => {
  const answer = startInspector().service.setKeepNewest({ sessionId: 'none', enabled: true })
  expect(errorOf(answer).code).toBe('SESSION_NOT_FOUND')
})
