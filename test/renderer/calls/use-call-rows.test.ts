import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { effectScope, nextTick, shallowRef, watch } from 'vue'
import type { EffectScope } from 'vue'
import type { CallRow, Folding } from '../../../main/contract/calls.ts'
import type { FilterProgress } from '../../../main/contract/filters.ts'
import type { CallOrderRequest, SortProgress } from '../../../main/contract/sorting.ts'
import type { TraceStatus } from '../../../main/contract/traces.ts'
import type { Backend } from '../../../renderer/backend/backend.ts'
import { ROW_HEIGHT_PX } from '../../../renderer/components/calls/row-window.ts'
import { useCallRows } from '../../../renderer/components/calls/use-call-rows.ts'

const VIEWPORT_ROWS = 10

function makeCall(id: number): CallRow {
  return {
    id,
    parent: null,
    topLevel: id,
    childCount: 0,
    depth: 0,
    kind: 'export',
    module: null,
    name: 'run',
    params: [],
    results: [],
    outcome: 'returned',
    suspended: false,
    paused: false,
    overlapped: false,
    scattered: false,
    startNs: 0,
    endNs: 1,
    totalNs: 1,
    guestNs: 1,
    hostNs: 0,
    suspendedNs: 0,
    errorText: null,
  }
}

let scope: EffectScope
beforeEach(() => {
  vi.stubGlobal('requestAnimationFrame', (callback: () => void) => setTimeout(callback))
  scope = effectScope()
})
afterEach(() => {
  scope.stop()
  vi.unstubAllGlobals()
})

/** Handlers of an event. */
function createEvents<Payload>() {
  const handlers = new Set<(payload: Payload) => void>()
  return {
    hear(handler: (payload: Payload) => void): () => void {
      handlers.add(handler)
      return () => handlers.delete(handler)
    },
    tell: (payload: Payload) => handlers.forEach((handler) => handler(payload)),
  }
}

/** A trace of which the rows are given by their calls' ids, and the table's view of it. */
function createFixture(ids: number[]) {
  const sessionId = shallowRef('first')
  const trace = shallowRef({ callCount: ids.length } as TraceStatus)
  const requests: { fromRow: number; rowCount: number }[] = []
  let inFlight = 0
  const filterText = shallowRef('')
  const progress = createEvents<FilterProgress>()
  const sorting = createEvents<SortProgress>()
  const order = shallowRef<CallOrderRequest | null>(null)
  /** What is answered about an order. */
  const sorted = { isRefused: false, doneShare: 1 }
  const refusals: string[] = []
  const folding = shallowRef<Folding>({ all: false, except: [], inner: [] })
  async function answer(found: number[], request: { fromRow: number; rowCount: number; anchorId?: number }) {
    requests.push(request)
    inFlight += 1
    expect(inFlight).toBe(1)
    await new Promise(setImmediate)
    inFlight -= 1
    const { fromRow, rowCount, anchorId } = request
    const anchorRow = anchorId === undefined ? -1 : found.indexOf(anchorId)
    return {
      totalRows: found.length,
      fromRow,
      rows: found.slice(fromRow, fromRow + rowCount).map(makeCall),
      anchorRow: anchorRow < 0 ? null : anchorRow,
    }
  }
  const backend = {
    on: (event: 'filterAdvanced' | 'sortAdvanced', handler: () => void) =>
      event === 'filterAdvanced' ? progress.hear(handler) : sorting.hear(handler),
    call: {
      /** Where all are folded, only every tenth call has a row. */
      readCalls: async (request: Parameters<typeof answer>[1] & { folding?: Folding }) => ({
        ok: true,
        value: await answer(request.folding?.all ? ids.filter((id) => id % 10 === 0) : ids, request),
      }),
      /** The filter is a number, and finds its multiples. */
      async readFilteredCalls(request: Parameters<typeof answer>[1] & { filterText: string }) {
        const found = ids.filter((id) => id % Number(request.filterText) === 0)
        const value = await answer(found, request)
        return { ok: true, value: { ...value, progress: describeProgress(found.length) } }
      },
      /** The only order there is: the highest number first. */
      async readSortedCalls(request: Parameters<typeof answer>[1]) {
        const value = await answer(sorted.doneShare < 1 ? [] : ids.toReversed(), request)
        if (sorted.isRefused) return { ok: false, error: { code: 'SORT_TOO_LARGE' } }
        return { ok: true, value: { ...value, sortProgress: { doneShare: sorted.doneShare } } }
      },
    },
  } as unknown as Backend
  const describeProgress = (matchCount: number): FilterProgress => ({
    sessionId: sessionId.value,
    filterText: filterText.value,
    matchCount,
    scannedCount: ids.length,
    callCount: ids.length,
  })
  const view = scope.run(() =>
    useCallRows(
      backend,
      () => sessionId.value,
      () => trace.value,
      {
        filterText: () => filterText.value,
        order: () => order.value,
        folding: () => folding.value,
        onOrderRefused: (error) => refusals.push(error.code),
      },
    ),
  )!
  view.resize(VIEWPORT_ROWS * ROW_HEIGHT_PX)
  /** Waits until the table has come to rest. */
  async function rest(): Promise<void> {
    for (let quiet = 0, seen = -1; quiet < 5; quiet = seen === requests.length ? quiet + 1 : 0) {
      seen = requests.length
      await nextTick()
      await new Promise((resolve) => setTimeout(resolve, 3))
    }
  }
  return {
    view,
    ids,
    requests,
    sessionId,
    filterText,
    order,
    folding,
    sorted,
    refusals,
    tellSorting: () => sorting.tell({ sessionId: sessionId.value } as SortProgress),
    tellProgress: () => progress.tell(describeProgress(0)),
    visibleIds: () => view.visible.value.map(({ call }) => call?.id ?? null),
    /** Says that the trace has grown, and waits until the table has come to rest. */
    async settle(unreadBytes = 0) {
      trace.value = { callCount: ids.length, unreadBytes } as TraceStatus
      await rest()
    },
    rest,
  }
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index)

