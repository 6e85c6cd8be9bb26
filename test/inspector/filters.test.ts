/** Filters over the traces of real sessions: rows, progress, several clients at once, calls that run. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { FilterProgress } from '../../main/contract/filters.ts'
import type { FilteredCalls } from '../../main/contract/service.ts'
import { parseFilter } from '../../main/filter/parse.ts'
import type { TestSession } from '../support/inspector.ts'
import {
  createFolder,
  errorOf,
  openExample,
  openText,
  startInspector,
  valueOf,
  waitFor,
} from '../support/inspector.ts'

/** Calls an import with 0, 1, 2 and so on; waits in another when it is told to. */
const GUEST = `(module
  (import "env" "count" (func $count (param i32)))
  (import "env" "wait" (func $wait))
  (func $inner_loop (param $n i32) (local $i i32)
    (loop $again
      (call $count (local.get $i))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $i) (local.get $n)))))
  (func (export "run") (param $n i32) (call $inner_loop (local.get $n)))
  (func (export "pause") (call $wait)))`
const HOST = `export default { env: { count() {}, wait: () => new Promise((resolve) => setTimeout(resolve, 150)) } }`

function read(session: TestSession, filterText: string, request: object = {}): FilteredCalls {
  const { sessionId, inspector } = session
  return valueOf(
    inspector.service.readFilteredCalls({ sessionId, filterText, fromRow: 0, rowCount: 100, ...request }),
  )
}

function idsOf({ rows }: FilteredCalls): number[] {
  return rows.map(({ id }) => id)
}

test('rows are those for which the filter holds, by number, with their place among these', async () => {
  const session = await openText(GUEST, HOST)
  await session.call('run', '10')
  const found = read(session, 'arg0>=7', { anchorId: 10 })
  expect(idsOf(found)).toEqual([1, 9, 10, 11])
  expect(found).toMatchObject({ totalRows: 4, fromRow: 0, anchorRow: 2 })
  expect(found.progress).toEqual({
    sessionId: session.sessionId,
    filterText: 'arg0>=7',
    matchCount: 4,
    scannedCount: 11,
    callCount: 11,
  })
  expect(read(session, 'arg0>=7', { anchorId: 2 }).anchorRow).toBeNull()
  expect(idsOf(read(session, 'arg0>=7', { fromRow: 2, rowCount: 1 }))).toEqual([10])
  expect(idsOf(read(session, '', { fromRow: 10 }))).toEqual([11])
})

test('a long trace is looked at bit by bit, which is told of, and two filters do not keep each other waiting', async () => {
  const session = await openText(GUEST, HOST)
  const callCount = 400_001
  await session.call('run', String(callCount - 1))
  await waitFor('all calls', () => session.status().callCount === callCount)
  const told: FilterProgress[] = []
  session.inspector.subscribe({ filterAdvanced: (progress) => told.push(progress) })
  const filters = ['arg=77 or text~x', 'error~x or text~x or arg0=400000']
  for (const filterText of filters) read(session, filterText)
  const done = await waitFor('both', () => {
    const reads = filters.map((filterText) => read(session, filterText))
    return reads.every(({ progress }) => progress.scannedCount === callCount) && reads
  })
  expect(done.map(idsOf)).toEqual([[79], [1]])
  for (const { matchCount, scannedCount, sessionId } of told) {
    expect(sessionId).toBe(session.sessionId)
    expect(matchCount).toBeLessThanOrEqual(1)
    expect(scannedCount).toBeLessThanOrEqual(callCount)
  }
})

test('a scan goes on by itself, and its end is told', async () => {
  const session = await openText(GUEST, HOST)
  const callCount = 200_001
  await session.call('run', String(callCount - 1))
  await waitFor('all calls', () => session.status().callCount === callCount)
  const told: FilterProgress[] = []
  session.inspector.subscribe({ filterAdvanced: (progress) => told.push(progress) })
  const filterText = 'text~x or error~x or arg0=200000'
  const first = read(session, filterText)
  if (first.progress.scannedCount === callCount) return
  const last = await waitFor('its end', () => told.find(({ scannedCount }) => scannedCount === callCount))
  expect(last).toEqual({
    sessionId: session.sessionId,
    filterText,
    matchCount: 1,
    scannedCount: callCount,
    callCount,
  })
})

