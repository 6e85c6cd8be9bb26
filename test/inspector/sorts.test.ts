/** Calls of real sessions in other orders than that of time. */
import { expect, test } from 'vitest'
import type { CallRow } from '../../main/contract/calls.ts'
import type { CallOrderRequest, SortProgress } from '../../main/contract/sorting.ts'
import type { SortedCalls } from '../../main/contract/service.ts'
import type { TestSession } from '../support/inspector.ts'
import { errorOf, openText, startInspector, valueOf, waitFor } from '../support/inspector.ts'

const GUEST = `(module
  (import "env" "count" (func $count (param i32)))
  (import "env" "wait" (func $wait (param i32)))
  (func (export "run") (param $n i32) (local $i i32)
    (loop $again
      (call $count (local.get $i))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $i) (local.get $n)))))
  (func (export "pause") (param $ms i32) (call $wait (local.get $ms))))`
const HOST = `export default { env: {
  count() {},
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
} }`

type Order = Partial<CallOrderRequest> & Pick<CallOrderRequest, 'by'>

async function read(session: TestSession, order: Order, request: object = {}): Promise<SortedCalls> {
  const { sessionId, inspector } = session
  return valueOf(
    await inspector.service.readSortedCalls({
      sessionId,
      filterText: '',
      order: { descending: false, callCount: session.status().callCount, ...order },
      fromRow: 0,
      rowCount: 100,
      ...request,
    }),
  )
}

async function readWhole(session: TestSession, order: Order, request: object = {}): Promise<SortedCalls> {
  return waitFor('the order', async () => {
    const sorted = await read(session, order, request)
    return sorted.sortProgress.doneShare === 1 && sorted
  })
}

const idsOf = ({ rows }: SortedCalls) => rows.map(({ id }) => id)

test('calls are sorted by what they took, either way', async () => {
  const session = await openText(GUEST, HOST)
  for (const ms of ['30', '1', '60']) await session.call('pause', ms)
  const bySuspension = await readWhole(session, { by: 'suspended', descending: true })
  expect(bySuspension.totalRows).toBe(6)
  const suspensions = bySuspension.rows.map(({ suspendedNs }) => suspendedNs)
  expect(suspensions).toEqual([...suspensions].sort((one, other) => other - one))
  expect(new Set(idsOf(bySuspension).slice(0, 2))).toEqual(new Set([5, 6]))
  expect(idsOf(await readWhole(session, { by: 'suspended' }))).toEqual(idsOf(bySuspension).toReversed())
})

const KEYS: [CallOrderRequest['by'], (row: CallRow) => number | string][] = [
  ['id', ({ id }) => id],
  ['name', ({ module, name }) => (module === null ? name : `${module}.${name}`)],
  ['start', ({ startNs }) => startNs],
  ['total', ({ totalNs }) => totalNs],
  ['guest', ({ guestNs }) => guestNs],
  ['host', ({ hostNs }) => hostNs],
  ['depth', ({ depth }) => depth],
  ['parent', ({ parent }) => parent ?? 0],
  ['topLevel', ({ topLevel }) => topLevel],
  ['kind', ({ kind }) => kind],
  ['outcome', ({ outcome }) => outcome],
]

test.each(KEYS)('by %s, equal ones by number', async (by, keyOf) => {
  const session = await openText(GUEST, HOST)
  await session.call('run', '20')
  await session.call('pause', '1')
  await session.call('run', '5')
  const { rows } = await readWhole(session, { by })
  expect(rows).toHaveLength(session.status().callCount)
  for (const [index, row] of rows.entries()) {
    if (index === 0) continue
    const before = rows[index - 1]!
    const isSame = keyOf(before) === keyOf(row)
    expect(isSame ? before.id < row.id : keyOf(before) < keyOf(row), `${by}: #${before.id}, #${row.id}`).toBe(
      true,
    )
  }
})

test('only the calls that the filter holds for are sorted, and each has its place', async () => {
  const session = await openText(GUEST, HOST)
  await session.call('run', '2000')
  const filterText = 'arg0>=1990 import:*'
  const order = { by: 'id', descending: true } as const
  const sorted = await readWhole(session, order, { filterText, anchorId: 2000 })
  expect(idsOf(sorted)).toEqual([2001, 2000, 1999, 1998, 1997, 1996, 1995, 1994, 1993, 1992])
  expect(sorted.anchorRow).toBe(1)
  expect(sorted.progress).toMatchObject({ filterText, matchCount: 10 })
  expect((await readWhole(session, order, { filterText, anchorId: 5 })).anchorRow).toBeNull()
  expect(idsOf(await readWhole(session, order, { filterText, fromRow: 8, rowCount: 5 }))).toEqual([
    1993, 1992,
  ])
})

