import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { formatSummary } from '../run/report.ts'
import { runSteps } from '../run/run-step.ts'
import { ROOT } from './folder.ts'

const SCRIPT = join(ROOT, 'test/run.mjs')

function runScript(texts: string[], nodeTexts: string[] = []): Promise<{ status: unknown; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [...nodeTexts, SCRIPT, ...texts], (error, stdout, stderr) =>
      resolve({ status: error ? error.code : 0, output: stdout + stderr }),
    )
  })
}

describe('the script behind npm test', () => {
  test('runs a step, and its last line counts it', async () => {
    const { status, output } = await runScript(['--step', 'imports'])
    expect(output).toMatch(/\n1 passed, 0 failed, 0 skipped\n$/)
    expect(status).toBe(0)
  })

  test('refuses a step that there is not', async () => {
    const { status, output } = await runScript(['--step', 'spelling'])
    expect(output).toContain('There is no step "spelling". There are: format, lint, types,')
    expect(status).toBe(2)
  })

  test('says on a Node without promise integration how to start it', async () => {
    const without = ['--import', 'data:text/javascript,delete WebAssembly.Suspending']
    const { status, output } = await runScript([], without)
    expect(output).toContain('JSPI_MISSING')
    expect(output).toContain('npm test')
    expect(status).toBe(2)
  })
})

test('a step fails with any of its programs, and runs them all', async () => {
  const outcomes = await runSteps([
    {
      name: 'a bad one',
      commands: [
        { packageName: 'typescript', program: 'tsc', texts: ['--project', 'nowhere'] },
        { packageName: 'no-such-package', texts: [] },
        { packageName: 'oxlint', texts: ['--version'] },
      ],
    },
    { name: 'a good one', commands: [{ packageName: 'oxlint', texts: ['--version'] }] },
  ])
  expect(outcomes).toMatchObject([
    { name: 'a bad one', ok: false },
    { name: 'a good one', ok: true },
  ])
})

describe('its summary', () => {
  const steps = [
    { name: 'lint', ok: true, seconds: 1 },
    { name: 'types', ok: false, seconds: 2.34 },
  ]
  const tests = {
    passed: 5,
    failed: 2,
    skipped: 1,
    seconds: 10,
    failures: ['test/a.test.ts > one\n    expected 1 to be 2', 'test/b.test.ts: it does not load'],
    drivers: [
      { name: 'browser door', count: 3 },
      { name: 'electron', count: 0 },
    ],
    notVerified: ['test/c.test.ts > real: there is no display'],
  }

  test('names what failed, the drivers and what was not verified, and counts last', () => {
    expect(formatSummary(steps, tests)).toEqual([
      'ok      lint (1.0 s)',
      'FAILED  types (2.3 s)',
      'FAILED  tests (10.0 s)',
      '        test/a.test.ts > one',
      '            expected 1 to be 2',
      '        test/b.test.ts: it does not load',
      '',
      'End-to-end specs ran on: browser door (3), electron (none).',
      '',
      'NOT VERIFIED here:',
      '  - test/c.test.ts > real: there is no display',
      '',
      '6 passed, 3 failed, 1 skipped',
    ])
  })

  test('says so when no test ran for want of a build', () => {
    expect(formatSummary(steps, 'the build failed').slice(2)).toEqual([
      '',
      'NOT VERIFIED here:',
      '  - any test: the build failed',
      '',
      '1 passed, 1 failed, 0 skipped',
    ])
  })

  test('of checks alone counts them', () => {
    expect(formatSummary(steps, null).at(-1)).toBe('1 passed, 1 failed, 0 skipped')
  })
})
