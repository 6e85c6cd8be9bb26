/** What guests and handlers see where imports are not recorded: the same as where they are. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  createFolder,
  GUESTS_FOLDER,
  openText,
  startInspector,
  TestSession,
  valueOf,
  waitFor,
} from '../support/inspector.ts'

const HANDLERS = {
  'one that does not wait': (list: string) => `sync((...values) => { ${list} })`,
  'one that may wait, with a result at once': (list: string) => `(...values) => { ${list} }`,
  'an async function': (list: string) => `async (...values) => { await null; ${list} }`,
  'one that returns a promise of its own': (list: string) =>
    `(...values) => new Promise((done, fail) => setTimeout(() => { try { done((() => { ${list} })()) } catch (error) { fail(error) } }))`,
}
type Way = keyof typeof HANDLERS
const WAYS = Object.keys(HANDLERS) as Way[]

async function openUnrecorded(wat: string, host: string): Promise<TestSession> {
  const session = await openText(wat, host)
  const { sessionId, inspector } = session
  valueOf(inspector.service.setRecording({ sessionId, enabled: false }))
  return session
}

/** A guest that passes 1, 2, 3, … to an import of so many parameters. */
function passing(count: number): string {
  const type = `${'(param i32) '.repeat(count)}(result i32)`
  const values = Array.from({ length: count }, (_, index) => `(i32.const ${index + 1})`).join(' ')
  return `(module (import "env" "f" (func $f ${type}))
    (func (export "run") (result i32) (call $f ${values})))`
}

describe.each(WAYS)('an import that is not recorded, %s', (way) => {
  const makeHandler = HANDLERS[way]
  const host = (list: string) => `export default ({ sync }) => ({ env: { f: ${makeHandler(list)} } })`

  test.each([0, 1, 2, 3, 4, 5, 6])('gets %i arguments in their order', async (count) => {
    const session = await openUnrecorded(
      passing(count),
      host(`return values.reduce((read, value) => 10 * read + value, 0)`),
    )
    const expected = Number('123456'.slice(0, count) || 0)
    expect((await session.call('run')).results).toEqual([{ type: 'i32', value: expected }])
    expect(session.rows()).toHaveLength(1)
  })

  test.each([0, 1, 2, 3, 4, 5])('that fails with %i arguments is told of as such', async (count) => {
    const session = await openUnrecorded(passing(count), host(`throw new Error('no such thing')`))
    const run = await session.call('run')
    expect(run).toMatchObject({ state: 'threw', error: { code: 'HOST_THREW' } })
    expect(run.error!.why).toContain('no such thing')
    // It is not inside of that import any more.
    expect((await session.call('run')).state).toBe('threw')
  })

  test('that returns what does not fit is told of by its name', async () => {
    const session = await openUnrecorded(passing(1), host(`return 'text'`))
    expect(await session.call('run')).toMatchObject({ error: { code: 'HOST_RESULT_TYPE' } })
  })
})

test('a promise of an import that does not wait is refused, whether it is recorded or not', async () => {
  const session = await openUnrecorded(
    passing(1),
    'export default ({ sync }) => ({ env: { f: sync(async () => 1) } })',
  )
  expect(await session.call('run')).toMatchObject({ error: { code: 'HOST_SYNC_PROMISE' } })
})

const CALLED_BACK = `(module
  (import "env" "outer" (func $outer (param i32) (result i32)))
  (import "env" "inner" (func $inner (param i32) (result i32)))
  (func (export "run") (param i32) (result i32) (call $outer (local.get 0)))
  (func (export "back") (param i32) (result i32) (call $inner (local.get 0))))`

test('a handler that calls back, and an import within that, are calls of their own again', async () => {
  const session = await openUnrecorded(
    CALLED_BACK,
    `export default (context) => ({ env: {
      outer: async (n) => (await context.exports.back(n)) + (await context.exports.back(n)),
      inner: async (n) => n + 1,
    } })`,
  )
  expect((await session.call('run', '20')).results).toEqual([{ type: 'i32', value: 42 }])
  expect(session.rows()).toMatchObject([
    { id: 1, name: 'run' },
    { id: 2, parent: 1, name: 'back' },
    { id: 3, parent: 1, name: 'back' },
  ])
})

test('a call that has suspended may be recorded from then on: what comes after it is', async () => {
  const session = await openUnrecorded(
    `(module (import "env" "f" (func $f (param i32) (result i32)))
      (func (export "run") (result i32) (call $f (call $f (i32.const 200)))))`,
    `let isFirst = true
    export default { env: { async f(ms) {
      if (isFirst) { isFirst = false; console.log('waits'); await new Promise((done) => setTimeout(done, ms)) }
      return ms + 1
    } } }`,
  )
  const { sessionId, inspector } = session
  const run = session.start('run')
  await waitFor('the suspension', () => session.lines().length === 1)
  valueOf(inspector.service.setRecording({ sessionId, enabled: true }))
  expect((await session.ended(run)).results).toEqual([{ type: 'i32', value: 202 }])
  expect(session.rows()).toMatchObject([
    { id: 1, name: 'run', outcome: 'returned' },
    { id: 2, parent: 1, name: 'f', params: [{ value: 201 }], results: [{ value: 202 }] },
  ])
})

