/** Reads the options of the command line. Each fails by throwing {@link UsageError}. */
import { formatBytes } from '../contract/limits.ts'
import { TRACE_FORMATS } from '../contract/trace-format.ts'
import type { TraceFormat } from '../contract/trace-format.ts'
import type { NamedReadings } from '../inspector/api.ts'
import { toTracesUrl } from './otlp-sender.ts'

/** How the answer of a query is printed. */
export type QueryFormat = (typeof QUERY_FORMATS)[number]
export const QUERY_FORMATS = ['table', 'json', 'csv'] as const

const SIZE_UNITS = new Map([
  ['KiB', 2 ** 10],
  ['MiB', 2 ** 20],
  ['GiB', 2 ** 30],
])

/**
 * Stands before every text that is a value. The parser takes `-1` for an option and `0x10` for a number; with
 * this before it, it takes them as they are. No argument of a process can contain it.
 */
export const VALUE_MARK = '\0'

/** What was typed is not what the program takes. The message says why. */
export class UsageError extends Error {}

/** What the parser has found, by the names of options in camel case. */
export type Options = Record<string, unknown>

/** The text of a value, as it was typed. */
export function readText(value: unknown): string | undefined {
  return value === undefined ? undefined : String(value).replace(VALUE_MARK, '')
}

/** The text of an option that may be given once. `shown` is its name as it is typed. */
export function readOption(options: Options, name: string, shown = name): string | undefined {
  if (Array.isArray(options[name])) throw new UsageError(`--${shown} is given more than once`)
  return readText(options[name])
}

/** Given twice, a flag means what it means given once. */
export function readFlag(options: Options, name: string): boolean {
  return [options[name]].flat().includes(true)
}

/** `--host`. */
export function readHost(options: Options): { host?: string } {
  return optional('host', readOption(options, 'host'))
}

/** What a trace that is written is limited to. */
export function readFilter(options: Options): { filter?: string } {
  const filter = optional('filter', readOption(options, 'filter'))
  if (filter.filter === undefined || options['trace'] !== undefined || options['otlp'] !== undefined)
    return filter
  throw new UsageError('--filter says what --trace writes or --otlp sends, and neither is given')
}

/** `env.log=utf8(0, 1)`, any number of times. */
export function readReadings(options: Options): NamedReadings[] {
  const given: unknown[] = options['read'] === undefined ? [] : [options['read']].flat()
  return given.map((value) => {
    const text = readText(value) ?? ''
    const at = text.indexOf('=')
    if (at > 0) return { importName: text.slice(0, at).trim(), readings: text.slice(at + 1) }
    throw new UsageError(`--read is "${text}", which has no import and "=", as in env.log=utf8(0,1)`)
  })
}

/** What a file's name ends with, the first that fits. */
const FORMATS_BY_ENDING: [ending: string, format: TraceFormat][] = [
  ['.speedscope.json', 'speedscope'],
  ['.json', 'chrome'],
  ['.csv', 'csv'],
  ['.parquet', 'parquet'],
  ['.otlp.jsonl', 'otlp'],
]

/** `--trace` and `--trace-format`. */
export function readTrace(options: Options): { trace?: { path: string; format: TraceFormat } } {
  const path = readOption(options, 'trace')
  if (path !== undefined)
    return { trace: { path, format: readFormat(options, path, 'traceFormat', 'trace-format') } }
  if (options['traceFormat'] === undefined) return {}
  throw new UsageError('--trace-format says how --trace writes, and --trace is not given')
}

/** The parser knows an option of several words by its name in camel case; `shown` is as it is typed. */
export function readFormat(options: Options, output = '', option = 'format', shown = option): TraceFormat {
  const name = readOption(options, option, shown)
  if (name === undefined) {
    return FORMATS_BY_ENDING.find(([ending]) => output.toLowerCase().endsWith(ending))?.[1] ?? 'jsonl'
  }
  const format = TRACE_FORMATS.find((known) => known === name)
  if (format) return format
  throw new UsageError(`--${shown} is "${name}", which is none of ${TRACE_FORMATS.join(', ')}`)
}

/** `--format` of a query. */
export function readQueryFormat(options: Options): QueryFormat {
  const name = readOption(options, 'format') ?? 'table'
  const format = QUERY_FORMATS.find((known) => known === name)
  if (format) return format
  throw new UsageError(`--format is "${name}", which is none of ${QUERY_FORMATS.join(', ')}`)
}

/** `--otlp`: where a collector of OpenTelemetry takes traces. */
export function readCollector(options: Options): URL | undefined {
  const text = readOption(options, 'otlp')
  if (text === undefined) return undefined
  const other = ['format', 'output'].find((name) => options[name] !== undefined)
  if (other) throw new UsageError(`--otlp and --${other} exclude each other`)
  const url = toTracesUrl(text)
  if (url) return url
  throw new UsageError(`--otlp is "${text}", which is no address such as http://localhost:4318`)
}

/** A whole number from `lowest` to `highest`. */
export function readNumber(
  options: Options,
  name: string,
  lowest: number,
  highest: number,
  shown = name,
): number | undefined {
  const text = readOption(options, name, shown)
  if (text === undefined) return undefined
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= lowest && value <= highest) return value
  throw new UsageError(`--${shown} is "${text}", which is not a whole number from ${lowest} to ${highest}`)
}

/** Bytes, or KiB, MiB or GiB. */
export function readSize(
  options: Options,
  name: string,
  [lowest, highest]: readonly [number, number],
  shown: string,
): number | undefined {
  const text = readOption(options, name, shown)
  if (text === undefined) return undefined
  const [, count, unit] = /^(\d+) ?([KMG]iB)?$/.exec(text) ?? []
  const bytes = Number(count) * (SIZE_UNITS.get(unit ?? '') ?? 1)
  if (bytes >= lowest && bytes <= highest) return bytes
  const range = lowest === 0 ? 'up to' : `from ${formatSize(lowest)} to`
  throw new UsageError(
    `--${shown} is "${text}", which is not a size ${range} ${formatSize(highest)}, such as 65536, 512KiB or 64MiB`,
  )
}

function formatSize(bytes: number): string {
  return formatBytes(BigInt(bytes)).replace(' ', '')
}

/** An object with the property, or without it where there is no value. */
export function optional<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { [Key in Name]?: Value } {
  return (value === undefined ? {} : { [name]: value }) as { [Key in Name]?: Value }
}
