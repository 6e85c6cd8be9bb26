/** Sessions that are saved, opened again, and spilled to disk where memory is short. */
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { SessionInfo } from '../../main/contract/sessions.ts'
import { BlockFileReader } from '../../main/session-file/block-file.ts'
import { writeSession } from '../bench/write-session.ts'
import { fetchSessionFile } from '../support/fetch-session-file.ts'
import {
  createFolder,
  errorOf,
  openExample,
  openText,
  startInspector,
  TestSession,
  valueOf,
  waitFor,
} from '../support/inspector.ts'

const GUEST = `(module
  (import "env" "next" (func $next (param i32) (result i32)))
  (import "env" "fail" (func $fail))
  (func (export "count") (param $to i32) (result i32) (local $n i32)
    (loop $again
      (local.set $n (call $next (local.get $n)))
      (br_if $again (i32.lt_u (local.get $n) (local.get $to))))
    (local.get $n))
  (func (export "fails") (call $fail)))`
const HOST = `export default ({ console, sync }: any) => ({ env: {
  next: sync((n: number) => n + 1),
  fail: async () => { console.log('about to fail'); throw new Error('no such thing') },
} })`

/** Where the block begins that says that the file was closed. */
function findLastBlock(path: string): number {
  const reader = new BlockFileReader(path)
  let [offset, nextOffset] = [0, 0]
  while (nextOffset < reader.sizeBytes) {
    offset = nextOffset
    nextOffset = reader.read(offset)!.nextOffset
  }
  reader.close()
  return offset
}

async function openFile(path: string): Promise<TestSession> {
  const inspector = startInspector()
  const [info] = valueOf(await inspector.service.openFiles({ files: [{ path }] })) as [SessionInfo]
  return new TestSession(inspector, info)
}