test('a running call is looked at again while it runs, and when it has ended', async () => {
  const session = await openText(GUEST, HOST)
  const run = session.start('pause')
  await waitFor('its suspension', () => session.rows().at(-1)?.suspended)
  expect(idsOf(read(session, 'outcome=running'))).toEqual([1, 2])
  await waitFor('time to pass', () => idsOf(read(session, 'suspended>20ms')).length === 2)
  expect(idsOf(read(session, 'outcome=running'))).toEqual([1, 2])
  await session.ended(run)
  expect(idsOf(read(session, 'outcome=running'))).toEqual([])
  expect(idsOf(read(session, 'outcome=returned'))).toEqual([1, 2])
})

test('a stack is found by the functions in it', async () => {
  const session = await openText(GUEST, HOST)
  const { sessionId, inspector } = session
  valueOf(inspector.service.setStackCapture({ sessionId, enabled: true }))
  await session.call('run', '1')
  await session.call('pause')
  expect(idsOf(read(session, 'stack~INNER'))).toEqual([2])
  expect(idsOf(read(session, 'import:* -stack~inner'))).toEqual([4])
})

test('after a reload the calls of the new trace are meant', async () => {
  const session = await openText(GUEST, HOST)
  await session.call('run', '5')
  expect(read(session, 'count').totalRows).toBe(5)
  valueOf(await session.inspector.service.reloadSession({ sessionId: session.sessionId }))
  expect(read(session, 'count').totalRows).toBe(0)
  await session.call('run', '2')
  expect(read(session, 'count').totalRows).toBe(2)
})

test('what is no filter is refused, also before there is a trace', async () => {
  const folder = await createFolder({ 'guest.wat': GUEST, 'host.ts': HOST })
  const inspector = startInspector()
  const [opened] = valueOf(
    await inspector.service.openFiles({ files: [{ path: join(folder, 'guest.wat') }] }),
  )
  const { sessionId } = opened!
  const request = { sessionId, filterText: 'total>5', fromRow: 0, rowCount: 1 }
  const error = errorOf(inspector.service.readFilteredCalls(request))
  expect(error).toMatchObject({ code: 'FILTER_INVALID', why: 'Character 7: “5” is no time.' })
  expect(errorOf(inspector.service.exportTrace({ sessionId, fromCallId: 1, filterText: '(' })).code).toBe(
    'FILTER_INVALID',
  )
  expect(valueOf(inspector.service.readFilteredCalls({ ...request, filterText: 'total>5s' })).totalRows).toBe(
    0,
  )
})

test('what is typed is checked and completed with the names of the guest', async () => {
  const { inspector, sessionId } = await openExample('fail-host')
  const check = (filterText: string) =>
    valueOf(inspector.service.checkFilter({ sessionId, filterText, cursor: filterText.length }))
  expect(check('import:rej').completions).toEqual({
    from: 7,
    to: 10,
    items: [{ text: 'env.rejects', about: '' }],
  })
  expect(check('export:never').completions.items.map(({ text }) => text)).toEqual(['never_settles'])
  expect(check('total>5 x').problems).toMatchObject([{ from: 6, to: 7, error: { code: 'FILTER_INVALID' } }])
})

test('an export and a stream have the calls for which the filter holds', async () => {
  const session = await openText(GUEST, HOST)
  const { sessionId, inspector } = session
  const idsIn = (lines: string) =>
    lines
      .split('\n')
      .filter(Boolean)
      .map((line) => (JSON.parse(line) as { id: number }).id)
  let streamed = ''
  const stop = inspector.streamTrace(
    sessionId,
    (lines) => (streamed += lines),
    parseFilter('arg0=2 or run').filter!,
  )
  await session.call('run', '4')
  stop()
  expect(idsIn(streamed)).toEqual([4, 1])
  const piece = valueOf(
    inspector.service.exportTrace({ sessionId, fromCallId: 1, filterText: 'arg0=2 or run' }),
  )
  expect(idsIn(String(piece.content))).toEqual([1, 4])
  expect(piece.nextCallId).toBeNull()
})

