/** The runner of the core test suite, on scripts that are written for it: so that it still works when it is needed. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { ROOT } from '../support/inspector.ts'
import { compareSuite } from './compare-suite.ts'

const FIXTURE = join(import.meta.dirname, 'fixture')
const PROGRAM = join(ROOT, 'test/spec/run-spec-suite.ts')

test.each([
  ['as they are', false],
  ['stopped wherever they can be', true],
])(
  'guests %s: every kind of command has the same verdict on V8 alone and through the host',
  async (_what, hasSlices) => {
    const suite = await compareSuite(join(FIXTURE, 'values.wast'), hasSlices)
    expect(suite.failures).toEqual([])
    expect(suite.differences).toEqual([])
    expect(suite.unreadable).toEqual([])
    expect(suite).toMatchObject({ validModules: 8, startModules: 2 })
    expect([...suite.otherTrapNames]).toEqual([])
    expect([...suite.narrowerTrapNames]).toEqual([['out of bounds table access → undefined element', 1]])
    expect(suite.sameTrapNames).toBe(5)
    expect(suite.calls.begun).toBeGreaterThan(20)
    expect(suite.calls.ended).toBe(suite.calls.begun)
    expect(suite.calls.stops > 0).toBe(hasSlices)
  },
)

test('assertions that do not hold are listed, with their lines', async () => {
  const suite = await compareSuite(join(FIXTURE, 'wrong.wast'), false)
  expect(suite.failures.map(({ place }) => place)).toEqual(
    [5, 6, 7, 8, 9, 10, 11, 12, 13].map((line) => `wrong.wast:${line}`),
  )
  expect(suite.differences).toEqual([])
})

test('the program prints the table, and exits with 2 where it is not told what to run', async () => {
  const run = promisify(execFile)
  const { stdout } = await run(process.execPath, [PROGRAM, FIXTURE])
  expect(stdout).toMatch(/^folder +scripts +commands +both pass +both fail +differ$/m)
  expect(stdout).toMatch(/^all +3 /m)
  expect(stdout).toMatch(/^verdicts that differ: 0$/m)
  expect(stdout).toMatch(/^assertions that V8 alone fails: 9$/m)
  await expect(run(process.execPath, [PROGRAM])).rejects.toMatchObject({ code: 2 })
})
