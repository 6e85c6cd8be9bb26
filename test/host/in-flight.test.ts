import { describe, expect, test } from 'vitest'
import { openExample, openText, valueOf, waitFor } from '../support/inspector.ts'

describe('several calls in flight', () => {
  test('wait for their turn on an instance, unless overlap is allowed', async () => {
    const session = await openExample('in-flight')
    const runs = Array.from({ length: 4 }, (_, task) => session.start('run', String(task), '3'))
    expect(runs.map(({ runId }) => session.run(runId).state)).toEqual([
      'running',
      'queued',
      'queued',
      'queued',
    ])
    await Promise.all(runs.map((run) => session.ended(run)))
    // One after the other: no export call begins before the one before it has ended.
    const exported = session.rows().filter(({ kind }) => kind === 'export')
    for (const [index, row] of exported.slice(1).entries()) {
      expect(row.startNs).toBeGreaterThanOrEqual(exported[index]!.endNs!)
    }
    expect(exported.filter(({ overlapped }) => overlapped)).toEqual([])
  })

  test('overlap when allowed; each row lies below its own call', async () => {
    const session = await openExample('in-flight')
    const { service } = session.inspector
    valueOf(service.setInterleaved({ sessionId: session.sessionId, interleaved: true }))
    const runs = Array.from({ length: 5 }, (_, task) => session.start('run', String(task), '4'))
    await waitFor(
      'five suspensions',
      () => session.rows().filter(({ depth, suspended }) => depth === 1 && suspended).length === 5,
    )
    const ended = await Promise.all(runs.map((run) => session.ended(run)))
    expect(ended.map(({ results }) => results![0]!.value)).toEqual([78, 66, 94, 82, 110])
    const rows = session.rows()
    expect(rows).toHaveLength(25)
    for (const [index, row] of rows.entries()) {
      const root = rows[index - (index % 5)]!
      expect(row.depth).toBe(index % 5 === 0 ? 0 : 1)
      if (row.depth === 1) expect(row.parent).toBe(root.id)
      // Every import call carries its task as the first argument: it is the one of the call above it.
      expect(row.params[0]).toEqual(root.params[0])
    }
    // All were suspended together: each overlapped with all others, and with none of its own imports.
    const roots = rows.filter(({ depth }) => depth === 0)
    for (const { id } of roots) {
      const call = valueOf(service.readCall({ sessionId: session.sessionId, callId: id }))
      const others = roots.map((root) => root.id).filter((other) => other !== id)
      expect(call.overlaps.map((other) => other.id)).toEqual(others)
      expect(call).toMatchObject({ overlapped: true, overlapsCut: false })
    }
    expect(rows.filter(({ kind, overlapped }) => kind === 'import' && overlapped)).toEqual([])
    const anchor = rows[7]!
    const read = valueOf(
      service.readCalls({ sessionId: session.sessionId, fromRow: 0, rowCount: 1, anchorId: anchor.id }),
    )
    expect(read.anchorRow).toBe(7)
  })

  test('two thousand suspended at once on one instance', async () => {
    const session = await openText(
      `(module
        (import "env" "gate" (func $gate (param i32) (result i32)))
        (import "env" "release" (func $release))
        (func (export "enter") (param i32) (result i32) (call $gate (local.get 0)))
        (func (export "open") (call $release)))`,
      `const waiting: (() => void)[] = []
      export default { env: {
        gate: (n: number) => new Promise<number>((resolve) => waiting.push(() => resolve(n))),
        release: () => { for (const open of waiting) open() },
      } }`,
    )
    session.inspector.service.setInterleaved({ sessionId: session.sessionId, interleaved: true })
    const runs = Array.from({ length: 2000 }, (_, n) => session.start('enter', String(n)))
    await waitFor('all of them', () => session.status().inFlightCount === 4000)
    await session.call('open')
    await waitFor('their returns', () => session.status().inFlightCount === 0)
    expect(await session.ended(runs.at(-1)!)).toMatchObject({ state: 'returned', results: [{ value: 1999 }] })
    expect(session.status()).toMatchObject({ callCount: 4002, droppedCount: 0 })
  })
})

test('calls of the host back into the guest lie inside of the import that made them', async () => {
  const session = await openExample('call-back')
  const run = await session.call('factorial', '5')
  expect(run.results).toEqual([{ type: 'i64', value: '120' }])
  const rows = session.rows()
  for (const row of rows.slice(1)) {
    const parent = rows.find(({ id }) => id === row.parent)!
    expect(parent.depth).toBe(row.depth - 1)
    expect(parent.kind).not.toBe(row.kind)
    expect(parent.startNs).toBeLessThanOrEqual(row.startNs)
    expect(parent.endNs!).toBeGreaterThanOrEqual(row.endNs!)
  }
  const detail = valueOf(
    session.inspector.service.readCall({ sessionId: session.sessionId, callId: rows.at(-1)!.id }),
  )
  expect(detail.ancestors.map(({ id }) => id)).toEqual(rows.slice(0, -1).map(({ id }) => id))
})

