import { expect, test } from 'vitest'
import type { CallDetail, CallSummary } from '../../../main/contract/calls.ts'
import { isInOrder, layOutSegments, locateInParent } from '../../../renderer/components/detail/time-line.ts'

function summary(id: number, startNs: number, hostNs: number, suspendedNs: number): CallSummary {
  return {
    id,
    kind: 'import',
    module: 'env',
    name: 'wait',
    outcome: 'returned',
    suspended: false,
    startNs,
    totalNs: hostNs + suspendedNs,
    hostNs,
    suspendedNs,
  }
}

function detail(call: CallSummary, rest: Partial<CallDetail> = {}): CallDetail {
  return {
    ...call,
    parent: null,
    topLevel: 1,
    depth: 0,
    params: [],
    results: [],
    endNs: call.startNs + call.totalNs,
    guestNs: 0,
    errorText: null,
    error: null,
    stack: null,
    debug: null,
    decoded: [],
    ancestors: [],
    children: [],
    childCount: 0,
    paused: false,
    overlapped: false,
    scattered: false,
    overlaps: [],
    overlapsCut: false,
    ...rest,
  }
}

const pieces = (call: CallDetail) =>
  layOutSegments(call).map(({ part, child, startPercent, widthPercent }) => [
    part,
    child?.id ?? null,
    startPercent,
    widthPercent,
  ])

test('an import is host until its handler returns, then suspended', () => {
  expect(pieces(detail(summary(2, 1000, 25, 75)))).toEqual([
    ['host', null, 0, 25],
    ['suspended', null, 25, 75],
  ])
})

test('a handler that does not suspend leaves no empty piece', () => {
  expect(pieces(detail(summary(2, 1000, 25, 0)))).toEqual([['host', null, 0, 100]])
})

test('an export is the guest, with its imports upon it', () => {
  const call = detail(
    { ...summary(1, 1000, 30, 40), kind: 'export', totalNs: 100 },
    { children: [summary(2, 1010, 10, 40), summary(3, 1080, 10, 0)], childCount: 2 },
  )
  expect(pieces(call)).toEqual([
    ['guest', null, 0, 100],
    ['host', 2, 10, 10],
    ['suspended', 2, 20, 40],
    ['host', 3, 80, 10],
  ])
})

test('a call inside that was read a moment later does not stick out', () => {
  const call = detail(
    { ...summary(1, 1000, 0, 0), kind: 'export', totalNs: 100 },
    { children: [summary(2, 1050, 10, 80)], childCount: 1 },
  )
  expect(pieces(call).at(-1)).toEqual(['suspended', 2, 60, 40])
})

test('calls that are too many to draw become shares', () => {
  const call = detail(
    { ...summary(1, 1000, 20, 30), kind: 'export', totalNs: 100 },
    { guestNs: 50, children: [summary(2, 1010, 10, 20)], childCount: 2 },
  )
  expect(isInOrder(call)).toBe(false)
  expect(pieces(call)).toEqual([
    ['guest', null, 0, 50],
    ['host', null, 50, 20],
    ['suspended', null, 70, 30],
  ])
})

test('times between slices become shares', () => {
  const call = detail(
    { ...summary(1, 1000, 10, 60), kind: 'export', totalNs: 100 },
    { guestNs: 30, children: [summary(2, 1010, 10, 20)], childCount: 1 },
  )
  expect(isInOrder(call)).toBe(false)
  expect(pieces(call)).toEqual([
    ['guest', null, 0, 30],
    ['host', null, 30, 10],
    ['suspended', null, 40, 60],
  ])
})

test('without any time there is nothing to draw', () => {
  expect(pieces(detail(summary(2, 1000, 0, 0)))).toEqual([])
})

test('a call is placed within the one that made it, not within an outer one', () => {
  const outer = summary(1, 0, 0, 10_000)
  const parent = summary(2, 1000, 0, 200)
  const call = detail(summary(3, 1050, 10, 40), { ancestors: [outer, parent] })
  expect(locateInParent(call)).toEqual({ parent, span: { startPercent: 25, widthPercent: 25 } })
  expect(locateInParent(detail(summary(3, 1050, 10, 40)))).toBe(null)
})
