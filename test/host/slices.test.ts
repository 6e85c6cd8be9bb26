import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { RunInfo } from '../../main/contract/sessions.ts'
import {
  createFolder,
  openText,
  ROOT,
  startInspector,
  TestSession,
  valueOf,
  waitFor,
} from '../support/inspector.ts'

const SLICE = { sliceMs: 2 }

/** Guests that would never end, each in a way of its own. */
const ENDLESS = {
  'a loop': '(func (export "run") (loop $again (br $again)))',
  'a loop in which everything is caught': `(func (export "run")
    (loop $outer (block $caught (try_table (catch_all $caught) (loop $again (br $again)))) (br $outer)))`,
  'a recursion of tail calls': '(func $run (export "run") (return_call $run))',
  'a recursion without a loop, of 2^60 calls': `(func (export "run") (call $tree (i32.const 60)))
    (func $tree (param $depth i32)
      (if (i32.eqz (local.get $depth)) (then (return)))
      (call $tree (i32.sub (local.get $depth) (i32.const 1)))
      (call $tree (i32.sub (local.get $depth) (i32.const 1))))`,
  'calls through a table': `(table funcref (elem $run)) (type $run (func))
    (func $run (export "run") (return_call_indirect (type $run) (i32.const 0)))`,
  'filling memory': `(memory 200) (func (export "run")
    (loop $again (memory.fill (i32.const 0) (i32.const 1) (i32.const 13000000)) (br $again)))`,
}
const ANSWERS = '(func (export "answer") (result i32) (i32.const 42))'

const isSeveral = (count: number): boolean => count > 1

async function begun(session: TestSession, run: RunInfo): Promise<void> {
  await waitFor('its call', () => session.run(run.runId).callId)
}

function interleave(session: TestSession): void {
  valueOf(session.inspector.service.setInterleaved({ sessionId: session.sessionId, interleaved: true }))
}

describe('a guest that computes for ever', () => {
  test.each(Object.entries(ENDLESS))('%s: is cancelled, and its worker lives on', async (_what, code) => {
    const session = await openText(`(module ${code} ${ANSWERS})`, null, SLICE)
    const run = session.start('run')
    await begun(session, run)
    const cancelled = valueOf(await session.inspector.service.cancelRun({ runId: run.runId }))
    expect(cancelled).toMatchObject({ state: 'cancelled', error: { code: 'CALL_CANCELLED' } })
    expect(cancelled.error!.why).toBe('')
    expect(session.info.state).toBe('ready')
    expect((await session.call('answer')).results).toEqual([{ type: 'i32', value: 42 }])
    const [row] = session.rows()
    expect(row!.outcome).toBe('cancelled')
    expect(row!.guestNs + row!.hostNs + row!.suspendedNs).toBeCloseTo(row!.totalNs, -1)
    expect(row!.suspendedNs).toBeGreaterThan(0)
  })

  test.each([
    ['a plain one', 'sync(() => {})'],
    ['one that settles at once', 'async () => {}'],
  ])('calling an import, %s: is cancelled as well', async (_what, handler) => {
    const session = await openText(
      `(module (import "env" "f" (func $f)) (func (export "run") (loop $again (call $f) (br $again))) ${ANSWERS})`,
      `export default ({ sync }: any) => ({ env: { f: ${handler} } })`,
      SLICE,
    )
    const run = session.start('run')
    await begun(session, run)
    expect(valueOf(await session.inspector.service.cancelRun({ runId: run.runId })).error!.why).toBe('')
    expect(session.info.state).toBe('ready')
    expect((await session.call('answer')).state).toBe('returned')
  })

  test('is cancelled by its time limit', async () => {
    const session = await openText(`(module ${ENDLESS['a loop']} ${ANSWERS})`, null, SLICE)
    const { sessionId, inspector } = session
    const request = { sessionId, exportName: 'run', argumentTexts: [], timeoutMs: 50 }
    const run = valueOf(inspector.service.startRun(request))
    expect(await session.ended(run)).toMatchObject({
      state: 'cancelled',
      error: { code: 'CALL_TIMED_OUT', why: 'The limit is 50 ms.' },
    })
    expect(session.info.state).toBe('ready')
  })

  test('as a command: has an instance of its own, and is cancelled', async () => {
    const session = await openText('(module (func (export "_start") (loop $again (br $again))))', null, SLICE)
    const run = session.start('_start')
    await begun(session, run)
    expect(valueOf(await session.inspector.service.cancelRun({ runId: run.runId })).state).toBe('cancelled')
    expect(session.info.state).toBe('ready')
  })
})

