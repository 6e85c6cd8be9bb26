/**
 * Runs every check, builds, and runs every test; then says what could not be verified, and counts.
 *
 *   node test/run.mjs                  everything
 *   node test/run.mjs --checks-only    what needs neither a build nor a test
 *   node test/run.mjs --step NAME      one step
 *
 * A step that fails does not keep the later ones from running; tests alone need a build that succeeded.
 * The exit status is 1 when anything failed, and 2 for a step that there is not.
 */
import { parseArgs } from 'node:util'
import { printHeading, printSummary } from './report.ts'
import { runSteps } from './run-step.ts'
import { build, checks } from './steps.ts'
import type { TestsOutcome } from './tests.ts'

const { values } = parseArgs({
  options: { 'checks-only': { type: 'boolean' }, step: { type: 'string' } },
})

const everyStep = [...checks, build]
const chosen = values.step ? everyStep.filter(({ name }) => name === values.step) : checks
if (chosen.length === 0) {
  const names = everyStep.map(({ name }) => name).join(', ')
  process.stderr.write(`There is no step "${values.step}". There are: ${names}.\n`)
  process.exit(2)
}

const outcomes = await runSteps(chosen)
let tests: TestsOutcome | string | null = null
if (!values.step && !values['checks-only']) {
  const built = await runSteps([build])
  outcomes.push(...built)
  tests = built.every(({ ok }) => ok) ? await runAllTests() : 'the build failed'
}
printSummary(outcomes, tests)

const ok = outcomes.every((outcome) => outcome.ok) && (typeof tests !== 'object' || !tests?.failed)
// At once: nothing that a test has left behind may keep this process.
process.exit(ok ? 0 : 1)

async function runAllTests(): Promise<TestsOutcome> {
  printHeading('tests')
  try {
    // Loaded only now: the checks alone are to be quick.
    const { runTests } = await import('./tests.ts')
    return await runTests()
  } catch (error) {
    const failures = [`vitest does not start: ${error instanceof Error ? error.stack : String(error)}`]
    return { passed: 0, failed: 1, skipped: 0, seconds: 0, failures, drivers: [], notVerified: ['any test'] }
  }
}
