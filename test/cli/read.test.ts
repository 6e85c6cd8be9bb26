import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { explainRefusal, parseLines } from '../trace/trace-lines.ts'
import { ensureBuilt } from './build.ts'
import { makeFolder, runProgram } from './program.ts'

beforeAll(ensureBuilt)

const GUEST = `(module
  (import "env" "log" (func $log (param i32 i32) (result i32)))
  (import "env" "other" (func $other (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "hello")
  (start $begin)
  (func $begin (call $other (i32.const 16)))
  (func (export "run") (result i32) (call $log (i32.const 16) (i32.const 5))))`

async function makeGuest(): Promise<string> {
  const path = join(makeFolder(), 'guest.wat')
  await writeFile(path, GUEST)
  return path
}

test('--read keeps what imports point at in the trace, from the start function on', async () => {
  const guest = await makeGuest()
  const trace = `${guest}.jsonl`
  const read = ['--read', 'env.log=utf8(0, 1), enum(result) { 0: a=b }', '--read=env.other=cstring(0)']
  const refused = await runProgram(['run', guest, 'run', '--stub', ...read, '--trace', trace])
  expect(refused).toMatchObject({ status: 2, stdout: '' })
  expect(refused.stderr).toMatch(
    /^READING_INVALID: .* env\.log: Character 32: “=” stands where a comma or “}”/,
  )

  read[1] = read[1]!.replace('a=b', 'none')
  expect(await runProgram(['run', guest, 'run', '--stub', ...read, '--trace', trace])).toMatchObject({
    status: 0,
    stdout: 'wasm said: 0\n',
    stderr: '',
  })
  const lines = parseLines(readFileSync(trace, 'utf8')) as unknown as { decoded?: object[] }[]
  expect(lines.map(explainRefusal)).toEqual([null, null, null, null])
  expect(lines.map(({ decoded = [] }) => decoded)).toMatchObject([
    [],
    [{ type: 'cstring', value: 'hello' }],
    [
      { type: 'utf8', value: 'hello', params: [0, 1], readAt: 'entry' },
      { type: 'enum', value: 0, symbol: 'none', result: 0, readAt: 'return' },
    ],
    [],
  ])
})

test.each([
  ['env.log', /^USAGE: .*--read is "env\.log", which has no import and "="/],
  ['env.lgo=utf8(0, 1)', /^READING_INVALID: .*The guest imports no function env\.lgo\./],
])('--read %s is refused', async (text, message) => {
  const { status, stderr } = await runProgram(['run', await makeGuest(), 'run', '--stub', '--read', text])
  expect(status).toBe(2)
  expect(stderr).toMatch(message)
})
