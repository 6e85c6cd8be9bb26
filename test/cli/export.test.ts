import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parquetReadObjects } from 'hyparquet'
import { beforeAll, expect, test } from 'vitest'
import { explainRefusal, parseLines } from '../trace/trace-lines.ts'
import { ensureBuilt } from './build.ts'
import { makeFolder, runProgram } from './program.ts'

beforeAll(ensureBuilt)

async function recordSession(): Promise<string> {
  const session = join(makeFolder(), 'sum.jspi')
  const ended = await runProgram(['run', 'guests/sum/sum.wasm', 'sum', '223', '--session', session])
  expect(ended).toMatchObject({ status: 0, stderr: '' })
  return session
}

/** What of a format shows that it is that one, and has both calls. */
const LOOKS: Record<string, (text: string) => unknown> = {
  jsonl: (text) => parseLines(text).map(explainRefusal),
  chrome: (text) =>
    JSON.parse(text)
      .traceEvents.filter(({ ph }: { ph: string }) => ph === 'X')
      .map(({ tid, args }: { tid: number; args: { outcome: string } }) => [tid, args.outcome]),
  speedscope: (text) =>
    JSON.parse(text).profiles.map(({ name, events }: { name: string; events: unknown[] }) => [
      name,
      events.length,
    ]),
  csv: (text) => text.split('\r\n').map((record) => record.split(',').slice(0, 4).join()),
  otlp: (text) =>
    JSON.parse(text).resourceSpans[0].scopeSpans[0].spans.map(({ name }: { name: string }) => name),
}
const EXPECTED: Record<string, unknown> = {
  jsonl: [null, null],
  chrome: [
    [1, 'returned'],
    [1, 'returned'],
  ],
  // What the import waited for is a frame, too.
  speedscope: [['lane 1', 6]],
  csv: ['id,parent,depth,kind', '1,,0,export', '2,1,1,import', ''],
  otlp: ['sum', 'env.from_host'],
}

test('a session file is exported in each format, by its name and by that of the output', async () => {
  const session = await recordSession()
  for (const [format, ending] of [
    ['jsonl', 'jsonl'],
    ['chrome', 'json'],
    ['speedscope', 'speedscope.json'],
    ['csv', 'CSV'],
    ['otlp', 'otlp.jsonl'],
  ] as const) {
    const printed = await runProgram(['export', session, '--format', format])
    expect(printed).toMatchObject({ status: 0, stderr: '' })
    expect(LOOKS[format]!(printed.stdout)).toEqual(EXPECTED[format])
    const output = `${session}.${ending}`
    expect(await runProgram(['export', session, `--output=${output}`])).toMatchObject({
      status: 0,
      stdout: '',
    })
    expect(readFileSync(output, 'utf8')).toBe(printed.stdout)
  }
})

test('a session file is exported as Parquet, to a file or a pipe', async () => {
  const session = await recordSession()
  const output = `${session}.parquet`
  const written = await runProgram(['export', session, '--output', output])
  expect(written).toMatchObject({ status: 0, stdout: '', stderr: '' })
  const { buffer } = new Uint8Array(readFileSync(output))
  expect(await parquetReadObjects({ file: buffer, columns: ['id', 'name', 'results'] })).toEqual([
    { id: 1n, name: 'sum', results: [572] },
    { id: 2n, name: 'from_host', results: [349] },
  ])
  const printed = await runProgram(['export', session, '--format', 'parquet'])
  expect(printed).toMatchObject({ status: 0, stderr: '' })
  expect(printed.stdout).toBe(readFileSync(output, 'utf8'))
})

test('a run writes its calls in the format of the file’s name, when it has ended', async () => {
  const folder = makeFolder()
  for (const [format, ending] of [
    ['chrome', 'json'],
    ['speedscope', 'speedscope.json'],
    ['csv', 'csv'],
    ['otlp', 'otlp.jsonl'],
  ] as const) {
    const path = join(folder, `sum.${ending}`)
    const ended = await runProgram(['run', 'guests/sum/sum.wasm', 'sum', '223', '--trace', path])
    expect(ended).toMatchObject({ status: 0, stderr: '' })
    expect(LOOKS[format]!(readFileSync(path, 'utf8'))).toEqual(EXPECTED[format])
  }
  const path = join(folder, 'sum.parquet')
  const failing = ['run', 'guests/fail-host/fail-host.wasm', 'throws', '--trace', path]
  expect((await runProgram([...failing, '--filter', 'import:*'])).status).toBe(1)
  const { buffer } = new Uint8Array(readFileSync(path))
  expect(await parquetReadObjects({ file: buffer, columns: ['name', 'error'] })).toEqual([
    { name: 'throws', error: 'HOST_THREW' },
  ])
})

test('an unknown format is refused', async () => {
  const { status, stderr } = await runProgram(['export', 'sum.jspi', '--format', 'xml'])
  expect(status).toBe(2)
  expect(stderr).toMatch(
    /^USAGE: .*--format is "xml", which is none of jsonl, chrome, speedscope, csv, parquet, otlp\./,
  )
})
