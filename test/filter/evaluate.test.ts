/** Compiled filters find what asking every row finds, on random traces, also while these grow. */
import { expect, test } from 'vitest'
import type { CallRow } from '../../main/contract/calls.ts'
import type { TypedValue } from '../../main/contract/values.ts'
import type { Filter, Term } from '../../main/filter/model.ts'
import { parseFilter } from '../../main/filter/parse.ts'
import { matchesGlob } from '../../main/filter/text-tests.ts'
import { readCallRow } from '../../main/trace/call-row.ts'
import { OUTCOMES } from '../../main/trace/events.ts'
import { FilterScan } from '../../main/trace/filter-scan.ts'
import { Trace } from '../../main/trace/trace.ts'
import { fill } from '../trace/random-trace.ts'

const FRAMES = ['parse_number', 'read_file', 'Main']
const stackNames = (trace: Trace) => (stackNumber: number) =>
  (trace.calls.stacks.get(stackNumber) ?? []).flatMap((value, at) => (at % 2 === 0 ? [FRAMES[value]!] : []))

const FILTERS = [
  'wait',
  'ENV.T or export:r?n',
  'import:env.*',
  'import:a* -overlapped',
  'kind=export depth>0',
  'outcome!=returned',
  'outcome=running or error~"no 3"',
  'error=HOST_THREW total>1us',
  'suspended>1ms',
  'host>=100ns host<300ns',
  'guest>1s or total<=120ns',
  'start>1s end<100s',
  'end>1s',
  'id>=100 id<200 parent!=0',
  'arg0=1 or arg0=-1',
  'arg0>50 arg1<0x10',
  'arg1>=100 name=text',
  'arg=42',
  'result0<0',
  'result=3 or result0=null',
  'arg0~one or result1~ONE',
  'text~t1',
  'module=env name=add',
  'stack~PARSE',
  'stack~read_file not (total>5s or outcome=threw)',
  '',
]

/** Says the same as the compiled filter, slowly, from what the window is given. */
function holds(filter: Filter, row: CallRow, trace: Trace): boolean {
  switch (filter.kind) {
    case 'all':
      return true
    case 'and':
      return filter.parts.every((part) => holds(part, row, trace))
    case 'or':
      return filter.parts.some((part) => holds(part, row, trace))
    case 'not':
      return !holds(filter.part, row, trace)
    default:
      return holdsTerm(filter, row, trace)
  }
}

function holdsTerm(term: Term, row: CallRow, trace: Trace): boolean {
  const name = row.module === null ? row.name : `${row.module}.${row.name}`
  const fits = (text: string) =>
    'pattern' in term &&
    (term.pattern.how === 'contains'
      ? text.toLowerCase().includes(term.pattern.text.toLowerCase())
      : matchesGlob(text, term.pattern.text))
  switch (term.kind) {
    case 'scope':
      return row.kind === term.scope && (fits(row.name) || fits(name))
    case 'label':
      return fits(name)
    case 'call-kind':
      return row.kind === term.callKind
    case 'outcome':
      return row.outcome === term.outcome
    case 'overlapped':
      return row.overlapped
    case 'number': {
      const value = {
        total: row.totalNs,
        guest: row.guestNs,
        host: row.hostNs,
        suspended: row.suspendedNs,
        start: row.startNs,
        end: row.endNs ?? NaN,
        id: row.id,
        parent: row.parent ?? 0,
        depth: row.depth,
      }[term.field]
      return compares(value, term.comparison, term.number)
    }
    case 'value':
      return valuesOf(term, row).some(({ type, value }) => {
        if (type === 'i64') return compares(BigInt(value!), term.comparison, term.literal.integer!)
        if (type === 'i32' || type.startsWith('f')) {
          return type !== 'funcref' && compares(Number(value), term.comparison, term.literal.number)
        }
        return false
      })
    case 'null-value':
      return valuesOf(term, row).some((value) => value.type.endsWith('ref') && handleOf(value) === 0)
    case 'value-text':
      return (
        (row.decodedTexts ?? []).some(
          ({ text, params }) =>
            term.field === 'arg' && (term.index === null || params.includes(term.index)) && fits(text),
        ) ||
        valuesOf(term, row).some((value) => {
          const preview = value.type.endsWith('ref') ? trace.calls.previews.get(handleOf(value)) : undefined
          return preview !== undefined && fits(preview)
        })
      )
    case 'text':
      return holdsText(term.field, row, trace, fits)
  }
}

