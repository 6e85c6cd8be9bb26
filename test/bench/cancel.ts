/**
 * How long it takes from the cancel of a call that computes to the end of its worker, beside the bare
 * `worker.terminate()` of a thread in the same loop, by turns in one run: `npm run bench:cancel`.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { createBenchInspector } from './inspector.ts'

const ROUNDS = 40
/** The loop has begun for certain. */
const COMPUTES_AFTER_MS = 50

const inspector = createBenchInspector()

/** Milliseconds from the cancel of an endless loop to the end of its session's worker. */
async function measureCancel(): Promise<number> {
  const opened = await inspector.service.openExample({ name: 'fail-loop' })
  if (!opened.ok) throw new Error(opened.error.why)
  const { sessionId } = opened.value
  const began = inspector.service.startRun({ sessionId, exportName: 'loop_after_call', argumentTexts: [] })
  if (!began.ok) throw new Error(began.error.why)
  await delay(COMPUTES_AFTER_MS)
  const startMs = performance.now()
  const cancelled = await inspector.service.cancelRun({ runId: began.value.runId })
  const elapsedMs = performance.now() - startMs
  if (!cancelled.ok || cancelled.value.state !== 'cancelled') throw new Error('The run was not cancelled.')
  await inspector.service.closeSession({ sessionId })
  return elapsedMs
}

/** Milliseconds that a worker without an inspector takes to end. */
async function measureTerminate(): Promise<number> {
  const worker = new Worker('for (;;);', { eval: true })
  await new Promise((done) => worker.once('online', done))
  await delay(COMPUTES_AFTER_MS)
  const startMs = performance.now()
  await worker.terminate()
  return performance.now() - startMs
}

function quantile(timesMs: number[], share: number): number {
  return timesMs.toSorted((a, b) => a - b)[Math.ceil(share * timesMs.length) - 1]!
}

function describe(name: string, timesMs: number[]): string {
  const at = (share: number): string => quantile(timesMs, share).toFixed(1)
  return `${name}: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, longest ${at(1)} ms\n`
}

const cancelMs: number[] = []
const terminateMs: number[] = []
try {
  for (let round = 0; round < ROUNDS; round++) {
    cancelMs.push(await measureCancel())
    terminateMs.push(await measureTerminate())
  }
} finally {
  await inspector.close()
}
process.stdout.write(`${ROUNDS} rounds on Node ${process.version}\n`)
process.stdout.write(describe('cancel of a call that computes, to the end of its worker', cancelMs))
process.stdout.write(describe('worker.terminate() alone', terminateMs))
const ratio = (share: number): string => (quantile(cancelMs, share) / quantile(terminateMs, share)).toFixed(1)
process.stdout.write(`ratio: ${ratio(0.5)} at p50, ${ratio(0.95)} at p95\n`)
