import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { readCallRow } from '../../../main/trace/call-row.ts'
import { TraceExports } from '../../../main/trace/export/trace-exports.ts'
import { OUTCOMES } from '../../../main/trace/events.ts'
import { Trace } from '../../../main/trace/trace.ts'
import { createRolled, fill } from '../random-trace.ts'
import { encodeTrace, latestNs, toSource } from './encode.ts'
import { returnedCall } from '../../support/returned-calls.ts'

interface Profile {
  name: string
  unit: string
  startValue: number
  endValue: number
  events: { type: 'O' | 'C'; frame: number; at: number }[]
}

interface File {
  profiles: Profile[]
  shared: { frames: { name: string }[] }
}

const SCHEMA = new URL(import.meta.resolve('speedscope/dist/release/file-format-schema.json'))
const validate = new Ajv({ strictTypes: false }).compile(JSON.parse(readFileSync(SCHEMA, 'utf8')) as object)

/** Reads a file by the schema that speedscope publishes. */
function readFile(pieces: readonly string[]): File {
  const file: unknown = JSON.parse(pieces.join(''))
  expect(validate(file) ? null : validate.errors).toBeNull()
  return file as File
}

interface Span {
  name: string
  startNs: number
  endNs: number
}

interface Frame extends Span {
  depth: number
}

/** The frames of a profile in order of opening. As speedscope does, it takes no event back in time, nor out of order. */
function replay({ shared }: File, { startValue, endValue, events }: Profile): Frame[] {
  const frames: Frame[] = []
  const open: Frame[] = []
  let lastNs = startValue
  for (const { type, frame, at } of events) {
    expect(at).toBeGreaterThanOrEqual(lastNs)
    expect(at).toBeLessThanOrEqual(endValue)
    lastNs = at
    const { name } = shared.frames[frame]!
    if (type === 'O') {
      const opened = { name, startNs: at, endNs: NaN, depth: open.length }
      open.push(opened)
      frames.push(opened)
      continue
    }
    const closed = open.pop()!
    expect(closed.name).toBe(name)
    closed.endNs = at
  }
  expect(open).toEqual([])
  return frames
}

const compare = (one: Span, other: Span): number =>
  one.startNs - other.startNs || one.endNs - other.endNs || one.name.localeCompare(other.name)

test.each([1, 2, 3])('frames are the calls, by the published schema: random trace %i', (seed) => {
  const trace = new Trace(Infinity)
  for (const _ of fill([trace], 8000, seed));
  const nowNs = latestNs(trace)
  const file = readFile(encodeTrace(trace, 'speedscope', nowNs))
  const lanes = new Map<string, Span[]>()
  let suspendedNs = 0
  for (let id = 1; id <= 8000; id++) {
    const { module, name, startNs, endNs, ...row } = readCallRow(trace.calls, id, nowNs)
    const lane = `lane ${trace.timeline.lanes.placeOf(id).lane + 1}`
    if (!lanes.has(lane)) lanes.set(lane, [])
    lanes.get(lane)!.push({
      name: module === null ? name : `${module}.${name}`,
      startNs: Math.round(startNs),
      endNs: Math.round(endNs ?? nowNs),
    })
    if (row.kind === 'import') suspendedNs += row.suspendedNs
  }
  expect(file.profiles.map(({ name }) => name)).toEqual(
    Array.from({ length: lanes.size }, (_, lane) => `lane ${lane + 1}`),
  )
  let shownNs = 0
  for (const profile of file.profiles) {
    expect(profile.unit).toBe('nanoseconds')
    const frames = replay(file, profile)
    const ofCalls = frames.filter(({ name }) => name !== '(suspended)')
    expect(ofCalls.map(({ name, startNs, endNs }) => ({ name, startNs, endNs })).sort(compare)).toEqual(
      lanes.get(profile.name)!.sort(compare),
    )
    for (const { name, startNs, endNs } of frames) if (name === '(suspended)') shownNs += endNs - startNs
  }
  // What was called back while a guest was suspended is no part of it here.
  expect(shownNs).toBeGreaterThan(0)
  expect(shownNs).toBeLessThan(suspendedNs)
})