function holdsText(
  field: Extract<Term, { kind: 'text' }>['field'],
  row: CallRow,
  trace: Trace,
  fits: (text: string) => boolean,
): boolean {
  switch (field) {
    case 'name':
      return fits(row.name)
    case 'module':
      return row.module !== null && fits(row.module)
    case 'stack': {
      const stack = trace.calls.stackOf(row.id) ?? []
      return stack.some((value, at) => at % 2 === 0 && fits(FRAMES[value]!))
    }
    case 'error': {
      const error = trace.calls.errorOf(row.id)
      return error !== null && [error.code, error.what, error.why].some(fits)
    }
    case 'text':
      return (
        (row.decodedTexts ?? []).some(({ text }) => fits(text)) ||
        [...row.params, ...(row.results ?? [])].some(
          (value) => value.type.endsWith('ref') && fits(trace.calls.previews.get(handleOf(value)) ?? '\0'),
        )
      )
  }
}

function valuesOf(
  { field, index }: { field: 'arg' | 'result'; index: number | null },
  row: CallRow,
): TypedValue[] {
  const values = (field === 'arg' ? row.params : row.results) ?? []
  return index === null ? values : values.slice(index, index + 1)
}

function handleOf(value: TypedValue): number {
  return value.value === null ? 0 : Number(String(value.value).split('#')[1])
}

function compares<Value extends number | bigint>(value: Value, comparison: string, limit: Value): boolean {
  if (comparison === '=') return value === limit
  if (comparison.startsWith('<')) return value < limit || (comparison === '<=' && value === limit)
  return value > limit || (comparison === '>=' && value === limit)
}

test.each([1, 2, 3])(
  'compiled filters say what asking every row says, while a trace grows: seed %i',
  (seed) => {
    const trace = new Trace(1024 ** 3)
    const scans = FILTERS.map((text) => {
      const { filter, problems } = parseFilter(text)
      expect(problems, text).toEqual([])
      return { text, filter: filter!, scan: new FilterScan(trace.calls, filter!, stackNames(trace)) }
    })
    const found = new Map<string, number>()
    let step = 0
    function compare(): void {
      const nowNs = 1e12
      for (const { text, filter, scan } of scans) {
        scan.refresh(nowNs)
        do scan.advance(nowNs, 1000)
        while (!scan.isComplete)
        const expected: number[] = []
        for (let id = 1; id <= trace.calls.callCount; id++) {
          if (holds(filter, readCallRow(trace.calls, id, nowNs), trace)) expected.push(id)
        }
        expect(scan.matchCount, text).toBe(expected.length)
        expect(scan.list(0, Infinity), text).toEqual(expected)
        const middle = Math.floor(expected.length / 2)
        expect(scan.list(middle, 5), text).toEqual(expected.slice(middle, middle + 5))
        if (expected[middle]) expect(scan.rowOf(expected[middle]), text).toBe(middle)
        found.set(text, expected.length)
      }
    }
    for (const _ of fill([trace], 3000, seed)) if (++step % 1500 === 0) compare()
    compare()
    // A filter that finds nothing would prove nothing.
    expect([...found].filter(([, count]) => count === 0).map(([text]) => text)).toEqual([])
  },
)

test('an export that has ended is looked at again when an import of it ends after it', () => {
  const trace = new Trace(1024 ** 3)
  const words = new Uint32Array(4)
  trace.define(0, { kind: 'export', module: null, name: 'run', params: [], results: [] })
  trace.define(1, { kind: 'import', module: 'env', name: 'wait', params: [], results: [] })
  const { filter } = parseFilter('export:run suspended>5ms')
  const scan = new FilterScan(trace.calls, filter!, () => [])
  trace.begin(1, 0, 0, 0, words, 0)
  trace.begin(2, 1, 1, 0, words, 0)
  trace.suspend(2, 100)
  scan.advance(1e6, 1000)
  trace.end(1, OUTCOMES.indexOf('cancelled'), 8e6, 0, 0, words, 0)
  scan.refresh(8e6)
  expect(scan.list(0, 10)).toEqual([])
  trace.end(2, OUTCOMES.indexOf('cancelled'), 9e6, 100, 9e6 - 100, words, 0)
  scan.refresh(9e6)
  expect(readCallRow(trace.calls, 1, 9e6).suspendedNs).toBe(9e6 - 100)
  expect(scan.list(0, 10)).toEqual([1])
})
