import { relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { startVitest } from 'vitest/node'
import type { TestCase, TestModule } from 'vitest/node'
import { ROOT } from './paths.ts'

/** What became of the tests. */
export interface TestsOutcome {
  passed: number
  failed: number
  skipped: number
  seconds: number
  /** The full names of what failed, each followed by lines that say how. */
  failures: string[]
  /** How many end-to-end specs ran on each driver. */
  drivers: { name: string; count: number }[]
  /** What this machine could not show, with the reasons. */
  notVerified: string[]
}

/** The drivers of the end-to-end specs. Their suites' names begin with the driver's. */
const DRIVERS = ['browser door', 'electron stand-in', 'electron']

const LINES_OF_A_FAILURE = 16

/** Runs every test. One that is skipped, best by `context.skip(reason)`, is reported as not verified. */
export async function runTests(): Promise<TestsOutcome> {
  const startMs = performance.now()
  const vitest = await startVitest('test', [], { config: 'test/vitest.config.ts', root: ROOT, watch: false })
  const modules = vitest.state.getTestModules()
  const tests = modules.flatMap((module) => [...module.children.allTests()])
  const failures = [
    ...modules.flatMap(listFailures),
    ...vitest.state.getUnhandledErrors().map((error) => `an error outside of every test: ${describe(error)}`),
  ]
  await vitest.close()
  // Such as: no test was found.
  if (failures.length === 0 && process.exitCode) failures.push('vitest itself')

  const skipped = tests.filter((test) => test.result().state === 'skipped')
  return {
    passed: tests.filter((test) => test.result().state === 'passed').length,
    failed: failures.length,
    skipped: skipped.length,
    seconds: (performance.now() - startMs) / 1000,
    failures,
    drivers: DRIVERS.map((name) => ({ name, count: countRun(tests, name) })),
    notVerified: skipped.map(explainSkipped),
  }
}

/** Failed tests, and files and suites that failed beside their tests. */
function listFailures(module: TestModule): string[] {
  const file = relative(ROOT, module.moduleId)
  const suites = [...module.children.allSuites()].filter((suite) => suite.errors().length > 0)
  return [
    ...module.errors().map((error) => `${file}: ${describe(error)}`),
    ...suites.map((suite) => `${file} > ${suite.fullName}: ${describe(suite.errors()[0])}`),
    ...[...module.children.allTests('failed')].map(
      (test) => `${file} > ${test.fullName}${explainFailure(test.result().errors ?? [])}`,
    ),
  ]
}

/** Where a log is cut its end is what remains, so what is above the summary has to be found in it as well. */
function explainFailure(errors: readonly { message: string; diff?: string }[]): string {
  const lines = errors.flatMap(({ message, diff }) =>
    stripVTControlCharacters(`${message}\n${diff ?? ''}`)
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(0, LINES_OF_A_FAILURE),
  )
  return lines.map((line) => `\n    ${line}`).join('')
}

function describe(error: unknown): string {
  const message = typeof error === 'object' && error && 'message' in error ? error.message : error
  return String(message).split('\n')[0] ?? ''
}

function countRun(tests: TestCase[], driver: string): number {
  const ran = new Set(['passed', 'failed'])
  return tests.filter((test) => test.fullName.startsWith(`${driver}: `) && ran.has(test.result().state))
    .length
}

function explainSkipped(test: TestCase): string {
  const result = test.result()
  const reason = (result.state === 'skipped' && result.note) || 'it cannot run on this machine'
  return `${relative(ROOT, test.module.moduleId)} > ${test.fullName}: ${reason}`
}
