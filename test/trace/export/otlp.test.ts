import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import { readCallRow } from '../../../main/trace/call-row.ts'
import { Trace } from '../../../main/trace/trace.ts'
import { fill } from '../random-trace.ts'
import { encodeTrace, latestNs, STARTED_AT_MS } from './encode.ts'
import { readOtlp } from './otlp-schema.ts'

interface Attribute {
  key: string
  value: { stringValue?: string; intValue?: string }
}

interface Span {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: Attribute[]
  events?: { name: string; timeUnixNano: string; attributes: Attribute[] }[]
  status?: { code: number; message: string }
}

interface Request {
  resourceSpans: { resource: { attributes: Attribute[] }; scopeSpans: { spans: Span[] }[] }[]
}

/** Fails where an attribute is named twice. */
function toMap(attributes: readonly Attribute[]): Record<string, unknown> {
  expect(new Set(attributes.map(({ key }) => key)).size).toBe(attributes.length)
  return Object.fromEntries(
    attributes.map(({ key, value }) => {
      expect(Object.keys(value)).toHaveLength(1)
      return [key, Object.values(value)[0]]
    }),
  )
}

/** Reads them by the published definitions: after a way through protobuf, everything must still be there. */
function readRequests(pieces: readonly string[]): Request[] {
  return pieces.map((piece) => {
    expect(piece).toMatch(/^\{[^\n]*\}\n$/)
    const read = readOtlp('ExportTraceServiceRequest', piece)
    // Protobuf knows no empty list.
    const written = JSON.parse(piece.replaceAll('{"values":[]}', '{}')) as unknown
    // Many times faster than the comparison that explains.
    if (!isDeepStrictEqual(read, written)) expect(read).toEqual(written)
    return read as Request
  })
}

function readSpans(requests: readonly Request[]): Span[] {
  return requests.flatMap(({ resourceSpans }) =>
    resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
  )
}

const ZERO_NS = BigInt(STARTED_AT_MS * 4) * 250_000n

test.each([1, 2])('spans are the calls, by the rules of OTLP: random trace %i', (seed) => {
  const trace = new Trace(Infinity)
  for (const _ of fill([trace], 8000, seed));
  const nowNs = latestNs(trace)
  const spans = readSpans(readRequests(encodeTrace(trace, 'otlp', nowNs)))
  expect(spans).toHaveLength(8000)
  const traceIds = new Map<number, string>()
  for (const [index, span] of spans.entries()) {
    const id = index + 1
    const row = readCallRow(trace.calls, id, nowNs)
    expect(span.traceId).toMatch(/^(?!0+$)[0-9a-f]{32}$/)
    expect(span.spanId).toMatch(/^(?!0+$)[0-9a-f]{16}$/)
    expect(parseInt(span.spanId, 16)).toBe(id)
    expect(span.parentSpanId).toBe(row.parent === null ? undefined : spans[row.parent - 1]!.spanId)
    if (row.parent !== null) expect(span.traceId).toBe(spans[row.parent - 1]!.traceId)
    else traceIds.set(id, span.traceId)
    expect(span.kind).toBe(row.kind === 'import' ? 3 : 2)
    expect(BigInt(span.startTimeUnixNano) - ZERO_NS).toBe(BigInt(Math.round(row.startNs)))
    expect(BigInt(span.endTimeUnixNano) - ZERO_NS).toBe(BigInt(Math.round(row.endNs ?? nowNs)))
    expect(typeof span.startTimeUnixNano).toBe('string')
    const attributes = toMap(span.attributes)
    expect(attributes).toMatchObject({
      'code.function.name': row.module === null ? row.name : `${row.module}.${row.name}`,
      'jspi_inspector.call.id': String(id),
      'jspi_inspector.call.outcome': row.outcome,
      'jspi_inspector.host.duration_ns': String(Math.round(row.hostNs)),
    })
    const hasFailed = row.outcome === 'threw'
    expect(attributes['error.type']).toBe(hasFailed ? 'HOST_THREW' : undefined)
    expect(span.status?.code).toBe(hasFailed ? 2 : undefined)
    if (!hasFailed) continue
    const [event] = span.events!
    expect(event).toMatchObject({ name: 'exception', timeUnixNano: span.endTimeUnixNano })
    expect(toMap(event!.attributes)).toEqual({
      'exception.type': 'HOST_THREW',
      'exception.message': span.status!.message,
    })
  }
  expect(traceIds.size).toBeGreaterThan(3)
  expect(new Set(traceIds.values()).size).toBe(traceIds.size)
})

test('every line says of what it is', () => {
  const trace = new Trace(Infinity)
  for (const _ of fill([trace], 3000, 3));
  const requests = readRequests(encodeTrace(trace, 'otlp', latestNs(trace)))
  expect(requests.length).toBeGreaterThan(2)
  for (const { resourceSpans } of requests) {
    expect(toMap(resourceSpans[0]!.resource.attributes)).toEqual({
      'service.name': 'guest',
      'telemetry.sdk.name': 'jspi-inspector',
      'telemetry.sdk.language': 'nodejs',
      'telemetry.sdk.version': '0.0.0',
    })
  }
})

test.each([
  ['a field that is none', { name: 'a', surprise: 1 }, /spans\[0\]\.surprise is no field of Span/],
  ['an id that is no hexadecimal number', { traceId: 'xyz' }, /traceId is "xyz", and not 32 digits/],
  ['an id of zeros', { spanId: '0'.repeat(16) }, /another than zero/],
  ['a kind that is none', { kind: 9 }, /a number of SpanKind/],
  ['a time as a number', { startTimeUnixNano: 5 }, /a whole fixed64/],
  ['a time before 1970', { startTimeUnixNano: '-5' }, /within fixed64/],
  ['a list that is none', { attributes: {} }, /attributes is no list/],
  [
    'a value twice',
    { attributes: [{ key: 'a', value: { boolValue: true, intValue: '1' } }] },
    /boolValue and intValue/,
  ],
  ['a text that UTF-8 cannot have', { name: '\ud83d' }, /and not a text/],
])('the reader of these tests refuses %s', (_what, span, message) => {
  const text = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })
  expect(() => readOtlp('ExportTraceServiceRequest', text)).toThrow(message)
})

test('ids are the same in every export', () => {
  const trace = new Trace(Infinity)
  for (const _ of fill([trace], 100, 3));
  const first = encodeTrace(trace, 'otlp', 1e9)
  expect(encodeTrace(trace, 'otlp', 1e9)).toEqual(first)
})

test('a trace without calls has no lines', () => {
  expect(encodeTrace(new Trace(Infinity), 'otlp', 0).join('')).toBe('')
})