describe('how the time of a call divides up', () => {
  const NO_WORDS = new Uint32Array(0)
  const RETURNED = OUTCOMES.indexOf('returned')

  function define(trace: Trace): void {
    for (const [index, name] of ['run', 'ask', 'inner'].entries()) {
      const isImport = name === 'ask'
      const kind = isImport ? 'import' : 'export'
      trace.define(index, { kind, module: isImport ? 'env' : null, name, params: [], results: [] })
    }
  }

  const outline = (file: File): string[] =>
    file.profiles.flatMap((profile) => [
      profile.name,
      ...replay(file, profile).map(
        ({ name, startNs, endNs, depth }) => `${'  '.repeat(depth + 1)}${name} ${startNs}-${endNs}`,
      ),
    ])

  test('is seen from the frames: suspended is one, but for what is called back', () => {
    const trace = new Trace(Infinity)
    define(trace)
    trace.begin(1, 0, 0, 100, NO_WORDS, 0)
    trace.begin(2, 1, 1, 200, NO_WORDS, 0)
    trace.suspend(2, 50)
    trace.begin(3, 2, 2, 300, NO_WORDS, 0)
    trace.end(3, RETURNED, 400, 0, 0, NO_WORDS, 0)
    trace.end(2, RETURNED, 500, 50, 250, NO_WORDS, 0)
    trace.addReturned(returnedCall(4, 1, 1, 550, 600))
    // Still suspended when it is exported.
    trace.begin(5, 1, 1, 700, NO_WORDS, 0)
    trace.suspend(5, 10)
    expect(outline(readFile(encodeTrace(trace, 'speedscope', 800)))).toEqual([
      'lane 1',
      '  run 100-800',
      '    env.ask 200-500',
      '      (suspended) 250-300',
      '      inner 300-400',
      '      (suspended) 400-500',
      '    env.ask 550-600',
      '    env.ask 700-800',
      '      (suspended) 710-800',
    ])
  })

  test('a filter leaves frames out, and takes nothing for suspended that was not', () => {
    const trace = new Trace(Infinity)
    define(trace)
    trace.begin(1, 0, 0, 100, NO_WORDS, 0)
    trace.begin(2, 1, 1, 200, NO_WORDS, 0)
    trace.suspend(2, 50)
    trace.begin(3, 2, 2, 300, NO_WORDS, 0)
    trace.end(3, RETURNED, 400, 0, 0, NO_WORDS, 0)
    trace.end(2, RETURNED, 500, 50, 250, NO_WORDS, 0)
    trace.begin(4, 0, 0, 150, NO_WORDS, 0)
    const write = (...ids: number[]) => {
      const isWanted = (id: number) => ids.includes(id)
      return outline(readFile(encodeTrace(trace, 'speedscope', 800, undefined, isWanted)))
    }
    expect(write(2)).toEqual([
      'lane 1',
      '  env.ask 200-500',
      '    (suspended) 250-300',
      '    (suspended) 400-500',
    ])
    expect(write(1, 3)).toEqual(['lane 1', '  run 100-800', '    inner 300-400'])
    expect(write(4)).toEqual(['lane 2', '  run 150-800'])
    expect(write()).toEqual([])
  })

  test('a call that goes on after its caller has a profile of its own', () => {
    const trace = new Trace(Infinity)
    define(trace)
    trace.begin(1, 0, 0, 100, NO_WORDS, 0)
    trace.begin(2, 1, 1, 200, NO_WORDS, 0)
    trace.begin(3, 2, 2, 300, NO_WORDS, 0)
    trace.end(2, RETURNED, 400, 200, 0, NO_WORDS, 0)
    trace.addReturned(returnedCall(4, 3, 1, 500, 600))
    trace.end(3, RETURNED, 800, 0, 0, NO_WORDS, 0)
    trace.end(1, RETURNED, 900, 0, 0, NO_WORDS, 0)
    expect(outline(readFile(encodeTrace(trace, 'speedscope', 1000)))).toEqual([
      'lane 1',
      '  run 100-900',
      '    env.ask 200-400',
      '#3, outlives its caller',
      '  inner 300-800',
      '    env.ask 500-600',
    ])
  })
})

test('what is recorded during the export is left out', () => {
  const trace = new Trace(Infinity)
  const steps = fill([trace], 8000, 7)
  while ((steps.next().value ?? 0) <= 4000);
  const file = readFile(
    encodeTrace(trace, 'speedscope', latestNs(trace), () => {
      for (let step = 0; step < 500; step++) steps.next()
    }),
  )
  const frames = file.profiles.flatMap((profile) => replay(file, profile))
  expect(frames.filter(({ name }) => name !== '(suspended)')).toHaveLength(4001)
  expect(trace.calls.callCount).toBeGreaterThan(4500)
})

test('an export that was begun again is lost to whoever began it before', () => {
  const trace = new Trace(Infinity)
  for (const _ of fill([trace], 8000, 4));
  const exports = new TraceExports()
  const source = toSource(trace, latestNs(trace))
  const { nextCallId } = exports.readPiece('speedscope', source, 1)!
  const second = exports.readPiece('speedscope', source, nextCallId!)!
  expect(second.nextCallId).not.toBeNull()
  expect(exports.readPiece('speedscope', source, 1)!.nextCallId).toBe(nextCallId)
  expect(exports.readPiece('speedscope', source, second.nextCallId!)).toBeNull()
  // Another trace has none under way.
  const other = new Trace(Infinity)
  expect(exports.readPiece('speedscope', toSource(other, 0), nextCallId!)).toBeNull()
})

test('a trace without calls fits the schema', () => {
  expect(readFile(encodeTrace(new Trace(Infinity), 'speedscope', 0)).profiles).toEqual([])
})

test('calls that were left out of the trace are not in a profile', () => {
  const trace = createRolled(100_000, 5)
  const file = readFile(encodeTrace(trace, 'speedscope', latestNs(trace)))
  const frames = file.profiles.flatMap((profile) => replay(file, profile))
  const names = frames.map(({ name }) => name).filter((name) => name !== '(suspended)')
  expect(trace.leftOutCount).toBeGreaterThan(16_000)
  expect(names).toHaveLength(100_000 - trace.leftOutCount)
  expect(new Set(names)).toEqual(new Set(['run', 'env.add', 'env.wait', 'env.text']))
})
