/** What an inspector that was killed has left on the disk, and what the next one makes of it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { recoverSessions } from '../../main/inspector/recover-sessions.ts'
import { makeTemporaryFolder } from '../../main/inspector/temporary-folders.ts'
import { BLOCK_TYPES, encodeBlock } from '../../main/session-file/file-block.ts'
import { encodePart } from '../../main/session-file/file-parts.ts'
import { writeSession } from '../bench/write-session.ts'
import { writeCutSession } from '../support/cut-session.ts'
import { createFolder, openExample, startInspector, valueOf, waitFor } from '../support/inspector.ts'
import { spawnInspector } from '../support/inspector-process.ts'

/** Records more calls than memory is to hold, until it is killed; says so when some are on the disk. */
const PROGRAM = `
  const { value: { sessionId } } = await inspector.service.openExample({ name: 'chatty' })
  await inspector.service.openFiles({ files: [{ name: 'none.ts', bytes: new Uint8Array() }] })
  inspector.subscribe({ traceGrew({ fileSizeBytes }) { if (fileSizeBytes > 4_000_000) console.log('written') } })
  inspector.service.startRun({ sessionId, exportName: 'call_sync', argumentTexts: ['2000000000'] })
`

/** A process that has ended. */
async function endedProcessId(): Promise<number> {
  const child = spawn(process.execPath, ['-e', ''])
  await once(child, 'exit')
  return child.pid!
}

function writeOwner(folder: string, owner: unknown): void {
  writeFileSync(join(folder, 'owner.json'), typeof owner === 'string' ? owner : JSON.stringify(owner))
}

test('the calls of an inspector that was killed are listed as recent by the next one, and can be opened', async () => {
  const temporaryFolder = await createFolder()
  const killed = spawnInspector(temporaryFolder, PROGRAM, 8 * 1024 * 1024)
  await once(killed.stdout, 'data')
  // A file that came as bytes, and a session.
  expect(readdirSync(temporaryFolder)).toHaveLength(2)
  killed.kill('SIGKILL')
  await once(killed, 'exit')

  const inspector = startInspector({ settingsFolder: await createFolder(), temporaryFolder })
  const listed = () => valueOf(inspector.service.attach()).recentGuests
  const [recent] = await waitFor('the recent ones', () => listed().length > 0 && listed())
  expect(recent!.name).toMatch(/^chatty\.wasm \d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d recovered 1\.jspi$/)
  const info = valueOf(await inspector.open({ path: recent!.path }))
  expect(info.guest.name).toBe('chatty.wasm')
  const { sessionId } = info
  const trace = await waitFor('the end of the file', () =>
    valueOf(inspector.service.attach()).traces.find((each) => each.unreadBytes === 0 && each.callCount > 0),
  )
  expect(trace.callCount).toBeGreaterThan(100_000)
  const { rows } = valueOf(inspector.service.readCalls({ sessionId, fromRow: 0, rowCount: 3 }))
  expect(rows.map(({ name, outcome }) => [name, outcome])).toEqual([
    ['call_sync', 'cancelled'],
    ['next_sync', 'returned'],
    ['next_sync', 'returned'],
  ])
  // What it had been given is gone.
  expect(readdirSync(temporaryFolder)).toHaveLength(1)
})

test('what belongs to somebody is left alone, and what belongs to nobody is removed', async () => {
  const parent = await createFolder()
  const gone = { processId: await endedProcessId(), hostName: hostname() }
  const make = (owner: unknown, purpose: 'sessions' | 'sql' | 'files' = 'sql'): string => {
    const folder = makeTemporaryFolder(parent, purpose)
    if (owner !== null) writeOwner(folder, owner)
    return folder
  }
  const kept = [
    make(null),
    make(null, 'sessions'),
    make({ ...gone, hostName: 'elsewhere' }),
    make('{"processId": '),
    make({ processId: 'one' }),
  ]
  const other = join(parent, 'jspi-inspector-other')
  mkdirSync(other)
  writeOwner(other, gone)
  const unnamed = join(parent, 'jspi-inspector-sql-unnamed')
  mkdirSync(unnamed)
  const removed = [make(gone), make(gone, 'files'), make(gone, 'sessions')]
  // What is no session file is not kept either.
  writeFileSync(join(removed[2]!, '1.jspi'), 'no session file')
  expect(await recoverSessions(parent)).toEqual([])
  expect([...kept, other, unnamed].filter((folder) => !existsSync(folder))).toEqual([])
  expect(removed.filter((folder) => existsSync(folder))).toEqual([])
})

test.each([
  ['a guest with a long name', 'ä'.repeat(120), 0, /^ä{50} .* recovered 1\.jspi$/],
  ['a guest whose name is no name of a file', 'a\0b', 0, /^1\.jspi$/],
  ['a time that is none', 'a.wasm', 1e300, /^1\.jspi$/],
])('nothing is lost with %s', async (_what, guestName, startedAtMs, expected) => {
  const parent = await createFolder()
  const folder = makeTemporaryFolder(parent, 'sessions')
  const { info } = await openExample('sum')
  const path = join(folder, '1.jspi')
  await writeSession(path, 10, () => ({
    info: { ...info, startedAtMs, guest: { ...info.guest, name: guestName } },
    guestHash: '',
    version: 'test',
    nodeVersion: '',
    v8Version: '',
  }))
  writeOwner(folder, { processId: await endedProcessId(), hostName: hostname() })
  const [found] = await recoverSessions(parent)
  expect(basename(found!)).toMatch(expected)
  expect(readdirSync(folder)).toEqual([basename(found!)])
})

test('a file of a newer version is kept as it is', async () => {
  const parent = await createFolder()
  const folder = makeTemporaryFolder(parent, 'sessions')
  const head = { format: 'jspi-inspector session', version: 1e6, session: null } as const
  writeFileSync(join(folder, '1.jspi'), encodeBlock(BLOCK_TYPES.head, 0, encodePart(head)))
  writeOwner(folder, { processId: await endedProcessId(), hostName: hostname() })
  expect(await recoverSessions(parent)).toEqual([join(folder, '1.jspi')])
})

test('of two inspectors that begin at once one finds it', async () => {
  const parent = await createFolder()
  const path = await writeCutSession(10)
  const owner = { processId: await endedProcessId(), hostName: hostname() }
  for (let count = 0; count < 5; count++) {
    const folder = makeTemporaryFolder(parent, 'sessions')
    writeFileSync(join(folder, '1.jspi'), readFileSync(path))
    writeOwner(folder, owner)
  }
  const found = await Promise.all([recoverSessions(parent), recoverSessions(parent)])
  expect(new Set(found.flat()).size).toBe(5)
  expect(found.flat()).toHaveLength(5)
})

test('there may be no folder for temporary files', async () => {
  expect(await recoverSessions(join(await createFolder(), 'none'))).toEqual([])
})