describe('a session that is saved', () => {
  test('shows the same when it is opened again, and says that it is a file', async () => {
    const session = await openText(GUEST, HOST)
    await session.call('count', '3000')
    await session.call('fails')
    const bytes = await fetchSessionFile(session.inspector, session.sessionId)
    // What comes later is not in it.
    await session.call('count', '5')
    const path = join(await createFolder(), 'saved.jspi')
    writeFileSync(path, bytes)

    const opened = await openFile(path)
    expect(opened.info).toMatchObject({
      state: 'ended',
      guest: { name: 'guest.wat' },
      archive: { name: 'saved.jspi', sizeBytes: bytes.length, version: '0.0.0' },
    })
    expect(opened.info.exports).toEqual(session.info.exports)
    expect(opened.status()).toMatchObject({ callCount: 3003, inFlightCount: 0 })
    expect(opened.rows(0, 2000)).toEqual(session.rows(0, 2000))
    expect(opened.rows(2000, 1003)).toEqual(session.rows(2000, 1003))
    expect(opened.lines()).toEqual(session.lines().slice(0, opened.lines().length))
    expect(opened.lines()).toContain('about to fail')
    const read = (of: TestSession, callId: number) =>
      valueOf(of.inspector.service.readCall({ sessionId: of.sessionId, callId }))
    expect(read(opened, 3003)).toEqual(read(session, 3003))
    const timeline = (of: TestSession) => {
      const [fromNs, toNs] = [read(session, 1000).startNs, read(session, 2000).startNs]
      const window = { fromNs, toNs, columnCount: 100, firstLane: 0, laneCount: 4 }
      const { extent, ...part } = valueOf(
        of.inspector.service.readTimeline({ sessionId: of.sessionId, ...window }),
      )
      return { ...part, laneRows: extent.laneRows, isComplete: extent.isComplete }
    }
    expect(timeline(opened)).toEqual(timeline(session))
    expect(timeline(opened)).toMatchObject({
      callCount: 1000,
      firstCallId: 1000,
      laneRows: [2],
      isComplete: true,
    })
    const timings = (of: TestSession) =>
      valueOf(of.inspector.service.readTimings({ sessionId: of.sessionId })).map(({ name, count }) => [
        name,
        count,
      ])
    expect(timings(opened)).toEqual([
      ['count', 1],
      ['fails', 1],
      ['next', 3000],
      ['fail', 1],
    ])
  })

  test('can be saved once more, and closed; nothing of it can run', async () => {
    const session = await openExample('sum')
    await session.call('sum', '1')
    const path = join(await createFolder(), 'sum.jspi')
    writeFileSync(path, await fetchSessionFile(session.inspector, session.sessionId))
    const { inspector, sessionId } = await openFile(path)
    const bytes = await fetchSessionFile(inspector, sessionId)
    expect(bytes.length).toBeGreaterThan(100)
    for (const answer of [
      inspector.service.startRun({ sessionId, exportName: 'sum', argumentTexts: ['1'] }),
      inspector.service.setInterleaved({ sessionId, interleaved: true }),
      await inspector.service.reloadSession({ sessionId }),
    ]) {
      expect(errorOf(answer).code).toBe('SESSION_ARCHIVED')
    }
    valueOf(await inspector.service.closeSession({ sessionId }))
    expect(valueOf(inspector.service.attach()).sessions).toEqual([])
  })

  test('shows the guest’s stacks as long as the guest is where it was', async () => {
    const session = await openExample('fail-trap')
    await session.call('divide_by_zero')
    const path = join(await createFolder(), 'trap.jspi')
    writeFileSync(path, await fetchSessionFile(session.inspector, session.sessionId))
    const opened = await openFile(path)
    const call = valueOf(opened.inspector.service.readCall({ sessionId: opened.sessionId, callId: 1 }))
    expect(call.stack![0]!.functionName).toContain('divide')
  })

  test('is written as it grows where the user has named a file, and whole when it is closed', async () => {
    const folder = await createFolder({ 'guest.wat': GUEST, 'host.ts': HOST })
    const sessionPath = join(folder, 'named.jspi')
    const inspector = startInspector()
    const info = valueOf(
      await inspector.open({ path: join(folder, 'guest.wat'), trustHost: true, sessionPath }),
    )
    const session = new TestSession(inspector, info)
    await session.call('count', '50000')
    valueOf(await inspector.service.closeSession({ sessionId: session.sessionId }))
    const opened = await openFile(sessionPath)
    expect(opened.status().callCount).toBe(50_001)
    expect(opened.info.warnings).toEqual([])
    expect(opened.rows(49_999, 2)).toMatchObject([
      { name: 'next', params: [{ value: 49_998 }] },
      { name: 'next', params: [{ value: 49_999 }], results: [{ value: 50_000 }] },
    ])
  })

  test('says where its file was not closed, also if all that is in it can be read', async () => {
    const session = await openText(GUEST, HOST)
    await session.call('count', '3000')
    const bytes = await fetchSessionFile(session.inspector, session.sessionId)
    const folder = await createFolder()
    const whole = join(folder, 'whole.jspi')
    writeFileSync(whole, bytes)
    const path = join(folder, 'cut.jspi')
    writeFileSync(path, bytes.subarray(0, findLastBlock(whole)))

    const cut = await openFile(path)
    expect(cut.info.warnings).toMatchObject([{ code: 'SESSION_FILE_CUT', location: { file: path } }])
    expect(cut.info.warnings[0]!.why).toBe('It was not closed; what is in it can be read.')
    expect(cut.status().callCount).toBe(3001)
    expect((await openFile(whole)).info.warnings).toEqual([])
  })

  test('at a place that cannot be written is a problem that is told of; the session runs', async () => {
    const folder = await createFolder({ 'guest.wat': GUEST, 'host.ts': HOST })
    const inspector = startInspector()
    const problems: string[] = []
    inspector.subscribe({ problem: ({ code }) => problems.push(code) })
    const info = valueOf(
      await inspector.open({
        path: join(folder, 'guest.wat'),
        trustHost: true,
        sessionPath: join(folder, 'missing/named.jspi'),
      }),
    )
    const session = new TestSession(inspector, info)
    expect((await session.call('count', '5')).state).toBe('returned')
    expect(problems).toEqual(['SESSION_FILE_UNWRITABLE'])
  })
})

describe('a session file of another program', () => {
  const GUEST_INFO = { guest: { name: 'other.wasm' }, exports: [], imports: [] }

  async function write(info: object): Promise<string> {
    const path = join(await createFolder(), 'other.jspi')
    await writeSession(path, 10, () => ({ info }))
    return path
  }

  test('may say no more of its session than names', async () => {
    const opened = await openFile(await write({ ...GUEST_INFO, startedAtMs: 1e300 }))
    const { sessionId, inspector, info } = opened
    expect(info).toMatchObject({ guest: { name: 'other.wasm', producers: [] }, host: null, startedAtMs: 0 })
    expect(opened.rows(0, 10)).toHaveLength(10)
    const sql = 'select guest, started_at from session'
    const { rows } = valueOf(await inspector.service.queryTrace({ sessionId, sql, rowLimit: 1 }))
    expect(rows).toEqual([['other.wasm', '1970-01-01T00:00:00.000Z']])
    const request = { sessionId, format: 'parquet' as const, fromCallId: 1 }
    expect(valueOf(inspector.service.exportTrace(request)).content.length).toBeGreaterThan(0)
  })

  test.each([
    ['no guest', { exports: [], imports: [] }],
    ['exports that are none', { ...GUEST_INFO, exports: [null] }],
    ['an import of no kind', { ...GUEST_INFO, imports: [{ module: 'a', name: 'b', typeText: '' }] }],
  ])('is refused with %s', async (_what, info) => {
    const opened = await startInspector().service.openFiles({ files: [{ path: await write(info) }] })
    expect(errorOf(opened).code).toBe('SESSION_FILE_INVALID')
  })
})

