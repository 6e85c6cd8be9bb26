/** Sessions that are saved, opened again, and spilled to disk where memory is short. */
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { SessionInfo } from '../../main/contract/sessions.ts'
import type { FilePiece } from '../../main/contract/service.ts'
import type { Inspector } from '../../main/inspector/api.ts'
import { BlockFileReader } from '../../main/session-file/block-file.ts'
import {
  createFolder,
  errorOf,
  openExample,
  openText,
  startInspector,
  TestSession,
  valueOf,
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

/** All bytes of a session's file, as a page fetches them. */
async function fetchFile(inspector: Inspector, sessionId: string): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let offset: number | null = 0
  while (offset !== null) {
    const piece: FilePiece = valueOf(await inspector.service.readSessionFile({ sessionId, offset }))
    pieces.push(piece.bytes)
    offset = piece.nextOffset
  }
  return Buffer.concat(pieces)
}

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
    const bytes = await fetchFile(session.inspector, session.sessionId)
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
    writeFileSync(path, await fetchFile(session.inspector, session.sessionId))
    const { inspector, sessionId } = await openFile(path)
    const bytes = await fetchFile(inspector, sessionId)
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
    writeFileSync(path, await fetchFile(session.inspector, session.sessionId))
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
    const bytes = await fetchFile(session.inspector, session.sessionId)
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
