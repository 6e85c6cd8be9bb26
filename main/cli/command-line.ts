import { existsSync } from 'node:fs'
import { cac } from 'cac'
import { makeError } from '../contract/error-codes.ts'
import { DEFAULT_SLICE_MS, LIMIT_RANGES, SLICE_RANGE_MS } from '../contract/limits.ts'
import { failure, success } from '../contract/result.ts'
import { TRACE_FORMATS } from '../contract/trace-format.ts'
import type { TraceFormat } from '../contract/trace-format.ts'
import type { Result } from '../contract/result.ts'
import type { NamedReadings } from '../inspector/api.ts'
import { STACK_RANGE_BYTES } from '../inspector/stack-size.ts'
import {
  optional,
  QUERY_FORMATS,
  readCollector,
  readFilter,
  readFlag,
  readFormat,
  readHost,
  readNumber,
  readOption,
  readQueryFormat,
  readReadings,
  readSize,
  readText,
  readTrace,
  UsageError,
  VALUE_MARK,
} from './options.ts'
import type { Options, QueryFormat } from './options.ts'

/** What the command line asks for. Paths are as they were typed. */
export type Command =
  | { verb: 'open'; guest?: string; host?: string; keepsNewest: boolean }
  | {
      verb: 'serve'
      guest?: string
      host?: string
      keepsNewest: boolean
      port?: number
      opensBrowser: boolean
    }
  | {
      verb: 'run'
      guest: string
      exportName?: string
      argumentTexts: string[]
      host?: string
      stub: boolean
      readings: NamedReadings[]
      debugFile?: string
      trace?: { path: string; format: TraceFormat }
      collector?: URL
      /** Of the calls that the trace is to have. */
      filter?: string
      session?: string
      timeoutMs?: number
      sliceMs?: number
      keepsNewest: boolean
      memoryBytes?: number
      tableEntries?: number
      stackBytes?: number
    }
  | { verb: 'inspect'; guest: string; json: boolean }
  | { verb: 'export'; file: string; format: TraceFormat; output?: string; collector?: URL; filter?: string }
  | { verb: 'stats'; file: string; json: boolean; filter?: string }
  | {
      verb: 'query'
      file: string
      sql: string
      format: QueryFormat
      rowLimit: number
      timeoutMs?: number
    }
  | { verb: 'associate'; removes: boolean }
  /** Help or the version has been printed; there is nothing left to do. */
  | { verb: 'none' }

/** Rows that a query prints unless it is said. */
const QUERY_ROWS = 1000
/** They are all in memory before the first is printed. */
const QUERY_ROWS_LIMIT = 1_000_000

const VERBS = new Set(['open', 'run', 'inspect', 'serve', 'export', 'stats', 'query', 'associate'])
/** The options that take a value. */
const VALUE_OPTIONS = new Set([
  'host',
  'read',
  'debug-file',
  'trace',
  'trace-format',
  'filter',
  'session',
  'output',
  'format',
  'otlp',
  'timeout',
  'slices',
  'memory-limit',
  'table-limit',
  'stack-limit',
  'port',
  'rows',
])

/** Reads the command line, without the program's own name. Fails with USAGE. */
export function parseCommandLine(texts: readonly string[], version: string): Result<Command> {
  let command: Command = { verb: 'none' }
  const choose = (chosen: Command) => {
    command = chosen
  }
  try {
    refuseUnknownVerb(texts[0])
    const parser = defineParser(version, choose)
    parser.parse(['', '', ...markValues(texts)], { run: false })
    parser.runMatchedCommand()
    return success(command)
  } catch (error) {
    if (!(error instanceof UsageError || (error instanceof Error && error.name === 'CACError'))) throw error
    const why = error.message.replaceAll(VALUE_MARK, '')
    return failure(
      makeError('USAGE', { why: why.replace(/^./, (first) => first.toUpperCase()).replace(/\.?$/, '.') }),
    )
  }
}

/** What stands first and is no verb is the guest to open; so a misspelled verb would be one that is not there. */
function refuseUnknownVerb(text: string | undefined): void {
  if (text === undefined || VERBS.has(text) || !/^[a-z]+$/i.test(text) || existsSync(text)) return
  throw new UsageError(`There is no command "${text}", and no guest of that name`)
}

