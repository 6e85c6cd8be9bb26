import { existsSync, readFileSync, statSync } from 'node:fs'
import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { GUESTS_FOLDER } from '../support/inspector.ts'
import { ensureBuilt } from './build.ts'
import { makeFolder, runProgram, startProgram } from './program.ts'

const SUM = guest('sum')

beforeAll(ensureBuilt)

function guest(name: string): string {
  return join(GUESTS_FOLDER, name, `${name}.wasm`)
}

async function writeGuest(text: string): Promise<string> {
  const path = join(makeFolder(), 'guest.wat')
  await writeFile(path, text)
  return path
}

test('prints what the host module logs, and what the guest returns, and nothing else', async () => {
  const manifest = readFileSync(join(GUESTS_FOLDER, 'sum/Cargo.toml'))
  expect(await runProgram(['run', SUM, 'sum', '223'])).toEqual({
    status: 0,
    signal: null,
    stdout: `called from wasm: [I32(10), I32(1)]\nwasm said: ${223 + manifest.length}\n`,
    stderr: '',
  })
})

test('says 532 with a file of 309 bytes', async () => {
  const folder = makeFolder()
  await cp(join(GUESTS_FOLDER, 'sum'), folder, { recursive: true })
  await writeFile(join(folder, 'Cargo.toml'), 'x'.repeat(309))
  expect(await runProgram(['run', join(folder, 'sum.wasm'), 'sum', '223'])).toMatchObject({
    status: 0,
    stdout: 'called from wasm: [I32(10), I32(1)]\nwasm said: 532\n',
  })
})

test('paths count from the folder in which it is started', async () => {
  const ended = await runProgram(['run', 'sum.wasm', 'sum', '0', '--host', '../sum/host.ts'], {
    folder: join(GUESTS_FOLDER, 'sum'),
  })
  expect(ended).toMatchObject({ status: 0, stderr: '' })
})

test.each([
  ['i32', ['-1'], 'wasm said: -1'],
  ['i32', ['0xffffffff'], 'wasm said: -1'],
  ['i64', ['9007199254740993'], 'wasm said: 9007199254740993'],
  ['i64', ['-9223372036854775808'], 'wasm said: -9223372036854775808'],
  ['f32', ['-.5'], 'wasm said: -0.5'],
  ['f64', ['-inf'], 'wasm said: -Infinity'],
  ['f64', ['nan'], 'wasm said: NaN'],
  ['f64', ['-0'], 'wasm said: -0'],
  ['f64', ['1e3'], 'wasm said: 1000'],
  ['externref', ['"a text"'], 'wasm said: "a text"'],
  ['externref', ['null'], 'wasm said: null'],
  ['swap', ['1', '2'], 'wasm said: [I64(2), I32(1)]'],
  [
    'all',
    ['-1', '2', '1.5', '2.5', '"x"', 'null'],
    'wasm said: [I32(-1), I64(2), F32(1.5), F64(2.5), ExternRef("x"), FuncRef(null)]',
  ],
])('%s(%j) prints %j', async (exportName, argumentTexts, line) => {
  const { status, stdout, stderr } = await runProgram(['run', guest('values'), exportName, ...argumentTexts])
  expect(stderr).toBe('')
  expect(stdout.trimEnd().split('\n').at(-1)).toBe(line)
  expect(status).toBe(0)
})

test('a guest that returns nothing prints nothing', async () => {
  const path = await writeGuest('(module (func (export "quiet")))')
  expect(await runProgram(['run', path, 'quiet'])).toMatchObject({ status: 0, stdout: '', stderr: '' })
})

test('without an export a command is run', async () => {
  const path = await writeGuest('(module (func (export "other")) (func (export "_start") (unreachable)))')
  expect(await runProgram(['run', path])).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^GUEST_TRAPPED: /),
  })
})

test('without an export the exports of other guests are listed', async () => {
  expect(await runProgram(['run', SUM])).toEqual({
    status: 2,
    signal: null,
    stdout: '',
    stderr: 'USAGE: The command line is wrong. No export is named. sum.wasm exports:\n  sum  (i32) → i32\n',
  })
})

