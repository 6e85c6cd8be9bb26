/**
 * The schema of every message that a client sends. A door checks each on arrival: what does not fit is
 * answered with MESSAGE_INVALID and goes no further.
 */
import * as v from 'valibot'
import type { CallSortKey } from './sorting.ts'
import type { SessionLimits } from './limits.ts'
import { LIMIT_RANGES, SLICE_RANGE_MS } from './limits.ts'
import type { InspectorService, ServiceFunction } from './service.ts'
import { TRACE_FORMATS } from './trace-format.ts'
import { COLUMN_LIMIT, LANE_LIMIT } from './timeline.ts'

/** Largest file that is accepted as bytes or read from disk. */
export const GUEST_SIZE_LIMIT_BYTES = 256 * 1024 * 1024
/** Most rows, lines or texts in one request or answer. */
export const PAGE_LIMIT = 2000
/** Most stubs in one request. */
const STUBS_LIMIT = 100_000

const identifier = v.pipe(v.string(), v.maxLength(64))
const name = v.pipe(v.string(), v.maxLength(10_000))
const path = v.pipe(v.string(), v.minLength(1), v.maxLength(4096))
const index = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(PAGE_LIMIT))
const text = v.pipe(v.string(), v.maxLength(100_000))
const texts = v.pipe(v.array(text), v.maxLength(PAGE_LIMIT))
const columnCount = v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(COLUMN_LIMIT))
const laneCount = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(LANE_LIMIT))
/** About a hundred days in nanoseconds: numbers are exact up to there. */
const instant = v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER))
const milliseconds = v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(2_147_483_647))

const file = v.union([
  v.strictObject({ path }),
  v.strictObject({
    name: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
    bytes: v.custom<Uint8Array>((value) => value instanceof Uint8Array, 'expected bytes'),
  }),
])

const stub = v.variant('kind', [
  v.strictObject({ kind: v.literal('return'), values: texts, delayMs: milliseconds }),
  v.strictObject({ kind: v.literal('throw'), message: text, delayMs: milliseconds }),
])

const session = v.strictObject({ sessionId: identifier })

const limit = (name: keyof SessionLimits) => {
  const [minimum, maximum] = LIMIT_RANGES[name]
  return v.pipe(v.number(), v.safeInteger(), v.minValue(minimum), v.maxValue(maximum))
}

const limits = v.strictObject({
  callsInFlight: v.exactOptional(limit('callsInFlight')),
  runMs: v.exactOptional(v.nullable(limit('runMs'))),
  stallMs: v.exactOptional(limit('stallMs')),
  memoryBytes: v.exactOptional(v.nullable(limit('memoryBytes'))),
  tableEntries: v.exactOptional(v.nullable(limit('tableEntries'))),
})

const SORT_KEYS = [
  'id',
  'name',
  'kind',
  'arg',
  'result',
  'outcome',
  'start',
  'total',
  'guest',
  'host',
  'suspended',
  'suspendedShare',
  'depth',
  'parent',
  'topLevel',
] as const satisfies CallSortKey[]

