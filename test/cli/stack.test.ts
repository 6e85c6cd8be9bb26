import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { GUESTS_FOLDER, ROOT } from '../support/inspector.ts'
import { ensureBuilt } from './build.ts'
import { makeFolder, runProgram } from './program.ts'

beforeAll(ensureBuilt)

/** What stands below the line of the error. */
async function readStack(...texts: string[]): Promise<string> {
  const { status, stderr } = await runProgram(['run', ...texts])
  expect(status).toBe(1)
  return stderr.slice(stderr.indexOf('\n') + 1)
}

test('a trap is followed by the functions, files and lines of the guest', async () => {
  const shapes = join(ROOT, 'test/fixtures/guest-stack/shapes-dwarf5.wasm')
  expect(await readStack(shapes, 'run', '13', '--stub')).toBe(
    [
      '    at shapes::Square<int>::area (shapes.cc:15:21, inlined)',
      '    at shapes::(anonymous namespace)::twice (shapes.cc:24:21, inlined)',
      '    at shapes::measure (shapes.cc:29:10)',
      '    at run (shapes.cc:37:10)',
      '',
    ].join('\n'),
  )
})

test('the failure of a host function is followed by its own stack, and that of the guest', async () => {
  const stack = await readStack(join(GUESTS_FOLDER, 'fail-host/fail-host.wasm'), 'throws')
  expect(stack).toMatch(/^ {4}Error: this handler throws/)
  expect(stack).toMatch(/\n {4}in the guest:\n {4}at throws \(\+0x191\)\n$/)
})

test('names do not reach the terminal as commands', async () => {
  const path = join(makeFolder(), 'guest.wat')
  await writeFile(path, String.raw`(module (func (export "\1b[2J\0afail") (unreachable)))`)
  expect(await readStack(path, '\u{1b}[2J\nfail')).toMatch(
    /^ {4}at \u{fffd}\[2J\u{fffd}fail \(\+0x[0-9a-f]+\)\n$/u,
  )
})

test('--debug-file takes the debug information of the guest, and nothing else', async () => {
  const guest = join(ROOT, 'test/fixtures/guest-stack/shapes-dwarf5.wasm')
  const given = await runProgram(['run', guest, 'run', '1', '--stub', '--debug-file', guest])
  expect(given).toMatchObject({ status: 0, stderr: '' })
  const wrong = await runProgram([
    'run',
    guest,
    'run',
    '1',
    '--stub',
    '--debug-file',
    join(ROOT, 'README.md'),
  ])
  expect(wrong).toMatchObject({ status: 2, stderr: expect.stringContaining('DEBUG_FILE_INVALID') })
})
