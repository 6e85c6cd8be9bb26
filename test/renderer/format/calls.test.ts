import { expect, test } from 'vitest'
import { describeOutcome, formatCallName } from '../../../renderer/format/calls.ts'

test('an import is named with its module, an export without', () => {
  expect(formatCallName({ module: 'env', name: 'from_host' })).toBe('env.from_host')
  expect(formatCallName({ module: null, name: 'sum' })).toBe('sum')
  expect(formatCallName({ module: '', name: 'sum' })).toBe('.sum')
  expect(formatCallName({ module: 'env', name: 'a\nb' })).toBe('env.a\\nb')
})

test('the outcome tells a suspended call from one that runs', () => {
  expect(describeOutcome({ outcome: 'running', suspended: true })).toEqual({
    text: 'suspended',
    tone: 'live',
  })
  expect(describeOutcome({ outcome: 'running', suspended: false })).toEqual({ text: 'running', tone: 'live' })
})

test.each([
  ['trapped', 'bad'],
  ['threw', 'bad'],
  ['returned', 'done'],
  ['cancelled', 'done'],
] as const)('%s looks %s', (outcome, tone) => {
  expect(describeOutcome({ outcome, suspended: false })).toEqual({ text: outcome, tone })
})
