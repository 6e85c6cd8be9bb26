/** Filters: every text is one, or is refused with places and reasons, and none fails on a trace. */
import { completeFilter } from '../../main/filter/complete.ts'
import { FIELDS } from '../../main/filter/fields.ts'
import { parseFilter } from '../../main/filter/parse.ts'
import { FilterScan } from '../../main/trace/filter-scan.ts'
import { Trace } from '../../main/trace/trace.ts'
import { fill } from '../trace/random-trace.ts'
import { checkError, expectThat } from './check-error.ts'
import type { Random } from './random.ts'

const NAMES = { imports: [{ module: 'env', name: 'a "b" *' }], exports: ['run'], errorCodes: ['HOST_THREW'] }
const PARTS = [
  ...FIELDS.flatMap(({ name, example }) => [name, example, example]),
  '=',
  '!=',
  '==',
  '<',
  '<=',
  '>',
  '>=',
  '~',
  ':',
  '(',
  ')',
  '!',
  '-',
  ' or ',
  ' and ',
  ' not ',
  '"',
  '\\',
  'arg',
  'result1',
  'arg9999',
  '5ms',
  '0x',
  '1e400',
  '-0',
  'nan',
  'inf',
  'null',
  '9007199254740993',
  '/(a+)+$/',
  '*',
  '?',
  'text',
  '\u{1f388}',
  '\ud800',
  '\0',
  '\n',
  'ς',
  'İ',
]

let trace: Trace | null = null

/** Throws where a text is neither read nor refused as it should be. */
export function checkFilter(random: Random): void {
  const length = random.oneIn(50) ? 2000 : random.below(10)
  const separator = random.oneIn(2) ? ' ' : ''
  const text = Array.from({ length }, () => random.pick(PARTS)).join(separator)
  try {
    checkText(text, random.below(text.length + 1))
  } catch (error) {
    throw new Error(`${(error as Error).message}, of the filter ${JSON.stringify(text)}`, { cause: error })
  }
}

function checkText(text: string, cursor: number): void {
  const { filter, problems, pieces } = parseFilter(text)
  expectThat((filter === null) === problems.length > 0, 'it is neither read nor refused')
  for (const { error, from, to } of problems) {
    checkError(error)
    expectThat(from >= 0 && from < to && to <= text.length, `${from} to ${to} is no place`)
    expectThat(error.why.length + error.fix.length < 1000, 'the reason repeats a long text')
  }
  const { from, to, items } = completeFilter(pieces, cursor, NAMES)
  expectThat(from >= 0 && from <= to && to <= text.length, `${from} to ${to} cannot be completed`)
  expectThat(
    items.every((item) => item.text !== ''),
    'a completion is empty',
  )
  if (filter === null) return
  const scan = new FilterScan(readTrace().calls, filter, () => ['main'])
  scan.advance(1e12, Infinity)
  expectThat(
    scan.list(0, Infinity).length === scan.matchCount,
    'there are more or fewer rows than calls found',
  )
}

function readTrace(): Trace {
  if (trace) return trace
  trace = new Trace(2 ** 30)
  const calls = fill([trace], 300, 1)
  while (!calls.next().done);
  return trace
}