/** Counts its own rounds in memory; returns how far the other one has come when it has done all. */
const RACE = `(module (memory 1)
  (func (export "race") (param $own i32) (param $rounds i32) (result i32) (local $left i32)
    (local.set $left (local.get $rounds))
    (loop $again
      (i32.store (i32.shl (local.get $own) (i32.const 2))
        (i32.add (i32.const 1) (i32.load (i32.shl (local.get $own) (i32.const 2)))))
      (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    (i32.load (i32.shl (i32.xor (local.get $own) (i32.const 1)) (i32.const 2)))))`

test('two calls that compute share their thread fairly', async () => {
  const session = await openText(RACE, null, SLICE)
  interleave(session)
  const rounds = 60_000_000
  const runs = [0, 1].map((own) => session.start('race', String(own), String(rounds)))
  const others: number[] = []
  for (const run of runs) others.push(Number((await session.ended(run)).results![0]!.value))
  // When the first was ready, the other had done its share: a third at least, however crowded the machine is.
  expect(Math.min(...others)).toBeGreaterThan(rounds / 3)
  expect(session.rows().map(({ overlapped }) => overlapped)).toEqual([true, true])
})

test('without interleaving the second call waits for the first, slices or not', async () => {
  const session = await openText(RACE, null, SLICE)
  const rounds = 10_000_000
  const runs = [0, 1].map((own) => session.start('race', String(own), String(rounds)))
  expect((await session.ended(runs[0]!)).results).toEqual([{ type: 'i32', value: 0 }])
  expect((await session.ended(runs[1]!)).results).toEqual([{ type: 'i32', value: rounds }])
  expect(session.rows().map(({ overlapped }) => overlapped)).toEqual([false, false])
})

describe('a pause', () => {
  const GUEST = `(module (global $go (export "go") (mut i32) (i32.const 0))
    (func $inner (loop $again (br_if $again (i32.eqz (global.get $go)))))
    (func $outer (export "outer") nop (call $inner))
    (func (export "let_go") (global.set $go (i32.const 1))))`

  test('holds the guest, shows where it is, and lets it go on', async () => {
    const session = await openText(GUEST, null, SLICE)
    const { sessionId, inspector } = session
    interleave(session)
    const run = session.start('outer')
    await begun(session, run)
    for (let times = 0; times < 2; times++) {
      expect(valueOf(inspector.service.setPaused({ sessionId, paused: true })).paused).toBe(true)
      await waitFor('the pause', () => session.rows()[0]!.paused)
      const read = () => valueOf(inspector.service.readCall({ sessionId, callId: 1 }))
      const { stack } = await waitFor('its stack', () => (read().stack ? read() : null))
      expect(stack!.map(({ functionName }) => functionName)).toEqual(['inner', 'outer'])
      const { guestNs } = read()
      await new Promise((resolve) => setTimeout(resolve, 20))
      expect(read().guestNs).toBeCloseTo(guestNs, 0)
      expect(valueOf(inspector.service.setPaused({ sessionId, paused: false })).paused).toBe(false)
      await waitFor('the end of the pause', () => !session.rows()[0]!.paused)
      expect(read().stack).toBeNull()
    }
    await session.call('let_go')
    expect((await session.ended(run)).state).toBe('returned')
  })

  test('a call that is held is cancelled, and its time limit stands still', async () => {
    const session = await openText(GUEST, null, SLICE)
    const { sessionId, inspector } = session
    const request = { sessionId, exportName: 'outer', argumentTexts: [], timeoutMs: 100 }
    const run = valueOf(inspector.service.startRun(request))
    inspector.service.setPaused({ sessionId, paused: true })
    await waitFor('the pause', () => session.rows()[0]?.paused)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(session.run(run.runId).state).toBe('running')
    inspector.service.setPaused({ sessionId, paused: false })
    expect(await session.ended(run)).toMatchObject({ error: { code: 'CALL_TIMED_OUT' } })

    const second = session.start('outer')
    inspector.service.setPaused({ sessionId, paused: true })
    await waitFor('the pause', () => session.rows()[1]?.paused)
    expect(valueOf(await inspector.service.cancelRun({ runId: second.runId })).state).toBe('cancelled')
    expect(session.info).toMatchObject({ state: 'ready', paused: true })
  })

  test('is refused where there are no slices', async () => {
    const session = await openText(GUEST, null)
    const { sessionId, inspector } = session
    expect(inspector.service.setPaused({ sessionId, paused: true })).toMatchObject({
      ok: false,
      error: { code: 'SESSION_NOT_READY' },
    })
  })
})

