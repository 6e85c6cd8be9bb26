import { describe, expect, test } from 'vitest'
import { Overlaps } from '../../main/trace/overlaps.ts'

/** Numbers that look random and are the same in every run. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

interface Call {
  parent: number
  startNs: number
  endNs: number
  isActivation: boolean
}

/** Calls that begin and end at random, nested and overlapping, as a host could make them. */
function makeCalls(count: number, overlap: number, seed: number): { calls: Call[]; overlaps: Overlaps } {
  const random = createRandom(seed)
  const calls: Call[] = [{ parent: 0, startNs: 0, endNs: 0, isActivation: false }]
  const overlaps = new Overlaps({
    parentOf: (id) => calls[id]!.parent,
    startOf: (id) => calls[id]!.startNs,
    endOf: (id) => calls[id]!.endNs,
    isActivation: (id) => calls[id]!.isActivation,
    count: () => calls.length - 1,
  })
  const open: number[] = []
  for (let timeNs = 1; calls.length <= count; timeNs++) {
    const leaves = open.filter((id) => !open.some((other) => calls[other]!.parent === id))
    if (leaves.length > 0 && random() < 0.48) {
      const id = leaves[Math.floor(random() * leaves.length)]!
      open.splice(open.indexOf(id), 1)
      calls[id]!.endNs = timeNs
      if (calls[id]!.isActivation) overlaps.end(id)
      continue
    }
    const startsAnother = open.length === 0 || random() < overlap
    const parent = startsAnother ? 0 : open[Math.floor(random() * open.length)]!
    const id = calls.length
    const isActivation = parent === 0 || !calls[parent]!.isActivation
    calls.push({ parent, startNs: timeNs, endNs: Infinity, isActivation })
    open.push(id)
    if (isActivation) overlaps.begin(id)
  }
  return { calls, overlaps }
}

function isInside(calls: Call[], id: number, outer: number): boolean {
  for (let at = id; at !== 0; at = calls[at]!.parent) if (at === outer) return true
  return false
}

describe('which activations overlapped', () => {
  test.each([
    ['calls that never overlap but by nesting', 0],
    ['some that do', 0.1],
    ['many that do', 0.6],
  ])('%s: as a comparison of all with all says', (_what, overlap) => {
    for (const seed of [3, 7, 11, 13]) {
      const { calls, overlaps } = makeCalls(400, overlap, seed)
      for (let id = 1; id < calls.length; id++) {
        const call = calls[id]!
        const expected = calls.flatMap((other, otherId) =>
          otherId > 0 &&
          call.isActivation &&
          other.isActivation &&
          other.startNs < call.endNs &&
          other.endNs > call.startNs &&
          !isInside(calls, id, otherId) &&
          !isInside(calls, otherId, id)
            ? [otherId]
            : [],
        )
        expect(overlaps.list(id, 1000)).toEqual({ ids: expected, isCut: false })
        expect(overlaps.has(id)).toBe(expected.length > 0)
        const few = overlaps.list(id, 3)
        expect(few.ids).toHaveLength(Math.min(3, expected.length))
        expect(expected).toEqual(expect.arrayContaining(few.ids))
        if (expected.length > 3) expect(few.isCut).toBe(true)
      }
    }
  })
})