test('a cancelled guest that catches all is stopped at the next import, and the next run is not', async () => {
  const session = await openUnrecorded(
    `(module
      (import "env" "nap" (func $nap (param i32)))
      (import "env" "at_once" (func $at_once))
      (func (export "run") (param i32) (loop $again (call $at_once) (call $nap (local.get 0)) (br_if $again (i32.gt_u (local.get 0) (i32.const 9))))))`,
    `export default ({ sync }) => ({ env: {
      nap: async (ms) => { console.log('naps'); await new Promise((done) => setTimeout(done, ms)) },
      at_once: sync(() => {}),
    } })`,
  )
  const run = session.start('run', '600000')
  await waitFor('the suspension', () => session.lines().length === 1)
  await session.inspector.service.cancelRun({ runId: run.runId })
  expect((await session.ended(run)).state).toBe('cancelled')
  expect((await session.call('run', '1')).state).toBe('returned')
})

test('overlapping calls return to those who made them', async () => {
  const session = await openUnrecorded(
    passing(0).replace('(export "run")', '(export "run") (param i32)'),
    `let count = 0
    export default { env: { async f() {
      const number = count++
      await new Promise((done) => setTimeout(done, 200 - 20 * number))
      return number
    } } }`,
  )
  const { sessionId, inspector } = session
  valueOf(inspector.service.setInterleaved({ sessionId, interleaved: true }))
  const runs = Array.from({ length: 10 }, (_, index) => session.start('run', String(index)))
  const ended = await Promise.all(runs.map((run) => session.ended(run)))
  expect(ended.map(({ results }) => results?.[0]?.value)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
})

test.each([true, false])(
  'guests with a stack in memory that go on together keep their own, recorded: %s',
  async (isRecorded) => {
    const folder = await createFolder({
      'stack.wasm': await readFile(join(GUESTS_FOLDER, 'stack/stack.wasm')),
      // All of them wait for one promise: between two of them nothing else runs.
      'host.ts': `let gate
      export default { env: { wait() {
        gate ??= new Promise((resolve) => setTimeout(() => { gate = undefined; resolve() }, 20))
        return gate
      } } }`,
    })
    const inspector = startInspector()
    const opened = valueOf(await inspector.open({ path: join(folder, 'stack.wasm'), trustHost: true }))
    const session = new TestSession(inspector, opened)
    const { sessionId } = session
    valueOf(inspector.service.setRecording({ sessionId, enabled: isRecorded }))
    valueOf(inspector.service.setInterleaved({ sessionId, interleaved: true }))
    const runs = Array.from({ length: 40 }, (_, task) => session.start('check', String(task), '4'))
    const ended = await Promise.all(runs.map((run) => session.ended(run)))
    expect(ended.map(({ results }) => results?.[0]?.value)).toEqual(runs.map(() => 256))
  },
)

test('host code knows of which import it runs, and that it has returned', async () => {
  const session = await openUnrecorded(
    `(module
      (import "env" "plain" (func $plain (param f64 f64)))
      (import "env" "later" (func $later (param f64 f64)))
      (func (export "run") (call $plain (f64.const 1) (f64.const 2)) (call $later (f64.const 3) (f64.const 4))))`,
    `export default ({ sync, show, console }) => ({ env: {
      plain: sync((...values) => {
        console.log('in plain', show(...values))
        setTimeout(() => console.log('after all', show(...values)), 100)
      }),
      later: async (...values) => {
        await null
        console.log('in later', show(...values))
      },
    } })`,
  )
  await session.call('run')
  await waitFor('the last line', () => session.lines().some((line) => line.startsWith('after all')))
  expect(session.lines().filter((line) => !line.startsWith('wasm'))).toEqual([
    'in plain [F64(1), F64(2)]',
    'in later [F64(3), F64(4)]',
    // No import's types are asked for any more.
    'after all [I32(1), I32(2)]',
  ])
})

test('host code that calls an export by itself goes on when the guest would wait', async () => {
  const session = await openUnrecorded(
    `(module
      (import "env" "at_once" (func $at_once))
      (import "env" "say" (func $say))
      (func (export "run") (call $at_once) (call $say)))`,
    `export default (context) => {
      setTimeout(() => {
        context.exports.run()
        context.console.log('the caller goes on')
      }, 200)
      return { env: {
        at_once: () => context.console.log('at once'),
        say: context.sync(() => context.console.log('the guest goes on')),
      } }
    }`,
  )
  await waitFor('three lines', () => session.lines().length === 3)
  expect(session.lines()).toEqual(['at once', 'the caller goes on', 'the guest goes on'])
})
