/** Session files without an index: they are shown while they are read. */
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { TraceStatus } from '../../main/contract/traces.ts'
import type { Inspector } from '../../main/inspector/api.ts'
import { openSessionFile } from '../../main/session-file/open-session-file.ts'
import { writeCutSession } from '../support/cut-session.ts'
import { DESCRIPTORS_CAN_BE_REPLACED, putFolderInPlaceOf } from '../support/failing-file.ts'
import { errorOf, startInspector, valueOf, waitFor } from '../support/inspector.ts'

const CALL_COUNT = 600_000

function statusOf({ service }: Inspector): TraceStatus {
  return valueOf(service.attach()).traces[0]!
}

test('shows calls while the rest is read, and in the end what reading it whole gives', async () => {
  const path = await writeCutSession(CALL_COUNT)
  const inspector = startInspector()
  const grown: TraceStatus[] = []
  inspector.subscribe({ traceGrew: (status) => grown.push(status) })
  const { sessionId, warnings } = valueOf(await inspector.open({ path }))
  expect(warnings).toEqual([])
  const first = statusOf(inspector)
  expect(first.unreadBytes).toBeGreaterThan(0)
  expect(first.callCount).toBeGreaterThan(0)
  expect(first.callCount).toBeLessThan(CALL_COUNT)
  const { service } = inspector
  const rows = valueOf(service.readCalls({ sessionId, fromRow: 0, rowCount: 10 })).rows
  expect(rows.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  // Calls that end further on in the file than they began.
  const filterText = 'run outcome=returned'
  const find = () => valueOf(service.readFilteredCalls({ sessionId, filterText, fromRow: 0, rowCount: 0 }))
  find()
  expect(errorOf(service.exportTrace({ sessionId, fromCallId: 1 })).code).toBe('SESSION_FILE_BEING_READ')
  const query = { sessionId, sql: 'select 1', rowLimit: 1 }
  expect(errorOf(await service.queryTrace(query)).code).toBe('SESSION_FILE_BEING_READ')
  service.readTimeline({ sessionId, fromNs: 0, toNs: 1e9, columnCount: 100, firstLane: 0, laneCount: 8 })
  await waitFor('the end of the file', () => grown.at(-1)?.unreadBytes === 0)

  // In a saved session nothing is: calls that seem to run have their end further on.
  expect(new Set(grown.map(({ inFlightCount }) => inFlightCount))).toEqual(new Set([0]))
  // Less and less is left to be read.
  const unread = grown.map(({ unreadBytes }) => unreadBytes)
  expect(unread).toEqual([...unread].sort((a, b) => b - a))
  expect(new Set(unread).size).toBeGreaterThan(2)
  const counts = grown.map(({ callCount }) => callCount)
  expect(counts).toEqual([...counts].sort((a, b) => a - b))
  expect(new Set(counts).size).toBeGreaterThan(2)
  expect(statusOf(inspector)).toMatchObject({ callCount: CALL_COUNT, inFlightCount: 0 })
  const shown = valueOf(service.attach()).sessions[0]!
  expect(shown.warnings.map(({ code }) => code)).toEqual(['SESSION_FILE_CUT'])
  await waitFor('the filter', () => find().progress.scannedCount === CALL_COUNT)
  expect(find().totalRows).toBe(CALL_COUNT / 1000)
  const whole = valueOf(openSessionFile(path, Infinity))
  expect(valueOf(service.readTimings({ sessionId }))).toEqual(whole.trace.timings())
  const { guestNs, hostNs, suspendedNs } = whole.trace.status(0)
  expect(statusOf(inspector)).toMatchObject({ guestNs, hostNs, suspendedNs })
  whole.close()
  expect(valueOf(service.exportTrace({ sessionId, fromCallId: 1 })).snapshot.callCount).toBe(CALL_COUNT)
})

test('is read no further once its session is closed', async () => {
  const inspector = startInspector()
  const { sessionId } = valueOf(await inspector.open({ path: await writeCutSession(CALL_COUNT) }))
  const told: string[] = []
  valueOf(await inspector.service.closeSession({ sessionId }))
  inspector.subscribe({ traceGrew: () => told.push('grew'), sessionChanged: () => told.push('changed') })
  for (let turn = 0; turn < 100; turn++) await setImmediate()
  expect(told).toEqual([])
})

test('a file is opened twice, and closing one leaves the other alone', async () => {
  const inspector = startInspector()
  const path = await writeCutSession(CALL_COUNT)
  const [one, other] = [valueOf(await inspector.open({ path })), valueOf(await inspector.open({ path }))]
  expect(one.sessionId).not.toBe(other.sessionId)
  const traces = () => valueOf(inspector.service.attach()).traces
  expect(traces().every(({ unreadBytes }) => unreadBytes > 0)).toBe(true)
  valueOf(await inspector.service.closeSession({ sessionId: one.sessionId }))
  await waitFor('the end of the file', () => traces()[0]!.unreadBytes === 0)
  expect(traces()).toMatchObject([{ sessionId: other.sessionId, callCount: CALL_COUNT }])
  valueOf(inspector.service.exportTrace({ sessionId: other.sessionId, fromCallId: 1 }))
})

test.runIf(DESCRIPTORS_CAN_BE_REPLACED)('a disk that fails meanwhile is told of', async () => {
  const inspector = startInspector()
  const path = await writeCutSession(CALL_COUNT)
  valueOf(await inspector.open({ path }))
  const { callCount } = statusOf(inspector)
  putFolderInPlaceOf(path)
  await waitFor('the end of reading', () => statusOf(inspector).unreadBytes === 0)
  const { traces, sessions } = valueOf(inspector.service.attach())
  expect(traces[0]!.callCount).toBeGreaterThanOrEqual(callCount)
  expect(traces[0]!.callCount).toBeLessThan(CALL_COUNT)
  expect(sessions[0]!.warnings).toMatchObject([
    { code: 'SESSION_FILE_UNREADABLE', why: expect.stringContaining('EISDIR') },
    { code: 'SESSION_FILE_CUT' },
  ])
})

test('programs of the command line wait for all of it, and are told how far it is', async () => {
  const inspector = startInspector()
  const told: number[] = []
  const opened = await inspector.openSessionFile(await writeCutSession(CALL_COUNT), (readBytes) => {
    told.push(readBytes)
  })
  expect(valueOf(opened).warnings.map(({ code }) => code)).toEqual(['SESSION_FILE_CUT'])
  expect(statusOf(inspector)).toMatchObject({ callCount: CALL_COUNT, unreadBytes: 0 })
  expect(told.length).toBeGreaterThan(1)
  expect(told).toEqual([...told].sort((a, b) => a - b))
})