test('what is not console.log goes to standard error', async () => {
  const path = await writeGuest(
    '(module (import "env" "speak" (func $speak)) (func (export "go") call $speak))',
  )
  await writeFile(
    join(path, '../host.mjs'),
    `export default ({ console }) => ({ env: { speak() {
      console.log('log'); console.info('info'); console.warn('warn'); console.error('error'); console.debug('debug')
    } } })`,
  )
  expect(await runProgram(['run', path, 'go'])).toMatchObject({
    status: 0,
    stdout: 'log\n',
    stderr: 'info\nwarn\nerror\ndebug\n',
  })
})

test('many lines come whole and in order', async () => {
  const path = await writeGuest(
    '(module (import "env" "speak" (func $speak)) (func (export "go") call $speak))',
  )
  await writeFile(
    join(path, '../host.mjs'),
    'export default ({ console }) => ({ env: { speak() { for (let i = 0; i < 5000; i++) console.log(i) } } })',
  )
  const { stdout, stderr } = await runProgram(['run', path, 'go'])
  expect(stderr).toBe('')
  expect(stdout).toBe(Array.from({ length: 5000 }, (_, index) => `${index}\n`).join(''))
})

test.each([
  ['GUEST_TRAPPED', 1, ['run', guest('fail-trap'), 'divide_by_zero']],
  ['GUEST_EXCEPTION', 1, ['run', guest('fail-trap'), 'uncaught_exception']],
  ['HOST_THREW', 1, ['run', guest('fail-host'), 'rejects']],
  ['HOST_RESULT_TYPE', 1, ['run', guest('fail-host'), 'wrong_type']],
  ['START_FAILED', 1, ['run', guest('fail-start'), 'any']],
  ['CALL_TIMED_OUT', 130, ['run', guest('fail-host'), 'never_settles', '--timeout', '100']],
  ['CALL_TIMED_OUT', 130, ['run', guest('fail-loop'), 'loop', '--timeout=100']],
  ['IMPORT_UNBOUND', 2, ['run', guest('fail-unbound'), 'any']],
  ['EXPORT_NOT_FOUND', 2, ['run', SUM, 'none']],
  ['EXPORT_NOT_FUNCTION', 2, ['run', SUM, 'memory']],
  ['ARGUMENT_COUNT', 2, ['run', SUM, 'sum']],
  ['ARGUMENT_TYPE', 2, ['run', SUM, 'sum', 'x']],
  ['ARGUMENT_RANGE', 2, ['run', SUM, 'sum', '4294967296']],
  ['GUEST_NOT_FOUND', 2, ['run', 'none.wasm', 'f']],
  ['GUEST_IS_FOLDER', 2, ['run', GUESTS_FOLDER, 'f']],
  ['GUEST_NOT_WASM', 2, ['run', join(GUESTS_FOLDER, 'sum/sum.rs'), 'f']],
  ['HOST_NOT_FOUND', 2, ['run', SUM, 'sum', '1', '--host', 'none.ts']],
  ['USAGE', 2, ['run']],
  ['USAGE', 2, ['run', SUM, 'sum', '1', '--unknown']],
  ['USAGE', 2, ['run', SUM, 'sum', '1', '--timeout', 'soon']],
  ['USAGE', 2, ['run', SUM, 'sum', '1', '--host']],
])('%s gives status %i', async (code, status, texts) => {
  const ended = await runProgram(texts)
  expect(ended.stderr).toMatch(new RegExp(`^${code}: `))
  expect(ended.stdout).not.toContain('wasm said')
  expect(ended.status).toBe(status)
})

test.each([
  [0, 0, /^wasm exited with status 0\n$/],
  [3, 3, /^GUEST_EXITED: .* Status 3\./],
  [255, 255, /Status 255\./],
  [256, 1, /Status 256\./],
  [-1, 1, /Status -1\./],
])('a guest that exits with %i gives status %i', async (given, status, told) => {
  const path = await writeGuest(
    `(module (import "env" "exit" (func $exit (param i32)))
      (func (export "_start") (call $exit (i32.const ${given}))))`,
  )
  await writeFile(join(path, '../host.mjs'), 'export default ({ exit }) => ({ env: { exit } })')
  const ended = await runProgram(['run', path])
  expect(ended).toMatchObject({ status, stdout: '' })
  expect(ended.stderr).toMatch(told)
})

