/** The process that answers SQL does not outlive the inspector, whatever it does. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { createFolder, ROOT, waitFor } from '../support/inspector.ts'
import { spawnInspector } from '../support/inspector-process.ts'
import { listQueryProcesses } from '../support/query-processes.ts'

const ENDLESS =
  'with recursive counter(n) as (select 1 union all select n + 1 from counter) select sum(n) from counter'

/** Asks for what never ends, and tells which process is at it. The process has its standard output. */
const ASKING = `
  const child = require('node:child_process').fork(${JSON.stringify(join(ROOT, 'main/sql/query-process.ts'))}, [String(process.pid)], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'ignore', 'ipc'],
  })
  child.send({ type: 'query', sql: ${JSON.stringify(ENDLESS)}, rowLimit: 1 }, () => console.log(child.pid))
`

test.each([
  ['while it starts', 0],
  ['in the midst of a query', 1000],
])(
  'it ends when the inspector was killed %s',
  async (_, waitMs) => {
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
    await sleep(waitMs)
    asking.stdout.resume()
    const end = once(asking, 'close')
    asking.kill('SIGKILL')
    const [status, signal] = (await end) as [number | null, string | null]
    // Both have let go of the output.
    expect(status ?? signal).not.toBe(0)
  },
  20_000,
)

/** An inspector whose sessions have been asked about their calls, and one of which is at a query. */
const PROGRAM = `
  let done
  inspector.subscribe({ runChanged({ state }) { if (state === 'returned') done() } })
  const ask = async (sql) => {
    const { value: { sessionId } } = await inspector.service.openExample({ name: 'sum' })
    const returned = new Promise((resolve) => { done = resolve })
    inspector.service.startRun({ sessionId, exportName: 'sum', argumentTexts: ['1'] })
    await returned
    const query = (sql) => inspector.service.queryTrace({ sessionId, sql, rowLimit: 1 })
    await query('select * from calls')
    void query(sql)
  }
  await ask('select 1')
  await ask(${JSON.stringify(`${ENDLESS}, calls`)})
  console.log('asked')
`

test('neither processes nor files are left of an inspector that was killed', async () => {
  const folder = await createFolder()
  const inspector = spawnInspector(folder, PROGRAM)
  await once(inspector.stdout, 'data')
  const pids = listQueryProcesses(inspector.pid).map(({ pid }) => pid)
  expect(pids).toHaveLength(2)
  expect(readdirSync(folder)).toHaveLength(2)
  // Until the query is under way.
  await sleep(500)
  inspector.kill('SIGKILL')
  await waitFor('their end', () => !pids.some(isRunning))
  // One had nothing to do, and the other was at its query.
  expect(readdirSync(folder)).toEqual([])
})

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
