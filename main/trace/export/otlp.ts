/**
 * Spans of OpenTelemetry as lines of OTLP's JSON: a line is an `ExportTraceServiceRequest`, as a collector takes it and
 * the OpenTelemetry Protocol File Exporter writes it. A trace is a top-level call with all that happens inside of it.
 * Names of attributes are those of OpenTelemetry's semantic conventions, where there are some.
 */
import type { CallId } from '../../contract/ids.ts'
import { readCallRow } from '../call-row.ts'
import { nameOf, plainValues } from './encoder.ts'
import type { ExportSource, TraceEncoder } from './encoder.ts'
import { createTraceIds } from './trace-id.ts'

const PRODUCT = 'jspi-inspector'
/** Values of the enumerations of OTLP, which its JSON has as numbers. */
const KIND_SERVER = 2
const KIND_CLIENT = 3
const STATUS_ERROR = 2

type Value =
  | { stringValue: string }
  | { intValue: string }
  | { boolValue: boolean }
  | { arrayValue: { values: Value[] } }
interface Attribute {
  key: string
  value: Value
}

/** Makes a writer of spans; each piece is one line. */
export function createOtlpEncoder(source: ExportSource): TraceEncoder {
  const { guestName, version } = source
  const resource = {
    attributes: toAttributes({
      'service.name': guestName.replace(/\.(wasm|wat)$/i, ''),
      'telemetry.sdk.name': PRODUCT,
      'telemetry.sdk.language': 'nodejs',
      'telemetry.sdk.version': version,
    }),
  }
  const head = `{"resourceSpans":[{"resource":${JSON.stringify(resource)},"scopeSpans":[{"scope":${JSON.stringify({ name: PRODUCT, version })},"spans":[`
  const spans = new Spans(source)
  let isFirst = true
  return {
    call(id) {
      const before = isFirst ? head : ','
      isFirst = false
      return before + JSON.stringify(spans.describe(id))
    },
    endPiece: () => ']}]}]}\n',
  }
}

class Spans {
  readonly #source: ExportSource
  /** Time zero of the session, in nanoseconds since 1970: more than a number holds exactly. */
  readonly #zeroNs: bigint
  readonly #roots = new Map<CallId, CallId>()
  readonly #traceIdOf: (root: CallId) => string

  constructor(source: ExportSource) {
    this.#source = source
    const wholeMs = Math.floor(source.startedAtMs)
    this.#zeroNs = BigInt(wholeMs) * 1_000_000n + BigInt(Math.round((source.startedAtMs - wholeMs) * 1e6))
    this.#traceIdOf = createTraceIds(JSON.stringify([source.guestName, String(this.#zeroNs)]))
  }

  /** The span of a call. One that runs ends with the export. */
  describe(id: CallId): object {
    const { calls, snapshot } = this.#source
    const row = readCallRow(calls, id, snapshot.nowNs)
    const error = calls.errorOf(id)
    const message = error && `${error.what} ${error.why}`.trim()
    const endTimeUnixNano = this.#toUnixNs(row.endNs ?? Math.max(row.startNs, snapshot.nowNs))
    return {
      traceId: this.#traceIdOf(this.#rootOf(id)),
      spanId: toSpanId(id),
      ...(row.parent === null ? {} : { parentSpanId: toSpanId(row.parent) }),
      name: nameOf(row),
      kind: row.kind === 'import' ? KIND_CLIENT : KIND_SERVER,
      startTimeUnixNano: this.#toUnixNs(row.startNs),
      endTimeUnixNano,
      attributes: toAttributes({
        'code.function.name': nameOf(row),
        'error.type': error?.code,
        'jspi_inspector.call.id': id,
        'jspi_inspector.call.kind': row.kind,
        'jspi_inspector.call.outcome': row.outcome,
        'jspi_inspector.call.params': toTexts(plainValues(row.params)),
        'jspi_inspector.call.results': row.results ? toTexts(plainValues(row.results)) : undefined,
        'jspi_inspector.call.decoded': row.decodedTexts?.map(({ text }) => text),
        'jspi_inspector.call.overlapped': row.overlapped || undefined,
        'jspi_inspector.guest.duration_ns': row.kind === 'import' ? undefined : Math.round(row.guestNs),
        'jspi_inspector.host.duration_ns': Math.round(row.hostNs),
        'jspi_inspector.suspended.duration_ns': Math.round(row.suspendedNs),
      }),
      ...(error && message !== null
        ? {
            events: [
              {
                timeUnixNano: endTimeUnixNano,
                name: 'exception',
                attributes: toAttributes({ 'exception.type': error.code, 'exception.message': message }),
              },
            ],
            status: { code: STATUS_ERROR, message },
          }
        : {}),
    }
  }

  #toUnixNs(timeNs: number): string {
    return String(this.#zeroNs + BigInt(Math.round(timeNs)))
  }

  /** The top-level call that a call lies inside of. */
  #rootOf(id: CallId): CallId {
    const within: CallId[] = []
    let at = id
    let root = this.#roots.get(at)
    while (root === undefined) {
      within.push(at)
      const parent = this.#source.calls.parentOf(at)
      root = parent === null ? at : this.#roots.get((at = parent))
    }
    for (const inner of within) this.#roots.set(inner, root)
    return root
  }
}

/** Ids are of their trace, and never zero, as calls count from 1. */
function toSpanId(id: CallId): string {
  return id.toString(16).padStart(16, '0')
}

function toTexts(values: readonly (number | string | null)[]): string[] {
  return values.map(String)
}

/** Leaves out what is not there. Whole numbers are texts in OTLP's JSON, as they may have 64 bits. */
function toAttributes(
  values: Record<string, string | number | boolean | readonly string[] | undefined>,
): Attribute[] {
  return Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: toValue(value) }],
  )
}

function toValue(value: string | number | boolean | readonly string[]): Value {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'number') return { intValue: String(value) }
  if (typeof value === 'boolean') return { boolValue: value }
  return { arrayValue: { values: value.map((stringValue) => ({ stringValue })) } }
}