describe('following', () => {
  test('shows the newest rows, and goes on doing so', async () => {
    const { view, ids, settle, visibleIds } = createFixture(range(1, 1001))
    await settle()
    expect(visibleIds()).toEqual(range(991, 1001))
    ids.push(...range(1001, 1101))
    await settle()
    expect(visibleIds()).toEqual(range(1091, 1101))
    expect(view.newCallCount.value).toBe(0)
  })

  test('never reads more than what is in sight and a margin', async () => {
    const { ids, settle, requests } = createFixture(range(1, 100_001))
    for (let round = 0; round < 3; round += 1) {
      await settle()
      ids.push(...range(ids.length + 1, ids.length + 5001))
    }
    expect(Math.max(...requests.map(({ rowCount }) => rowCount))).toBeLessThan(60)
  })

  test('ends when the user scrolls up, and counts what comes from then on', async () => {
    const { view, ids, settle, visibleIds } = createFixture(range(1, 1001))
    await settle()
    view.leaveEnd()
    view.scrollTo(500 * ROW_HEIGHT_PX)
    await settle()
    ids.push(...range(1001, 1051))
    await settle()
    expect(visibleIds()).toEqual(range(501, 511))
    expect(view.newCallCount.value).toBe(50)
  })

  test('does not begin where calls come from a file, of which none is new', async () => {
    const { view, ids, settle, visibleIds } = createFixture(range(1, 101))
    await settle(5000)
    ids.push(...range(101, 201))
    await settle(0)
    expect(visibleIds()).toEqual(range(1, 11))
    expect(view.newCallCount.value).toBe(0)
    view.follow()
    await settle()
    expect(visibleIds()).toEqual(range(191, 201))
  })

  test('begins again at the end, or when asked to', async () => {
    const { view, ids, settle, visibleIds } = createFixture(range(1, 101))
    await settle()
    view.scrollTo(0)
    expect(view.following.value).toBe(false)
    view.scrollTo(1e9)
    expect(view.following.value).toBe(true)
    view.scrollTo(0)
    ids.push(...range(101, 201))
    await settle()
    view.follow()
    await settle()
    expect(visibleIds()).toEqual(range(191, 201))
  })

  test('does not end where there is nothing to scroll away from', async () => {
    const { view, settle } = createFixture(range(1, 4))
    await settle()
    view.leaveEnd()
    expect(view.following.value).toBe(true)
  })
})

