import { describe, expect, test } from 'vitest'
import { selectAll } from '../../main/trace/call-selection.ts'
import { encodeDuration } from '../../main/trace/call-sort-keys.ts'
import { CallSort } from '../../main/trace/call-sort.ts'
import { MatchSet } from '../../main/trace/match-set.ts'
import { sortPairs } from '../../main/trace/sort-pairs.ts'
import { Trace } from '../../main/trace/trace.ts'
import { returnedCall } from '../support/returned-calls.ts'
import { createRandom } from './random-trace.ts'

describe('sorting pairs', () => {
  const random = createRandom(11)
  const COUNT = 50_000
  test.each([
    ['of any keys', () => Math.floor(random() * 2 ** 32)],
    ['of few keys', () => Math.floor(random() * 3)],
    ['of one key', () => 7],
    ['of keys that differ in one byte in the middle', () => Math.floor(random() * 256) * 65_536 + 5],
    ['of keys in order', (id: number) => id],
    ['of keys in the opposite order', (id: number) => 2 ** 32 - 1 - id],
  ])('%s is by key, then by id, and says how far it is', (_what, keyOf) => {
    const keys = Uint32Array.from({ length: COUNT }, (_, index) => keyOf(index + 1))
    const ids = Uint32Array.from({ length: COUNT }, (_, index) => index + 1)
    const expected = Array.from(ids, (id, at) => [keys[at]!, id] as const).sort(
      ([key, id], [otherKey, otherId]) => key - otherKey || id - otherId,
    )
    let before = 0
    for (const placed of sortPairs(keys, ids)) {
      expect(placed).toBeGreaterThanOrEqual(before)
      expect(placed).toBeLessThanOrEqual(COUNT)
      before = placed
    }
    expect(Array.from(ids, (id, at) => [keys[at]!, id])).toEqual(expected)
  })

  test('of none, one and a few', () => {
    for (const length of [0, 1, 2, 33]) {
      const keys = Uint32Array.from({ length }, (_, index) => length - index)
      const ids = Uint32Array.from({ length }, (_, index) => index + 1)
      for (const _ of sortPairs(keys, ids));
      expect(Array.from(keys)).toEqual(Array.from({ length }, (_, index) => index + 1))
    }
  })
})

describe('a duration as 32 bits', () => {
  test('keeps the order of any two, and the nanosecond of short ones', () => {
    const steps = Array.from({ length: 53 }, (_, power) => [
      2 ** power - 1,
      2 ** power,
      2 ** power * 1.25,
    ]).flat()
    const durations = steps.map(Math.floor).sort((one, other) => one - other)
    const codes = durations.map(encodeDuration)
    expect(codes).toEqual([...codes].sort((one, other) => one - other))
    expect(Math.max(...codes)).toBeLessThan(2 ** 32)
    for (const duration of durations.filter((each) => each < 2 ** 28))
      expect(encodeDuration(duration)).toBe(duration)
    expect(encodeDuration(10_000_000_100)).toBeGreaterThan(encodeDuration(10_000_000_000))
  })

  test('of what is no duration is 0', () => {
    expect(encodeDuration(-5)).toBe(0)
  })
})

/** A value as the reference compares it: its kind decides first. */
type Value = { rank: number; value: number | bigint }
const INTEGERS = [0, 1, -1, 7, 7, 7, 2 ** 31 - 1, -(2 ** 31)]
const LONGS = [
  0n,
  7n,
  -1n,
  2n ** 53n,
  2n ** 53n + 1n,
  -(2n ** 53n) - 1n,
  2n ** 63n - 1n,
  2n ** 63n - 2n,
  -(2n ** 63n),
]
const FLOATS = [
  0,
  -0,
  0.5,
  -0.5,
  7,
  NaN,
  Infinity,
  -Infinity,
  2 ** 53,
  2 ** 53 + 2,
  5e-324,
  -5e-324,
  2 ** 63,
  -(2 ** 63),
]
const HANDLES = [0, 1, 2, 3_000_000_000]

const LISTS = [
  [],
  ['i32'],
  ['i64'],
  ['f64'],
  ['f32'],
  ['externref'],
  ['i32', 'i64'],
  ['f64', 'externref', 'i32'],
  ['i64', 'f32'],
  Array.from({ length: 9 }, () => 'i32'),
] as const

function writeValue(type: string, random: () => number, data: DataView, at: number): Value {
  const choose = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!
  if (type === 'externref') {
    const handle = choose(HANDLES)
    data.setUint32(at, handle, true)
    return { rank: handle === 0 ? 2 : 3, value: handle }
  }
  if (type === 'i64') {
    const value = choose(LONGS)
    data.setBigInt64(at, value, true)
    return { rank: 0, value }
  }
  const value = type === 'i32' ? choose(INTEGERS) : choose(FLOATS)
  const stored = type === 'f32' ? Math.fround(value) : value
  if (type === 'i32') data.setInt32(at, stored, true)
  // An f32 is kept as the f64 that it is.
  else data.setFloat64(at, stored, true)
  return { rank: Number.isNaN(stored) ? 1 : 0, value: Number.isNaN(stored) ? 0 : stored }
}

function compareLists(one: readonly Value[], other: readonly Value[]): number {
  for (let at = 0; at < Math.min(8, one.length, other.length); at++) {
    const [value, against] = [one[at]!, other[at]!]
    if (value.rank !== against.rank) return value.rank - against.rank
    // JavaScript compares an integer of any size with a float exactly.
    if (value.value < against.value) return -1
    if (value.value > against.value) return 1
  }
  return Math.min(8, one.length) - Math.min(8, other.length)
}

