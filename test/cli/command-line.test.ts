import { expect, test } from 'vitest'
import { parseCommandLine } from '../../main/cli/command-line.ts'

function parse(...texts: string[]): unknown {
  const parsed = parseCommandLine(texts, '0.0.0')
  return parsed.ok ? parsed.value : `${parsed.error.code}: ${parsed.error.why}`
}

test('without a verb it opens', () => {
  expect(parse()).toEqual({ verb: 'open', keepsNewest: false })
  expect(parse('a.wasm')).toEqual({ verb: 'open', keepsNewest: false, guest: 'a.wasm' })
  expect(parse('a.wasm', '--host', 'b.ts')).toEqual({
    verb: 'open',
    keepsNewest: false,
    guest: 'a.wasm',
    host: 'b.ts',
  })
  expect(parse('open', 'a.wasm')).toEqual({ verb: 'open', keepsNewest: false, guest: 'a.wasm' })
})

test('arguments of the guest are left as they are typed', () => {
  const argumentTexts = ['-1', '-.5', '-inf', '-nan', '-0x1', '0x10', '1e3', '007', '9007199254740993', '']
  expect(parse('run', 'g', 'f', ...argumentTexts)).toMatchObject({ exportName: 'f', argumentTexts })
})

test('an argument behind an option that takes none is not lost, nor changed', () => {
  expect(parse('run', '--stub', 'g', 'f', '9007199254740993', '--stub', '0x10')).toMatchObject({
    guest: 'g',
    exportName: 'f',
    argumentTexts: ['9007199254740993', '0x10'],
    stub: true,
  })
})

test('behind two dashes everything is an argument', () => {
  expect(parse('run', 'g', 'f', '--', '--host', '-x', '--')).toMatchObject({
    argumentTexts: ['--host', '-x', '--'],
  })
})

test('options are read in both spellings, and their values as they are typed', () => {
  expect(parse('run', 'g', '--slices', '7')).toMatchObject({ sliceMs: 10, exportName: '7' })
  expect(parse('run', 'g', '--slices=7')).toMatchObject({ sliceMs: 7 })
  const expected = { host: '1e3', trace: { path: '007', format: 'jsonl' }, timeoutMs: 1000 }
  expect(parse('run', 'g', '--host', '1e3', '--trace', '007', '--timeout', '1000')).toMatchObject(expected)
  expect(parse('run', 'g', '--host=1e3', '--trace=007', '--timeout=1000')).toMatchObject(expected)
  expect(parse('run', 'g', '--trace=a=b')).toMatchObject({ trace: { path: 'a=b' } })
})

test('a trace has the format that is said, or that of the end of its name', () => {
  expect(parse('run', 'g', '--trace', 'a.csv')).toMatchObject({ trace: { format: 'csv' } })
  expect(parse('run', 'g', '--trace', 'a.csv', '--trace-format', 'parquet')).toMatchObject({
    trace: { path: 'a.csv', format: 'parquet' },
  })
  expect(parse('run', 'g', '--trace', 'a', '--trace-format', 'xml')).toMatch(
    /^USAGE: --trace-format is "xml", which is none of jsonl, /,
  )
  expect(parse('run', 'g', '--trace-format', 'csv')).toBe(
    'USAGE: --trace-format says how --trace writes, and --trace is not given.',
  )
  expect(parse('run', 'g', '--otlp', 'localhost')).toMatch(
    /^USAGE: --otlp is "localhost", which is no address/,
  )
})

test('a filter may begin with a minus, and belongs to a trace', () => {
  const expected = { trace: { path: 't' }, filter: '-import:env.log total>5ms' }
  expect(parse('run', 'g', '--trace', 't', '--filter', expected.filter)).toMatchObject(expected)
  expect(parse('run', 'g', `--filter=${expected.filter}`, '--trace=t')).toMatchObject(expected)
  expect(parse('export', 's.jspi', '--filter', '-a')).toMatchObject({ file: 's.jspi', filter: '-a' })
  expect(parse('run', 'g', '--filter', 'a')).toBe(
    'USAGE: --filter says what --trace writes or --otlp sends, and neither is given.',
  )
  expect(parse('run', 'g', '--filter', '--trace', 't')).toBe(
    'USAGE: Option `--filter <text>` value is missing.',
  )
})

test('limits are read in bytes and entries', () => {
  const expected = { memoryBytes: 67_108_864, tableEntries: 10 }
  expect(parse('run', 'g', '--memory-limit', '64MiB', '--table-limit', '10')).toMatchObject(expected)
  expect(parse('run', 'g', '--memory-limit=65536KiB', '--table-limit=10')).toMatchObject(expected)
  expect(parse('run', 'g', '--memory-limit=67108864')).toMatchObject({ memoryBytes: 67_108_864 })
  expect(parse('run', 'g', '--stack-limit', '4MiB')).toMatchObject({ stackBytes: 4_194_304 })
})

test('serve', () => {
  expect(parse('serve')).toEqual({ verb: 'serve', keepsNewest: false, opensBrowser: true })
  expect(parse('serve', 'g', '--port', '0', '--no-open')).toEqual({
    verb: 'serve',
    keepsNewest: false,
    guest: 'g',
    port: 0,
    opensBrowser: false,
  })
})

test('associating is taken back by a flag', () => {
  expect(parse('associate')).toEqual({ verb: 'associate', removes: false })
  expect(parse('associate', '--remove')).toEqual({ verb: 'associate', removes: true })
})

test.each([
  [['run'], 'Missing required args for command `run <guest> [export] [...arguments]`.'],
  [['inspect'], 'Missing required args for command `inspect <guest>`.'],
  [['inspect', 'a', 'b'], 'Unused args: `b`.'],
  [['associate', 'a.jspi'], 'Unused args: `a.jspi`.'],
  [['inspekt', 'a'], 'There is no command "inspekt", and no guest of that name.'],
  [['run', 'g', '--tracee', 'x'], 'Unknown option `--tracee`.'],
  [['help'], 'There is no command "help", and no guest of that name.'],
  [['run', 'g', '--host'], 'Option `--host <file>` value is missing.'],
  [['run', 'g', '--host', 'a', '--host', 'b'], '--host is given more than once.'],
  [['run', 'g', '--timeout', '-1'], '--timeout is "-1", which is not a whole number from 1 to 2147483647.'],
  [['run', 'g', '--timeout', '1.5'], '--timeout is "1.5", which is not a whole number from 1 to 2147483647.'],
  [['run', 'g', '--slices=0'], '--slices is "0", which is not a whole number from 1 to 10000.'],
  [
    ['run', 'g', '--memory-limit', '64MB'],
    '--memory-limit is "64MB", which is not a size up to 16GiB, such as 65536, 512KiB or 64MiB.',
  ],
  [
    ['run', 'g', '--stack-limit', '1'],
    '--stack-limit is "1", which is not a size from 128KiB to 1GiB, such as 65536, 512KiB or 64MiB.',
  ],
  [
    ['run', 'g', '--table-limit', 'x'],
    '--table-limit is "x", which is not a whole number from 0 to 10000000.',
  ],
  [['run', 'g', '--timeout='], '--timeout is "", which is not a whole number from 1 to 2147483647.'],
  [['serve', '--port', '65536'], '--port is "65536", which is not a whole number from 0 to 65535.'],
])('%j is wrong usage', (texts, why) => {
  expect(parse(...texts)).toBe(`USAGE: ${why}`)
})
