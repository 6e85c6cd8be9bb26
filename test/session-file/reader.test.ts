/** What programs read of session files: damage is told, blocks are let go, and nothing is read after closing. */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, readlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { BlockFileReader } from '../../main/session-file/block-file.ts'
import { BLOCK_TYPES } from '../../main/session-file/file-block.ts'
import { openSessionFile as openTrace } from '../../main/session-file/open-session-file.ts'
import { openSessionFile, openSessionFileAsync } from '../../main/session-file/reader.ts'
import type { DescribedSession } from '../../main/session-file/saved-session.ts'
import { readCallRow } from '../../main/trace/call-row.ts'
import { writeSession } from '../bench/write-session.ts'
import { END_BYTES } from '../support/cut-session.ts'
import { createFolder, ROOT, valueOf } from '../support/inspector.ts'

const DESCRIBED: DescribedSession = {
  info: {
    guest: { name: 'guest.wasm', sizeBytes: 8, producers: ['clang 19'] },
    host: null,
    interleaved: false,
    capturesStacks: false,
    recordsImports: true,
    sliceMs: null,
    limits: { callsInFlight: 1, runMs: null, stallMs: 50, memoryBytes: null, tableEntries: null },
    startedAtMs: 1e12,
  },
  guestHash: '00',
  version: '0.0.0',
  nodeVersion: '24.20.0',
  v8Version: '13',
}

async function write(callCount: number, describe: () => unknown = () => DESCRIBED): Promise<string> {
  const path = join(await createFolder(), 'session.jspi')
  await writeSession(path, callCount, describe)
  return path
}

/** Alters a byte of each block of calls for whose first id `isMeant` holds. */
function damage(path: string, isMeant: (firstId: number) => boolean): void {
  const bytes = readFileSync(path)
  const reader = new BlockFileReader(path)
  for (let offset = 0, found = reader.read(0); found; found = reader.read(offset)) {
    const { header, payload, nextOffset } = found
    const firstId = new DataView(payload.buffer, payload.byteOffset).getUint32(0, true)
    if (header.type === BLOCK_TYPES.calls && isMeant(firstId)) bytes[nextOffset - 16]! ^= 1
    offset = nextOffset
  }
  reader.close()
  writeFileSync(path, bytes)
}

test('says which calls are lost, one by one and all together', async () => {
  const path = await write(100_000)
  damage(path, (firstId) => firstId >= 32_768 && firstId < 65_536)
  const file = openSessionFile(path)
  expect(file).toMatchObject({ isComplete: true, callCount: 100_000 })
  expect(file.findLostCalls()).toEqual([{ firstId: 32_768, lastId: 65_535 }])
  expect(file.call(40_000)).toMatchObject({ id: 40_000, error: { code: 'SESSION_FILE_DAMAGED' } })
  const lost = [...file.calls()].filter(({ error }) => error?.code === 'SESSION_FILE_DAMAGED')
  expect(lost).toHaveLength(32_768)
  expect(file.call(65_536)).toMatchObject({ name: 'read', outcome: 'returned' })
  file.close()
})

test('what stands for the functions of lost calls is none of the guest’s', async () => {
  const path = await write(20_000)
  damage(path, () => true)
  const { trace, close } = valueOf(openTrace(path, Infinity))
  expect(readCallRow(trace.calls, 1, 0).name).toBe('lost')
  expect(trace.calls.listFunctions().map(({ name }) => name)).toEqual(['run', 'read'])
  close()
})

test('reads a part in order, and knows no calls but those that there are', async () => {
  const file = openSessionFile(await write(3000))
  const ids = (calls: Iterable<{ id: number }>) => [...calls].map(({ id }) => id)
  expect(ids(file.calls(2998))).toEqual([2998, 2999, 3000])
  expect(ids(file.calls(-5, 2))).toEqual([1, 2])
  expect(ids(file.calls(3, 2))).toEqual([])
  for (const id of [0, -1, 1.5, 3001, Number.NaN]) expect(file.call(id)).toBeUndefined()
  file.close()
})

test('reads nothing once it is closed: its descriptor may be that of another file', async () => {
  const file = openSessionFile(await write(3000))
  const calls = file.calls()
  expect(calls.next().value).toMatchObject({ id: 1 })
  file.close()
  expect(() => calls.next()).toThrow('is closed')
  expect(() => file.call(1)).toThrow('is closed')
  expect(() => file.findLostCalls()).toThrow('is closed')
})

test.each([
  ['nothing', null],
  ['another thing', { info: { guest: { name: 7 } } }],
])('a file that says %s of its session is none', async (_what, described) => {
  const path = await write(10, () => described)
  expect(() => openSessionFile(path)).toThrow(expect.objectContaining({ code: 'SESSION_FILE_INVALID' }))
})

async function writeCut(callCount: number): Promise<string> {
  const path = await write(callCount)
  truncateSync(path, readFileSync(path).length - END_BYTES)
  return path
}