test('values of every type survive the way through an import and back', async () => {
  const session = await openExample('values')
  const cases: [string, string, string | number | null][] = [
    ['i32', '-2147483648', -2147483648],
    ['i32', '0xffffffff', -1],
    ['i64', '9007199254740993', '9007199254740993'],
    ['i64', '-9223372036854775808', '-9223372036854775808'],
    ['f32', '0.1', Math.fround(0.1)],
    ['f64', 'nan', 'NaN'],
    ['f64', '-inf', '-Infinity'],
    ['f64', '-0', '-0'],
    ['f64', '1e308', 1e308],
    ['externref', 'null', null],
    ['funcref', 'null', null],
  ]
  for (const [exportName, text, value] of cases) {
    const run = await session.call(exportName, text)
    expect(run).toMatchObject({ state: 'returned', results: [{ type: exportName, value }] })
    const [exported, imported] = session.rows().slice(-2)
    for (const row of [exported!, imported!]) {
      expect(row.params).toEqual([{ type: exportName, value }])
      expect(row.results).toEqual([{ type: exportName, value }])
    }
  }
  const text = await session.call('externref', '"abc"')
  expect(text.results![0]).toMatchObject({ type: 'externref', preview: '"abc"' })
  const [exported, imported] = session.rows().slice(-2)
  expect(imported!.params[0]!.value).toBe(exported!.params[0]!.value)
  expect(exported!.params[0]!.value).toMatch(/^externref#\d+$/)

  const refused = session.inspector.service.startRun({
    sessionId: session.sessionId,
    exportName: 'v128',
    argumentTexts: ['0'],
  })
  expect(refused).toMatchObject({ ok: false, error: { code: 'TYPE_UNSUPPORTED' } })
})

test.each([
  [[], 'ARGUMENT_COUNT'],
  [['1', '2'], 'ARGUMENT_COUNT'],
  [['abc'], 'ARGUMENT_TYPE'],
  [[''], 'ARGUMENT_TYPE'],
  [['4294967296'], 'ARGUMENT_RANGE'],
])('arguments %j are refused before the guest is called: %s', async (argumentTexts, code) => {
  const session = await openExample('sum')
  const refused = session.inspector.service.startRun({
    sessionId: session.sessionId,
    exportName: 'sum',
    argumentTexts,
  })
  expect(refused).toMatchObject({ ok: false, error: { code } })
  expect(session.rows()).toEqual([])
})

/** Each call has a stack of its own: where new memory is slow, half a minute of them. */
const MANY = { timeout: 150_000 }

test(
  'a hundred thousand requested calls complete, ten thousand of them suspended at once',
  MANY,
  async () => {
    const session = await openText(
      `(module
      (import "env" "pass" (func $pass (param i32) (result i32)))
      (func (export "enter") (param i32) (result i32) (call $pass (local.get 0))))`,
      // All wait for one another, so that as many as may be are in flight at once.
      `let waiting: (() => void)[] = []
    export default { env: {
      pass: (n: number) => new Promise<number>((resolve) => {
        waiting.push(() => resolve(n))
        if (waiting.length < 10_000) return
        const all = waiting
        waiting = []
        setTimeout(() => { for (const open of all) open() }, 20)
      }),
    } }`,
    )
    const { service } = session.inspector
    const { sessionId } = session
    service.setInterleaved({ sessionId, interleaved: true })
    let mostInFlight = 0
    const counts = { returned: 0, other: 0 }
    session.inspector.subscribe({
      traceGrew: ({ inFlightCount }) => (mostInFlight = Math.max(mostInFlight, inFlightCount / 2)),
      runChanged: ({ state }) => {
        if (state === 'returned') counts.returned++
        else if (state !== 'queued' && state !== 'running') counts.other++
      },
    })
    for (let n = 0; n < 100_000; n++) session.start('enter', String(n))
    await waitFor('all of them', () => counts.returned + counts.other === 100_000, MANY.timeout)
    expect(counts).toEqual({ returned: 100_000, other: 0 })
    // Each waited until ten thousand did; what was seen depends on when it was looked.
    expect(mostInFlight).toBeLessThanOrEqual(10_000)
    expect(session.status()).toMatchObject({ callCount: 200_000, inFlightCount: 0, droppedCount: 0 })
  },
)
