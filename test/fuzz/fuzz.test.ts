import { expect, test } from 'vitest'
import { fuzz } from './fuzz.ts'
import { STAGES } from './inputs.ts'
import { newSeed, report } from './report.ts'

const SECONDS = 20
/** A process that hangs is given time, and so is each input of a batch that ended one. */
const LIMIT_MS = 300_000

test.for(STAGES)('no input breaks a property: %s', { timeout: LIMIT_MS }, async (stage) => {
  const seed = newSeed()
  const outcome = await fuzz({ stage, seed, seconds: SECONDS })
  const text = report(stage, seed, outcome)
  process.stdout.write(`${text}\n`)
  expect(outcome.findings, text).toEqual([])
  expect(outcome.inputCount).toBeGreaterThan(0)
})