describe('scrolled away', () => {
  test('rows that come in above leave what is in sight where it is', async () => {
    const { view, ids, settle, visibleIds } = createFixture(range(1, 1001))
    await settle()
    view.scrollTo(500 * ROW_HEIGHT_PX + 7)
    await settle()
    const before = visibleIds()
    const shown: unknown[] = []
    scope.run(() => watch(visibleIds, (now) => shown.push(now), { flush: 'post' }))
    ids.splice(100, 0, ...range(5000, 5003))
    await settle()
    expect(visibleIds()).toEqual(before)
    expect(view.window.value.topPx).toBe(503 * ROW_HEIGHT_PX + 7)
    ids.splice(100, 0, ...range(6000, 9000))
    await settle()
    expect(visibleIds()).toEqual(before)
    expect(view.window.value.topPx).toBe(3503 * ROW_HEIGHT_PX + 7)
    // Not even for a moment.
    for (const moment of shown) expect(moment).toEqual(before)
  })

  test('rows in sight are read again: they change while they run', async () => {
    const { view, ids, settle, visibleIds } = createFixture(range(1, 101))
    await settle()
    view.scrollTo(0)
    await settle()
    ids[3] = 999
    await settle()
    expect(visibleIds()[3]).toBe(999)
  })
})

test('a trace that begins anew is followed from its first row', async () => {
  const { view, ids, settle, visibleIds } = createFixture(range(1, 1001))
  await settle()
  view.scrollTo(500 * ROW_HEIGHT_PX)
  await settle()
  ids.splice(0, ids.length, 1, 2, 3)
  await settle()
  expect(visibleIds()).toEqual([1, 2, 3])
  expect(view.following.value).toBe(true)
  ids.splice(0)
  await settle()
  expect(visibleIds()).toEqual([])
})

test('a call is found, and a row read, wherever they are', async () => {
  const { view, settle } = createFixture(range(1, 1001))
  await settle()
  expect(await view.locate(77)).toBe(76)
  expect(await view.locate(5000)).toBe(null)
  expect((await view.readRow(3))?.id).toBe(4)
  expect((await view.readRow(999))?.id).toBe(1000)
  expect(await view.readRow(5000)).toBe(null)
})

test('another session is another table', async () => {
  const { view, settle, sessionId } = createFixture(range(1, 1001))
  await settle()
  view.scrollTo(0)
  await settle()
  sessionId.value = 'second'
  await nextTick()
  expect(view.window.value.totalRows).toBe(0)
  expect(view.following.value).toBe(true)
})

describe('with a filter', () => {
  test('the rows are those that it holds for, the newest ones first in sight', async () => {
    const { view, filterText, ids, settle, visibleIds } = createFixture(range(1, 10_001))
    await settle()
    filterText.value = '10'
    await settle()
    expect(visibleIds()).toEqual(range(991, 1001).map((id) => 10 * id))
    expect(view.progress.value?.matchCount).toBe(1000)
    ids.push(...range(10_001, 20_001))
    await settle()
    expect(visibleIds()).toEqual(range(1991, 2001).map((id) => 10 * id))
    expect(await view.locate(50)).toBe(4)
    expect(await view.locate(51)).toBe(null)
    expect((await view.readRow(0))?.id).toBe(10)
  })

  test('more is read when more has been looked at, though no call has come', async () => {
    const { filterText, ids, settle, rest, tellProgress, visibleIds } = createFixture(range(1, 101))
    filterText.value = '50'
    await settle()
    ids.push(150)
    tellProgress()
    await rest()
    expect(visibleIds()).toEqual([50, 100, 150])
  })

  test('without it, all rows are back', async () => {
    const { view, filterText, settle, visibleIds } = createFixture(range(1, 101))
    filterText.value = '50'
    await settle()
    filterText.value = ''
    await settle()
    expect(visibleIds()).toEqual(range(91, 101))
    expect(view.progress.value).toBe(null)
  })
})

