/** Session files: what was written is read again as it was, or said to be lost. */
import { copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { CallRow } from '../../main/contract/calls.ts'
import { openSessionFile } from '../../main/session-file/open-session-file.ts'
import { SessionLog } from '../../main/session-file/session-log.ts'
import { readCallRow } from '../../main/trace/call-row.ts'
import { Trace } from '../../main/trace/trace.ts'
import { createFolder, errorOf, valueOf } from '../support/inspector.ts'
import { createRandom, fill, sumBlockSizes } from '../trace/random-trace.ts'

/** Some calls of every block, and all of the first and the last. */
function sample(trace: Trace): CallRow[] {
  const { callCount } = trace.calls
  const rows: CallRow[] = []
  for (let id = 1; id <= callCount; id += id < 50 || id > callCount - 50 ? 1 : 97) {
    rows.push(readCallRow(trace.calls, id, 0))
  }
  return rows
}

/** Calls with a file, and the same without one. */
async function create(callCount: number, seed: number, limitBytes = Infinity) {
  const path = join(await createFolder(), 'session.jspi')
  const plain = new Trace(Infinity)
  const logged = new Trace(limitBytes)
  const log = new SessionLog(
    logged,
    path,
    { describe: () => ({ name: 'test' }), nowNs: () => 0 },
    (error) => {
      throw new Error(error?.why)
    },
  )
  logged.setLog(log)
  return { path, plain, logged, log, fill: () => fillWithPauses([plain, logged], callCount, seed, log) }
}

/** Lets the file be written in between, as the loop of a program does. */
async function fillWithPauses(
  traces: Trace[],
  callCount: number,
  seed: number,
  log: SessionLog,
): Promise<void> {
  const random = createRandom(seed + 1)
  for (const step of fill(traces, callCount, seed)) {
    if (step % 1000 === 0) {
      log.write()
      await new Promise((resolve) => setImmediate(resolve))
    }
    if (random() < 0.0003) log.flush()
  }
}

describe('a session file', () => {
  test.each([1, 2, 3])(
    'has what memory has, while it is written and when it is opened again: %d',
    async (seed) => {
      // So little that blocks are let go at once.
      const { path, plain, logged, log, fill } = await create(120_000, seed, 1)
      await fill()
      expect(sample(logged)).toEqual(sample(plain))
      expect(logged.calls.blocks.sizeBytes).toBeLessThan(plain.calls.blocks.sizeBytes)
      for (const trace of [plain, logged]) expect(trace.calls.blocks.sizeBytes).toBe(sumBlockSizes(trace))

      await log.finish(1e12)
      await log.close()
      const opened = valueOf(openSessionFile(path, 1))
      expect(opened).toMatchObject({ session: { name: 'test' }, lostBytes: 0, endNs: 1e12 })
      // Those that ran have ended, because nobody can say how they went on.
      const { calls, timeline } = opened.trace
      expect(calls.callCount).toBe(120_000)
      // Nothing has to be built from the calls.
      expect(timeline.extent(1e12)).toMatchObject({
        isComplete: true,
        laneRows: logged.timeline.extent(0).laneRows,
      })
      const running = new Set(plain.calls.running)
      const ended = (row: CallRow): boolean => !running.has(row.id)
      expect(sample(opened.trace).filter(ended)).toEqual(sample(plain).filter(ended))
      const inside = new Set([...running].map((id) => plain.calls.parentOf(id)))
      for (const id of running) {
        expect(calls.errorOf(id)?.code).toBe('SESSION_FILE_INCOMPLETE')
        // What it spent in imports that had ended is known all the same.
        if (inside.has(id) || calls.kindOf(id) === 'import') continue
        expect(calls.importTimesOf(id)).toEqual(plain.calls.importTimesOf(id))
      }
      for (let row = 0; row < 120_000; row += 991) {
        expect(calls.order.idAt(row)).toBe(plain.calls.order.idAt(row))
        expect(calls.rowOf(calls.order.idAt(row))).toBe(row)
      }
      for (let id = 1; id < 2000; id++) {
        expect(calls.decoded.get(id)).toEqual(plain.calls.decoded.get(id))
        expect(calls.stackOf(id)).toEqual(plain.calls.stackOf(id))
        expect(calls.overlaps.list(id, 5)).toEqual(plain.calls.overlaps.list(id, 5))
      }
      opened.close()
    },
  )

  test('opens cut off anywhere, with all that is whole', async () => {
    const { path, plain, log, fill } = await create(6000, 4)
    await fill()
    await log.finish(1e12)
    const whole = readFileSync(path)
    const cut = `${path}.cut`
    const random = createRandom(5)
    let before = 0
    const sizes = Array.from({ length: 200 }, () => Math.floor(random() * whole.length)).sort((a, b) => a - b)
    for (const sizeBytes of sizes) {
      copyFileSync(path, cut)
      truncateSync(cut, sizeBytes)
      const opened = openSessionFile(cut, Infinity)
      if (!opened.ok) {
        expect(opened.error.code).toBe('SESSION_FILE_INVALID')
        expect(before).toBe(0)
        continue
      }
      const { trace, close } = opened.value
      expect(trace.calls.callCount).toBeGreaterThanOrEqual(before)
      before = trace.calls.callCount
      expectTrue(trace, plain)
      close()
    }
    expect(before).toBeGreaterThan(5000)
  })

  test('never shows what was altered as if it were right', async () => {
    const { path, plain, log, fill } = await create(6000, 6)
    await fill()
    await log.finish(1e12)
    const whole = readFileSync(path)
    const altered = `${path}.altered`
    const random = createRandom(7)
    let lostCount = 0
    for (let round = 0; round < 200; round++) {
      const bytes = Uint8Array.from(whole)
      const at = Math.floor(random() * bytes.length)
      bytes[at]! ^= 1 << Math.floor(random() * 8)
      writeFileSync(altered, bytes)
      const opened = openSessionFile(altered, Infinity)
      if (!opened.ok) {
        expect(['SESSION_FILE_INVALID', 'SESSION_FILE_NEWER']).toContain(opened.error.code)
        continue
      }
      lostCount += expectTrue(opened.value.trace, plain)
      opened.value.close()
    }
    expect(lostCount).toBeGreaterThan(0)
  })

  test.each([
    ['nothing', ''],
    ['a picture', '\x89PNG'],
    ['a text', '{"v":1,"id":1}\n'.repeat(10)],
  ])('is not %s', async (_what, content) => {
    const folder = await createFolder({ 'x.jspi': content })
    expect(errorOf(openSessionFile(join(folder, 'x.jspi'), Infinity)).code).toBe('SESSION_FILE_INVALID')
  })

  test('that is not there, or a folder, is said to be unreadable', async () => {
    const folder = await createFolder()
    expect(errorOf(openSessionFile(join(folder, 'none.jspi'), Infinity)).code).toBe('SESSION_FILE_UNREADABLE')
    expect(errorOf(openSessionFile(folder, Infinity)).code).toBe('SESSION_FILE_UNREADABLE')
  })
})

/** Every call is as it was, or says that it is lost or did not end. Returns how many are lost. */
function expectTrue(trace: Trace, plain: Trace): number {
  let lostCount = 0
  for (const row of sample(trace)) {
    const code = trace.calls.errorOf(row.id)?.code
    if (code === 'SESSION_FILE_DAMAGED') lostCount++
    else if (code !== 'SESSION_FILE_INCOMPLETE') expect(row).toEqual(readCallRow(plain.calls, row.id, 0))
  }
  return lostCount
}

test('a call whose own calls stand among others is known as such when the file is opened again', async () => {
  const { path, logged, log } = await create(0, 1)
  logged.define(2, { kind: 'export', module: null, name: 'run', params: [], results: [] })
  // The second and the third run at once, and call in turn.
  for (const [index, parent] of [0, 1, 1, 2, 3, 2, 3].entries()) {
    logged.begin(index + 1, parent, 2, index, new Uint32Array(0), 0)
    if (index === 2) log.flush()
  }
  const isScattered = ({ calls }: Trace) => [1, 2, 3, 4].map((id) => readCallRow(calls, id, 0).scattered)
  expect(isScattered(logged)).toEqual([false, true, true, false])
  await log.finish(1e3)
  await log.close()
  expect(isScattered(valueOf(openSessionFile(path, Infinity)).trace)).toEqual([false, true, true, false])
})
