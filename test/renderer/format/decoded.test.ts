import { describe, expect, test } from 'vitest'
import type { CallRow } from '../../../main/contract/calls.ts'
import type { DecodedText } from '../../../main/contract/values.ts'
import {
  describeDecoded,
  dumpBytes,
  formatArguments,
  formatResults,
} from '../../../renderer/format/decoded.ts'

function makeCall(params: number[], results: number[], decodedTexts?: DecodedText[]): CallRow {
  const typed = (values: number[]) => values.map((value) => ({ type: 'i32', value }))
  const call = { params: typed(params), results: typed(results), ...(decodedTexts ? { decodedTexts } : {}) }
  return call as CallRow
}

const entry = (params: number[], text: string): DecodedText => ({ readAt: 'entry', params, text })

describe('arguments', () => {
  test.each<[CallRow, string]>([
    [makeCall([16, 5], []), '16, 5'],
    [makeCall([1, 16, 5, 9], [], [entry([1, 2], '"hello"')]), '1, "hello" (16, 5), 9'],
    [makeCall([5, 16], [], [entry([1, 0], '"hello"')]), '"hello" (16, 5)'],
    [makeCall([-1, 1], [], [entry([0], '4294967295'), entry([1], '1')]), '4294967295 (-1), 1'],
    [makeCall([7], [], [entry([0], '0x7'), entry([0], 'write')]), '0x7 (7), write (7)'],
    [makeCall([16], [], [entry([0], '"a\nb\u202e"')]), String.raw`"a\nb\u202e" (16)`],
    [makeCall([16], [], [{ readAt: 'return', params: [0], text: '"out"' }]), '16'],
  ])('%#: %j', (call, expected) => {
    expect(formatArguments(call)).toBe(expected)
  })
})

test('results are named, and what out-parameters were stands behind them', () => {
  expect(formatResults(makeCall([], [8]))).toBe('8')
  const texts: DecodedText[] = [
    entry([0], '"in"'),
    { readAt: 'return', params: [], result: 0, text: 'badf' },
    { readAt: 'return', params: [1], text: '"out"' },
  ]
  expect(formatResults(makeCall([1, 2], [8], texts))).toBe('badf (8) · "out"')
  expect(formatResults(makeCall([1, 2], [], texts.slice(2)))).toBe('"out"')
})

test('a struct is a line for each member, with what there is to know', () => {
  const lines = describeDecoded(
    {
      type: 'struct',
      value: null,
      address: '0x100',
      members: [
        { name: 'kind', type: 'enum', value: 2, symbol: 'two' },
        { name: 'text', type: 'utf8', value: 'a\u0000', address: '0x40', sizeBytes: 9, omitted: 7 },
        { name: 'list', type: 'array', value: null, items: [{ type: 'u8', value: 1 }], omitted: 2 },
        { name: 'gone', type: 'cstring', value: null, problem: 'It is not there.' },
      ],
    },
    'point',
  )
  expect(lines.map(({ depth, label, text, notes, problem }) => [depth, label, text, notes, problem])).toEqual(
    [
      [0, 'point', '', ['at 0x100'], null],
      [1, 'kind', 'two', ['2'], null],
      [1, 'text', String.raw`"a\x00"`, ['9 bytes', '2 kept', 'at 0x40'], null],
      [1, 'list', '', ['3 items', '1 kept'], null],
      [2, '0', '1', [], null],
      [1, 'gone', '', [], 'It is not there.'],
    ],
  )
})

test('bytes are dumped with their characters', () => {
  expect(dumpBytes({ type: 'utf8', value: 'hello, €!' })).toBe(
    '0000  68 65 6c 6c 6f 2c 20 e2  hello, .\n0008  82 ac 21                 ..!',
  )
  expect(dumpBytes({ type: 'bytes', value: '00ff' })).toBe('0000  00 ff                    ..')
  expect(dumpBytes({ type: 'utf8', value: '\ufffd', malformed: 'ff' })).toMatch(/^0000 {2}ff /)
  expect(dumpBytes({ type: 'u32', value: 5 })).toBeNull()
  expect(dumpBytes({ type: 'utf8', value: '' })).toBeNull()
})