test('the switch takes effect by a reload, and back', async () => {
  const session = await openText(`(module ${ENDLESS['a loop']})`, null)
  const { sessionId, inspector } = session
  expect(session.info.sliceMs).toBeNull()
  const on = valueOf(await inspector.service.setSlices({ sessionId, enabled: true }))
  expect(on).toMatchObject({ sliceMs: 10, state: 'ready', exports: [{ name: 'run' }] })
  const run = session.start('run')
  await begun(session, run)
  await inspector.service.cancelRun({ runId: run.runId })
  expect(session.info.state).toBe('ready')
  expect(valueOf(await inspector.service.setSlices({ sessionId, enabled: false })).sliceMs).toBeNull()
  const last = session.start('run')
  await begun(session, last)
  await inspector.service.cancelRun({ runId: last.runId })
  expect(session.info.state).toBe('ended')
})

describe('what the host does meanwhile', () => {
  test('its timers run', async () => {
    const session = await openText(
      `(module (import "env" "begin" (func $begin)) (global $go (export "go") (mut i32) (i32.const 0))
        (func (export "run") (call $begin) (loop $again (br_if $again (i32.eqz (global.get $go))))))`,
      `export default (context: any) => ({ env: { begin: () => {
        setTimeout(() => { context.exports.go.value = 1 }, 20)
      } } })`,
      SLICE,
    )
    expect((await session.call('run')).state).toBe('returned')
  })

  test('a call of its own waits until the guest does not compute', async () => {
    const session = await openText(
      `(module (import "env" "begin" (func $begin)) (global $inside (mut i32) (i32.const 0))
        (func (export "run") (param $rounds i32) (result i32)
          (call $begin)
          (global.set $inside (i32.const 1))
          (loop $again (br_if $again (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))
          (global.set $inside (i32.const 0))
          (i32.const 5))
        (func (export "look") (result i32) (global.get $inside)))`,
      `export default (context: any) => ({ env: { begin: () => {
        setTimeout(async () => context.console.log('inside: ' + await context.exports.look()), 5)
      } } })`,
      SLICE,
    )
    const ended = await session.call('run', '200000000')
    expect(ended.results).toEqual([{ type: 'i32', value: 5 }])
    expect(session.rows()[0]!.suspendedNs).toBeGreaterThan(0)
    await waitFor('what it saw', () => session.lines().includes('inside: 0'))
  })

  test('a guest that JavaScript has called computes to its end', async () => {
    const session = await openText(
      `(module (import "env" "call" (func $call (param funcref)))
        (elem declare func $inner)
        (func $inner (local $left i32)
          (local.set $left (i32.const 50000000))
          (loop $again (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1))))))
        (func (export "run") (call $call (ref.func $inner))))`,
      `export default ({ sync }: any) => ({ env: { call: sync((inner: () => void) => {
        inner()
        // Later it is called for no activation at all.
        setTimeout(inner, 1)
      }) } })`,
      SLICE,
    )
    expect((await session.call('run')).state).toBe('returned')
    expect((await session.call('run')).state).toBe('returned')
  })
})

