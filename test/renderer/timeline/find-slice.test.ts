import { expect, test } from 'vitest'
import type { TimelineSlice, TimelineSlices } from '../../../main/contract/timeline.ts'
import { findSlice } from '../../../renderer/canvas/find-slice.ts'

const slice = (id: number, lane: number, row: number, startNs: number, endNs: number): TimelineSlice => ({
  id,
  lane,
  row,
  functionIndex: 0,
  startNs,
  endNs,
  hostNs: 0,
  outcome: 'returned',
})
const slices: TimelineSlices = {
  form: 'slices',
  functions: [],
  slices: [
    slice(1, 0, 0, 0, 1000),
    slice(2, 0, 1, 100, 200),
    slice(3, 0, 1, 300, 300),
    slice(4, 1, 0, 0, 50),
  ],
}
const find = (lane: number, row: number | null, atNs: number, reachNs = 10) =>
  findSlice(slices, { lane, row, atNs }, reachNs)?.id ?? null

test('a call is found in its lane and row, while it lasts', () => {
  expect(find(0, 0, 150)).toBe(1)
  expect(find(0, 1, 150)).toBe(2)
  expect(find(1, 0, 20)).toBe(4)
  expect(find(1, 1, 20)).toBeNull()
})

test('one that is missed by little is found too, the nearest one', () => {
  expect(find(0, 1, 309)).toBe(3)
  expect(find(0, 1, 311)).toBeNull()
  expect(find(0, 1, 260, 100)).toBe(3)
  expect(find(0, 1, 240, 100)).toBe(2)
})

test('in a compact lane the innermost one is found', () => {
  expect(find(0, null, 150)).toBe(2)
  expect(find(0, null, 500)).toBe(1)
})
