/** Session files of traces that keep the newest calls: what was never written is told of, and all else is there. */
import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { SessionFile } from '../../main/session-file/open-session-file.ts'
import { openSessionFile } from '../../main/session-file/open-session-file.ts'
import { SessionLog } from '../../main/session-file/session-log.ts'
import { readCallRow } from '../../main/trace/call-row.ts'
import { OUTCOMES } from '../../main/trace/events.ts'
import { Trace } from '../../main/trace/trace.ts'
import { createFolder, valueOf } from '../support/inspector.ts'
import { returnedCall } from '../support/returned-calls.ts'
import { fill } from '../trace/random-trace.ts'

const CALLS = 200_000
const LIMIT_BYTES = 8 * 1024 * 1024

/** Calls that come faster than the disk takes them: only now and then is it given a moment. */
async function writeTooFast(seed: number, pauseEvery: number) {
  const path = join(await createFolder(), 'session.jspi')
  const plain = new Trace(Infinity)
  const rolled = new Trace(LIMIT_BYTES)
  rolled.keepsNewest = true
  const log = new SessionLog(rolled, path, { describe: () => null, nowNs: () => 0 }, (error) => {
    throw new Error(error?.why)
  })
  rolled.setLog(log)
  let turn = 0
  for (const step of fill([plain, rolled], CALLS, seed)) {
    if (step % 1000 > 0) continue
    expect(rolled.makeRoom()).toBe(false)
    rolled.write()
    // Blocks are written in part as well.
    if (step % 7000 === 0 && turn % 3 === 0) log.flush()
    if (++turn % pauseEvery === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return { path, plain, rolled, log }
}

/** Every call is as it was recorded, or says why not. Returns how many were left out. */
function expectTrue({ calls }: Trace, plain: Trace): number {
  let leftOutCount = 0
  for (let id = 1; id <= calls.callCount; id++) {
    const code = calls.errorOf(id)?.code
    if (code === 'CALLS_LEFT_OUT') leftOutCount++
    else if (code === 'SESSION_FILE_INCOMPLETE' || id % 41 > 0) continue
    else expect(readCallRow(calls, id, 0)).toEqual(readCallRow(plain.calls, id, 0))
  }
  return leftOutCount
}

/** Every call stands where it stood. */
function expectOrder({ calls }: Trace, plain: Trace): void {
  for (let row = 0; row < calls.callCount; row += 197) {
    const id = plain.calls.order.idAt(row)
    expect(calls.order.idAt(row)).toBe(id)
    expect(calls.rowOf(id)).toBe(row)
  }
}

test.each([
  [1, 60],
  [3, 150],
])('has gaps, and says so: seed %d, a moment for the disk every %d turns', async (seed, pauseEvery) => {
  const { path, plain, rolled, log } = await writeTooFast(seed, pauseEvery)
  const { leftOutCount } = rolled
  expect(leftOutCount).toBeGreaterThan(16_000)
  expect(leftOutCount).toBeLessThan(CALLS - 16_000)
  expect(expectTrue(rolled, plain)).toBe(leftOutCount)
  expectOrder(rolled, plain)

  await log.finish(1e13)
  const opened = valueOf(openSessionFile(path, LIMIT_BYTES))
  expect(opened).toMatchObject({ lostBytes: 0, endNs: 1e13 })
  expect(opened.trace.status(1e13)).toMatchObject({ callCount: CALLS, leftOutCount, inFlightCount: 0 })
  expect(expectTrue(opened.trace, plain)).toBe(leftOutCount)
  expectOrder(opened.trace, plain)
  expect(opened.trace.timeline.extent(1e13)).toMatchObject({ isComplete: true })
  opened.close()

  // Without its index it is read block by block.
  const whole = readFileSync(path)
  const cut = `${path}.cut`
  const openCut = (sizeBytes: number): SessionFile => {
    writeFileSync(cut, whole)
    truncateSync(cut, sizeBytes)
    return valueOf(openSessionFile(cut, LIMIT_BYTES))
  }
  const unclosed = openCut(whole.length - 1)
  expect(unclosed.trace.status(0)).toMatchObject({ callCount: CALLS, leftOutCount })
  expect(expectTrue(unclosed.trace, plain)).toBe(leftOutCount)
  expectOrder(unclosed.trace, plain)
  unclosed.trace.timeline.catchUpTo(CALLS)
  unclosed.close()
  const half = openCut(whole.length >> 1)
  expect(half.trace.calls.callCount).toBeGreaterThan(16_000)
  expect(expectTrue(half.trace, plain)).toBe(half.trace.leftOutCount)
  half.close()
})

test('a trace that was never written is saved with what is left of it', async () => {
  const plain = new Trace(Infinity)
  const rolled = new Trace(LIMIT_BYTES)
  rolled.keepsNewest = true
  for (const step of fill([plain, rolled], 150_000, 4)) if (step % 1000 === 0) rolled.makeRoom()
  const { leftOutCount } = rolled
  expect(leftOutCount).toBeGreaterThan(0)
  const path = join(await createFolder(), 'saved.jspi')
  const log = new SessionLog(rolled, `${path}.log`, { describe: () => null, nowNs: () => 0 }, (error) => {
    throw new Error(error?.why)
  })
  rolled.setLog(log)
  await log.copy(path, 1e13)
  const opened = valueOf(openSessionFile(path, LIMIT_BYTES))
  expect(opened.trace.status(0)).toMatchObject({ callCount: 150_000, leftOutCount })
  expect(expectTrue(opened.trace, plain)).toBe(leftOutCount)
  expectOrder(opened.trace, plain)
  opened.close()
  await log.close()
})

test('calls that were not recorded are taken up as left out, once there is room for those behind them', async () => {
  const path = join(await createFolder(), 'session.jspi')
  const trace = new Trace(Infinity)
  // As a worker numbers its functions.
  trace.define(2, { kind: 'export', module: null, name: 'run', params: [], results: [] })
  trace.define(3, { kind: 'import', module: 'env', name: 'read', params: ['i32'], results: ['i32'] })
  const words = new Uint32Array(4)
  const readFrom = (first: number, last: number): void => {
    for (let id = first; id <= last; id++) {
      words[0] = id
      trace.addReturned(returnedCall(id, 1, 3, id * 100, id * 100 + 50, words))
    }
  }
  trace.begin(1, 0, 2, 0, words, 0)
  readFrom(2, 20_000)
  for (let id = 20_001; id <= 70_000; id++) trace.leaveOut()
  expect(trace.passOver(70_000, 7_000_100)).toBe(false)
  trace.keepsNewest = true
  expect(trace.passOver(70_000, 7_000_100)).toBe(true)
  // Whatever is told of one of them yet.
  trace.end(30_000, OUTCOMES.indexOf('returned'), 8e6, 0, 0, words, 0)
  trace.fail(20_500, '{}')
  readFrom(70_001, 100_000)
  expect(trace.status(1e9)).toMatchObject({
    callCount: 100_000,
    droppedCount: 0,
    leftOutCount: 50_000,
    inFlightCount: 1,
  })
  const expectRows = ({ calls }: Trace): void => {
    for (const id of [2, 20_000, 70_001, 100_000]) {
      expect(readCallRow(calls, id, 0)).toMatchObject({
        id,
        name: 'read',
        parent: 1,
        params: [{ value: id }],
      })
    }
    for (const id of [20_001, 20_500, 30_000, 32_768, 49_151, 65_535, 65_536, 70_000]) {
      expect(readCallRow(calls, id, 0)).toMatchObject({
        id,
        name: 'left out',
        topLevel: 20_001,
        outcome: 'cancelled',
      })
      expect(calls.errorOf(id)?.code).toBe('CALLS_LEFT_OUT')
    }
    const rows = Array.from({ length: 100_000 }, (_, row) => calls.order.idAt(row))
    expect(new Set(rows).size).toBe(100_000)
    for (let row = 0; row < 100_000; row += 911) expect(calls.rowOf(rows[row]!)).toBe(row)
  }
  expectRows(trace)
  const window = { fromNs: 0, toNs: 2e7, columnCount: 100, firstLane: 0, laneCount: 4 }
  expect(trace.readTimeline(2e7).read(window).callCount).toBe(100_000)

  const log = new SessionLog(trace, path, { describe: () => null, nowNs: () => 0 }, (error) => {
    throw new Error(error?.why)
  })
  trace.setLog(log)
  await log.finish(1e9)
  const bytes = readFileSync(path)
  for (const sizeBytes of [bytes.length, bytes.length - 1]) {
    truncateSync(path, sizeBytes)
    const opened = valueOf(openSessionFile(path, Infinity))
    expect(opened.trace.status(1e9)).toMatchObject({ callCount: 100_000, leftOutCount: 50_000 })
    expectRows(opened.trace)
    expect(opened.trace.timings().map(({ name, count }) => [name, count])).toEqual([
      ['run', 1],
      ['read', 49_999],
    ])
    opened.close()
  }
})
