/** A session file without an index is read in turns, up to what is not as it was written; the file may change meanwhile. */
import { mkdtempSync, readFileSync, rmSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import type { CallRow } from '../../main/contract/calls.ts'
import { makeError } from '../../main/contract/error-codes.ts'
import { BlockFileReader } from '../../main/session-file/block-file.ts'
import { BLOCK_TYPES, encodeBlock, HEADER_BYTES } from '../../main/session-file/file-block.ts'
import type { SessionFile } from '../../main/session-file/open-session-file.ts'
import { beginSessionFile, openSessionFile } from '../../main/session-file/open-session-file.ts'
import { SessionLog } from '../../main/session-file/session-log.ts'
import { readCallRow } from '../../main/trace/call-row.ts'
import { OUTCOMES } from '../../main/trace/events.ts'
import { Trace } from '../../main/trace/trace.ts'
import { END_BYTES } from '../support/cut-session.ts'
import { createFolder, valueOf, waitFor } from '../support/inspector.ts'
import { fill } from '../trace/random-trace.ts'

const CALLS = 60_000
/** Where a block of a file lies. */
interface Place {
  type: number
  from: number
  end: number
}

/** What was recorded. */
const plain = new Trace(Infinity)
/** The file of it, without its end. */
let bytes = Buffer.alloc(0)
let places: Place[] = []

function writeLog(trace: Trace, path: string): SessionLog {
  const log = new SessionLog(trace, path, { describe: () => null, nowNs: () => 0 }, (error) => {
    throw new Error(error?.why)
  })
  trace.setLog(log)
  return log
}

function listPlaces(path: string): Place[] {
  const reader = new BlockFileReader(path)
  const found: Place[] = []
  for (let from = 0, block = reader.read(0); block; block = reader.read(from)) {
    found.push({ type: block.header.type, from, end: block.nextOffset })
    from = block.nextOffset
  }
  reader.close()
  return found
}

/** Closes a log, takes the end off its file, and reads that. */
async function cutOff(log: SessionLog): Promise<Buffer<ArrayBuffer>> {
  await log.finish(1e13)
  await log.close()
  const whole = readFileSync(log.path)
  return whole.subarray(0, whole.length - END_BYTES)
}

async function place(content: Uint8Array): Promise<string> {
  const path = join(await createFolder(), 'cut.jspi')
  writeFileSync(path, content)
  return path
}

function begin(path: string, limitBytes = Infinity): SessionFile {
  const file = valueOf(beginSessionFile(path, limitBytes))
  onTestFinished(() => file.close())
  return file
}

async function readWhole(content: Uint8Array): Promise<SessionFile> {
  const file = begin(await place(content))
  expect(file.advance(Infinity)).toBe(true)
  return file
}

/** Reads on until so many calls are there. */
function readUpTo(file: SessionFile, callCount: number): void {
  while (file.trace.calls.callCount < callCount) if (file.advance(0)) return
}

/** The place of the first block of a type behind so many others of it. */
function findPlace(type: number, index: number): Place {
  return places.filter((found) => found.type === type).at(index)!
}

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'jspi-inspector-test-'))
  const path = join(folder, 'session.jspi')
  const logged = new Trace(Infinity)
  const log = writeLog(logged, path)
  for (const step of fill([plain, logged], CALLS, 1)) {
    if (step % 5000 > 0) continue
    for (const trace of [plain, logged]) {
      trace.print(`line ${step}`, { timeNs: step, level: 'log', source: 'host' })
    }
    log.flush()
    await new Promise((resolve) => setImmediate(resolve))
  }
  bytes = await cutOff(log)
  writeFileSync(path, bytes)
  places = listPlaces(path)
  rmSync(folder, { recursive: true })
  // The calls that ran ended with the file, when the last is known of it.
  const error = makeError('SESSION_FILE_INCOMPLETE')
  plain.endRunning('cancelled', error, lastKnownNs(plain))
})

function readRow({ calls }: Trace, id: number): CallRow {
  return readCallRow(calls, id, 0)
}

/** When the last call began or ended. */
function lastKnownNs({ calls }: Trace): number {
  let lastNs = 0
  for (let id = 1; id <= calls.callCount; id++) {
    lastNs = Math.max(lastNs, calls.startOf(id) + (calls.running.has(id) ? 0 : calls.timesOf(id, 0).totalNs))
  }
  return lastNs
}

