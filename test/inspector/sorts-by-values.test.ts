/** Calls of real sessions in the order of their arguments, their results, and the suspended share of their time. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { CallRow } from '../../main/contract/calls.ts'
import type { SessionInfo } from '../../main/contract/sessions.ts'
import type { CallSortKey } from '../../main/contract/sorting.ts'
import type { SortedCalls } from '../../main/contract/service.ts'
import { fetchSessionFile } from '../support/fetch-session-file.ts'
import {
  createFolder,
  openText,
  startInspector,
  TestSession,
  valueOf,
  waitFor,
} from '../support/inspector.ts'

const GUEST = `(module
  (import "env" "tick" (func $tick))
  (import "env" "fail" (func $fail (result i32)))
  (import "env" "wait" (func $wait (param i32)))
  (import "env" "mix" (func $mix (param i32 i32 i32)))
  (func (export "none") (call $tick))
  (func (export "fails") (result i32) (call $fail))
  (func (export "waits") (param i32) (call $wait (local.get 0)))
  (func (export "int") (param i32) (result i32) (local.get 0))
  (func (export "pair") (param i32 i32) (result i32 i32) (local.get 0) (local.get 1))
  (func (export "long") (param i64) (result i64) (local.get 0))
  (func (export "float") (param f64) (result f64) (local.get 0))
  (func (export "short") (param f32) (result f32) (local.get 0))
  (func (export "nine") (param i32 i32 i32 i32 i32 i32 i32 i32 i32))
  (func (export "many") (param $n i32) (local $i i32)
    (loop $again
      (call $mix
        (i32.and (i32.mul (local.get $i) (i32.const 40503)) (i32.const 3))
        (i32.shr_u (i32.mul (local.get $i) (i32.const -1640531527)) (i32.const 28))
        (i32.mul (local.get $i) (i32.const -1640531527)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $i) (local.get $n))))))`
const HOST = `export default { env: {
  tick() {},
  fail() { throw new Error('no such thing') },
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  mix() {},
} }`
const MANY = 60_000

async function readOrder(
  { inspector, sessionId }: TestSession,
  by: CallSortKey,
  { descending = false, filterText = 'export:*', callCount = 1000, fromRow = 0, anchorId = 1 } = {},
): Promise<SortedCalls> {
  return waitFor('the order', async () => {
    const order = { by, descending, callCount }
    const request = { sessionId, filterText, order, fromRow, rowCount: 2000, anchorId }
    const sorted = valueOf(await inspector.service.readSortedCalls(request))
    return sorted.sortProgress.doneShare === 1 && sorted
  })
}

const textOf = ({ name, params }: CallRow) => [name, ...params.map(({ value }) => value)].join(' ')

async function runAll(session: TestSession, runs: readonly string[]): Promise<void> {
  for (const run of runs) {
    const [name, ...values] = run.split(' ') as [string, ...string[]]
    await session.call(name, ...values)
  }
}

/** In the order that is right. */
const RUNS = [
  'float -Infinity',
  'long -9223372036854775808',
  'int -5',
  'pair -5 -1',
  'pair -5 3',
  'short -0.5',
  'float -0',
  'int 0',
  'float 0.5',
  'int 7',
  'pair 7 -1',
  'pair 7 0',
  'long 9007199254740992',
  'float 9007199254740992',
  'long 9007199254740993',
  'float 9007199254740994',
  'long 9223372036854775806',
  'long 9223372036854775807',
  'float 9223372036854776000',
  'float Infinity',
  'float NaN',
]
const WITHOUT = ['none', 'fails']