function defineParser(version: string, choose: (command: Command) => void) {
  const parser = cac('jspi-inspector')
  const hostText = 'Host module, instead of the one found beside the guest'
  const newestText = 'While the disk is slower than the guest, leave out the oldest calls; else it waits'

  parser
    .command('open [guest]', 'Open the desktop window; a browser page where Electron is not to be had')
    .alias('!')
    .option('--host <file>', hostText)
    .option('--keep-newest', newestText)
    .action((guest: unknown, options: Options) =>
      choose({
        verb: 'open',
        ...optional('guest', readText(guest)),
        ...readHost(options),
        keepsNewest: readFlag(options, 'keepNewest'),
      }),
    )
  parser
    .command('run <guest> [export] [...arguments]', 'Call an export and print what it returns')
    .option('--host <file>', hostText)
    .option('--stub', 'Bind imports that nobody else binds to stubs that return zeros')
    .option('--read <text>', "Keep what an import's pointers stand for: env.log=utf8(0,1)")
    .option('--debug-file <file>', "Take the lines of the guest's stacks from this file with its DWARF")
    .option('--trace <file>', 'Write every call to a file')
    .option('--trace-format <name>', `${TRACE_FORMATS.join(', ')}; by the name of the file if left out`)
    .option('--otlp <url>', 'Send the calls to a collector of OpenTelemetry when the call has ended')
    .option('--session <file>', 'Write the session to a file, as it goes, to be opened again')
    .option('--filter <text>', 'Write only calls for which this holds: "import:env.* suspended>5ms"')
    .option('--timeout <ms>', 'Cancel the call after this many milliseconds')
    .option('--slices [=ms]', 'Give other work a turn after each 10 ms, or so many, that the guest computes')
    .option('--keep-newest', newestText)
    .option('--memory-limit <size>', 'Let no memory of the guest grow further: 64MiB')
    .option('--table-limit <count>', 'Let no table of the guest grow further')
    .option('--stack-limit <size>', 'Give calls this much stack')
    .action((guest: unknown, exportName: unknown, rest: unknown[], options: Options) =>
      choose({
        verb: 'run',
        guest: readText(guest) ?? '',
        argumentTexts: rest.map((text) => readText(text) ?? ''),
        stub: readFlag(options, 'stub'),
        keepsNewest: readFlag(options, 'keepNewest'),
        readings: readReadings(options),
        ...optional('exportName', readText(exportName)),
        ...readHost(options),
        ...optional('debugFile', readOption(options, 'debugFile', 'debug-file')),
        ...readTrace(options),
        ...optional('collector', readCollector(options)),
        ...readFilter(options),
        ...optional('session', readOption(options, 'session')),
        ...optional('timeoutMs', readNumber(options, 'timeout', 1, 2_147_483_647)),
        ...optional('sliceMs', readNumber(options, 'slices', ...SLICE_RANGE_MS)),
        ...optional(
          'memoryBytes',
          readSize(options, 'memoryLimit', LIMIT_RANGES.memoryBytes, 'memory-limit'),
        ),
        ...optional(
          'tableEntries',
          readNumber(options, 'tableLimit', ...LIMIT_RANGES.tableEntries, 'table-limit'),
        ),
        ...optional('stackBytes', readSize(options, 'stackLimit', STACK_RANGE_BYTES, 'stack-limit')),
      }),
    )
  parser
    .command('inspect <guest>', "Print a guest's imports and exports with their types")
    .option('--json', 'Print them as JSON')
    .action((guest: unknown, options: Options) =>
      choose({ verb: 'inspect', guest: readText(guest) ?? '', json: readFlag(options, 'json') }),
    )
  parser
    .command('serve [guest]', 'Open the inspector as a page for a browser on this machine')
    .option('--host <file>', hostText)
    .option('--keep-newest', newestText)
    .option('--port <number>', 'Port; any free one if left out')
    .option('--no-open', 'Do not open a browser')
    .action((guest: unknown, options: Options) =>
      choose({
        verb: 'serve',
        ...optional('guest', readText(guest)),
        ...readHost(options),
        keepsNewest: readFlag(options, 'keepNewest'),
        ...optional('port', readNumber(options, 'port', 0, 65_535)),
        opensBrowser: options.open !== false,
      }),
    )
  parser
    .command('export <session>', 'Print the calls of a session file, for other tools')
    .option(
      '--format <name>',
      `${TRACE_FORMATS.join(', ')}; by the name of the output if left out, else jsonl`,
    )
    .option('--output <file>', 'Write them to a file instead')
    .option('--filter <text>', 'Only calls for which this holds: "import:env.* suspended>5ms"')
    .option('--otlp <url>', 'Send them to a collector of OpenTelemetry instead')
    .action((file: unknown, options: Options) => {
      const output = readOption(options, 'output')
      const collector = readCollector(options)
      choose({
        verb: 'export',
        file: readText(file) ?? '',
        format: collector ? 'otlp' : readFormat(options, output),
        ...optional('output', output),
        ...optional('collector', collector),
        ...optional('filter', readOption(options, 'filter')),
      })
    })
  parser
    .command('stats <session>', 'Print what the calls of a session file come to')
    .option('--json', 'Print it as JSON')
    .option('--filter <text>', 'Only of calls for which this holds: "import:env.* suspended>5ms"')
    .action((file: unknown, options: Options) =>
      choose({
        verb: 'stats',
        file: readText(file) ?? '',
        json: readFlag(options, 'json'),
        ...optional('filter', readOption(options, 'filter')),
      }),
    )
  parser
    .command('query <session> <sql>', 'Ask a session file with SQL')
    .option('--format <name>', `${QUERY_FORMATS.join(', ')}; table if left out`)
    .option('--rows <count>', `Print at most so many rows; ${QUERY_ROWS} if left out`)
    .option('--timeout <ms>', 'Give up after this many milliseconds')
    .action((file: unknown, sql: unknown, options: Options) =>
      choose({
        verb: 'query',
        file: readText(file) ?? '',
        sql: readText(sql) ?? '',
        format: readQueryFormat(options),
        rowLimit: readNumber(options, 'rows', 1, QUERY_ROWS_LIMIT) ?? QUERY_ROWS,
        ...optional('timeoutMs', readNumber(options, 'timeout', 1, 2_147_483_647)),
      }),
    )
  parser
    .command('associate', 'Have the desktop open session files in the inspector')
    .option('--remove', 'Take that back')
    .action((options: Options) => choose({ verb: 'associate', removes: readFlag(options, 'remove') }))
  // The parser says of `--no-open` that it is on by default, when it means that a browser is opened.
  parser.help((sections) =>
    sections.map((section) => ({ ...section, body: section.body.replaceAll(' (default: true)', '') })),
  )
  parser.version(version)
  return parser
}

