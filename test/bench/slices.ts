/**
 * What slices cost a guest that computes: `npm run bench:slices`. Each export of a guest is called in a session without
 * slices and in one with them, in turns; printed are the medians and their ratio. The times are this machine's.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Inspector } from '../../main/inspector/api.ts'
import { createBenchInspector } from './inspector.ts'
import { DEFAULT_SLICE_MS } from '../../main/contract/limits.ts'
import type { RunInfo } from '../../main/contract/sessions.ts'
import { buildComputeGuest, WORKLOADS } from './compute-guest.ts'

const ROUNDS = 15
/** Calls before those that are measured: V8 optimizes meanwhile. */
const WARM_UP_ROUNDS = 2
const HOST = 'export default { env: { abort() {} } }'

const folder = await mkdtemp(join(tmpdir(), 'jspi-inspector-bench-'))
const path = join(folder, 'compute.wasm')
const hostPath = join(folder, 'host.ts')
await writeFile(path, await buildComputeGuest())
await writeFile(hostPath, HOST)

/** A session, in which an export is called and measured. */
async function openSession(inspector: Inspector, sliceMs: number | null) {
  const opened = await inspector.open({ path, hostPath, ...(sliceMs === null ? {} : { sliceMs }) })
  if (!opened.ok) throw new Error(opened.error.why)
  const { sessionId, warnings } = opened.value
  if (warnings.length > 0) throw new Error(warnings[0]!.why)
  return async (exportName: string, size: number) => {
    const ended = new Promise<RunInfo>((done) => {
      const stop = inspector.subscribe({
        runChanged(run) {
          if (run.sessionId !== sessionId || run.state === 'queued' || run.state === 'running') return
          stop()
          done(run)
        },
      })
    })
    inspector.service.startRun({ sessionId, exportName, argumentTexts: [String(size)] })
    const { callId, state, results } = await ended
    const call = inspector.service.readCall({ sessionId, callId: callId! })
    if (!call.ok || state !== 'returned') throw new Error(`${exportName}: ${state}`)
    return { totalMs: call.value.totalNs / 1e6, result: results![0]!.value }
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}

const inspector = createBenchInspector()
const callWithout = await openSession(inspector, null)
const callWith = await openSession(inspector, DEFAULT_SLICE_MS)
const ratios: number[] = []
const print = (name: string, without: string, sliced: string, ratio: string): void => {
  process.stdout.write(
    `${name.padEnd(12)}${without.padStart(12)}${sliced.padStart(12)}${ratio.padStart(8)}\n`,
  )
}
print('', 'without', `${DEFAULT_SLICE_MS} ms`, 'ratio')
for (const [exportName, size] of Object.entries(WORKLOADS)) {
  const withoutMs: number[] = []
  const withMs: number[] = []
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    const without = await callWithout(exportName, size)
    const sliced = await callWith(exportName, size)
    if (without.result !== sliced.result) throw new Error(`${exportName}: ${sliced.result}`)
    if (round < 0) continue
    withoutMs.push(without.totalMs)
    withMs.push(sliced.totalMs)
  }
  const ratio = median(withMs) / median(withoutMs)
  ratios.push(ratio)
  const spell = (times: readonly number[]): string => `${median(times).toFixed(1)} ms`
  print(exportName, spell(withoutMs), spell(withMs), ratio.toFixed(2))
}
const geometricMean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length)
print('geometric mean', '', '', geometricMean.toFixed(2))
await inspector.close()
await rm(folder, { recursive: true })
