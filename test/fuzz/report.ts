import type { FuzzOutcome } from './fuzz.ts'
import type { Stage } from './inputs.ts'

/** A seed that is another one each time. */
export function newSeed(): number {
  return Date.now() % 1_000_000_000
}

/** Says what was tried and found, and how to repeat it. */
export function report(stage: Stage, seed: number, outcome: FuzzOutcome): string {
  const { inputCount, outcomes, highestRssBytes, findings } = outcome
  const counts = Object.entries(outcomes).map(([name, count]) => `${name} ${count}`)
  const memory = `${Math.round(highestRssBytes / 2 ** 20)} MiB`
  return [
    `fuzz ${stage}, seed ${seed}: ${inputCount} inputs (${counts.join(', ')}), ${memory} at most, ${findings.length} found`,
    ...findings.map(({ why, path, command }) => `  ${why}\n  input: ${path ?? 'see above'}\n  ${command}`),
  ].join('\n')
}
