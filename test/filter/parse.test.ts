import { expect, test } from 'vitest'
import { completeFilter } from '../../main/filter/complete.ts'
import { FIELDS } from '../../main/filter/fields.ts'
import type { Filter } from '../../main/filter/model.ts'
import { parseFilter } from '../../main/filter/parse.ts'

function read(text: string): Filter {
  const { filter, problems } = parseFilter(text)
  expect(problems, text).toEqual([])
  return filter!
}

/** The characters that the first problem means, in brackets, and its reason. */
function problemOf(text: string): string {
  const [problem] = parseFilter(text).problems
  if (!problem) return 'none'
  const { error, from, to } = problem
  expect(error.code).toBe('FILTER_INVALID')
  expect(error.fix).not.toBe('')
  return `${text.slice(0, from)}[${text.slice(from, to)}]${text.slice(to)} ${error.why}`
}

const label = (text: string): Filter => ({ kind: 'label', pattern: { how: 'contains', text } })

test('what stands side by side all holds, and binds closer than “or”', () => {
  expect(read('')).toEqual({ kind: 'all' })
  expect(read('a b or c')).toEqual({
    kind: 'or',
    parts: [{ kind: 'and', parts: [label('a'), label('b')] }, label('c')],
  })
  expect(read('a (b or c)')).toEqual(read('a and (b OR c)'))
  for (const text of ['not a b', '!a b', '-a b']) {
    expect(read(text)).toEqual({ kind: 'and', parts: [{ kind: 'not', part: label('a') }, label('b')] })
  }
})

test('every field’s example is a filter', () => {
  for (const { example } of FIELDS) read(example)
})

test('durations are nanoseconds', () => {
  for (const [text, ns] of [
    ['5ns', 5],
    ['250us', 250_000],
    ['1.5µs', 1500],
    ['0.1ms', 100_000],
    ['2s', 2e9],
    ['0', 0],
  ] as const) {
    expect(read(`total>${text}`)).toMatchObject({ field: 'total', comparison: '>', number: ns })
  }
})

test('numbers are exact', () => {
  expect(read('arg0=0xffffffffffffffff')).toMatchObject({ index: 0, literal: { integer: 2n ** 64n - 1n } })
  expect(read('arg12>=-9_007_199_254_740_993')).toMatchObject({
    index: 12,
    comparison: '>=',
    literal: { integer: -9_007_199_254_740_993n },
  })
  expect(read('result<1.5')).toMatchObject({ index: null, literal: { number: 1.5, integer: null } })
})

test('stars are wildcards unless they are quoted', () => {
  expect(read('import:env.*')).toMatchObject({ pattern: { how: 'glob', text: 'env.*' } })
  expect(read('import:"env.*"')).toMatchObject({ pattern: { how: 'equals', text: 'env.*' } })
  expect(read(String.raw`text~"a \"b\" \\ c"`)).toMatchObject({ pattern: { text: String.raw`a "b" \ c` } })
})

test.each([
  ['total>5', 'total>[5] “5” is no time.'],
  ['total', '[total] What total is to be compared with is missing.'],
  ['a total>=', 'a total[>=] A value is missing behind “>=”.'],
  ['totl>5ms', '[totl]>5ms There is no field “totl”.'],
  ['outcome=trap', 'outcome=[trap] “trap” is no outcome of a call.'],
  ['outcome>trapped', 'outcome[>]trapped outcome is not compared with “>”.'],
  ['id=1.5', 'id=[1.5] “1.5” is no whole number.'],
  ['(a or b', '[(]a or b There is no “)” for this “(”.'],
  ['a) b', 'a[)] b There is no “(” for this “)”.'],
  ['a or', 'a o[r] A condition is missing after “or”.'],
  ['a && b', 'a [&&] b “&&” is not of this language.'],
  ['not', '[not] What is not to be is missing.'],
  ['text~"abc', 'text~["abc] The text in quotes does not end.'],
  ['=5', '[=]5 “=” has no field before it.'],
  [
    'name~/a+/',
    'name~[/a+/] There are no regular expressions: one of them can take for ever on a short text.',
  ],
])('%s is refused, with its place', (text, expected) => {
  expect(problemOf(text)).toBe(expected)
})

test('any text is read, however deep, long or odd', () => {
  for (const text of ['('.repeat(10_000), '!'.repeat(1999), 'x '.repeat(5000), '"\\', '\u{1f600}=()~:"']) {
    expect(parseFilter(text).problems.length).toBeGreaterThan(0)
  }
})

test('what can stand at the cursor', () => {
  const names = {
    imports: [{ module: 'env', name: 'read file' }],
    exports: ['run'],
    errorCodes: ['HOST_THREW'],
  }
  const complete = (text: string, cursor = text.length) => {
    const { from, to, items } = completeFilter(parseFilter(text).pieces, cursor, names)
    return items.map((item) => text.slice(0, from) + item.text + text.slice(to))
  }
  expect(complete('sus')).toEqual(['suspended>'])
  expect(complete('a outcome=tr')).toEqual(['a outcome=trapped'])
  expect(complete('import:')).toEqual(['import:env.*', 'import:"env.read file"'])
  expect(complete('error=')).toEqual(['error=HOST_THREW'])
  expect(complete('total>5m a', 8)).toEqual(['total>5ms a'])
  expect(complete('')).toHaveLength(FIELDS.length)
})
