import { describe, expect, test } from 'vitest'
import type { CallRow } from '../../main/contract/calls.ts'
import { openExample, openText } from '../support/inspector.ts'

/** Floats lose some bits of a nanosecond; clocks do not tick finer. */
const CLOCK_NS = 1

/** For every export call: guest time and the times of its own imports make up its total. */
function expectTimesToAddUp(rows: CallRow[]): void {
  for (const row of rows) {
    const imports = rows.filter(({ parent, kind }) => parent === row.id && kind === 'import')
    if (row.kind === 'import') {
      expect(Math.abs(row.hostNs + row.suspendedNs - row.totalNs)).toBeLessThanOrEqual(CLOCK_NS)
      continue
    }
    const importsNs = imports.reduce((sum, { totalNs }) => sum + totalNs, 0)
    expect(Math.abs(row.guestNs + importsNs - row.totalNs)).toBeLessThanOrEqual(
      CLOCK_NS * (1 + imports.length),
    )
    for (const imported of imports) {
      expect(imported.startNs).toBeGreaterThanOrEqual(row.startNs)
      expect(imported.endNs!).toBeLessThanOrEqual(row.endNs!)
    }
  }
}

/** The least share of what a call does for the most part: a busy machine may stop its thread at any point. */
const MOST = 0.5

const share = (part: number, row: CallRow): number => part / row.totalNs

describe('guest, host and suspended time', () => {
  test('a guest that spins spends its time in the guest', async () => {
    const session = await openExample('times')
    await session.call('spin', '30000000')
    const [row] = session.rows()
    expect(share(row!.guestNs, row!)).toBeGreaterThan(0.99)
    expectTimesToAddUp(session.rows())
  })

  test('a guest that waits spends its time suspended', async () => {
    const session = await openExample('times')
    await session.call('wait', '200')
    const [row, imported] = session.rows()
    expect(share(row!.suspendedNs, row!)).toBeGreaterThan(MOST)
    // A timer of 200 ms fires at 199 ms at the earliest. It runs before the guest suspends.
    expect(imported!.totalNs).toBeGreaterThan(199e6)
    expectTimesToAddUp(session.rows())
  })

  test('a handler that computes spends its time in the host', async () => {
    const session = await openExample('times')
    await session.call('work', '100')
    const [row, imported] = session.rows()
    expect(share(row!.hostNs, row!)).toBeGreaterThan(MOST)
    expect(imported!.suspendedNs).toBe(0)
    expect(imported!.hostNs).toBeGreaterThanOrEqual(100e6)
    expectTimesToAddUp(session.rows())
  })

  test('a guest that spins and waits has both', async () => {
    const session = await openExample('times')
    await session.call('spin', '30000000')
    await session.call('both', '30000000', '100')
    const [spin, both] = session.rows().filter(({ kind }) => kind === 'export')
    expect(both!.hostNs + both!.suspendedNs).toBeGreaterThan(99e6)
    // The same spinning in the same process: a ratio, with room for a busy machine.
    expect(both!.guestNs / spin!.guestNs).toBeGreaterThan(0.3)
    expect(both!.guestNs / spin!.guestNs).toBeLessThan(3.5)
    expectTimesToAddUp(session.rows())
  })

  test('they add up for nested calls', async () => {
    const session = await openExample('call-back')
    await session.call('factorial', '20')
    expect(session.rows().length).toBeGreaterThan(20)
    expectTimesToAddUp(session.rows())
  })

  test('they add up for calls that overlap, and no activation is charged for another', async () => {
    const session = await openText(
      `(module
        (import "env" "later" (func $later (param i32) (result i32)))
        (import "env" "now" (func $now (param i32) (result i32)))
        (func (export "run") (param $task i32) (result i32)
          (drop (call $later (local.get $task)))
          (drop (call $now (local.get $task)))
          (call $later (local.get $task)))
        (func (export "spin") (param $rounds i32) (result i32)
          (loop $again
            (local.set $rounds (i32.sub (local.get $rounds) (i32.const 1)))
            (br_if $again (local.get $rounds)))
          (call $now (local.get $rounds))))`,
      `export default { env: {
        later: (task: number) => new Promise((resolve) => setTimeout(() => resolve(task), 20)),
        now: (task: number) => task,
      } }`,
    )
    session.inspector.service.setInterleaved({ sessionId: session.sessionId, interleaved: true })
    const runs = Array.from({ length: 20 }, (_, task) => session.start('run', String(task)))
    const spin = session.start('spin', '200000000')
    await Promise.all([...runs, spin].map((run) => session.ended(run)))
    const rows = session.rows()
    expectTimesToAddUp(rows)
    const spinRow = rows.find(({ name }) => name === 'spin')!
    for (const row of rows.filter(({ name }) => name === 'run')) {
      // All of them waited while one computed: that is suspended time, not theirs.
      expect(row.guestNs / spinRow.guestNs).toBeLessThan(0.5)
    }
  })

  test('a call that is still suspended shows times that grow', async () => {
    const session = await openExample('fail-host')
    session.start('never_settles')
    await new Promise((resolve) => setTimeout(resolve, 200))
    const before = session.rows()
    await new Promise((resolve) => setTimeout(resolve, 100))
    const after = session.rows()
    expect(before.map(({ suspended, outcome }) => [suspended, outcome])).toEqual([
      [true, 'running'],
      [true, 'running'],
    ])
    expect(after[1]!.suspendedNs - before[1]!.suspendedNs).toBeGreaterThan(50e6)
    expect(after[0]!.guestNs).toBeCloseTo(before[0]!.guestNs, -3)
  })

  test('they add up where a handler calls a function that the guest gave it', async () => {
    const session = await openText(
      `(module
        (import "env" "call" (func $call (param funcref)))
        (import "env" "work" (func $work))
        (elem declare func $inner)
        (func $inner (call $work))
        (func (export "run") (call $call (ref.func $inner)) (call $work)))`,
      `const work = () => { const end = performance.now() + 20; while (performance.now() < end); }
      export default ({ sync }: any) => ({ env: {
        call: sync((inner: () => void) => { work(); inner() }),
        work: sync(work),
      } })`,
    )
    expect((await session.call('run')).state).toBe('returned')
    const rows = session.rows()
    expect(rows.map(({ name, depth }) => [name, depth])).toEqual([
      ['run', 0],
      ['call', 1],
      ['work', 2],
      ['work', 1],
    ])
    expectTimesToAddUp(rows)
    const [run, call, , second] = rows
    expect(run!.hostNs).toBeCloseTo(call!.hostNs + second!.hostNs, -1)
    expect(run!.hostNs).toBeLessThanOrEqual(run!.totalNs)
  })
})