test('is read in turns, of which each brings it further, and in the end is what was recorded', async () => {
  const file = begin(await place(bytes))
  const { trace, sizeBytes } = file
  expect(sizeBytes).toBe(bytes.length)
  let before = { callCount: 0, unreadBytes: sizeBytes }
  let turns = 0
  do {
    turns++
    const { callCount } = trace.calls
    const { unreadBytes, lostBytes } = file
    expect(callCount).toBeGreaterThanOrEqual(before.callCount)
    expect(unreadBytes).toBeLessThanOrEqual(before.unreadBytes)
    expect(lostBytes).toBe(0)
    // Never ahead of the calls that are there.
    if (callCount === 0) expect(unreadBytes).toBeGreaterThan(0.9 * sizeBytes)
    before = { callCount, unreadBytes }
  } while (!file.advance(0))
  expect(before.unreadBytes).toBeLessThan(0.1 * sizeBytes)
  // None takes longer than some hundreds of calls do, or one block.
  expect(turns).toBeGreaterThan(CALLS / 1024)
  expect(file).toMatchObject({ unreadBytes: 0, lostBytes: 0, isComplete: false, endNs: lastKnownNs(plain) })
  expect(file.advance(0)).toBe(true)

  expect(trace.timings()).toEqual(plain.timings())
  const { hostNs, suspendedNs } = plain.status(0)
  expect(trace.status(0)).toMatchObject({ callCount: CALLS, inFlightCount: 0, hostNs, suspendedNs })
  for (let id = 1; id <= CALLS; id++) {
    if (id % 7 > 0 && !plain.calls.errorOf(id)) continue
    expect(readRow(trace, id)).toEqual(readRow(plain, id))
    expect(trace.calls.errorOf(id)).toEqual(plain.calls.errorOf(id))
    expect(trace.calls.decoded.get(id)).toEqual(plain.calls.decoded.get(id))
    expect(trace.calls.stackOf(id)).toEqual(plain.calls.stackOf(id))
    expect(trace.calls.overlaps.list(id, 5)).toEqual(plain.calls.overlaps.list(id, 5))
  }
  for (let row = 0; row < CALLS; row += 31) {
    expect(trace.calls.order.idAt(row)).toBe(plain.calls.order.idAt(row))
  }
  const { lineCount } = plain.console
  expect(trace.console.read(0, lineCount + 1)).toEqual(plain.console.read(0, lineCount))
  expect(trace.calls.previews.get(1)).toBe('"one"')
})

test('there is something left to be read until the calls that never ended have been ended', async () => {
  const file = begin(await place(bytes))
  let isOver = false
  while (!isOver) {
    expect(file.trace.isBeingRead).toBe(true)
    expect(file.unreadBytes).toBeGreaterThan(0)
    isOver = file.advance(0)
  }
  expect(file).toMatchObject({ unreadBytes: 0, lostBytes: 0 })
})

test('ends when the last that it knows of has begun', async () => {
  const trace = new Trace(Infinity)
  const log = writeLog(trace, join(await createFolder(), 'session.jspi'))
  trace.define(0, { kind: 'export', module: null, name: 'run', params: [], results: [] })
  for (const [index, startNs] of [100, 200, 900].entries()) {
    trace.begin(index + 1, index, 0, startNs, new Uint32Array(0), 0)
  }
  trace.end(3, OUTCOMES.indexOf('returned'), 950, 0, 0, new Uint32Array(0), 0)
  trace.begin(4, 2, 0, 1234, new Uint32Array(0), 0)
  const file = await readWhole(await cutOff(log))
  expect(file.endNs).toBe(1234)
  const rows = [1, 2, 3, 4].map((id) => readCallRow(file.trace.calls, id, 0))
  expect(rows.map(({ outcome, totalNs }) => [outcome, totalNs])).toEqual([
    ['cancelled', 1134],
    ['cancelled', 1034],
    ['returned', 50],
    ['cancelled', 0],
  ])
  expect(file.trace.calls.errorOf(2)?.code).toBe('SESSION_FILE_INCOMPLETE')
})

