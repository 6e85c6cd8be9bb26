/** The marked range and the filter as one filter, over random traces. */
import { expect, test } from 'vitest'
import { parseFilter } from '../../../main/filter/parse.ts'
import { readCallRow } from '../../../main/trace/call-row.ts'
import { createCallTest } from '../../../main/trace/filter-scan.ts'
import { Trace } from '../../../main/trace/trace.ts'
import { combineFilter } from '../../../renderer/state/call-selection.ts'
import { fill } from '../../trace/random-trace.ts'

const NOW_NS = 1e12

function find(trace: Trace, filterText: string): number[] {
  const { filter, problems } = parseFilter(filterText)
  expect(problems).toEqual([])
  const holds = createCallTest(trace.calls, filter!, () => [])
  return Array.from({ length: trace.calls.callCount }, (_, index) => index + 1).filter((id) =>
    holds(id, NOW_NS),
  )
}

test('calls are those that were in flight in the range, also where they run, and that the filter holds for', () => {
  const trace = new Trace(Infinity)
  Array.from(fill([trace], 2000, 7))
  const { calls } = trace
  const lastNs = calls.startOf(calls.callCount)
  const fromNs = lastNs * 0.9 + 0.5
  const toNs = lastNs - 0.25
  for (const filterText of ['', 'import:env.add or outcome=running', '-(name="wait") depth>0']) {
    const inRange = find(trace, filterText).filter((id) => {
      const { startNs, endNs } = readCallRow(calls, id, NOW_NS)
      return startNs <= Math.ceil(toNs) && (endNs ?? Infinity) >= Math.floor(fromNs)
    })
    expect(inRange.length).toBeGreaterThan(0)
    expect(inRange.length).toBeLessThan(2000)
    expect(find(trace, combineFilter(filterText, { fromNs, toNs }))).toEqual(inRange)
  }
})

test('without a range the filter stays as it is, and a range may reach before the beginning', () => {
  expect(combineFilter('a or b', null)).toBe('a or b')
  expect(combineFilter(' ', { fromNs: -5, toNs: 2.5e9 })).toBe('start<=2500000000ns -end<0ns')
})
