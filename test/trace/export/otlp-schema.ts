/**
 * Reads OTLP's JSON by the definitions that OpenTelemetry publishes (`opentelemetry/proto/**.proto`) and by the rules that
 * the protocol adds for JSON: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding. What a receiver would
 * overlook is an error here.
 */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Field } from 'protobufjs'
import protobuf from 'protobufjs'

/** The definitions come with a receiver of OTLP. */
const DEFINITIONS = dirname(fileURLToPath(import.meta.resolve('@elastic/mockotlpserver/package.json')))
const PREFIX = 'opentelemetry.proto.collector.trace.v1'
/** Bytes that OTLP writes in hexadecimal digits, where JSON of protobuf has base64. */
const ID_BYTES: Record<string, number> = { traceId: 16, spanId: 8, parentSpanId: 8 }
const INTEGER_RANGES: Record<string, [min: bigint, max: bigint]> = {
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  fixed64: [0n, 2n ** 64n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  fixed32: [0n, 2n ** 32n - 1n],
}

type Json = Record<string, unknown>

const root = new protobuf.Root()
// Imports count from the folder of the package.
root.resolvePath = (_origin, target) => join(DEFINITIONS, target)
root.loadSync('opentelemetry/proto/collector/trace/v1/trace_service.proto')
root.resolveAll()

/**
 * What is left of a message after it was written as protobuf and read again; throws where it does not follow the
 * definitions.
 */
export function readOtlp(
  message: 'ExportTraceServiceRequest' | 'ExportTraceServiceResponse',
  text: string,
): unknown {
  const type = root.lookupType(`${PREFIX}.${message}`)
  const bytes = type.encode(type.fromObject(readMessage(type, JSON.parse(text), message))).finish()
  return toJson(type.toObject(type.decode(bytes), { longs: String, enums: Number, bytes: Buffer }))
}

function readMessage(type: protobuf.Type, json: unknown, at: string): Json {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new Error(`${at} is no object.`)
  for (const { name, oneof } of type.oneofsArray) {
    const present = oneof.filter((field) => field in json)
    if (present.length > 1) throw new Error(`${at}.${name} is ${present.join(' and ')}.`)
  }
  return Object.fromEntries(
    Object.entries(json).map(([key, value]: [string, unknown]) => {
      const field = type.fields[key]
      if (!field) throw new Error(`${at}.${key} is no field of ${type.name}.`)
      if (!field.repeated) return [key, readValue(field, value, `${at}.${key}`)]
      if (!Array.isArray(value)) throw new Error(`${at}.${key} is no list.`)
      return [key, value.map((item, index) => readValue(field, item, `${at}.${key}[${index}]`))]
    }),
  )
}

function readValue(field: Field, value: unknown, at: string): unknown {
  const { resolvedType, type, name } = field
  const require = (holds: boolean, what: string): void => {
    if (!holds) throw new Error(`${at} is ${JSON.stringify(value)}, and not ${what}.`)
  }
  if (resolvedType instanceof protobuf.Type) return readMessage(resolvedType, value, at)
  if (resolvedType instanceof protobuf.Enum) {
    require(typeof value === 'number' && value in resolvedType.valuesById, `a number of ${resolvedType.name}`)
    return value
  }
  if (type === 'string') require(typeof value === 'string' && value.isWellFormed(), 'a text')
  else if (type === 'bool') require(typeof value === 'boolean', 'a boolean')
  else if (type === 'bytes') {
    const digits = 2 * ID_BYTES[name]!
    require(typeof value === 'string' &&
      value.length === digits &&
      /^[\da-f]*$/i.test(value), `${digits} digits`)
    require(/[^0]/.test(value as string), 'another than zero')
    return Buffer.from(value as string, 'hex')
  } else {
    const [min, max] = INTEGER_RANGES[type] ?? [0n, -1n]
    const isText = type.endsWith('64')
    require(typeof value === (isText ? 'string' : 'number') &&
      /^-?\d+$/.test(String(value)), `a whole ${type}`)
    require(BigInt(String(value)) >= min && BigInt(String(value)) <= max, `within ${type}`)
  }
  return value
}

/** The same as OTLP's JSON has it. */
function toJson(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value.toString('hex')
  if (Array.isArray(value)) return value.map(toJson)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toJson(inner)]))
}