/** The argument list of every function of the contract. */
export const REQUEST_SCHEMAS = {
  attach: v.strictTuple([]),
  openFiles: v.strictTuple([
    v.strictObject({
      files: v.pipe(v.array(file), v.minLength(1), v.maxLength(100)),
      sessionId: v.exactOptional(identifier),
    }),
  ]),
  openExample: v.strictTuple([v.strictObject({ name: v.pipe(name, v.regex(/^[\w-]+$/)) })]),
  trustHostModule: v.strictTuple([session]),
  declineHostModule: v.strictTuple([session]),
  setStub: v.strictTuple([
    v.strictObject({ sessionId: identifier, module: name, name, stub: v.nullable(stub) }),
  ]),
  setStubs: v.strictTuple([
    v.strictObject({
      sessionId: identifier,
      stubs: v.pipe(v.array(v.strictObject({ module: name, name, stub })), v.maxLength(STUBS_LIMIT)),
    }),
  ]),
  setReadings: v.strictTuple([
    v.strictObject({ sessionId: identifier, module: name, name, readings: v.nullable(text) }),
  ]),
  setInterleaved: v.strictTuple([v.strictObject({ sessionId: identifier, interleaved: v.boolean() })]),
  setStackCapture: v.strictTuple([v.strictObject({ sessionId: identifier, enabled: v.boolean() })]),
  setDebugFile: v.strictTuple([v.strictObject({ sessionId: identifier, file: v.nullable(file) })]),
  setRecording: v.strictTuple([v.strictObject({ sessionId: identifier, enabled: v.boolean() })]),
  setKeepNewest: v.strictTuple([v.strictObject({ sessionId: identifier, enabled: v.boolean() })]),
  setSlices: v.strictTuple([
    v.strictObject({
      sessionId: identifier,
      enabled: v.boolean(),
      sliceMs: v.exactOptional(
        v.pipe(v.number(), v.safeInteger(), v.minValue(SLICE_RANGE_MS[0]), v.maxValue(SLICE_RANGE_MS[1])),
      ),
    }),
  ]),
  setPaused: v.strictTuple([v.strictObject({ sessionId: identifier, paused: v.boolean() })]),
  setLimits: v.strictTuple([v.strictObject({ sessionId: identifier, limits })]),
  startRun: v.strictTuple([
    v.strictObject({
      sessionId: identifier,
      exportName: name,
      argumentTexts: texts,
      timeoutMs: v.exactOptional(v.pipe(milliseconds, v.minValue(1))),
    }),
  ]),
  cancelRun: v.strictTuple([v.strictObject({ runId: identifier })]),
  cancelAllRuns: v.strictTuple([session]),
  endSession: v.strictTuple([session]),
  reloadSession: v.strictTuple([session]),
  closeSession: v.strictTuple([session]),
  readCalls: v.strictTuple([
    v.strictObject({
      sessionId: identifier,
      fromRow: index,
      rowCount: count,
      anchorId: v.exactOptional(index),
      folding: v.exactOptional(
        v.strictObject({
          all: v.boolean(),
          except: v.pipe(v.array(index), v.maxLength(PAGE_LIMIT)),
          inner: v.pipe(v.array(index), v.maxLength(PAGE_LIMIT)),
        }),
      ),
    }),
  ]),
  readFilteredCalls: v.strictTuple([
    v.strictObject({
      sessionId: identifier,
      filterText: name,
      fromRow: index,
      rowCount: count,
      anchorId: v.exactOptional(index),
    }),
  ]),
  readSortedCalls: v.strictTuple([
    v.strictObject({
      sessionId: identifier,
      filterText: name,
      order: v.strictObject({ by: v.picklist(SORT_KEYS), descending: v.boolean(), callCount: index }),
      fromRow: index,
      rowCount: count,
      anchorId: v.exactOptional(index),
    }),
  ]),
  checkFilter: v.strictTuple([v.strictObject({ sessionId: identifier, filterText: name, cursor: index })]),
  findCall: v.strictTuple([v.strictObject({ sessionId: identifier, timeNs: instant })]),
  readCall: v.strictTuple([v.strictObject({ sessionId: identifier, callId: index })]),
  readTimeline: v.strictTuple([
    v.strictObject({
      sessionId: identifier,
      fromNs: instant,
      toNs: instant,
      columnCount,
      firstLane: laneCount,
      laneCount,
    }),
  ]),
  readDensity: v.strictTuple([v.strictObject({ sessionId: identifier, columnCount })]),
  readStatistics: v.strictTuple([v.strictObject({ sessionId: identifier, filterText: name })]),
  readTimings: v.strictTuple([session]),
  readConsole: v.strictTuple([v.strictObject({ sessionId: identifier, fromLine: index, lineCount: count })]),
  readSessionFile: v.strictTuple([
    v.strictObject({ sessionId: identifier, offset: index, copyId: v.exactOptional(index) }),
  ]),
  exportTrace: v.strictTuple([
    v.strictObject({
      sessionId: identifier,
      fromCallId: index,
      format: v.exactOptional(v.picklist(TRACE_FORMATS)),
      snapshot: v.exactOptional(v.strictObject({ generation: index, callCount: index, nowNs: instant })),
      filterText: v.exactOptional(name),
    }),
  ]),
  queryTrace: v.strictTuple([
    v.strictObject({
      sessionId: identifier,
      sql: text,
      rowLimit: count,
      timeoutMs: v.exactOptional(v.pipe(milliseconds, v.minValue(1))),
    }),
  ]),
  cancelQuery: v.strictTuple([session]),
  saveLayout: v.strictTuple([
    v.strictObject({
      layout: v.pipe(
        v.record(v.pipe(v.string(), v.maxLength(64)), v.union([v.boolean(), v.pipe(v.number(), v.finite())])),
        v.maxEntries(64),
      ),
    }),
  ]),
} satisfies { [Name in ServiceFunction]: v.GenericSchema<unknown, Parameters<InspectorService[Name]>> }