test('--stub binds what nobody else binds', async () => {
  const path = await writeGuest(
    '(module (import "env" "f" (func $f (param i32) (result i32))) (func (export "go") (result i32) (call $f (i32.const 7))))',
  )
  expect(await runProgram(['run', path, 'go'])).toMatchObject({ status: 2, stdout: '' })
  expect(await runProgram(['run', '--stub', path, 'go'])).toMatchObject({
    status: 0,
    stdout: 'wasm said: 0\n',
  })
})

test('--trace writes every call, a line each', async () => {
  const path = join(makeFolder(), 'trace.jsonl')
  expect(await runProgram(['run', SUM, 'sum', '223', '--trace', path])).toMatchObject({
    status: 0,
    stderr: '',
  })
  const calls = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(
    calls.map(({ v, id, parent, kind, name, outcome }) => ({ v, id, parent, kind, name, outcome })),
  ).toEqual([
    { v: 1, id: 2, parent: 1, kind: 'import', name: 'from_host', outcome: 'returned' },
    { v: 1, id: 1, parent: null, kind: 'export', name: 'sum', outcome: 'returned' },
  ])
})

test('--filter says which of them', async () => {
  const path = join(makeFolder(), 'trace.jsonl')
  const traced = ['run', SUM, 'sum', '223', '--trace', path, '--filter']
  expect(await runProgram([...traced, '-kind=import'])).toMatchObject({ status: 0, stderr: '' })
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ id: 1, name: 'sum' })
  expect(await runProgram([...traced, 'kind=host'])).toMatchObject({
    status: 2,
    stdout: '',
    stderr:
      'FILTER_INVALID: The filter cannot be read. Character 6: “host” is no kind of a call. It is one of import, export, start.\n',
  })
})

test('an export of a session file is filtered alike, and a mistake empties no file', async () => {
  const folder = makeFolder()
  const [session, output] = [join(folder, 'saved.jspi'), join(folder, 'calls.jsonl')]
  expect(await runProgram(['run', SUM, 'sum', '223', '--session', session])).toMatchObject({ status: 0 })
  const exported = await runProgram(['export', session, '--output', output, '--filter', 'import:env.*'])
  expect(exported).toMatchObject({ status: 0, stderr: '' })
  expect(JSON.parse(readFileSync(output, 'utf8'))).toMatchObject({ id: 2 })
  expect(await runProgram(['export', session, '--output', output, '--filter', '('])).toMatchObject({
    status: 2,
  })
  expect(readFileSync(output, 'utf8')).not.toBe('')
})

test('a trace is written of a run that fails, too', async () => {
  const path = join(makeFolder(), 'trace.jsonl')
  const texts = ['run', guest('fail-trap'), 'trap_after_import', '--trace', path]
  expect(await runProgram(texts)).toMatchObject({ status: 1 })
  expect(readFileSync(path, 'utf8')).toContain('"outcome":"trapped"')
})

test('a trace that cannot be written is said, and the run goes on', async () => {
  const path = join(makeFolder(), 'none/trace.jsonl')
  const ended = await runProgram(['run', SUM, 'sum', '223', '--trace', path])
  expect(ended.stderr).toMatch(/^TRACE_WRITE_FAILED: .*ENOENT.*\n$/)
  expect(ended.stdout).toContain('wasm said: ')
  expect(ended.status).toBe(0)
})

test.runIf(existsSync('/dev/full'))('a disk that is full is said once, and the run goes on', async () => {
  const ended = await runProgram(['run', guest('chatty'), 'call_both', '1000', '--trace', '/dev/full'])
  expect(ended.stderr).toMatch(/^TRACE_WRITE_FAILED: .*ENOSPC.*\n$/)
  expect(ended.status).toBe(0)
})

// Windows ends a process at once where another sends it a signal; there only a real Ctrl-C can be heard.
const testSignals = test.skipIf(process.platform === 'win32')