describe('calls with values of every type', () => {
  const COUNT = 40_000
  const random = createRandom(23)
  const trace = new Trace(2 ** 30)
  for (const [index, types] of LISTS.entries()) {
    const [params, results] = [[...types], [...LISTS[(index * 3) % LISTS.length]!]]
    trace.define(index, { kind: 'import', module: 'env', name: `f${index}`, params, results })
  }
  const values: Record<'arg' | 'result', Value[][]> = { arg: [[]], result: [[]] }
  const data = new DataView(new ArrayBuffer(8 * 18))
  for (let id = 1; id <= COUNT; id++) {
    const functionIndex = Math.floor(random() * LISTS.length)
    const lists = [LISTS[functionIndex]!, LISTS[(functionIndex * 3) % LISTS.length]!]
    let at = 0
    const [args, results] = lists.map((types) =>
      types.map((type) => writeValue(type, random, data, (at += 8) - 8)),
    ) as [Value[], Value[]]
    trace.addReturned(returnedCall(id, 0, functionIndex, 10 * id, 10 * id + 5, new Uint32Array(data.buffer)))
    values.arg.push(args)
    values.result.push(results)
  }

  test.each(['arg', 'result'] as const)(
    'by %s, all of them and some, either way: as JavaScript sorts them',
    (by) => {
      const some = new MatchSet()
      for (let id = 1; id <= COUNT; id++) some.set(id, random() < 0.3)
      for (const selection of [selectAll(COUNT), some.select(COUNT - 777)]) {
        const ids = Array.from({ length: selection.count }, (_, place) => selection.idAt(place))
        const known = ids.filter((id) => values[by][id]!.length > 0)
        const others = ids.filter((id) => values[by][id]!.length === 0)
        known.sort((one, other) => compareLists(values[by][one]!, values[by][other]!) || one - other)
        const sort = new CallSort(trace.calls, by, selection, 0)
        sort.advance(Infinity)
        expect(sort.list(0, COUNT, false)).toEqual([...known, ...others])
        expect(sort.list(0, COUNT, true)).toEqual([...known.toReversed(), ...others])
        for (const descending of [false, true]) {
          for (let row = 0; row < ids.length; row += 997) {
            const [id] = sort.list(row, 1, descending)
            expect(finish(sort.findRow(id!, descending))).toBe(row)
          }
        }
        expect(finish(sort.findRow(COUNT + 1, false))).toBeNull()
      }
    },
  )
})

test('more than a million calls are sorted in small steps, in eight bytes a call and a bit', () => {
  const COUNT = 1_200_000
  const LONGEST_STEP = 16_384
  const trace = new Trace(2 ** 30)
  const types = { params: ['i32', 'i32'], results: [] }
  trace.define(0, { kind: 'import', module: 'env', name: 'mix', ...types })
  const words = new Uint32Array(4)
  // The first argument is nearly always the same, so that more are tied than are sorted at once.
  const firstOf = (id: number): number => (id % 20 === 0 ? id % 3 : 1)
  const secondOf = (id: number): number => Math.imul(id, 0x9e3779b1) >>> 12
  for (let id = 1; id <= COUNT; id++) {
    words[0] = firstOf(id)
    words[2] = secondOf(id)
    trace.addReturned(returnedCall(id, 0, 0, id, id, words))
  }
  let readInStep = 0
  let readCount = 0
  const all = selectAll(COUNT)
  const idAfter = (id: number): number => {
    readInStep++
    readCount++
    return all.idAfter(id)
  }
  const sort = new CallSort(trace.calls, 'arg', { ...all, idAfter }, 0)
  let [longestStep, peakBytes, steps, before] = [0, 0, 0, 0]
  while (!sort.isComplete) {
    readInStep = 0
    sort.advance(0)
    steps++
    longestStep = Math.max(longestStep, readInStep)
    peakBytes = Math.max(peakBytes, sort.sizeBytes)
    if (sort.doneShare < before) expect(sort.doneShare).toBeGreaterThanOrEqual(before)
    before = sort.doneShare
  }
  expect(longestStep).toBeLessThanOrEqual(LONGEST_STEP)
  // For each of the two words: once for what is compared. The first one is read and sorted, the second besides marked.
  expect(readCount).toBe(2 * COUNT)
  expect(steps).toBeGreaterThan((5 * COUNT) / LONGEST_STEP)
  expect(peakBytes / COUNT).toBeGreaterThan(8)
  expect(peakBytes / COUNT).toBeLessThan(8.2)
  expect(sort.sizeBytes).toBe(4 * COUNT)
  const expected = Float64Array.from(
    { length: COUNT },
    (_, at) => (firstOf(at + 1) * 2 ** 20 + secondOf(at + 1)) * 2 ** 21 + at + 1,
  ).sort()
  const ids = sort.list(0, COUNT, false)
  const wrong = ids.findIndex((id, row) => id !== expected[row]! % 2 ** 21)
  expect(wrong).toBe(-1)
  let searchSteps = 0
  const search = sort.findRow(ids.at(-1)!, false)
  let step = search.next()
  for (; !step.done; step = search.next()) searchSteps++
  expect(step.value).toBe(COUNT - 1)
  expect(searchSteps).toBeGreaterThanOrEqual(4)
})

function finish<Found>(steps: Generator<void, Found>): Found {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}
