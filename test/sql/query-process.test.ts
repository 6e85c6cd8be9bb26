/** The process that answers SQL does not outlive the inspector, whatever it does. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { ROOT } from '../support/inspector.ts'

const ENDLESS =
  'with recursive counter(n) as (select 1 union all select n + 1 from counter) select sum(n) from counter'

/** Asks for what never ends, and tells which process is at it. The process has its standard output. */
const ASKING = `
  const child = require('node:child_process').fork(${JSON.stringify(join(ROOT, 'main/sql/query-process.ts'))}, [], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'ignore', 'ipc'],
  })
  child.send({ type: 'query', sql: ${JSON.stringify(ENDLESS)}, rowLimit: 1 }, () => console.log(child.pid))
`

test('it ends when the inspector was killed in the midst of a query', async () => {
  const asking = spawn(process.execPath, ['--input-type=commonjs', '-e', ASKING], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [printed] = (await once(asking.stdout, 'data')) as [Buffer]
  const pid = Number(String(printed))
  onTestFinished(() => {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended.
    }
  })
  // Until the statement runs.
  await sleep(1000)
  asking.stdout.resume()
  const end = once(asking, 'close')
  asking.kill('SIGKILL')
  const [status, signal] = (await end) as [number | null, string | null]
  // Both have let go of the output.
  expect(status ?? signal).not.toBe(0)
}, 20_000)