test('an order is as of the call that it was asked for', async () => {
  const session = await openText(GUEST, HOST)
  await session.call('run', '3')
  const callCount = session.status().callCount
  await session.call('run', '3')
  expect(idsOf(await readWhole(session, { by: 'id', callCount }))).toEqual([1, 2, 3, 4])
  expect((await readWhole(session, { by: 'id', callCount: 1000 })).totalRows).toBe(8)
})

test('a long trace is sorted bit by bit, and the end is told', async () => {
  const session = await openText(GUEST, HOST)
  const callCount = 300_001
  await session.call('run', String(callCount - 1))
  await waitFor('all calls', () => session.status().callCount === callCount)
  const told: SortProgress[] = []
  session.inspector.subscribe({
    sortAdvanced: (progress) => {
      told.push(progress)
      // As a page does: an order that nobody asks about for a while stands still.
      void read(session, { by: 'total' })
    },
  })
  const first = await read(session, { by: 'total' })
  if (first.sortProgress.doneShare < 1) {
    expect(first).toMatchObject({ totalRows: 0, rows: [] })
    await waitFor('its end', () => told.at(-1)?.doneShare === 1)
  }
  for (const [index, { doneShare }] of told.entries()) {
    expect(doneShare).toBeGreaterThanOrEqual(told[index - 1]?.doneShare ?? 0)
  }
  const { totalRows, rows } = await readWhole(session, { by: 'total' }, { fromRow: 150_000, rowCount: 500 })
  expect(totalRows).toBe(callCount)
  const totals = rows.map(({ totalNs }) => totalNs)
  expect(totals).toEqual([...totals].sort((one, other) => one - other))
})

test('an order goes on that stood still while nothing had a turn: who waits is told, and asks again', async () => {
  const session = await openText(GUEST, HOST)
  const callCount = 300_001
  await session.call('run', String(callCount - 1))
  await waitFor('all calls', () => session.status().callCount === callCount)
  let doneShare = 0
  const ask = async (): Promise<void> => {
    doneShare = (await read(session, { by: 'host' })).sortProgress.doneShare
  }
  session.inspector.subscribe({ sortAdvanced: () => void ask() })
  await ask()
  expect(doneShare).toBeLessThan(1)
  // As where the machine sleeps: longer than work goes on that nobody asks about.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1100)
  await waitFor('its end', () => doneShare === 1)
})

test('after a reload there is nothing to sort', async () => {
  const session = await openText(GUEST, HOST)
  await session.call('run', '3')
  valueOf(await session.inspector.service.reloadSession({ sessionId: session.sessionId }))
  expect((await readWhole(session, { by: 'total', callCount: 4 })).totalRows).toBe(0)
})

test('an order that memory does not hold is refused, and a few kept orders make room for the next', async () => {
  const session = await openText(GUEST, HOST, { traceLimitBytes: 8000 })
  await session.call('run', '900')
  for (const by of ['total', 'host', 'id', 'name', 'total'] as const) {
    expect((await readWhole(session, { by })).totalRows).toBe(901)
  }
  await session.call('run', '200')
  const { sessionId, inspector } = session
  const order = { by: 'total', descending: true, callCount: 1102 } as const
  const request = { sessionId, order, fromRow: 0, rowCount: 1 }
  const refused = errorOf(await inspector.service.readSortedCalls({ ...request, filterText: '' }))
  expect(refused).toMatchObject({ code: 'SORT_TOO_LARGE' })
  expect((await readWhole(session, order, { filterText: 'arg0<100' })).totalRows).toBe(200)
})

test('what is no filter is refused', async () => {
  const session = await openText(GUEST, HOST)
  const { sessionId, inspector } = session
  const order = { by: 'total', descending: true, callCount: 1 } as const
  const request = { sessionId, filterText: 'total>5', order, fromRow: 0, rowCount: 1 }
  expect(errorOf(await inspector.service.readSortedCalls(request)).code).toBe('FILTER_INVALID')
  expect(errorOf(await startInspector().service.readSortedCalls(request)).code).toBe('SESSION_NOT_FOUND')
})

test('a call is found by the time at which it began', async () => {
  const session = await openText(GUEST, HOST)
  await session.call('run', '200')
  const { sessionId, inspector } = session
  const find = (timeNs: number) => valueOf(inspector.service.findCall({ sessionId, timeNs })).callId
  const rows = session.rows()
  for (const { startNs } of rows) {
    expect(find(startNs)).toBe(rows.find((row) => row.startNs >= startNs)!.id)
    expect(find(startNs + 0.5)).toBe(rows.find((row) => row.startNs > startNs)?.id ?? null)
  }
  expect(find(0)).toBe(1)
})
