import { expect, test } from 'vitest'
import { describeOutcome, formatCallName, formatRun } from '../../../renderer/format/calls.ts'

test('an import is named with its module, an export without', () => {
  expect(formatCallName({ module: 'env', name: 'from_host' })).toBe('env.from_host')
  expect(formatCallName({ module: null, name: 'sum' })).toBe('sum')
  expect(formatCallName({ module: '', name: 'sum' })).toBe('.sum')
  expect(formatCallName({ module: 'env', name: 'a\nb' })).toBe('env.a\\nb')
  expect(formatCallName({ module: null, name: '' })).toBe('""')
})

test('a run is written as a call, without anything that turns or breaks the text', () => {
  expect(formatRun({ exportName: 'sum', argumentTexts: ['1', '-2'] })).toBe('sum(1, -2)')
  expect(formatRun({ exportName: '', argumentTexts: [] })).toBe('""()')
  expect(formatRun({ exportName: 'a\u202eb', argumentTexts: ['"\n"'] })).toBe('a\\u202eb("\\n")')
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
  ['exited', 'done'],
] as const)('%s looks %s', (outcome, tone) => {
  expect(describeOutcome({ outcome, suspended: false })).toEqual({ text: outcome, tone })
})
