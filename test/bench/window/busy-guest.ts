/**
 * Whether the inspector keeps up with a guest that does nothing but call its host, without a window and with one that
 * shows its calls: `npm run bench:busy-guest [seconds]`, 30 where no number is given. Says how many calls came in a
 * second, whether any is missing, how late timers of the inspector's thread were meanwhile, and how many frames the
 * window drew. With the usual limit of memory most calls go to a session file. The figures are this machine's.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Page } from 'playwright-core'
import { chromium } from 'playwright-core'
import { startBrowserDoor } from '../../../main/doors/web-socket.ts'
import type { Inspector } from '../../../main/inspector/api.ts'
import { createBenchInspector } from '../inspector.ts'
import { parseWat } from '../../../main/wasm/wat.ts'
import { CHROMIUM_ARGUMENTS, findChromium } from '../../e2e/chromium.ts'
import { ROOT } from '../../e2e/paths.ts'
import { waitForPicture } from './window-session.ts'

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

/** Nanoseconds that a call of the guest takes that makes so many of its own. */
function run(inspector: Inspector, sessionId: string, count: number): Promise<number> {
  return new Promise((done, fail) => {
    const stop = inspector.subscribe({
      runChanged({ state, callId, results, argumentTexts }) {
        if (argumentTexts[0] !== String(count) || state === 'queued' || state === 'running') return
        stop()
        const call = inspector.service.readCall({ sessionId, callId: callId! })
        if (state !== 'returned' || results?.[0]?.value !== count || !call.ok)
          fail(new Error(`The run ${state}.`))
        else done(call.value.totalNs)
      },
    })
    inspector.service.startRun({ sessionId, exportName: 'run', argumentTexts: [String(count)] })
  })
}

/** Opens the window; says how many frames a second it has drawn since `begin`. */
async function openWindow(inspector: Inspector): Promise<{
  page: Page
  begin: () => Promise<void>
  end: () => Promise<number>
  close: () => Promise<void>
}> {
  const door = await startBrowserDoor({ inspector, rendererFolder: join(ROOT, 'out/renderer') })
  if (!door.ok) throw new Error(door.error.why)
  const { path, env } = await findChromium()
  const browser = await chromium.launch({
    executablePath: path,
    env: env as Record<string, string>,
    args: CHROMIUM_ARGUMENTS,
  })
  const page = await browser.newPage({ viewport: { width: 1440, height: 860 } })
  await page.goto(door.value.url)
  return {
    page,
    begin: () =>
      page.evaluate(() => {
        const counter = globalThis as unknown as { frames: number; sinceMs: number }
        counter.frames = 0
        counter.sinceMs = performance.now()
        const count = (): void => {
          counter.frames++
          requestAnimationFrame(count)
        }
        requestAnimationFrame(count)
      }),
    end: () =>
      page.evaluate(() => {
        const counter = globalThis as unknown as { frames: number; sinceMs: number }
        return (counter.frames * 1000) / (performance.now() - counter.sinceMs)
      }),
    async close() {
      await browser.close()
      await door.value.close()
    },
  }
}

async function measure(path: string, hostPath: string, hasWindow: boolean): Promise<void> {
  const inspector = createBenchInspector()
  const opened = await inspector.open({ path, hostPath })
  if (!opened.ok) throw new Error(opened.error.why)
  const { sessionId } = opened.value
  const window = hasWindow ? await openWindow(inspector) : null
  const warmUpNs = await run(inspector, sessionId, WARM_UP_CALLS)
  if (window) {
    await waitForPicture(window.page)
    await window.begin()
  }
  const count = Math.round((SECONDS * 1e9 * WARM_UP_CALLS) / warmUpNs)
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  const elapsedNs = await run(inspector, sessionId, count)
  delay.disable()
  const framesPerSecond = await window?.end()
  const attached = inspector.service.attach()
  if (!attached.ok) throw new Error(attached.error.what)
  const { callCount, droppedCount, sizeBytes, fileSizeBytes } = attached.value.traces[0]!
  const missing = WARM_UP_CALLS + count + 2 - callCount
  const lateMs = (share: number): string =>
    Math.max(0, delay.percentile(share) / 1e6 - RESOLUTION_MS).toFixed(1)
  process.stdout.write(
    [
      `${hasWindow ? 'with' : 'without'} a window`,
      `  ${count.toLocaleString('en')} calls in ${(elapsedNs / 1e9).toFixed(1)} s: ${((count / elapsedNs) * 1e3).toFixed(2)} million a second`,
      `  missing: ${missing}, left out: ${droppedCount}`,
      `  timers of the inspector's thread late by p50 ${lateMs(50)} ms, p99 ${lateMs(99)} ms, at most ${lateMs(100)} ms`,
      `  memory ${(sizeBytes / 2 ** 20).toFixed(0)} MiB, file ${(fileSizeBytes / 2 ** 20).toFixed(0)} MiB`,
      ...(framesPerSecond === undefined ? [] : [`  ${framesPerSecond.toFixed(0)} frames a second`]),
      '',
    ].join('\n'),
  )
  await window?.close()
  await inspector.close()
}

const folder = await mkdtemp(join(tmpdir(), 'jspi-inspector-bench-'))
const [path, hostPath] = [join(folder, 'guest.wasm'), join(folder, 'host.ts')]
const parsed = await parseWat(GUEST, 'guest.wat')
if (!parsed.ok) throw new Error(parsed.error.message)
await writeFile(path, parsed.value)
await writeFile(hostPath, HOST)
try {
  for (const hasWindow of [false, true]) await measure(path, hostPath, hasWindow)
} finally {
  await rm(folder, { recursive: true })
}
process.exit()
