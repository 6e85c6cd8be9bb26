/**
 * What recording a call costs, beside the same guest on bare V8 and beside recording by hand: `npm run bench`.
 * All in one run on the same guest, as ratios of medians; the nanoseconds are this machine's and say little.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { createBenchInspector } from './inspector.ts'
import { parseWat } from '../../main/wasm/wat.ts'
import type { Wait } from './by-hand-worker.ts'

const ROUNDS = 7
const PAGE_BYTES = 4096

/** Calls its import `count` times, each with the result of the one before. */
const GUEST = `(module
  (import "env" "next" (func $next (param i32) (result i32)))
  (func (export "run") (param $count i32) (result i32) (local $n i32)
    (loop $again
      (local.set $n (call $next (local.get $n)))
      (br_if $again (i32.lt_u (local.get $n) (local.get $count))))
    (local.get $n)))`

/** The kinds of imports, and their host modules. */
const HOSTS = {
  'plain import': 'export default ({ sync }: any) => ({ env: { next: sync((n: number) => n + 1) } })',
  'suspending import, result at once': 'export default { env: { next: (n: number) => n + 1 } }',
  'suspending import, async function': 'export default { env: { next: async (n: number) => n + 1 } }',
  'suspending import that waits for a turn of the event loop': `import { setImmediate } from 'node:timers/promises'
    export default { env: { next: async (n: number) => (await setImmediate(), n + 1) } }`,
}
type Kind = keyof typeof HOSTS
/** What a handler does before it returns. */
const WAITS: Record<Kind, Wait> = {
  'plain import': 'nothing',
  'suspending import, result at once': 'nothing',
  'suspending import, async function': 'promise',
  'suspending import that waits for a turn of the event loop': 'turn',
}
/** Of calls that wait for a turn fewer are made. */
const TURN_SHARE = 0.1

const parsed = await parseWat(GUEST, 'guest.wat')
if (!parsed.ok) throw new Error(parsed.error.message)
const bytes = parsed.value
const folder = await mkdtemp(join(tmpdir(), 'jspi-inspector-bench-'))

/** Nanoseconds a call with nothing, a message or a line for each. */
function measureByHand(kind: Kind, recording: string, count: number): Promise<number> {
  const worker = new Worker(new URL('by-hand-worker.ts', import.meta.url), {
    workerData: {
      bytes,
      count,
      recording,
      isSuspending: kind !== 'plain import',
      wait: WAITS[kind],
    },
    // Read and thrown away, as a log that goes to a file would be.
    stdout: true,
  })
  worker.stdout.resume()
  return new Promise((done, fail) => {
    worker.on('error', fail)
    worker.on('message', (message: { elapsedNs?: number }) => {
      if (message.elapsedNs === undefined) return
      void worker.terminate()
      done(message.elapsedNs / count)
    })
  })
}

/** Nanoseconds a call in a session. */
async function measureSession(kind: Kind, isRecorded: boolean, count: number): Promise<number> {
  const name = kind.replaceAll(/\W+/g, '-')
  const path = join(folder, `${name}.wasm`)
  const hostPath = join(folder, `${name}.ts`)
  await writeFile(path, bytes)
  await writeFile(hostPath, HOSTS[kind])
  const inspector = createBenchInspector()
  try {
    const opened = await inspector.open({ path, hostPath })
    if (!opened.ok) throw new Error(opened.error.why)
    const { sessionId } = opened.value
    inspector.service.setRecording({ sessionId, enabled: isRecorded })
    const elapsedNs = await new Promise<number>((done) => {
      inspector.subscribe({
        runChanged(run) {
          if (run.state !== 'returned') return
          const call = inspector.service.readCall({ sessionId, callId: run.callId! })
          if (!call.ok) throw new Error(call.error.what)
          if (run.argumentTexts[0] === String(count)) done(call.value.totalNs)
          else inspector.service.startRun({ sessionId, exportName: 'run', argumentTexts: [String(count)] })
        },
      })
      inspector.service.startRun({ sessionId, exportName: 'run', argumentTexts: ['20000'] })
    })
    const status = inspector.service.attach()
    if (!status.ok) throw new Error(status.error.what)
    const { callCount, droppedCount } = status.value.traces[0]!
    const expected = 2 + (isRecorded ? 20_000 + count : 0)
    if (callCount !== expected || droppedCount > 0) throw new Error(`${callCount} calls of ${expected}`)
    return elapsedNs / count
  } finally {
    await inspector.close()
  }
}

/** Nanoseconds of two readings of the clock: what a recorded call that does not wait takes at least. */
function measureClock(count: number): number {
  const { hrtime } = process
  let restNs = 0
  const startNs = process.hrtime.bigint()
  for (let read = 0; read < 2 * count; read++) restNs += hrtime()[1]
  const elapsedNs = Number(process.hrtime.bigint() - startNs)
  if (restNs === 0) throw new Error('The clock stands still.')
  return elapsedNs / count
}

/**
 * Nanoseconds to write to a page of memory for the first time. A recorded call needs some 47 bytes of it: where the
 * machine is a virtual one, that can be most of what it costs.
 */
function measureNewMemory(): number {
  const pages = 256
  const bytes = new Uint8Array(new SharedArrayBuffer(pages * PAGE_BYTES))
  const startNs = process.hrtime.bigint()
  for (let at = 0; at < bytes.length; at += PAGE_BYTES) bytes[at] = 1
  return Number(process.hrtime.bigint() - startNs) / pages
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}

const clockNs = median(Array.from({ length: ROUNDS }, () => measureClock(200_000)))
const pageNs = median(Array.from({ length: ROUNDS }, measureNewMemory))
process.stdout.write(`two readings of the clock: ${clockNs.toFixed(0)} ns\n`)
process.stdout.write(`${PAGE_BYTES} bytes of new memory: ${pageNs.toFixed(0)} ns\n`)
for (const kind of Object.keys(HOSTS) as Kind[]) {
  const share = WAITS[kind] === 'turn' ? TURN_SHARE : 1
  const ways: [name: string, measure: () => Promise<number>][] = [
    ['bare V8', () => measureByHand(kind, 'nothing', 2_000_000 * share)],
    ['a session that records no imports', () => measureSession(kind, false, 2_000_000 * share)],
    ['a session that records all', () => measureSession(kind, true, 1_000_000 * share)],
    ['an object per call through postMessage', () => measureByHand(kind, 'message', 100_000)],
    ['a printed line per call', () => measureByHand(kind, 'console', 100_000)],
  ]
  const results = ways.map((): number[] => [])
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, [, measure]] of ways.entries()) results[index]!.push(await measure())
  }
  const medians = results.map(median)
  const [bareNs, , recordedNs] = medians as [number, number, number]
  process.stdout.write(`\n${kind}\n`)
  for (const [index, [name]] of ways.entries()) {
    const costNs = medians[index]!
    const toRecorded =
      index > 2 ? `  ${((costNs - bareNs) / (recordedNs - bareNs)).toFixed(1)} × what recording adds` : ''
    process.stdout.write(
      `  ${name.padEnd(40)} ${costNs.toFixed(0).padStart(7)} ns  ${(costNs / bareNs).toFixed(2).padStart(7)} × bare${toRecorded}\n`,
    )
  }
}
await rm(folder, { recursive: true })
