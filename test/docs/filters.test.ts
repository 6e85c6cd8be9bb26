/** Holds docs/filters.md to the language: its table to the fields, its examples to what is read and found. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { FIELDS } from '../../main/filter/fields.ts'
import { parseFilter } from '../../main/filter/parse.ts'
import { FilterScan } from '../../main/trace/filter-scan.ts'
import { OUTCOMES } from '../../main/trace/events.ts'
import { Trace } from '../../main/trace/trace.ts'
import { ROOT } from '../support/inspector.ts'

const text = readFileSync(join(ROOT, 'docs/filters.md'), 'utf8')
const examples = [...text.matchAll(/```filter\n(.*?)```/gs)].flatMap(([, block]) => block!.trim().split('\n'))
const rows = [...text.matchAll(/^\| `(\w+)` .*\| `([^`]+)` +\|$/gm)].map(([, name, example]) => ({
  name,
  example: example!,
}))
const inProse = [...text.matchAll(/`([a-z]\w*(?:[=~:<>]|!=)[^`]*)`/g)].map(([, filter]) => filter!)

test('the table has every field, with an example that is a filter', () => {
  expect(rows.map(({ name }) => name)).toEqual(FIELDS.map(({ name }) => name))
  for (const { name, example } of rows) {
    expect(parseFilter(example).problems, example).toEqual([])
    expect(example.startsWith(name!)).toBe(true)
  }
})

test.each(examples)('%s is a filter', (example) => {
  expect(parseFilter(example).problems).toEqual([])
})

test('so is what is shown within sentences, where it is whole', () => {
  const whole = inProse.filter((filter) => !/^(arg0|text)~$/.test(filter))
  expect(whole.length).toBeGreaterThan(20)
  for (const filter of whole) expect(parseFilter(filter).problems, filter).toEqual([])
})

/** The ids that a filter finds among two calls of an export and two inside of them. */
function find(filterText: string): number[] {
  const trace = new Trace(2 ** 30)
  const words = new Uint32Array(8)
  trace.define(0, { kind: 'export', module: null, name: 'log_all', params: ['i32'], results: [] })
  trace.define(1, { kind: 'import', module: 'env', name: 'log', params: ['i32'], results: ['i64'] })
  words[0] = 0xffff_ffff
  trace.begin(1, 0, 0, 0, words, 0)
  words.set([10, 0, 1, 0x20_0000])
  trace.begin(2, 1, 1, 0, words, 0)
  trace.addDecoded(2, JSON.stringify([{ type: 'utf8', value: 'Hello', readAt: 'entry', params: [0] }]))
  trace.suspend(2, 1000)
  trace.end(2, OUTCOMES.indexOf('returned'), 6e6, 1000, 6e6 - 1000, words, 2)
  trace.end(1, OUTCOMES.indexOf('returned'), 7e6, 0, 0, words, 0)
  words[0] = 10
  trace.begin(3, 0, 0, 8e6, words, 0)
  words[0] = 7
  trace.begin(4, 3, 1, 8e6, words, 0)
  const { filter, problems } = parseFilter(filterText)
  expect(problems).toEqual([])
  const scan = new FilterScan(trace.calls, filter!, () => [])
  scan.advance(9e6, Infinity)
  return scan.list(0, 10)
}

test.each<[string, number[]]>([
  ['', [1, 2, 3, 4]],
  ['log', [1, 2, 3, 4]],
  ['import:env.* suspended>5ms', [2]],
  ['import:env.log total>1ms or export:log_all total<2ms', [2, 3]],
  ['arg0=0xffffffff', [1]],
  ['arg0!=10', [1, 4]],
  ['result=9007199254740993', [2]],
  ['text~hello', [2]],
  ['arg0=hello', []],
  ['arg0=H?llo', [2]],
  ['outcome=running', [3, 4]],
  ['end<2s', [1, 2]],
  ['-end<2s', [3, 4]],
  ['parent=0 or id=4', [1, 3, 4]],
])('%s finds what the document says', (filterText, ids) => {
  expect(find(filterText)).toEqual(ids)
})
