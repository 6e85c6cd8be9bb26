/** The process in which inputs are tried: it may crash, hang or grow without harm to the one that counts. */
import type { BatchOutcome, BatchRequest } from './fuzz.ts'
import type { Stage } from './inputs.ts'
import { createInputChecker } from './inputs.ts'

/** What no input of this size may take, in processor time: that of other processes does not count. */
const LONGEST_CPU_MS = 5000

const [stage, seed, path] = process.argv.slice(2) as [Stage, string, string]
const checker = await createInputChecker(stage, Number(seed), path)
process.on('message', (request: BatchRequest) => void run(request))
process.on('disconnect', () => void checker.close().finally(() => process.exit()))
process.send!('ready')

async function run({ from, to }: BatchRequest): Promise<void> {
  const outcome: BatchOutcome = { failures: [], outcomes: {}, rssBytes: 0 }
  for (let index = from; index < to; index++) {
    const before = process.cpuUsage()
    try {
      const became = await checker.check(index)
      outcome.outcomes[became] = (outcome.outcomes[became] ?? 0) + 1
    } catch (thrown) {
      outcome.failures.push({ index, why: thrown instanceof Error ? thrown.stack! : String(thrown) })
    }
    const { user, system } = process.cpuUsage(before)
    const cpuMs = (user + system) / 1000
    // A guest of a session has a thread of its own, and is ended after a time.
    if (stage === 'parts' && cpuMs > LONGEST_CPU_MS) {
      outcome.failures.push({ index, why: `it took ${Math.round(cpuMs)} ms of processor time` })
    }
  }
  outcome.rssBytes = process.memoryUsage.rss()
  process.send!(outcome)
}
