/** Holds docs/trace-format.schema.json to what the inspector really writes, for every bundled guest. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openExample, openText, ROOT, startInspector, TestSession } from '../support/inspector.ts'
import { valueOf, waitFor } from '../support/inspector.ts'
import type { Line } from './trace-lines.ts'
import { explainRefusal, exportLines, findProblems, parseLines } from './trace-lines.ts'

/** Runs exports one after the other, whatever becomes of them. */
function calling(...calls: [exportName: string, ...argumentTexts: string[]][]) {
  return async (session: TestSession): Promise<void> => {
    for (const [exportName, ...argumentTexts] of calls) await session.call(exportName, ...argumentTexts)
  }
}

/** Runs an export several times at once, each time with another number as its first argument. */
async function callAtOnce(session: TestSession, exportName: string, second: string): Promise<void> {
  const { inspector, sessionId } = session
  valueOf(inspector.service.setInterleaved({ sessionId, interleaved: true }))
  const runs = ['1', '2', '3', '4'].map((first) => session.start(exportName, first, second))
  await Promise.all(runs.map((run) => session.ended(run)))
}

/** Runs exports that do not end by themselves, and cancels each once it is suspended. */
async function cancelSuspended(session: TestSession, ...exportNames: string[]): Promise<void> {
  for (const exportName of exportNames) {
    const run = session.start(exportName)
    await waitFor('its suspension', () => session.rows().at(-1)?.suspended)
    await session.inspector.service.cancelRun({ runId: run.runId })
  }
}

/** What is done with each bundled guest. */
const USES: Record<string, (session: TestSession) => Promise<void>> = {
  sum: calling(['sum', '223']),
  async timers(session) {
    const { inspector, sessionId } = session
    valueOf(inspector.service.setStackCapture({ sessionId, enabled: true }))
    await calling(['nap', '2'], ['laps', '3', '1'])(session)
  },
  'word-count': calling(['countWords', '64']),
  values: calling(
    ['i32', '-2147483648'],
    ['i64', '9007199254740993'],
    ['f32', 'nan'],
    ['f32', '0x1p-149'],
    ['f64', '-inf'],
    ['f64', '-0'],
    ['externref', '"text"'],
    ['externref', 'null'],
    ['funcref', 'null'],
    ['all', '1', '2', '3.5', '4.25', '"five"', 'null'],
    ['swap', '1', '-1'],
    ['host_object'],
    ['own_function'],
    ['limits'],
  ),
  chatty: calling(['call_both', '200']),
  times: calling(['spin', '100000'], ['wait', '3'], ['work', '3'], ['both', '100000', '3']),
  'in-flight': (session) => callAtOnce(session, 'run', '3'),
  stack: (session) => callAtOnce(session, 'check', '2'),
  'call-back': calling(['factorial', '6']),
  'fail-trap': (session) =>
    calling(
      ...session.info.exports.filter(({ kind }) => kind === 'function').map(({ name }) => [name] as [string]),
    )(session),
  async 'fail-host'(session) {
    await calling(
      ['throws'],
      ['throws_sync'],
      ['throws_text'],
      ['rejects'],
      ['wrong_type'],
      ['wrong_i64'],
      ['wrong_count'],
      ['sync_promise'],
      ['catch_rejection'],
    )(session)
    await cancelSuspended(session, 'until_cancelled', 'catch_cancellation', 'never_settles')
  },
  async 'fail-loop'(session) {
    const run = session.start('loop_calling_sync')
    await waitFor('some calls', () => session.status().callCount > 1000)
    await session.inspector.service.cancelRun({ runId: run.runId })
  },
  async 'fail-unbound'(session) {
    const { inspector, sessionId } = session
    const stubs = [
      { module: 'env', name: 'missing', values: ['7'] },
      { module: 'other', name: 'also_missing', values: [] },
    ]
    for (const { module, name, values } of stubs) {
      const stub = { kind: 'return', values, delayMs: 1 } as const
      valueOf(await inspector.service.setStub({ sessionId, module, name, stub }))
    }
    await session.call('run', '5')
  },
  // It never becomes ready: its start function calls an import and traps.
  'fail-start': async () => {},
}

describe('the trace of a bundled guest fits the schema and adds up', () => {
  test('every guest is looked at', () => {
    const { examples } = valueOf(startInspector().service.attach())
    expect(Object.keys(USES).sort()).toEqual(examples.map(({ name }) => name).sort())
  })

  test.each(Object.keys(USES))('%s', async (name) => {
    const session = await openExample(name)
    const streamed: string[] = []
    session.inspector.streamTrace(session.sessionId, (lines) => streamed.push(lines))
    await USES[name]!(session)

    const lines = exportLines(session)
    expect(lines.length).toBeGreaterThan(0)
    expect(findProblems(lines)).toEqual([])
    // All have ended: what was written on the way is the same, in order of ending.
    const written = parseLines(streamed.join('')).sort((a, b) => a.id - b.id)
    expect(written).toEqual(lines)
    expect(lines.every(({ outcome }) => outcome !== 'running')).toBe(true)
  })
})