describe('a session file that is handed over', () => {
  /** One of several pieces. */
  async function openLong(): Promise<TestSession & { temporaryFolder: string }> {
    const temporaryFolder = await createFolder()
    const session = await openText(GUEST, HOST, { temporaryFolder })
    await session.call('count', '100000')
    return Object.assign(session, { temporaryFolder })
  }
  const countFiles = ({ temporaryFolder }: { temporaryFolder: string }) =>
    readdirSync(temporaryFolder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.jspi'),
    ).length

  test('is that of the client that began it, also if another begins later', async () => {
    const session = await openLong()
    const { inspector, sessionId } = session
    const first = valueOf(await inspector.service.readSessionFile({ sessionId, offset: 0 }))
    await session.call('count', '100000')
    const other = await fetchSessionFile(inspector, sessionId)
    expect(other.length).toBeGreaterThan(first.totalBytes)
    const { copyId, totalBytes } = first
    const piece = await inspector.service.readSessionFile({ sessionId, copyId, offset: totalBytes - 100 })
    expect(valueOf(piece)).toMatchObject({ copyId, totalBytes, nextOffset: null })
    // The trace's own file stays.
    expect(countFiles(session)).toBe(1)
  })

  test('is given up where nothing is asked of it for a minute', async () => {
    const session = await openLong()
    const { inspector, sessionId } = session
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const { copyId } = valueOf(await inspector.service.readSessionFile({ sessionId, offset: 0 }))
    vi.advanceTimersByTime(59_000)
    const { nextOffset } = valueOf(
      await inspector.service.readSessionFile({ sessionId, copyId, offset: 100 }),
    )
    vi.advanceTimersByTime(59_000)
    expect(countFiles(session)).toBe(2)
    vi.advanceTimersByTime(2000)
    vi.useRealTimers()
    await waitFor('the end of the copy', () => countFiles(session) === 1)
    const answer = await inspector.service.readSessionFile({ sessionId, copyId, offset: nextOffset! })
    expect(errorOf(answer).code).toBe('SESSION_COPY_GONE')
  })

  test('makes room for another where there are many', async () => {
    const session = await openLong()
    const { inspector, sessionId } = session
    const copyIds: number[] = []
    for (let count = 0; count < 9; count++) {
      copyIds.push(valueOf(await inspector.service.readSessionFile({ sessionId, offset: 0 })).copyId)
    }
    const codes = await Promise.all(
      copyIds.map(async (copyId) => {
        const answer = await inspector.service.readSessionFile({ sessionId, copyId, offset: 0 })
        return answer.ok ? 'there' : answer.error.code
      }),
    )
    expect(codes).toEqual(['SESSION_COPY_GONE', ...copyIds.slice(1).map(() => 'there')])
    await inspector.close()
    expect(readdirSync(session.temporaryFolder)).toEqual([])
  })
})

describe('a trace that memory does not hold', () => {
  test('goes to disk, keeps every call, and leaves no file behind', async () => {
    const temporaryFolder = await createFolder()
    const session = await openText(GUEST, HOST, { traceLimitBytes: 8 * 1024 * 1024, temporaryFolder })
    for (let run = 0; run < 6; run++) await session.call('count', '100000')
    const status = session.status()
    expect(status).toMatchObject({ callCount: 600_006, droppedCount: 0 })
    expect(status.fileSizeBytes).toBeGreaterThan(1e6)
    expect(status.sizeBytes).toBeLessThan(30e6)
    // From beginning, middle and end.
    for (const row of [0, 1, 123_456, 300_000, 400_002]) {
      const [call] = session.rows(row, 1)
      expect(call!.id).toBe(row + 1)
      const position = row % 100_001
      if (position > 0) {
        expect(call).toMatchObject({ params: [{ value: position - 1 }], results: [{ value: position }] })
      }
    }
    expect(readdirSync(temporaryFolder)).toHaveLength(1)
    await session.inspector.close()
    expect(readdirSync(temporaryFolder)).toEqual([])
  })
})