testSignals.each([
  ['a guest that waits', 'fail-host', 'never_settles', 'SIGINT', 130],
  ['a guest that computes', 'fail-loop', 'loop_after_call', 'SIGINT', 130],
  ['a guest that waits', 'fail-host', 'never_settles', 'SIGTERM', 143],
] as const)('%s (%s) is cancelled: %s %s gives %i', async (_what, name, exportName, signal, status) => {
  const path = join(makeFolder(), 'trace.jsonl')
  const program = startProgram(['run', guest(name), exportName, '--trace', path])
  // The trace is there from the moment at which the guest can be called.
  await expect.poll(() => existsSync(path), { timeout: 30_000 }).toBe(true)
  await new Promise((resolve) => setTimeout(resolve, 500))
  program.child.kill(signal)
  const ended = await program.ended
  expect(ended.stderr).toMatch(/^CALL_CANCELLED: /)
  expect(ended).toMatchObject({ status, stdout: '' })
  expect(readFileSync(path, 'utf8')).toContain('"outcome":"cancelled"')
})

testSignals('a start function that never ends is given up', async () => {
  const path = await writeGuest('(module (func $spin (loop (br 0))) (start $spin) (func (export "f")))')
  const program = startProgram(['run', path, 'f'])
  await new Promise((resolve) => setTimeout(resolve, 2000))
  program.child.kill('SIGINT')
  expect(await program.ended).toMatchObject({ status: 130, stdout: '' })
})

test('a reader that goes away ends it quietly', async () => {
  const path = await writeGuest(
    '(module (import "env" "speak" (func $speak)) (func (export "go") call $speak))',
  )
  await writeFile(
    join(path, '../host.mjs'),
    `export default ({ console }) => ({ env: { async speak() {
      for (;;) { console.log('line'); await new Promise((resolve) => setTimeout(resolve, 10)) }
    } } })`,
  )
  const program = startProgram(['run', path, 'go'])
  await expect.poll(() => program.stdout(), { timeout: 30_000 }).toContain('line')
  program.child.stdout?.destroy()
  expect((await program.ended).stderr).toBe('')
})

test('--session writes a session file, which export and stats read', async () => {
  const folder = makeFolder()
  const file = join(folder, 'chatty.jspi')
  const ran = await runProgram(['run', guest('chatty'), 'call_sync', '20000', '--session', file])
  expect(ran.status).toBe(0)

  const exported = await runProgram(['export', file])
  const lines = exported.stdout.trimEnd().split('\n')
  expect(lines).toHaveLength(20_001)
  expect(JSON.parse(lines[20_000]!)).toMatchObject({ id: 20_001, parent: 1, outcome: 'returned' })
  const output = join(folder, 'chatty.jsonl')
  expect((await runProgram(['export', file, '--output', output])).status).toBe(0)
  expect(readFileSync(output, 'utf8')).toBe(exported.stdout)

  const stats = await runProgram(['stats', file])
  expect(stats.stdout).toMatch(/^chatty\.wasm, 20,001 calls\n/)
  expect(stats.stdout).toMatch(/^call_sync +1 +0 /m)
  expect(stats.stdout).toMatch(/^env\.\w+ +20,000 +0 /m)
  const json = JSON.parse((await runProgram(['stats', file, '--json'])).stdout) as Record<string, unknown>
  expect(json).toMatchObject({ guest: { name: 'chatty.wasm' }, totals: { callCount: 20_001 } })

  const some = await runProgram(['stats', file, '--filter', 'import:env.* arg0<100'])
  expect(some.stdout).toMatch(/^chatty\.wasm, 100 calls\n/)
  expect(some.stdout).toMatch(/^env\.\w+ +100 +0 /m)
  expect(some.stdout).not.toMatch(/^call_sync/m)
  expect((await runProgram(['stats', file, '--filter', 'total>'])).stderr).toContain('FILTER_INVALID')
  const missing = await runProgram(['stats', join(folder, 'none.jspi')])
  expect(missing).toMatchObject({ status: 2, stderr: expect.stringContaining('SESSION_FILE_UNREADABLE') })
})

test('a session file of a program that was killed has what was recorded up to then', async () => {
  const file = join(makeFolder(), 'killed.jspi')
  const running = startProgram(['run', guest('chatty'), 'call_sync', '2000000000', '--session', file])
  while (!existsSync(file) || statSync(file).size < 2_000_000) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  running.child.kill('SIGKILL')
  await running.ended
  const { status, stdout } = await runProgram(['stats', file])
  expect(status).toBe(0)
  const [, count] = /^env\.next_sync +([\d,]+) +0 /m.exec(stdout)!
  expect(Number(count!.replaceAll(',', ''))).toBeGreaterThan(50_000)
})