/** Marks everything that is a value, so that only verbs and options are left for the parser to interpret. */
function markValues(texts: readonly string[]): string[] {
  const marked: string[] = []
  let onlyValues = false
  for (const [index, text] of texts.entries()) {
    const [, name, value] = /^--([^=]+)=(.*)$/s.exec(text) ?? []
    // A filter may begin with a minus.
    const isFilter = texts[index - 1] === '--filter' && !text.startsWith('--')
    if (onlyValues || isFilter || !isOption(text)) {
      marked.push(!onlyValues && index === 0 && VERBS.has(text) ? text : VALUE_MARK + text)
    } else if (text === '--') {
      onlyValues = true
    } else if (name !== undefined && VALUE_OPTIONS.has(name)) {
      marked.push(`--${name}`, VALUE_MARK + value)
    } else if (text === '--keep-newest') {
      // The parser knows that it takes no value by this name alone.
      marked.push('--keepNewest')
    } else if (text === '--slices') {
      // Its number stands behind "=" or is left out: the next text is none of it.
      marked.push(text, `${VALUE_MARK}${DEFAULT_SLICE_MS}`)
    } else {
      marked.push(text)
    }
  }
  return marked
}

/** Negative numbers are arguments for the guest, not options. */
function isOption(text: string): boolean {
  return text.length > 1 && text.startsWith('-') && !/^-(?:\.?\d|inf|nan)/i.test(text)
}
