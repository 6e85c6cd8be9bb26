import { describe, expect, test } from 'vitest'
import type { CallSelection } from '../../main/trace/call-selection.ts'
import { selectAll } from '../../main/trace/call-selection.ts'
import { MatchSet } from '../../main/trace/match-set.ts'
import { createRandom } from './random-trace.ts'

function check(selection: CallSelection, ids: readonly number[], lastId: number): void {
  expect(selection.count).toBe(ids.length)
  const places = new Map(ids.map((id, place) => [id, place]))
  let before = 0
  for (const [place, id] of ids.entries()) {
    if (selection.idAt(place) !== id) expect(selection.idAt(place)).toBe(id)
    if (selection.idAfter(before) !== id) expect(selection.idAfter(before)).toBe(id)
    before = id
  }
  for (let id = 0; id <= lastId + 1; id++) {
    const place = places.get(id) ?? null
    if (selection.placeOf(id) !== place) expect(selection.placeOf(id), `#${id}`).toBe(place)
  }
}

test('all calls', () => {
  check(
    selectAll(100),
    Array.from({ length: 100 }, (_, place) => place + 1),
    100,
  )
  check(selectAll(0), [], 0)
})

describe('calls of a set', () => {
  const LAST = 70_000
  const random = createRandom(3)
  test.each<[string, (id: number) => boolean]>([
    ['none', () => false],
    ['all', () => true],
    ['half of them', () => random() < 0.5],
    ['a few', () => random() < 0.0005],
    ['the last alone', (id) => id === LAST],
    ['those at the edges of blocks and words', (id) => [0, 1, 31, 16_383].includes(id % 16_384)],
    ['those of the third block alone', (id) => id >>> 14 === 2 && id % 3 === 0],
  ])('%s, up to any call', (_what, isIn) => {
    const set = new MatchSet()
    const ids: number[] = []
    for (let id = 1; id <= LAST; id++) {
      const wanted = isIn(id)
      set.set(id, wanted)
      if (wanted) ids.push(id)
    }
    for (const lastId of [0, 1, 31, 32, 16_383, 16_384, 40_001, LAST]) {
      const known = ids.filter((id) => id <= lastId)
      check(set.select(lastId), known, lastId)
    }
  })

  test('are those of the moment', () => {
    const set = new MatchSet()
    for (const id of [3, 7, 40]) set.set(id, true)
    const selection = set.select(50)
    set.set(7, false)
    set.set(8, true)
    check(selection, [3, 7, 40], 50)
  })
})