test('a session file is filtered as the session was', async () => {
  const folder = await createFolder({ 'guest.wat': GUEST, 'host.ts': HOST })
  const path = join(folder, 'saved.jspi')
  const inspector = startInspector()
  const opened = valueOf(
    await inspector.open({ path: join(folder, 'guest.wat'), trustHost: true, sessionPath: path }),
  )
  const { sessionId } = opened
  valueOf(inspector.service.startRun({ sessionId, exportName: 'run', argumentTexts: ['5000'] }))
  const request = { filterText: 'arg0>=4998 import:count', fromRow: 0, rowCount: 10 }
  await waitFor(
    'the calls',
    () => valueOf(inspector.service.readFilteredCalls({ ...request, sessionId })).totalRows === 2,
  )
  valueOf(await inspector.service.closeSession({ sessionId }))
  expect((await readFile(path)).length).toBeGreaterThan(0)
  const archive = valueOf(await inspector.openSessionFile(path))
  // Reading calls from the file can take more than the moment of the first answer.
  const read = await waitFor('all calls', () => {
    const found = valueOf(inspector.service.readFilteredCalls({ ...request, sessionId: archive.sessionId }))
    return found.progress.scannedCount === found.progress.callCount && found
  })
  expect(idsOf(read)).toEqual([5000, 5001])
})

test('statistics are those of the calls that the filter holds for, of all without, and their end is told', async () => {
  const session = await openText(GUEST, HOST)
  const { sessionId, inspector } = session
  const readStatistics = (filterText: string) => inspector.service.readStatistics({ sessionId, filterText })
  expect(valueOf(readStatistics('')).functions).toEqual([])
  const callCount = 200_001
  await session.call('run', String(callCount - 1))
  await waitFor('all calls', () => session.status().callCount === callCount)
  const told: FilterProgress[] = []
  const filterText = 'import:env.count arg0>=100000'
  session.inspector.subscribe({
    statisticsAdvanced: (progress) => {
      told.push(progress)
      // As a page does: what nobody asks about for a while stands still.
      readStatistics(filterText)
    },
  })
  readStatistics(filterText)
  await waitFor('the end', () => told.some(({ scannedCount }) => scannedCount === callCount))
  const some = valueOf(readStatistics(filterText))
  expect(some.progress).toMatchObject({ filterText, matchCount: 100_000, callCount })
  expect(some.functions).toMatchObject([{ name: 'count', count: 100_000, runningCount: 0, guestNs: 0 }])
  // The way to them is there, though the filter does not hold for it.
  expect(some.paths.map(({ count, parent }) => [count, parent])).toEqual([
    [0, -1],
    [100_000, 0],
  ])
  expect(some.paths.map(({ functionIndex }) => some.pathFunctions[functionIndex]?.name)).toEqual([
    'run',
    'count',
  ])

  const all = await waitFor('all', () => {
    const read = valueOf(readStatistics(''))
    return read.progress.scannedCount === callCount && read
  })
  const kept = valueOf(inspector.service.readTimings({ sessionId }))
  expect(all.functions).toMatchObject(kept)
  expect(all.slowest[0]).toMatchObject({ id: 1, name: 'run' })
  expect(errorOf(readStatistics('total>')).code).toBe('FILTER_INVALID')
})

test('statistics count a call when it has ended', async () => {
  const session = await openText(GUEST, HOST)
  const { sessionId, inspector } = session
  const readFunctions = () =>
    valueOf(inspector.service.readStatistics({ sessionId, filterText: 'import:env.wait' })).functions
  const ended = session.call('pause')
  await waitFor('the wait', () => session.status().callCount === 2)
  expect(readFunctions()).toMatchObject([{ name: 'wait', count: 0, runningCount: 1 }])
  await ended
  expect(readFunctions()).toMatchObject([{ name: 'wait', count: 1, runningCount: 0 }])
})

test('what statistics have looked at for a filter, the list need not look at again', async () => {
  const session = await openText(GUEST, HOST)
  const callCount = 300_001
  await session.call('run', String(callCount - 1))
  await waitFor('all calls', () => session.status().callCount === callCount)
  const { sessionId, inspector } = session
  const filterText = 'arg0>=1000 (arg0<2000 or arg0=299999) -host>1s'
  const { progress } = await waitFor('the statistics', () => {
    const statistics = valueOf(inspector.service.readStatistics({ sessionId, filterText }))
    return statistics.progress.scannedCount === callCount && statistics
  })
  expect(progress.matchCount).toBe(1001)
  // At the first answer: there was no time to look at so many.
  expect(read(session, filterText).progress).toEqual(progress)
})
