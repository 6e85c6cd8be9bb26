import type { StepOutcome } from './run-step.ts'
import type { TestsOutcome } from './tests.ts'

const LINE_LENGTH = 78

/** Sets off what follows from what other programs have printed. */
export function printHeading(name: string): void {
  process.stdout.write(`\n── ${name} ${'─'.repeat(LINE_LENGTH - name.length)}\n`)
}

/** Prints the summary, with the count as its last line. */
export function printSummary(steps: StepOutcome[], tests: TestsOutcome | string | null): void {
  printHeading('summary')
  process.stdout.write(`${formatSummary(steps, tests).join('\n')}\n`)
}

/**
 * The lines that say how the steps went, what was not verified, and how many tests and steps there were. `tests`
 * is a string that says why none ran, or null where none were asked for.
 */
export function formatSummary(steps: StepOutcome[], tests: TestsOutcome | string | null): string[] {
  const lines = steps.map(({ name, ok, seconds }) => formatOutcome(ok, name, seconds))
  const count = {
    passed: steps.filter(({ ok }) => ok).length,
    failed: steps.filter(({ ok }) => !ok).length,
    skipped: 0,
  }
  const notVerified: string[] = []
  if (typeof tests === 'string') notVerified.push(`any test: ${tests}`)
  else if (tests) {
    lines.push(formatOutcome(tests.failed === 0, 'tests', tests.seconds))
    lines.push(...tests.failures.flatMap((failure) => failure.split('\n')).map((line) => `        ${line}`))
    const drivers = tests.drivers.map(formatDriver)
    if (drivers.length > 0) lines.push('', `End-to-end specs ran on: ${drivers.join(', ')}.`)
    notVerified.push(...tests.notVerified)
    count.passed += tests.passed
    count.failed += tests.failed
    count.skipped += tests.skipped
  }
  if (notVerified.length > 0) {
    lines.push('', 'NOT VERIFIED here:', ...notVerified.map((what) => `  - ${what}`))
  }
  lines.push('', `${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`)
  return lines
}

function formatOutcome(ok: boolean, name: string, seconds: number): string {
  return `${ok ? 'ok    ' : 'FAILED'}  ${name} (${seconds.toFixed(1)} s)`
}

function formatDriver({ name, count }: TestsOutcome['drivers'][number]): string {
  return `${name} (${count === 0 ? 'none' : count})`
}
