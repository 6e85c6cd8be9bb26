import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { createFolder, GUESTS_FOLDER } from '../support/inspector.ts'
import { ensureBuilt } from './build.ts'
import { runProgram } from './program.ts'

beforeAll(ensureBuilt)

const SUM = join(GUESTS_FOLDER, 'sum/sum.wasm')

test('prints imports and exports with their types, aligned', async () => {
  const { status, stdout, stderr } = await runProgram(['inspect', SUM])
  const size = statSync(SUM).size.toLocaleString('en')
  expect(stdout).toBe(`sum.wasm, ${size} bytes
imports:
  env.from_host  (i32, i32) → i32
exports:
  memory       memory 16 pages
  sum          (i32) → i32
  __data_end   global i32
  __heap_base  global i32
`)
  expect(stderr).toBe('')
  expect(status).toBe(0)
})

test('--json prints them as the contract has them', async () => {
  const { status, stdout } = await runProgram(['inspect', '--json', SUM])
  expect(status).toBe(0)
  expect(JSON.parse(stdout)).toEqual({
    guest: {
      name: 'sum.wasm',
      path: SUM,
      sizeBytes: readFileSync(SUM).length,
      producers: expect.arrayContaining(['Rust', expect.stringMatching(/^rustc \d/)]),
    },
    imports: [
      {
        module: 'env',
        name: 'from_host',
        kind: 'function',
        typeText: '(i32, i32) → i32',
        signature: expect.objectContaining({ results: ['i32'] }),
      },
    ],
    exports: expect.arrayContaining([expect.objectContaining({ name: 'sum', typeText: '(i32) → i32' })]),
  })
})

test('names do not command the terminal, nor break or turn its lines', async () => {
  const wat = String.raw`(module (import "a\u{1b}[2Jb" "c\nd" (func)) (func (export "x\u{202e}y")))`
  const folder = await createFolder({ 'guest.wat': wat })
  const { stdout } = await runProgram(['inspect', join(folder, 'guest.wat')])
  expect(stdout.split('\n')).toEqual([
    expect.stringMatching(/^guest\.wat/),
    'imports:',
    '  a\ufffd[2Jb.c\ufffdd  () → ()',
    'exports:',
    '  x\ufffdy  () → ()',
    '',
  ])
  const failed = await runProgram(['run', join(folder, 'guest.wat'), 'x'])
  expect(failed.stderr).toContain('Unbound: a\ufffd[2Jb.c')
  expect(failed.stderr).not.toContain('\u001b')
})

test('a guest is read, never run', async () => {
  // Its start function traps.
  const ended = await runProgram(['inspect', join(GUESTS_FOLDER, 'fail-start/fail-start.wasm')])
  expect(ended).toMatchObject({ status: 0, stderr: '' })
})

test('the text format is read as well', async () => {
  const ended = await runProgram(['inspect', join(GUESTS_FOLDER, 'times/times.wat')])
  expect(ended).toMatchObject({ status: 0, stderr: '' })
  expect(ended.stdout).toMatch(/^times\.wat, [\d,]+ bytes\nimports:\n/)
})

test.each([
  ['GUEST_NOT_FOUND', ['inspect', 'none.wasm']],
  ['GUEST_NOT_WASM', ['inspect', join(GUESTS_FOLDER, 'sum/host.ts')]],
  ['GUEST_IS_FOLDER', ['inspect', GUESTS_FOLDER]],
  ['USAGE', ['inspect']],
  ['USAGE', ['inspect', SUM, 'sum']],
])('%s gives status 2', async (code, texts) => {
  const ended = await runProgram(texts)
  expect(ended).toMatchObject({ status: 2, stdout: '' })
  expect(ended.stderr).toMatch(new RegExp(`^${code}: `))
})