test.each([
  ['cut off', true],
  ['with an index', false],
])('what suspended the guest and did not end is not said to be the host’s: %s', async (_how, isCut) => {
  const trace = new Trace(Infinity)
  const log = writeLog(trace, join(await createFolder(), 'session.jspi'))
  trace.define(0, { kind: 'export', module: null, name: 'run', params: [], results: [] })
  trace.define(1, { kind: 'import', module: 'env', name: 'wait', params: [], results: [] })
  const begin = (id: number, parent: number, functionIndex: number, startNs: number): void =>
    trace.begin(id, parent, functionIndex, startNs, new Uint32Array(0), 0)
  const end = (id: number, endNs: number, hostNs: number, suspendedNs: number): void =>
    trace.end(id, OUTCOMES.indexOf('returned'), endNs, hostNs, suspendedNs, new Uint32Array(0), 0)
  begin(1, 0, 0, 100)
  // One that has ended in the end, and one that has not.
  begin(2, 1, 1, 150)
  trace.suspend(2, 10)
  log.flush()
  end(2, 200, 10, 40)
  begin(3, 1, 1, 300)
  trace.suspend(3, 20)
  log.flush()
  // Another that computes in the host.
  begin(4, 0, 0, 400)
  begin(5, 4, 1, 450)
  log.flush()
  begin(6, 0, 0, 900)
  end(6, 1000, 0, 0)
  const bytesCut = await cutOff(log)
  const opened = isCut ? await readWhole(bytesCut) : valueOf(openSessionFile(log.path, Infinity))
  const rows = [1, 2, 3, 4, 5].map((id) => readCallRow(opened.trace.calls, id, 0))
  const endNs = isCut ? 1000 : 1e13
  expect(rows.map(({ totalNs, hostNs, suspendedNs }) => [totalNs, hostNs, suspendedNs])).toEqual([
    [endNs - 100, 30, 40 + endNs - 320],
    [50, 10, 40],
    [endNs - 300, 20, endNs - 320],
    [endNs - 400, endNs - 450, 0],
    [endNs - 450, endNs - 450, 0],
  ])
  expect(opened.trace.calls.suspended.size).toBe(0)
  if (!isCut) opened.close()
})

test('a call that had been waiting when its process was killed is known to have waited', async () => {
  const trace = new Trace(Infinity)
  let nowNs = 0
  const path = join(await createFolder(), 'session.jspi')
  const log = new SessionLog(trace, path, { describe: () => null, nowNs: () => nowNs }, () => {})
  trace.setLog(log)
  onTestFinished(() => log.close())
  trace.define(0, { kind: 'export', module: null, name: 'run', params: [], results: [] })
  trace.define(1, { kind: 'import', module: 'env', name: 'wait', params: [], results: [] })
  trace.begin(1, 0, 0, 100, new Uint32Array(0), 0)
  trace.begin(2, 1, 1, 150, new Uint32Array(0), 0)
  trace.suspend(2, 70)
  log.flush()
  /** The file as a kill would leave it now. */
  const readAsItIs = (): SessionFile | null => {
    const opened = openSessionFile(path, Infinity)
    if (!opened.ok) return null
    onTestFinished(() => opened.value.close())
    return opened.value
  }
  // No earlier than the host's part is over.
  await waitFor('what was flushed', () => readAsItIs()?.endNs === 220)
  nowNs = 5000
  await waitFor('the time', () => readAsItIs()?.endNs === 5000)
  const { calls } = readAsItIs()!.trace
  expect(readCallRow(calls, 2, 0)).toMatchObject({ totalNs: 4850, hostNs: 70, suspendedNs: 4780 })
  expect(readCallRow(calls, 1, 0)).toMatchObject({ totalNs: 4900, guestNs: 50 })
})

test('a file without any call is read to its end', async () => {
  const file = await readWhole(bytes.subarray(0, places[0]!.end))
  expect(file).toMatchObject({ unreadBytes: 0, lostBytes: 0, endNs: 0 })
  expect(file.trace.calls.callCount).toBe(0)
})

test('a block whose header was altered ends it: nobody knows what it was', async () => {
  const altered = Buffer.from(bytes)
  const { from } = findPlace(BLOCK_TYPES.console, 2)
  // Of a type that would be skipped.
  altered[from + 4]! ^= 0x20
  const file = await readWhole(altered)
  expect(file.lostBytes).toBe(bytes.length - from)
  expect(file.trace.console.lineCount).toBe(2)
})

test.each([
  ['details', BLOCK_TYPES.details],
  ['a console', BLOCK_TYPES.console],
  ['calls', BLOCK_TYPES.calls],
  ['changes', BLOCK_TYPES.changes],
])('where a block of %s is missing it ends', async (_what, type) => {
  const { from, end } = findPlace(type, 1)
  const file = await readWhole(Buffer.concat([bytes.subarray(0, from), bytes.subarray(end)]))
  expect(file.lostBytes).toBe(bytes.length - end)
  expect(file.trace.calls.callCount).toBeLessThan(CALLS)
})