/** The first line of a kind and outcome in the trace of fail-host. */
async function realLine(exportName: string, kind: Line['kind']): Promise<Line> {
  const session = await openExample('fail-host')
  await session.call(exportName)
  return exportLines(session).find((line) => line.kind === kind)!
}

describe('every value is kept', () => {
  test('numbers that JSON cannot say are strings', async () => {
    const session = await openExample('values')
    await session.call('limits')
    const values = exportLines(session)[0]!.results!.map(({ type, value }) => [type, value])
    expect(values).toEqual([
      ['i32', -2147483648],
      ['i32', 2147483647],
      ['i64', '-9223372036854775808'],
      ['i64', '9223372036854775807'],
      ['f32', 'NaN'],
      ['f32', 1.401298464324817e-45],
      ['f64', '-0'],
      ['f64', '-Infinity'],
      ['f64', 1.7976931348623157e308],
    ])
  })

  test('a reference has one handle throughout the session', async () => {
    const session = await openExample('values')
    await session.call('externref', '"text"')
    await session.call('host_object')
    const lines = exportLines(session)
    const [outer, inner] = lines
    const text = { type: 'externref', value: 'externref#1', preview: '"text"' }
    for (const values of [outer!.params, inner!.params, inner!.results, outer!.results]) {
      expect(values).toEqual([text])
    }
    const made = { type: 'externref', value: 'externref#2', preview: 'Object' }
    // The export, the import that makes the object, and the one that it is passed through.
    expect(lines.slice(2).map(({ results }) => results)).toEqual([[made], [made], [made]])
  })
})

describe("the guest's stack", () => {
  test('is there for calls that failed, with files, lines and inlined functions', async () => {
    const path = join(ROOT, 'test/fixtures/guest-stack/shapes-dwarf5.wasm')
    const inspector = startInspector()
    const session = new TestSession(inspector, valueOf(await inspector.open({ path, stubUnbound: true })))
    const streamed: string[] = []
    inspector.streamTrace(session.sessionId, (lines) => streamed.push(lines))
    await session.call('run', '13')
    const lines = exportLines(session)
    expect(findProblems(lines)).toEqual([])
    const { stack } = lines.find(({ outcome }) => outcome === 'trapped')!
    const [{ offset } = { offset: 0 }] = stack!
    expect(stack!.slice(0, 2)).toEqual([
      {
        offset,
        function: 'shapes::Square<int>::area',
        file: 'shapes.cc',
        line: 15,
        column: 21,
        inlined: true,
      },
      expect.objectContaining({
        offset,
        function: 'shapes::(anonymous namespace)::twice',
        line: 24,
        inlined: true,
      }),
    ])
    expect(stack!.map(({ inlined }) => inlined)).toEqual([true, true, undefined, undefined])
    expect(parseLines(streamed.join('')).find(({ id }) => id === 1)!.stack).toEqual(stack)
  })

  test('is there for calls of imports once it is asked for, and gives no name that nothing tells', async () => {
    const session = await openText(
      `(module (import "env" "ask" (func (result i32)))
        (func (result i32) (call 0)) (func (export "run") (result i32) (i32.add (call 1) (i32.const 1))))`,
      'export default { env: { ask: async () => 7 } }',
    )
    const { inspector, sessionId } = session
    await session.call('run')
    valueOf(inspector.service.setStackCapture({ sessionId, enabled: true }))
    await session.call('run')
    const lines = exportLines(session)
    expect(findProblems(lines)).toEqual([])
    const offset = expect.any(Number)
    const stack = [
      { offset, function: null },
      { offset, function: 'run' },
    ]
    expect(lines.map((line) => line.stack)).toEqual([undefined, undefined, undefined, stack])
  })
})