/** How often this process has a file open, where the system says so. */
function countOpen(path: string): number {
  const folder = '/proc/self/fd'
  if (!existsSync(folder)) return 0
  return readdirSync(folder).filter((name) => {
    try {
      return readlinkSync(join(folder, name)) === path
    } catch {
      return false
    }
  }).length
}

/** Counts the turns of the event loop until it is stopped. */
function countTurns(): () => number {
  let count = 0
  let next = setImmediate(function turn() {
    count++
    next = setImmediate(turn)
  })
  return () => {
    clearImmediate(next)
    return count
  }
}

test('reads a file that was cut off in turns, and tells how far it is', async () => {
  const path = await writeCut(300_000)
  const told: number[] = []
  const stop = countTurns()
  const file = await openSessionFileAsync(path, {
    onProgress(readBytes, totalBytes) {
      told.push(readBytes)
      expect(totalBytes).toBe(readFileSync(path).length)
    },
  })
  expect(stop()).toBeGreaterThan(2)
  expect(told.length).toBeGreaterThan(3)
  expect(told).toEqual([...told].sort((a, b) => a - b))
  expect(told[0]).toBeGreaterThan(0)
  expect(told.at(-2)).toBeLessThan(file.sizeBytes)
  expect(told.at(-1)).toBe(file.sizeBytes)
  const whole = openSessionFile(path)
  for (const key of ['callCount', 'endNs', 'isComplete', 'lostBytes', 'functions'] as const) {
    expect(file[key]).toEqual(whole[key])
  }
  expect(file).toMatchObject({ callCount: 300_000, isComplete: false })
  for (const id of [1, 150_000, 299_001, 300_000]) expect(file.call(id)).toEqual(whole.call(id))
  file.close()
  whole.close()
})

test('a complete file is open at once, in turns too', async () => {
  const told: number[][] = []
  const file = await openSessionFileAsync(await write(100_000), {
    onProgress: (...sizes) => told.push(sizes),
  })
  expect(told).toEqual([[file.sizeBytes, file.sizeBytes]])
  expect(file).toMatchObject({ isComplete: true, callCount: 100_000 })
  file.close()
})

test('is read no further once its signal is aborted, and is closed', async () => {
  const path = await writeCut(300_000)
  const controller = new AbortController()
  const reason = new Error('changed my mind')
  const told: number[] = []
  const opening = openSessionFileAsync(path, {
    signal: controller.signal,
    onProgress(readBytes) {
      told.push(readBytes)
      expect(countOpen(path)).toBe(existsSync('/proc/self/fd') ? 1 : 0)
      controller.abort(reason)
    },
  })
  await expect(opening).rejects.toBe(reason)
  expect(told).toHaveLength(1)
  expect(countOpen(path)).toBe(0)
  // Nothing is begun for a signal that was aborted before.
  const late = openSessionFileAsync('/nowhere', { signal: controller.signal })
  await expect(late).rejects.toBe(reason)
})

test('what cannot be opened is refused in turns as well, and what its listener throws is passed on', async () => {
  const path = await write(10, () => null)
  const code = (of: Promise<unknown>) => expect(of).rejects.toMatchObject({ name: 'SessionFileError' })
  await code(openSessionFileAsync(path))
  await code(openSessionFileAsync(join(path, 'none')))
  expect(countOpen(path)).toBe(0)
  const cut = await writeCut(300_000)
  const onProgress = () => {
    throw new Error('no room for a bar')
  }
  await expect(openSessionFileAsync(cut, { onProgress })).rejects.toThrow('no room for a bar')
  expect(countOpen(cut)).toBe(0)
})

/** Prints by how much the memory of arrays has grown at most while all calls are read. */
const MEASURE = `
const { openSessionFile } = await import(process.argv[1])
const [, , path, callMemoryBytes] = process.argv
const arrays = () => (gc(), process.memoryUsage().arrayBuffers)
const file = openSessionFile(path, { callMemoryBytes: Number(callMemoryBytes) })
const before = arrays()
let [most, count] = [0, 0]
for (const _ of file.calls()) if (++count % 16384 === 0) most = Math.max(most, arrays() - before)
console.log(JSON.stringify({ count, most }))
`

test('lets go of what it has read: memory does not grow with the file', async () => {
  const path = await write(300_000)
  const reader = join(ROOT, 'main/session-file/reader.ts')
  const measure = (callMemoryBytes: number) => {
    const options = ['--expose-gc', '--input-type=module', '-e', MEASURE, reader, path]
    const printed = execFileSync(process.execPath, [...options, String(callMemoryBytes)], {
      encoding: 'utf8',
    })
    return JSON.parse(printed) as { count: number; most: number }
  }
  const [kept, letGo] = [measure(1e9), measure(4e6)]
  expect([kept.count, letGo.count]).toEqual([300_000, 300_000])
  expect(kept.most).toBeGreaterThan(18e6)
  expect(letGo.most).toBeLessThan(11e6)
})
