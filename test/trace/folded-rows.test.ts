import { expect, test } from 'vitest'
import { CallStore } from '../../main/trace/call-store.ts'
import { FoldedRows } from '../../main/trace/folded-rows.ts'

/** Numbers that look random and are the same in every run. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

/** A store with calls that nest at random, of which several top-level ones are in flight at once. */
function makeStore(
  random: () => number,
  count: number,
  overlap: number,
): { calls: CallStore; roots: number[][] } {
  const calls = new CallStore()
  calls.definitions[0] = { kind: 'export', module: null, name: 'run', params: [], results: [] }
  const roots: number[][] = []
  const open: number[][] = []
  for (let id = 1; id <= count; id++) {
    if (open.length === 0 || random() < 0.2) {
      const root = [id]
      roots.push(root)
      open.push(root)
      calls.begin(id, 0, 0, id, new Uint32Array(0), 0)
      continue
    }
    if (random() < overlap) open.push(open.splice(Math.floor(random() * open.length), 1)[0]!)
    const root = open.at(-1)!
    calls.begin(id, root[Math.floor(random() * root.length)]!, 0, id, new Uint32Array(0), 0)
    root.push(id)
    if (random() < 0.1) open.pop()
  }
  return { calls, roots }
}

test.each([
  ['all but some, without overlap', true, 0],
  ['some, without overlap', false, 0],
  ['all but some, with overlap', true, 0.5],
  ['some, with overlap', false, 0.5],
])('folding %s hides what is below, and nothing else', (_what, all, overlap) => {
  const random = createRandom(5)
  const { calls, roots } = makeStore(random, 2000, overlap)
  for (const share of [0, 0.1, 0.5, 1]) {
    const chosen = new Set(roots.filter(() => random() < share).map(([id]) => id!))
    const expected = roots.flatMap((root) => (chosen.has(root[0]!) === all ? root : root.slice(0, 1)))
    const rows = new FoldedRows(calls, { all, except: [...chosen].toReversed(), inner: [] })
    expect(rows.totalRows).toBe(expected.length)
    expect(Array.from({ length: expected.length }, (_, row) => rows.idAt(row))).toEqual(expected)
    expect([rows.idAt(-1), rows.idAt(expected.length)]).toEqual([0, 0])
    const places = new Map(expected.map((id, row) => [id, row]))
    for (const root of roots) {
      for (const id of root) expect(rows.rowOf(id)).toBe(places.get(id) ?? places.get(root[0]!))
    }
  }
})

test('what is no top-level call is not folded', () => {
  const { calls, roots } = makeStore(createRandom(5), 100, 0)
  const inner = roots.find((root) => root.length > 1)![1]!
  expect(new FoldedRows(calls, { all: false, except: [inner, 0, 101], inner: [] }).totalRows).toBe(100)
})
