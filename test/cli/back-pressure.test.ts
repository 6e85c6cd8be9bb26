/** What `run` says at its end of a guest that has outrun the disk. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseCommandLine } from '../../main/cli/command-line.ts'
import { makeFolder, runProgram } from './program.ts'

/** The command line with little memory for a trace. */
const launcher = join(import.meta.dirname, 'small-memory.ts')

test('how many calls were left out, where the newest are to be kept', async () => {
  const missing = join(makeFolder(), 'missing')
  const environment = { TEST_TEMPORARY_FOLDER: missing }
  const guest = 'guests/chatty/chatty.wasm'
  const ended = await runProgram(['run', guest, 'call_sync', '800000', '--keep-newest'], {
    launcher,
    environment,
  })
  expect(ended.stdout).toContain('wasm said: 800000')
  expect(ended.stderr).toMatch(/^CALLS_LEFT_OUT: .* Of 800,001 calls \d{3},\d{3} were left out: /m)
  expect(ended.stderr).not.toContain('TRACE_LIMIT')
  expect(ended.status).toBe(0)
})

test('how long the guest waited, where no call is to be lost', async () => {
  const guest = 'guests/chatty/chatty.wasm'
  const ended = await runProgram(['run', guest, 'call_sync', '1200000'], {
    launcher,
    environment: { TEST_STALL_MS: '1500' },
  })
  expect(ended.stdout).toContain('wasm said: 1200000')
  expect(ended.stderr).toMatch(/^The guest waited \d+\.\d\d s for the disk, so that no call is lost\.$/m)
  expect(ended.status).toBe(0)
})

test.each([
  [['run', 'a.wasm', '--keep-newest'], true],
  [['run', 'a.wasm'], false],
  [['open', 'a.wasm', '--keep-newest'], true],
  [['a.wasm', '--keep-newest'], true],
  [['serve', '--keep-newest', 'a.wasm'], true],
  [['serve', 'a.wasm'], false],
])('%j', (texts, keepsNewest) => {
  expect(parseCommandLine(texts, '0.0.0')).toMatchObject({
    ok: true,
    value: { guest: 'a.wasm', keepsNewest },
  })
})
