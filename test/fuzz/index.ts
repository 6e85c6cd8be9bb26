/**
 * Fuzzes for as long as it is told to, with a seed that repeats it:
 *
 *   npm run fuzz -- [--seconds 600] [--seed N] [--stage parts|files|sessions|requests] [--input N]
 *
 * Each stage has as much of the time, unless one is named. The exit status is 1 when something was found.
 */
import { parseArgs } from 'node:util'
import { fuzz } from './fuzz.ts'
import { STAGES } from './inputs.ts'
import { newSeed, report } from './report.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    stage: { type: 'string' },
    input: { type: 'string' },
  },
})
const seed = values.seed === undefined ? newSeed() : Number(values.seed)
const stages = STAGES.filter((stage) => values.stage === undefined || values.stage === stage)
if (stages.length === 0) throw new Error(`There is no stage "${values.stage}", but ${STAGES.join(' and ')}.`)
let found = 0
for (const stage of stages) {
  const outcome = await fuzz({
    stage,
    seed,
    seconds: Number(values.seconds) / stages.length,
    ...(values.input === undefined ? {} : { input: Number(values.input) }),
  })
  process.stdout.write(`${report(stage, seed, outcome)}\n`)
  found += outcome.findings.length
}
process.exitCode = found > 0 ? 1 : 0