describe.each(['arg', 'result'] as const)('by %s', (by) => {
  test('numbers are in order of their values, exactly, whatever their types are', async () => {
    const session = await openText(GUEST, HOST)
    // Not the equal ones: those are by number.
    const shuffled = [...RUNS.keys()]
      .filter((at) => !['float -0', 'int 0', 'long 9007199254740992'].includes(RUNS[at]!))
      .sort((one, other) => ((one * 8) % 21) - ((other * 8) % 21))
    await runAll(session, ['none', ...shuffled.slice(0, 9).map((at) => RUNS[at]!), 'fails'])
    await runAll(session, ['float -0', 'int 0', 'long 9007199254740992'])
    await runAll(
      session,
      shuffled.slice(9).map((at) => RUNS[at]!),
    )
    const expected = RUNS.filter(
      (run) => run !== 'long 9007199254740992' && !run.startsWith('float 9007199254740992'),
    )
    const up = await readOrder(session, by)
    const texts = up.rows.map(textOf)
    expect(texts.filter((text) => !text.endsWith(' 9007199254740992'))).toEqual([...expected, ...WITHOUT])
    expect(texts.slice(12, 14).toSorted()).toEqual(['float 9007199254740992', 'long 9007199254740992'])
    expect(up.rows[12]!.id).toBeLessThan(up.rows[13]!.id)
    const down = await readOrder(session, by, { descending: true })
    expect(down.rows.map(textOf)).toEqual([...texts.slice(0, RUNS.length).toReversed(), ...WITHOUT])
  })

  test('calls without come last, by number, and each has its row either way', async () => {
    const session = await openText(GUEST, HOST)
    await runAll(session, ['fails', 'none', 'int 2', 'none', 'fails', 'int 1', 'none'])
    for (const descending of [false, true]) {
      const { rows } = await readOrder(session, by, { descending, filterText: '' })
      expect(rows.slice(0, 2).map(textOf)).toEqual(descending ? ['int 2', 'int 1'] : ['int 1', 'int 2'])
      const others = rows.slice(2).map(({ id }) => id)
      expect(others).toEqual(others.toSorted((one, other) => one - other))
      for (const [row, { id }] of rows.entries()) {
        const { anchorRow } = await readOrder(session, by, { descending, filterText: '', anchorId: id })
        expect(anchorRow).toBe(row)
      }
    }
  })
})

test('the eighth argument decides, the ninth does not', async () => {
  const session = await openText(GUEST, HOST)
  await runAll(session, ['nine 1 1 1 1 1 1 1 3 1', 'nine 1 1 1 1 1 1 1 2 9', 'nine 1 1 1 1 1 1 1 2 8'])
  expect((await readOrder(session, 'arg')).rows.map(({ id }) => id)).toEqual([2, 3, 1])
})

test('a call that runs has arguments, and no result yet', async () => {
  const session = await openText(GUEST, HOST)
  await session.call('int', '5')
  const run = session.start('waits', '20000')
  await waitFor('the call', () => session.rows().some(({ params }) => params[0]?.value === 20_000))
  const filterText = 'depth=0'
  expect((await readOrder(session, 'arg', { descending: true, filterText })).rows[0]).toMatchObject({
    outcome: 'running',
  })
  expect((await readOrder(session, 'result', { descending: true, filterText })).rows[0]).toMatchObject({
    name: 'int',
  })
  valueOf(await session.inspector.service.cancelRun({ runId: run.runId }))
  await session.ended(run)
})

test('by the suspended share, and not by how long', async () => {
  const session = await openText(GUEST, HOST)
  await runAll(session, ['waits 60', 'none', 'waits 1', 'int 3'])
  const { rows } = await readOrder(session, 'suspendedShare', { descending: true, filterText: '' })
  const shares = rows.map(({ suspendedNs, totalNs }) => suspendedNs / totalNs)
  const known = shares.filter((share) => !Number.isNaN(share))
  expect(shares.slice(0, known.length)).toEqual(known)
  expect(known).toEqual(known.toSorted((one, other) => other - one))
  expect(new Set(rows.slice(0, 4).map(({ name }) => name))).toEqual(new Set(['wait', 'waits']))
})

describe('many calls with the same first arguments', () => {
  const compare = (one: CallRow, other: CallRow): number => {
    const [values, others] = [one, other].map(({ params }) => params.map(({ value }) => Number(value)))
    const at = values!.findIndex((value, index) => value !== others![index])
    return at < 0 ? one.id - other.id : values![at]! - others![at]!
  }

  async function check(session: TestSession): Promise<number[]> {
    const ids: number[] = []
    let before: CallRow | undefined
    for (let fromRow = 0; fromRow < MANY; fromRow += 2000) {
      const sorted = await readOrder(session, 'arg', { filterText: 'import:*', callCount: MANY + 1, fromRow })
      expect(sorted.totalRows).toBe(MANY)
      for (const row of sorted.rows) {
        if (before && compare(before, row) >= 0) expect.fail(`#${before.id} stands before #${row.id}`)
        before = row
        ids.push(row.id)
      }
    }
    expect(new Set(ids).size).toBe(MANY)
    return ids
  }

  test('are in the same order in memory, spilled to disk, and in a file that was saved', async () => {
    const session = await openText(GUEST, HOST)
    await session.call('many', String(MANY))
    const order = await check(session)

    const spilled = await openText(GUEST, HOST, { traceLimitBytes: 2_000_000 })
    await spilled.call('many', String(MANY))
    expect(await check(spilled)).toEqual(order)

    const path = join(await createFolder(), 'saved.jspi')
    writeFileSync(path, await fetchSessionFile(session.inspector, session.sessionId))
    const inspector = startInspector()
    const [info] = valueOf(await inspector.service.openFiles({ files: [{ path }] })) as [SessionInfo]
    expect(await check(new TestSession(inspector, info))).toEqual(order)
  })
})