test.each([
  ['calls that do not follow', BLOCK_TYPES.calls, () => findPlace(BLOCK_TYPES.calls, 2)],
  ['calls that are nonsense', BLOCK_TYPES.calls, null],
  ['changes of calls that are not there', BLOCK_TYPES.changes, () => findPlace(BLOCK_TYPES.changes, -1)],
  ['changes that are nonsense', BLOCK_TYPES.changes, null],
  ['details that are nonsense', BLOCK_TYPES.details, null],
] as const)('%s end it, though their checksums are right', async (_what, type, from) => {
  // In the place of the second block of calls, and nonsense as that of the same ids.
  const second = findPlace(BLOCK_TYPES.calls, 1).from
  const ids = bytes.subarray(second + HEADER_BYTES, second + HEADER_BYTES + 8)
  const found = from?.()
  const payload = found
    ? bytes.subarray(found.from + HEADER_BYTES, found.end)
    : Buffer.concat([ids, Buffer.from([77])])
  const sequence = places.findIndex((each) => each.from === second)
  const block = encodeBlock(type, sequence, payload)
  const file = await readWhole(Buffer.concat([bytes.subarray(0, second), block]))
  expect(file.lostBytes).toBe(file.sizeBytes - second)
  expect(file.trace.isBeingRead).toBe(false)
  expect(file.trace.calls.callCount).toBeGreaterThan(0)
})

test('a file that is cut further while it is read ends there, and what was let go of it is lost', async () => {
  const path = await place(bytes)
  const file = begin(path, 1)
  const { trace, sizeBytes } = file
  readUpTo(file, 40_000)
  const doneBytes = sizeBytes - file.unreadBytes
  // Behind what has been read.
  truncateSync(path, places.find(({ end }) => end > doneBytes + 1000)!.end)
  expect(file.advance(Infinity)).toBe(true)
  const { callCount } = trace.calls
  expect(callCount).toBeGreaterThanOrEqual(40_000)
  expect(callCount).toBeLessThan(CALLS)
  expect(file.lostBytes).toBeGreaterThan(0)
  expect(file.lostBytes).toBeLessThan(sizeBytes - doneBytes)
  // Before it.
  truncateSync(path, places[0]!.end)
  const row = readCallRow(trace.calls, 20_000, 0)
  expect(row).toMatchObject({ name: 'lost', startNs: plain.calls.startOf(16_384) })
  expect(trace.calls.errorOf(20_000)?.code).toBe('SESSION_FILE_DAMAGED')
})

test('a file that is altered while it is read ends there', async () => {
  const path = await place(bytes)
  const file = begin(path)
  readUpTo(file, 20_000)
  const { from, end } = findPlace(BLOCK_TYPES.calls, -1)
  const altered = Buffer.from(bytes)
  altered[end - 16]! ^= 1
  writeFileSync(path, altered)
  expect(file.advance(Infinity)).toBe(true)
  expect(file.lostBytes).toBe(bytes.length - from)
})

test.skipIf(process.platform === 'win32')('a file that is removed while it is read is read on', async () => {
  const path = await place(bytes)
  const file = begin(path)
  readUpTo(file, 20_000)
  unlinkSync(path)
  expect(file.advance(Infinity)).toBe(true)
  expect(file.trace.timings()).toEqual(plain.timings())
})

test('what goes wrong in reading is thrown once, and then there is nothing left to read', async () => {
  const file = valueOf(beginSessionFile(await place(bytes), Infinity))
  readUpTo(file, 20_000)
  const running = file.trace.calls.running.size
  expect(running).toBeGreaterThan(0)
  file.close()
  expect(() => file.advance(Infinity)).toThrow('EBADF')
  expect(file.unreadBytes).toBe(0)
  expect(file.advance(Infinity)).toBe(true)
  expect(file.lostBytes).toBeGreaterThan(0)
  expect(file.trace.calls.running.size).toBe(0)
})

test('a disk that fails at any step is told of, also where the trace was reading', async () => {
  const path = await place(bytes)
  for (let steps = 1; steps <= 60; steps++) {
    const file = valueOf(beginSessionFile(path, Infinity))
    for (let step = 0; step < steps; step++) expect(file.advance(0)).toBe(false)
    file.close()
    expect(() => file.advance(Infinity), `after ${steps} steps`).toThrow('EBADF')
  }
})

test('the same file is read twice at once', async () => {
  const path = await place(bytes)
  const [one, other] = [begin(path), begin(path)]
  readUpTo(one, 30_000)
  expect(other.trace.calls.callCount).toBe(0)
  other.advance(Infinity)
  one.advance(Infinity)
  for (const { trace } of [one, other]) expect(trace.timings()).toEqual(plain.timings())
})
