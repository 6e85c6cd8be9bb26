import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunInfo, SessionInfo } from '../../main/contract/sessions.ts'
import type { Result } from '../../main/contract/result.ts'
import { MESSAGE_BURST } from '../../main/doors/rate-limit.ts'
import { ROOT_FOLDER } from './doors.ts'
import type { Connection, DoorDriver, OpenDoor } from './doors.ts'
import { ask, call, codeOf, nextId, postForProblem } from './raw.ts'
import { ANSWERS, FUNCTION_NAMES, REQUESTS } from './requests.ts'

const SUM_FOLDER = resolve(ROOT_FOLDER, 'guests/sum')

/** Messages that are no requests and have no id to answer to. */
const NAMELESS: [what: string, message: unknown][] = [
  ['null', null],
  ['nothing', undefined],
  ['a number', 0],
  ['a text', 'attach'],
  ['true', true],
  ['a list', []],
  ['an empty object', {}],
  ['a request without id', { t: 'q', m: 'attach', a: [] }],
  ['an id that is a number', { t: 'q', i: 1, m: 'attach', a: [] }],
  ['an id that is an object', { t: 'q', i: { toString: 'x' }, m: 'attach', a: [] }],
  ['an id that is too long', { t: 'q', i: 'x'.repeat(1_000_000), m: 'attach', a: [] }],
  ['bytes', new Uint8Array(1000)],
]

/** Messages that have an id but are no requests. */
const NAMED: [what: string, message: object][] = [
  ['no type', { m: 'attach', a: [] }],
  ['a type that is unknown', { t: 'x', m: 'attach', a: [] }],
  ['an answer to nothing', { t: 's', r: 1 }],
  ['no function', { t: 'q', a: [] }],
  ['a function that is a number', { t: 'q', m: 1, a: [] }],
  ['a function that is a list', { t: 'q', m: ['attach'], a: [] }],
  ['a function name that is too long', { t: 'q', m: 'x'.repeat(1000), a: [] }],
  ['no arguments', { t: 'q', m: 'attach' }],
  ['arguments that are no list', { t: 'q', m: 'attach', a: { length: 0 } }],
]

/** What `toString` and the like would be on an ordinary object, and a wrong name. */
const FOREIGN_NAMES = [
  'toString',
  'valueOf',
  'hasOwnProperty',
  'constructor',
  '__proto__',
  '__defineGetter__',
  'then',
  'sessionChanged',
  '$call',
  'readcalls',
]

