/**
 * What session files cost: bytes a call on the disk, writing, opening to the first rows, and jumping to any row.
 * `npm run bench:session-file [calls…]`; 1,000,000 and 10,000,000 where no number is given. Calls have two i32 arguments and one result, and all times.
 * The same file is also opened without its end, so that it has no index and is read to its end in turns: how long the first
 * rows and the end take, and how long anything else waits meanwhile (event loop delay).
 * Each file is opened in a process of its own, so that nothing is known of it but what the disk's cache keeps. The milliseconds are this machine's.
 */
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, stat, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { ArchivedSession } from '../../main/inspector/archived-session.ts'
import { openSessionFile } from '../../main/session-file/open-session-file.ts'
import { readCallRow } from '../../main/trace/call-row.ts'
import { END_BYTES } from '../support/cut-session.ts'
import { MEMORY_LIMIT_BYTES, writeSession } from './write-session.ts'

const ROWS_IN_SIGHT = 60
const JUMPS = 200
/** As much as a session has to say of itself to be opened. */
const DESCRIBED = { info: { guest: { name: 'bench.wasm' }, exports: [], imports: [], warnings: [] } }

/** What a process prints that opens a file. */
interface Opened {
  firstRowsMs: number
  jumpP95Ms: number
  jumpMaxMs: number
  memoryBytes: number
}

/** What a process prints that opens a file without an index. */
interface Reopened {
  firstRowsMs: number
  firstCallCount: number
  wholeMs: number
  delayP99Ms: number
  delayMaxMs: number
  /** At most. */
  memoryBytes: number
}

/** Opens a file without an index as the inspector does, and reads it to its end. */
async function reopen(path: string): Promise<Reopened> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  const startMs = performance.now()
  const opened = await ArchivedSession.open('bench', path, MEMORY_LIMIT_BYTES)
  if (!opened.ok) throw new Error(opened.error.why)
  const { trace } = opened.value
  for (let id = 1; id <= ROWS_IN_SIGHT; id++) readCallRow(trace.calls, id, opened.value.nowNs())
  const firstRowsMs = performance.now() - startMs
  const firstCallCount = trace.calls.callCount
  delay.enable()
  await opened.value.read(() => {})
  delay.disable()
  const wholeMs = performance.now() - startMs
  await opened.value.close()
  const [delayP99Ms, delayMaxMs] = [delay.percentile(99) / 1e6, delay.max / 1e6]
  const memoryBytes = process.resourceUsage().maxRSS * 1024
  return { firstRowsMs, firstCallCount, wholeMs, delayP99Ms, delayMaxMs, memoryBytes }
}

/** Opens a file, reads the rows at its end, and then those at any place. */
function open(path: string, callCount: number): Opened {
  const startMs = performance.now()
  const opened = openSessionFile(path, MEMORY_LIMIT_BYTES)
  if (!opened.ok) throw new Error(opened.error.why)
  const { trace } = opened.value
  const readRows = (firstId: number): void => {
    for (let id = firstId; id < firstId + ROWS_IN_SIGHT; id++) readCallRow(trace.calls, id, 0)
  }
  readRows(callCount - ROWS_IN_SIGHT + 1)
  const firstRowsMs = performance.now() - startMs
  let random = 1
  const jumpsMs = Array.from({ length: JUMPS }, () => {
    random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0
    const jumpMs = performance.now()
    readRows(1 + (random % (callCount - ROWS_IN_SIGHT)))
    return performance.now() - jumpMs
  }).sort((a, b) => a - b)
  opened.value.close()
  return {
    firstRowsMs,
    jumpP95Ms: jumpsMs[Math.ceil(0.95 * JUMPS) - 1]!,
    jumpMaxMs: jumpsMs.at(-1)!,
    memoryBytes: process.memoryUsage().rss,
  }
}

async function measure(folder: string, callCount: number): Promise<void> {
  const path = join(folder, `${callCount}.jspi`)
  const startMs = performance.now()
  await writeSession(path, callCount, () => DESCRIBED)
  const writeNs = ((performance.now() - startMs) * 1e6) / callCount
  const { size } = await stat(path)
  const opened = runProgram<Opened>('--open', path, callCount)
  await truncate(path, size - END_BYTES)
  const reopened = runProgram<Reopened>('--reopen', path, callCount)
  await rm(path)
  process.stdout.write(
    `${callCount.toLocaleString('en')} calls\n` +
      `  ${(size / callCount).toFixed(1)} bytes a call on the disk, recorded and written in ${writeNs.toFixed(0)} ns a call\n` +
      `  first rows after ${opened.firstRowsMs.toFixed(0)} ms, ` +
      `any other after ${opened.jumpP95Ms.toFixed(1)} ms (p95), ${opened.jumpMaxMs.toFixed(1)} ms at most\n` +
      `  ${(opened.memoryBytes / 2 ** 20).toFixed(0)} MiB of memory for the process that has it open\n` +
      `  without an index: first rows (of ${reopened.firstCallCount.toLocaleString('en')} calls) after ${reopened.firstRowsMs.toFixed(0)} ms, ` +
      `read to its end in ${(reopened.wholeMs / 1000).toFixed(1)} s\n` +
      `  while it is read anything else waits ${reopened.delayP99Ms.toFixed(1)} ms (p99), ${reopened.delayMaxMs.toFixed(1)} ms at most\n` +
      `  ${(reopened.memoryBytes / 2 ** 20).toFixed(0)} MiB of memory at most for the process that reads it\n`,
  )
}

function runProgram<Printed>(option: string, path: string, callCount: number): Printed {
  const program = [import.meta.filename, option, path, String(callCount)]
  return JSON.parse(execFileSync(process.execPath, program, { encoding: 'utf8' })) as Printed
}

const [option, ...texts] = process.argv.slice(2)
if (option === '--open') process.stdout.write(JSON.stringify(open(texts[0]!, Number(texts[1]))))
else if (option === '--reopen') process.stdout.write(JSON.stringify(await reopen(texts[0]!)))
else {
  const folder = await mkdtemp(join(tmpdir(), 'jspi-inspector-bench-'))
  const counts = option === undefined ? [1_000_000, 10_000_000] : [option, ...texts].map(Number)
  try {
    for (const callCount of counts) await measure(folder, callCount)
  } finally {
    await rm(folder, { recursive: true })
  }
}
