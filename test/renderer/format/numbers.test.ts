import { expect, test } from 'vitest'
import { formatBytes, formatCount, formatQuantity } from '../../../renderer/format/numbers.ts'

test('counts have thousands separators', () => {
  expect(formatCount(0)).toBe('0')
  expect(formatCount(999)).toBe('999')
  expect(formatCount(18_204)).toBe('18,204')
  expect(formatCount(100_000_000)).toBe('100,000,000')
})

test('a quantity agrees with its noun', () => {
  expect(formatQuantity(1, 'call')).toBe('1 call')
  expect(formatQuantity(0, 'call')).toBe('0 calls')
  expect(formatQuantity(1204, 'call')).toBe('1,204 calls')
  expect(formatQuantity(2, 'match', 'matches')).toBe('2 matches')
})

test.each([
  [0, '0 B'],
  [148, '148 B'],
  [1023, '1023 B'],
  [1024, '1.0 KB'],
  [1126, '1.1 KB'],
  [10_239, '10 KB'],
  [18_432, '18 KB'],
  [1_048_575, '1.0 MB'],
  [1_153_434, '1.1 MB'],
  [5 * 1024 ** 4, '5.0 TB'],
  [5000 * 1024 ** 4, '5000 TB'],
  [-1, '0 B'],
])('%d bytes read %s', (sizeBytes, text) => {
  expect(formatBytes(sizeBytes)).toBe(text)
})
