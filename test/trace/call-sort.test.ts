import { describe, expect, test } from 'vitest'
import { encodeDuration } from '../../main/trace/call-sort.ts'
import { sortPairs } from '../../main/trace/sort-pairs.ts'

/** Numbers that look random and are the same in every run. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

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
