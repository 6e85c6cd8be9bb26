/**
 * Whether the inspector keeps up with a guest that does nothing but call its host: `npm run bench:busy-guest [seconds]`,
 * 30 where no number is given. Says how many calls came in a second, whether any is missing, and how late timers of the
 * inspector's thread were meanwhile. With the usual limit of memory most calls go to a session file.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { pathToFileURL } from 'node:url'
import { createInspector } from '../../main/inspector/inspector.ts'
import { parseWat } from '../../main/wasm/wat.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const SECONDS = Number(process.argv[2] ?? 30)
const WARM_UP_CALLS = 1_000_000
const RESOLUTION_MS = 1

/** Calls its import `count` times with two arguments, each with the result of the one before. */
const GUEST = `(module
  (import "env" "next" (func $next (param i32 i32) (result i32)))
  (func (export "run") (param $count i32) (result i32) (local $n i32)
    (loop $again
      (local.set $n (call $next (local.get $n) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $n) (local.get $count))))
    (local.get $n)))`
const HOST = 'export default { env: { next: (n: number, step: number) => n + step } }'

const folder = await mkdtemp(join(tmpdir(), 'jspi-inspector-bench-'))
const [path, hostPath] = [join(folder, 'guest.wasm'), join(folder, 'host.ts')]
const parsed = await parseWat(GUEST, 'guest.wat')
if (!parsed.ok) throw new Error(parsed.error.message)
await writeFile(path, parsed.value)
await writeFile(hostPath, HOST)
const inspector = createInspector({
  workerUrl: pathToFileURL(join(ROOT, 'main/host/worker.ts')),
  queryProcessUrl: pathToFileURL(join(ROOT, 'main/sql/query-process.ts')),
  guestsFolder: join(ROOT, 'guests'),
  settingsFolder: null,
  version: 'bench',
})
try {
  const opened = await inspector.open({ path, hostPath })
  if (!opened.ok) throw new Error(opened.error.why)
  const { sessionId } = opened.value

  /** Runs so many calls; nanoseconds that the guest's call took. */
  const run = (count: number): Promise<number> =>
    new Promise((done) => {
      const stop = inspector.subscribe({
        runChanged({ state, callId, results, argumentTexts }) {
          if (argumentTexts[0] !== String(count) || state === 'queued' || state === 'running') return
          stop()
          if (state !== 'returned' || results?.[0]?.value !== count) throw new Error(`The run ${state}.`)
          const call = inspector.service.readCall({ sessionId, callId: callId! })
          if (!call.ok) throw new Error(call.error.what)
          done(call.value.totalNs)
        },
      })
      inspector.service.startRun({ sessionId, exportName: 'run', argumentTexts: [String(count)] })
    })

  const warmUpNs = await run(WARM_UP_CALLS)
  const count = Math.round((SECONDS * 1e9 * WARM_UP_CALLS) / warmUpNs)
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  const elapsedNs = await run(count)
  delay.disable()
  const attached = inspector.service.attach()
  if (!attached.ok) throw new Error(attached.error.what)
  const { callCount, droppedCount, sizeBytes, fileSizeBytes } = attached.value.traces[0]!
  const missing = WARM_UP_CALLS + count + 2 - callCount
  const lateMs = (share: number): string =>
    Math.max(0, delay.percentile(share) / 1e6 - RESOLUTION_MS).toFixed(1)
  process.stdout.write(
    [
      `${count.toLocaleString('en')} calls in ${(elapsedNs / 1e9).toFixed(1)} s: ${((count / elapsedNs) * 1e3).toFixed(2)} million a second`,
      `missing: ${missing}, left out: ${droppedCount}`,
      `timers of the inspector's thread were late by p50 ${lateMs(50)} ms, p99 ${lateMs(99)} ms, at most ${lateMs(100)} ms`,
      `memory ${(sizeBytes / 2 ** 20).toFixed(0)} MiB, file ${(fileSizeBytes / 2 ** 20).toFixed(0)} MiB`,
      '',
    ].join('\n'),
  )
} finally {
  await inspector.close()
  await rm(folder, { recursive: true })
}