test('calls that take turns in the middle of their frames keep their stacks in memory apart', async () => {
  // Writes its own mark into a frame of 64 words, computes, and counts the words that still have it.
  const session = await openText(
    `(module (memory (export "memory") 2)
      (global $__stack_pointer (mut i32) (i32.const 65536))
      (func $check (export "check") (param $mark i32) (param $depth i32) (result i32)
        (local $frame i32) (local $at i32) (local $intact i32)
        (global.set $__stack_pointer
          (local.tee $frame (i32.sub (global.get $__stack_pointer) (i32.const 256))))
        (loop $fill
          (i32.store (i32.add (local.get $frame) (local.get $at)) (local.get $mark))
          (br_if $fill (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 4))) (i32.const 256))))
        (if (local.get $depth) (then (local.set $intact
          (call $check (local.get $mark) (i32.sub (local.get $depth) (i32.const 1))))))
        (local.set $at (i32.const 0))
        (loop $work (br_if $work
          (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 1))) (i32.const 5000000))))
        (local.set $at (i32.const 0))
        (loop $read
          (local.set $intact (i32.add (local.get $intact)
            (i32.eq (i32.load (i32.add (local.get $frame) (local.get $at))) (local.get $mark))))
          (br_if $read (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 4))) (i32.const 256))))
        (global.set $__stack_pointer (i32.add (local.get $frame) (i32.const 256)))
        (local.get $intact)))`,
    null,
    { sliceMs: 1 },
  )
  interleave(session)
  const runs = Array.from({ length: 6 }, (_, mark) => session.start('check', String(mark + 1), '5'))
  for (const run of runs) {
    expect((await session.ended(run)).results).toEqual([{ type: 'i32', value: 6 * 64 }])
  }
  expect(session.info.warnings).toMatchObject([{ code: 'SLICES_OVERLAP' }])
})

test('a start function takes turns too', async () => {
  const session = await openText(
    `(module (func $start (local $left i32)
        (local.set $left (i32.const 50000000))
        (loop $again (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1))))))
      (start $start))`,
    null,
    SLICE,
  )
  expect(session.info.state).toBe('ready')
  expect(session.rows()[0]!.suspendedNs).toBeGreaterThan(0)
})

test.each(['shapes-dwarf4', 'shapes-dwarf5', 'shapes-rust-legacy', 'shapes-rust-v0'])(
  '%s: stacks of imports and traps are those of the file',
  async (name) => {
    const folder = await createFolder({
      'guest.wasm': await readFile(join(ROOT, 'test/fixtures/guest-stack', `${name}.wasm`)),
    })
    const stacks: unknown[] = []
    for (const slices of [{}, SLICE]) {
      const inspector = startInspector()
      const path = join(folder, 'guest.wasm')
      const opened = valueOf(await inspector.open({ path, stubUnbound: true, ...slices }))
      const session = new TestSession(inspector, opened)
      const { sessionId } = session
      inspector.service.setStackCapture({ sessionId, enabled: true })
      expect((await session.call('run', '5')).state).toBe('returned')
      expect((await session.call('run', '13')).state).toBe('trapped')
      stacks.push(
        session.rows().map(({ id }) => valueOf(inspector.service.readCall({ sessionId, callId: id })).stack),
      )
    }
    const frameCounts = (stacks[0] as (unknown[] | null)[]).map((stack) => stack?.length ?? 0)
    expect(frameCounts).toEqual([0, expect.toSatisfy(isSeveral), expect.toSatisfy(isSeveral)])
    expect(stacks[1]).toEqual(stacks[0])
  },
)