describe('another order', () => {
  const byNumber: CallOrderRequest = { by: 'id', descending: true, callCount: 1000 }

  test('begins at its top when it is there, and stays there while calls come in', async () => {
    const { view, ids, order, sorted, settle, rest, tellSorting, visibleIds } = createFixture(range(1, 1001))
    await settle()
    sorted.doneShare = 0.5
    order.value = byNumber
    await rest()
    expect(view.window.value.totalRows).toBe(0)
    expect(view.sortedShare.value).toBe(0.5)
    sorted.doneShare = 1
    tellSorting()
    await rest()
    expect(visibleIds()).toEqual(range(991, 1001).toReversed())
    expect(view.following.value).toBe(false)
    view.scrollTo(1e9)
    expect(view.following.value).toBe(false)
    ids.unshift(0)
    await settle()
    expect(visibleIds().at(-1)).toBe(1)
  })

  test('that is taken back leaves the newest call in sight', async () => {
    const { view, order, settle, rest, visibleIds } = createFixture(range(1, 1001))
    order.value = byNumber
    await settle()
    order.value = null
    await rest()
    expect(view.sortedShare.value).toBeNull()
    expect(visibleIds()).toEqual(range(991, 1001))
    expect(view.following.value).toBe(true)
  })

  test('that is refused is told of', async () => {
    const { order, sorted, refusals, settle } = createFixture(range(1, 11))
    sorted.isRefused = true
    order.value = byNumber
    await settle()
    expect(new Set(refusals)).toEqual(new Set(['SORT_TOO_LARGE']))
  })
})

describe('folding', () => {
  test('shows the rows that are left, and goes on following', async () => {
    const { view, ids, folding, settle, rest, visibleIds } = createFixture(range(1, 1001))
    await settle()
    folding.value = { all: true, except: [], inner: [] }
    await rest()
    expect(view.window.value.totalRows).toBe(100)
    expect(visibleIds()).toEqual(range(91, 101).map((tens) => 10 * tens))
    ids.push(...range(1001, 1021))
    await settle()
    expect(visibleIds().at(-1)).toBe(1020)
    folding.value = { all: false, except: [], inner: [] }
    await rest()
    expect(visibleIds().at(-1)).toBe(1020)
    expect(view.window.value.totalRows).toBe(1020)
  })

  test('holds a call still that stays in sight', async () => {
    const { view, folding, settle, rest, visibleIds } = createFixture(range(1, 1001))
    await settle()
    view.scrollTo(499 * ROW_HEIGHT_PX)
    await rest()
    expect(visibleIds()[0]).toBe(500)
    folding.value = { all: true, except: [], inner: [] }
    await rest()
    expect(visibleIds()[0]).toBe(500)
  })

  test('a call that is located while something is being folded is where it is found', async () => {
    const { view, folding, settle, rest, visibleIds } = createFixture(range(1, 1001))
    folding.value = { all: true, except: [], inner: [] }
    await settle()
    view.scrollTo(20 * ROW_HEIGHT_PX)
    await rest()
    expect(visibleIds()[0]).toBe(210)
    folding.value = { all: false, except: [], inner: [] }
    const row = await view.locate(701)
    view.showRow(row!)
    await rest()
    expect(visibleIds().at(-1)).toBe(701)
  })

  test('a place that is chosen while the rows are on their way is kept', async () => {
    const { view, folding, requests, settle, rest, visibleIds } = createFixture(range(1, 1001))
    folding.value = { all: true, except: [], inner: [] }
    await settle()
    view.scrollTo(20 * ROW_HEIGHT_PX)
    await rest()
    folding.value = { all: false, except: [], inner: [] }
    const before = requests.length
    while (requests.length === before) await new Promise(setImmediate)
    view.showRow(0)
    await rest()
    expect(visibleIds()[0]).toBe(1)
  })
})
