/** Calls folded inside of others, against rows that are found by walking the tree of calls. */
import { expect, test } from 'vitest'
import type { Folding } from '../../main/contract/calls.ts'
import type { CallId } from '../../main/contract/ids.ts'
import { readCallRows } from '../../main/trace/call-row.ts'
import { FoldedRows, NOTHING_FOLDED } from '../../main/trace/folded-rows.ts'
import { countRowsInside } from '../../main/trace/row-span.ts'
import { Trace } from '../../main/trace/trace.ts'
import { createRandom, createRolled, fill } from './random-trace.ts'

const NO_WORDS = new Uint32Array(16)
const EXPORT = { kind: 'export' as const, module: null, name: 'run', params: [], results: [] }

/** How a trace that looks random comes about; each from 0 to 1. */
interface Shape {
  /** How often a top-level call begins although others run. */
  interleaved: number
  /** How often a call is made inside of one that has other calls in flight. */
  concurrent: number
}

/** Begins and ends calls; yields the trace after each step. */
function* grow({ interleaved, concurrent }: Shape, callCount: number, seed: number): Generator<Trace> {
  const random = createRandom(seed)
  const trace = new Trace(2 ** 30)
  trace.define(0, EXPORT)
  const any = <Entry>(list: readonly Entry[]): Entry => list[Math.floor(random() * list.length)]!
  /** Of each top-level call, those that run. */
  const open: CallId[][] = []
  let lastId = 0
  const begin = (running: CallId[], parent: CallId): void => {
    trace.begin(++lastId, parent, 0, Math.floor(lastId / 3), NO_WORDS, 0)
    running.push(lastId)
  }
  while (trace.calls.callCount < callCount) {
    if (open.length === 0 || random() < interleaved) {
      open.push([])
      begin(open.at(-1)!, 0)
    } else {
      const running = any(open)
      if (random() < 0.55) begin(running, random() < concurrent ? any(running) : running.at(-1)!)
      else {
        // What is inside of a call can go on when it has ended.
        const id = random() < concurrent ? any(running) : running.at(-1)!
        running.splice(running.indexOf(id), 1)
        trace.end(id, 1, Math.floor(lastId / 3), 0, 0, NO_WORDS, 0)
        if (running.length === 0) open.splice(open.indexOf(running), 1)
      }
    }
    yield trace
  }
}

/** The tree of a trace's calls. */
class Tree {
  /** Every call, in order of rows. */
  readonly rows: CallId[]
  readonly #parents = new Map<CallId, CallId | null>()

  constructor({ calls }: Trace) {
    const ids = Array.from({ length: calls.callCount }, (_, index) => index + 1)
    for (const id of ids) this.#parents.set(id, calls.parentOf(id))
    const roots = ids.filter((id) => this.isOutermost(id))
    this.rows = roots.flatMap((root) => ids.filter((id) => id === root || this.around(id).includes(root)))
  }

  isOutermost(id: CallId): boolean {
    return this.#parents.get(id) === null
  }

  /** What a call lies inside of, the outermost first. */
  around(id: CallId): CallId[] {
    const parent = this.#parents.get(id) ?? null
    return parent === null ? [] : [...this.around(parent), parent]
  }

  inside(id: CallId): CallId[] {
    return [...this.#parents.keys()].filter((each) => this.around(each).includes(id))
  }

  isScattered(id: CallId): boolean {
    const first = this.rows.indexOf(id) + 1
    const inside = this.inside(id)
    return inside.some((each, index) => this.rows[first + index] !== each)
  }
}

function expectRows(trace: Trace, tree: Tree, folding: Folding): void {
  const isFolded = (id: CallId): boolean =>
    tree.isOutermost(id)
      ? folding.except.includes(id) !== folding.all
      : folding.inner.includes(id) && !tree.isScattered(id)
  const folded = new Set(tree.rows.filter(isFolded))
  const hiddenIn = new Map(tree.rows.map((id) => [id, tree.around(id).find((each) => folded.has(each))]))
  const expected = tree.rows.filter((id) => hiddenIn.get(id) === undefined)
  const rows = new FoldedRows(trace.calls, folding)
  expect(rows.totalRows).toBe(expected.length)
  expect(expected.map((_, row) => rows.idAt(row))).toEqual(expected)
  expect([rows.idAt(-1), rows.idAt(expected.length)]).toEqual([0, 0])
  for (const [id, outer] of hiddenIn) expect(rows.rowOf(id)).toBe(expected.indexOf(outer ?? id))
}

test.each([
  ['one call after the other', { interleaved: 0, concurrent: 0 }],
  ['interleaved top-level calls', { interleaved: 0.1, concurrent: 0 }],
  ['few calls at once inside of one', { interleaved: 0.02, concurrent: 0.03 }],
  ['many calls at once inside of one', { interleaved: 0.05, concurrent: 0.5 }],
])('%s: what is inside of folded calls is hidden, and nothing else', (_what, shape) => {
  for (let seed = 1; seed <= 6; seed++) {
    const random = createRandom(100 * seed)
    let step = 0
    for (const trace of grow(shape, 120, seed)) {
      // While they run, too.
      if (++step % 40 !== 0 && trace.calls.callCount < 120) continue
      const tree = new Tree(trace)
      for (const share of [0.05, 0.4, 1]) {
        const [all, except, inner] = [
          random() < 0.5,
          ...[0, 1].map(() => tree.rows.filter(() => random() < share)),
        ] as const
        expectRows(trace, tree, { all, except: except!, inner: inner!.toReversed() })
      }
    }
  }
})

test.each([0, 0.03, 0.5])('a call is scattered where others stand among its own: %d', (concurrent) => {
  let scatteredCount = 0
  for (let seed = 1; seed <= 10; seed++) {
    const trace = [...grow({ interleaved: 0.05, concurrent }, 120, seed)].at(-1)!
    const tree = new Tree(trace)
    const shown = new FoldedRows(trace.calls, NOTHING_FOLDED)
    for (const { id, parent, scattered } of readCallRows(trace.calls, shown, 0, 200, 0)) {
      const isExpected = parent !== null && tree.isScattered(id)
      expect(scattered).toBe(isExpected)
      if (isExpected) scatteredCount++
    }
  }
  expect(scatteredCount > 0).toBe(concurrent > 0)
})

test('calls of imports that had returned count like others', () => {
  const trace = new Trace(2 ** 30)
  for (const _ of fill([trace], 150, 3)) void _
  const tree = new Tree(trace)
  const inner = tree.rows.filter((id) => !tree.isOutermost(id))
  expect(inner.some((id) => countRowsInside(trace.calls, id) !== 0)).toBe(true)
  expectRows(trace, tree, { all: false, except: [], inner })
})

test('where calls were left out, nothing is hidden but what is known to be inside', () => {
  const { calls } = createRolled(150_000, 7)
  expect(calls.isKnown(1)).toBe(false)
  let foldedCount = 0
  for (let id = calls.callCount; id > calls.callCount - 40_000; id--) {
    if (!calls.isKnown(id) || calls.parentOf(id) === null || calls.childCountOf(id) === 0) continue
    const inside = countRowsInside(calls, id)
    if (inside === null) continue
    foldedCount++
    const row = calls.rowOf(id)
    for (let at = row + 1; at <= row + inside; at++) {
      let outer: CallId | null = calls.order.idAt(at)
      while (outer !== null && outer > id) outer = calls.parentOf(outer)
      expect(outer).toBe(id)
    }
  }
  expect(foldedCount).toBeGreaterThan(0)
})
