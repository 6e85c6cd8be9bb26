import { expect, test } from 'vitest'
import { BitSet } from '../../main/trace/bit-set.ts'
import { sortTies } from '../../main/trace/sort-ties.ts'
import { createRandom } from './random-trace.ts'

const COUNT = 9000

/** Places in an order of their own, tied in groups within which they grow. */
function createTied(random: () => number, groupLength: () => number) {
  const places = Uint32Array.from({ length: COUNT }, (_, place) => place)
  for (let at = COUNT - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1))
    ;[places[at], places[other]] = [places[other]!, places[at]!]
  }
  const ties = new BitSet(COUNT)
  const groups: number[][] = []
  for (let from = 0, to: number; from < COUNT; from = to) {
    to = Math.min(COUNT, from + groupLength())
    places.subarray(from, to).sort()
    groups.push([...places.subarray(from, to)])
    for (let at = from + 1; at < to; at++) ties.set(at, true)
  }
  return { order: { places, ties }, groups }
}

const LENGTHS: [string, (random: () => number) => number][] = [
  ['none', () => 1],
  ['a few', (random) => 1 + Math.floor(random() * 4)],
  ['dozens', (random) => 1 + Math.floor(random() * 60)],
  ['thousands', (random) => 1 + Math.floor(random() * 5000)],
  ['all', () => COUNT],
]
const KEYS: [string, (random: () => number, place: number) => number][] = [
  ['any keys', (random) => Math.floor(random() * 2 ** 32)],
  ['two keys', (random) => Math.floor(random() * 2) * 0x8000_0000],
  ['one key', () => 5],
  ['keys that differ in their last byte', (random) => 0x7000_0000 + Math.floor(random() * 9)],
  ['keys against the order of places', (_random, place) => 2 ** 32 - 1 - place],
]

test.each(
  LENGTHS.flatMap(([tied, lengthOf]) => KEYS.map(([keyed, keyOf]) => ({ tied, keyed, lengthOf, keyOf }))),
)('$tied tied, by $keyed: as sorted group by group, and what is tied still', ({ lengthOf, keyOf }) => {
  // Below all groups, between them, and above: the last is what is used for anything this small.
  for (const gathered of [40, 3000, undefined]) {
    const random = createRandom(7)
    const { order, groups } = createTied(random, () => lengthOf(random))
    const keys = Uint32Array.from({ length: COUNT }, (_, place) => keyOf(random, place))
    const expected = groups.map((group) =>
      group.toSorted((one, other) => keys[one]! - keys[other]! || one - other),
    )
    let before = 0
    let turns = 0
    for (const passed of sortTies(order, keys, gathered)) {
      expect(passed).toBeGreaterThanOrEqual(before)
      expect(passed).toBeLessThanOrEqual(COUNT)
      before = passed
      turns++
    }
    expect(Array.from(order.places)).toEqual(expected.flat())
    const tied = expected.flatMap((group) =>
      group.map((place, at) => at > 0 && keys[place] === keys[group[at - 1]!]),
    )
    expect(Array.from({ length: COUNT }, (_, at) => order.ties.has(at))).toEqual(tied)
    expect(turns).toBeGreaterThanOrEqual(Math.floor(COUNT / 4096) - 1)
  }
})