/** What the contract promises to every client, whichever door it comes by. */
export function describeContract(driver: DoorDriver): void {
  describe(`contract, ${driver.name}`, () => {
    let door: OpenDoor
    /** Misbehaves. */
    let rude: Connection
    /** Must not notice. */
    let other: Connection
    const runs = new Map<string, RunInfo>()
    const problems: unknown[] = []

    beforeAll(async () => {
      door = await driver.open()
      rude = await door.connect()
      other = await door.connect({
        runChanged: (run) => runs.set(run.runId, run),
        problem: (error) => problems.push(error),
      })
    })
    afterAll(() => door.close())

    async function expectUnharmed(): Promise<void> {
      expect(codeOf(await rude.client.call('attach'))).toBe('ok')
      expect(codeOf(await other.client.call('attach'))).toBe('ok')
      expect(problems).toEqual([])
    }

    async function openExample(name: string): Promise<SessionInfo> {
      const session = take(await other.client.call('openExample', { name }))
      expect(session).toMatchObject({ state: 'ready', error: null })
      return session
    }

    test('a guest is opened, run and read', async () => {
      const { sessionId } = await openExample('sum')
      const started = take(
        await other.client.call('startRun', { sessionId, exportName: 'sum', argumentTexts: ['223'] }),
      )
      await expect.poll(() => runs.get(started.runId)?.state, { timeout: 30_000 }).toBe('returned')

      const answer = statSync(resolve(SUM_FOLDER, 'Cargo.toml')).size
      expect(runs.get(started.runId)?.results).toEqual([{ type: 'i32', value: 223 + answer }])
      const calls = take(await other.client.call('readCalls', { sessionId, fromRow: 0, rowCount: 10 }))
      expect(calls.rows.map(({ kind, name, parent, outcome }) => [kind, name, parent, outcome])).toEqual([
        ['export', 'sum', null, 'returned'],
        ['import', 'from_host', 1, 'returned'],
      ])
      const detail = take(await other.client.call('readCall', { sessionId, callId: 2 }))
      expect(detail.ancestors.map(({ id }) => id)).toEqual([1])
      const timings = take(await other.client.call('readTimings', { sessionId }))
      expect(timings.map(({ name, count }) => [name, count])).toContainEqual(['from_host', 1])
      const printed = take(await other.client.call('readConsole', { sessionId, fromLine: 0, lineCount: 10 }))
      expect(printed.lines.map(({ text }) => text)).toContain('called from wasm: [I32(10), I32(1)]')
      const piece = take(await other.client.call('exportTrace', { sessionId, fromCallId: 1 }))
      expect(
        String(piece.content)
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line).id)
          .sort(),
      ).toEqual([1, 2])
      expect(codeOf(await other.client.call('closeSession', { sessionId }))).toBe('ok')
    })

    test('every client hears of every session', async () => {
      const heard: string[] = []
      const third = await door.connect({ sessionChanged: ({ guest }) => heard.push(guest.name) })
      const { sessionId } = await openExample('chatty')
      await expect.poll(() => heard, { timeout: 30_000 }).toContain('chatty.wasm')
      await other.client.call('closeSession', { sessionId })
      third.client.close()
    })

    test('bytes arrive as they are', async () => {
      const bytes = new Uint8Array(readFileSync(resolve(SUM_FOLDER, 'sum.wasm')))
      const [session] = take(
        await other.client.call('openFiles', { files: [{ name: 'dropped.wasm', bytes }] }),
      )
      expect(session).toMatchObject({
        guest: { name: 'dropped.wasm', sizeBytes: bytes.length },
        state: 'unbound',
        exports: expect.arrayContaining([expect.objectContaining({ name: 'sum', typeText: '(i32) → i32' })]),
      })
      await other.client.call('closeSession', { sessionId: session?.sessionId ?? '' })
    })

    test.each(FUNCTION_NAMES)('%s answers with a result', async (name) => {
      expect(codeOf(await call(rude.channel, name, REQUESTS[name]))).toBe(ANSWERS[name])
    })

    test.each(FUNCTION_NAMES)('%s refuses arguments of a wrong shape', async (name) => {
      const [request] = REQUESTS[name] as unknown[]
      const wrong = request
        ? [[], [null], ['text'], [[request]], [{}], [{ ...request, surplus: 1 }], [request, request]]
        : [[null], [{}], [undefined]]
      for (const args of wrong) {
        const result = await call(rude.channel, name, args)
        expect(result, JSON.stringify(args)).toMatchObject({
          ok: false,
          error: { code: 'MESSAGE_INVALID', why: expect.stringMatching(new RegExp(`^${name}: `)) },
        })
      }
      await expectUnharmed()
    })

    test('a refusal names the path', async () => {
      const wrong: [name: string, request: unknown, path: string][] = [
        ['openFiles', { files: [{ path: 'x' }, { path: 1 }] }, 'request.files.1'],
        ['readCalls', { sessionId: 'a', fromRow: -1, rowCount: 1 }, 'request.fromRow'],
        ['readCalls', { sessionId: 'a', fromRow: 0, rowCount: Number.NaN }, 'request.rowCount'],
        ['readCalls', { sessionId: 'a', fromRow: 0, rowCount: 1e9 }, 'request.rowCount'],
        ['startRun', { sessionId: 'a', exportName: 'f', argumentTexts: ['1', 2] }, 'request.argumentTexts.1'],
        ['openExample', { name: '../../etc' }, 'request.name'],
        ['saveLayout', { layout: { width: 'wide' } }, 'request.layout.width'],
      ]
      for (const [name, request, path] of wrong) {
        expect(await call(rude.channel, name, [request])).toMatchObject({
          error: { code: 'MESSAGE_INVALID', why: expect.stringContaining(`${name}: ${path}`) },
        })
      }
    })

    test.each(FOREIGN_NAMES)('there is no function %s', async (name) => {
      expect(codeOf(await call(rude.channel, name, []))).toBe('FUNCTION_UNKNOWN')
      await expectUnharmed()
    })

    test.each(NAMED)('a message with %s is answered', async (_what, message) => {
      expect(codeOf(await ask(rude.channel, { ...message, i: nextId() }))).toBe('MESSAGE_INVALID')
      await expectUnharmed()
    })

    test.each(NAMELESS)('%s causes a problem event for its sender alone', async (_what, message) => {
      expect(await postForProblem(rude.channel, message)).toBe('MESSAGE_INVALID')
      await expectUnharmed()
    })

    test('a huge message is answered shortly', async () => {
      // The second is quoted by the validator, which does not know how long it is.
      for (const name of ['x'.repeat(20_000_000), '/'.repeat(9_000)]) {
        const result = await call(rude.channel, 'openExample', [{ name }])
        expect(codeOf(result)).toBe('MESSAGE_INVALID')
        expect(JSON.stringify(result).length).toBeLessThan(1000)
      }
      await expectUnharmed()
    })

    test('a message that is nested deeply does no harm', async () => {
      let nested: unknown = 1
      for (let depth = 0; depth < 500; depth += 1) nested = [nested]
      expect(codeOf(await call(rude.channel, 'openExample', [nested]))).toBe('MESSAGE_INVALID')
      await expectUnharmed()
    })

    test('every message of a flood is answered, and others go on', async () => {
      const flooding = await door.connect()
      const answers = Promise.all(
        Array.from({ length: MESSAGE_BURST * 2 }, async () =>
          codeOf(await flooding.client.call('cancelRun', { runId: 'none' })),
        ),
      )
      await expectUnharmed()
      const codes = new Set(await answers)
      // How many are too many depends on how fast this machine is.
      codes.delete('MESSAGE_RATE')
      expect([...codes]).toEqual(['RUN_NOT_FOUND'])
      // It is not locked out for good.
      await expect
        .poll(async () => codeOf(await flooding.client.call('attach')), { timeout: 30_000 })
        .toBe('ok')
      flooding.client.close()
    })

    test('a client that leaves in the middle of a call does no harm', async () => {
      const leaving = await door.connect()
      const calls = Promise.allSettled([
        leaving.client.call('openExample', { name: 'sum' }),
        leaving.client.call('attach'),
      ])
      leaving.client.close()
      expect((await calls).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
      await expectUnharmed()
    })
  })
}

/** The value of a result that has to be one. */
function take<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.why}`)
  return result.value
}