describe('calls that have not returned', () => {
  test('running ones have neither end nor results, and their times add up to now', async () => {
    const session = await openExample('fail-host')
    session.start('never_settles')
    await waitFor('its suspension', () => session.rows()[1]?.suspended)
    const lines = exportLines(session)
    expect(findProblems(lines)).toEqual([])
    expect(lines.map(({ outcome, endNs, results }) => ({ outcome, endNs, results }))).toEqual([
      { outcome: 'running', endNs: null, results: null },
      { outcome: 'running', endNs: null, results: null },
    ])
    const [outer, inner] = lines
    expect(inner!.suspendedNs).toBeGreaterThan(0)
    expect(outer!.suspendedNs).toBeGreaterThanOrEqual(inner!.suspendedNs - 1)
  })

  test.each([
    ['throws', 'threw', 'HOST_THREW'],
    ['wrong_i64', 'threw', 'HOST_RESULT_TYPE'],
  ])('%s', async (exportName, outcome, code) => {
    for (const kind of ['export', 'import'] as const) {
      const line = await realLine(exportName, kind)
      expect(line).toMatchObject({ outcome, results: null, error: { code, message: expect.any(String) } })
    }
  })

  test('those of a worker that has gone end with it', async () => {
    const wat = '(module (import "env" "leave" (func $leave)) (func (export "run") (call $leave)))'
    const session = await openText(wat, 'export default { env: { leave() { process.exit(3) } } }')
    await session.call('run')
    const lines = exportLines(session)
    expect(findProblems(lines)).toEqual([])
    expect(lines.map(({ outcome, error }) => [outcome, error?.code])).toEqual([
      ['cancelled', 'WORKER_EXITED'],
      ['cancelled', 'WORKER_EXITED'],
    ])
  })

  test('a start function and what it calls', async () => {
    const lines = exportLines(await openExample('fail-start'))
    expect(findProblems(lines)).toEqual([])
    expect(lines).toMatchObject([
      { kind: 'start', parent: null, name: '(start)', outcome: 'trapped' },
      { kind: 'import', parent: 1, name: 'starting', outcome: 'returned' },
    ])
  })
})

/** A line that fits, recorded once, in the first test that asks. */
let recording: Promise<Line> | null = null

async function recordImport(): Promise<Line> {
  const session = await openExample('sum')
  await session.call('sum', '223')
  return exportLines(session)[1]!
}

describe('a broken line is refused', () => {
  const CHANGES: [what: string, change: (line: Record<string, unknown>) => void][] = [
    ['another version', (line) => (line.v = 2)],
    ['an unknown field', (line) => (line.colour = 'red')],
    ['no id', (line) => delete line.id],
    ['an id of 0', (line) => (line.id = 0)],
    ['a parent that is a text', (line) => (line.parent = '1')],
    ['an unknown kind', (line) => (line.kind = 'call')],
    ['an import without a module', (line) => delete line.module],
    ['guest time in an import', (line) => (line.guestNs = 1)],
    [
      'an import that traps',
      (line) => Object.assign(line, { outcome: 'trapped', results: null, error: ERROR }),
    ],
    ['an unknown outcome', (line) => (line.outcome = 'failed')],
    ['results although it failed', (line) => Object.assign(line, { outcome: 'threw', error: ERROR })],
    ['no results although it returned', (line) => (line.results = null)],
    ['no error although it failed', (line) => Object.assign(line, { outcome: 'threw', results: null })],
    ['results although it exited', (line) => (line.outcome = 'exited')],
    ['an error although it returned', (line) => (line.error = ERROR)],
    ['an end although it runs', (line) => Object.assign(line, { outcome: 'running', results: null })],
    ['no end although it returned', (line) => (line.endNs = null)],
    ['a negative time', (line) => (line.hostNs = -1)],
    ['a fraction of a nanosecond', (line) => (line.startNs = 1.5)],
    ['an i32 beyond its range', (line) => (line.params = [{ type: 'i32', value: 2 ** 31 }])],
    ['an i64 as a number', (line) => (line.params = [{ type: 'i64', value: 1 }])],
    ['an i64 in hexadecimal', (line) => (line.params = [{ type: 'i64', value: '0x1' }])],
    ['a float that is a word', (line) => (line.params = [{ type: 'f64', value: 'inf' }])],
    ['a reference without a number', (line) => (line.params = [{ type: 'externref', value: 'externref' }])],
    ['a preview of a number', (line) => (line.params = [{ type: 'i32', value: 1, preview: '1' }])],
    ['a stack without frames', (line) => (line.stack = [])],
    ['a frame without a function', (line) => (line.stack = [{ offset: 1 }])],
    ['a line 0', (line) => (line.stack = [{ offset: 1, function: null, line: 0 }])],
    ['a vector', (line) => (line.params = [{ type: 'v128', value: '0' }])],
    [
      'an error without a code',
      (line) => {
        Object.assign(line, { outcome: 'threw', results: null, error: { message: 'It failed.' } })
      },
    ],
  ]
  const ERROR = { code: 'HOST_THREW', message: 'A host function failed.' }

  test.each(CHANGES)('%s', async (_what, change) => {
    const line = structuredClone(await (recording ??= recordImport())) as unknown as Record<string, unknown>
    expect(explainRefusal(line)).toBeNull()
    change(line)
    expect(explainRefusal(line)).not.toBeNull()
  })
})

test('the examples in docs/trace-format.md fit the schema', () => {
  const text = readFileSync(join(ROOT, 'docs/trace-format.md'), 'utf8')
  const examples = [...text.matchAll(/```jsonl\n(.*?)```/gs)].flatMap(([, lines]) => parseLines(lines!))
  expect(examples.length).toBeGreaterThan(2)
  for (const example of examples) expect(explainRefusal(example)).toBeNull()
})
