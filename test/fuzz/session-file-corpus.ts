/** Session files to begin with: always the same ones. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SessionInfo } from '../../main/contract/sessions.ts'
import { DEFAULT_LIMITS } from '../../main/contract/limits.ts'
import type { SavedSession } from '../../main/inspector/saved-session.ts'
import { SessionLog } from '../../main/session-file/session-log.ts'
import { Trace } from '../../main/trace/trace.ts'
import { fill } from '../trace/random-trace.ts'

/** More than a block of calls has room for. */
const CALLS = 18_000
const SIGNATURE = { params: [{ type: 'i32', hint: '0' }], results: ['i64'] }

const INFO: SessionInfo = {
  sessionId: 'fuzz-1',
  guest: { name: 'fuzz.wasm', path: '/none/fuzz.wasm', sizeBytes: 100, producers: ['rustc 1.90.0'] },
  host: { name: 'fuzz.host.ts', path: '/none/fuzz.host.ts', trusted: true },
  debugFile: null,
  state: 'ready',
  error: null,
  warnings: [],
  exports: [{ name: 'run', kind: 'function', typeText: '(i32) → i64', signature: SIGNATURE }],
  imports: [
    {
      module: 'env',
      name: 'add',
      kind: 'function',
      typeText: '(i32, i32) → i32',
      binding: { by: 'host', suspending: true, file: 'fuzz.host.ts', line: 1 },
    },
  ],
  interleaved: true,
  capturesStacks: true,
  recordsImports: true,
  keepsNewest: false,
  sliceMs: null,
  paused: false,
  limits: DEFAULT_LIMITS,
  stall: null,
  startedAtMs: 1.7e12,
}
const SESSION: SavedSession = {
  info: INFO,
  guestHash: '0'.repeat(64),
  version: '0.0.0',
  nodeVersion: '24.0.0',
  v8Version: '13.6',
}

/** Each with calls of every kind; the second one has given up its first calls for newer ones. */
export async function makeSessionFiles(): Promise<Uint8Array[]> {
  const folder = await mkdtemp(join(tmpdir(), 'jspi-inspector-fuzz-files-'))
  try {
    return [await makeFile(join(folder, 'plain'), false), await makeFile(join(folder, 'newest'), true)]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function makeFile(path: string, givesUp: boolean): Promise<Uint8Array> {
  const trace = new Trace(Infinity)
  const log = new SessionLog(trace, path, { describe: () => SESSION, nowNs: () => 0 }, (error) => {
    throw new Error(error?.why)
  })
  trace.setLog(log)
  trace.print('a line', { timeNs: 5, level: 'log', source: 'host' })
  for (const callCount of fill([trace], CALLS, 1)) if (callCount % 5000 === 4999) log.flush()
  if (givesUp) trace.leaveOutBlock(0)
  await log.finish(1e12)
  return readFile(path)
}
