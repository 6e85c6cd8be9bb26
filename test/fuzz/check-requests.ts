/** Has several clients ask all kinds of things of one session at the same time, while its guest runs. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { SessionId } from '../../main/contract/ids.ts'
import type { RunInfo } from '../../main/contract/sessions.ts'
import type { Result } from '../../main/contract/result.ts'
import type { CallSortKey } from '../../main/contract/sorting.ts'
import { TRACE_FORMATS } from '../../main/contract/trace-format.ts'
import type { Inspector, OpenRequest } from '../../main/inspector/api.ts'
import { createTestInspector } from '../support/create-inspector.ts'
import { checkError, expectThat } from './check-error.ts'
import { inTime } from './in-time.ts'
import type { Random } from './random.ts'

const GUEST = `(module
  (import "env" "next" (func $next (param i32) (result i32)))
  (import "env" "wait" (func $wait (param i32)))
  (import "env" "fail" (func $fail))
  (func (export "count") (param $to i32) (result i32) (local $n i32)
    (loop $again
      (local.set $n (call $next (local.get $n)))
      (br_if $again (i32.lt_u (local.get $n) (local.get $to))))
    (local.get $n))
  (func (export "wait") (param $ms i32) (call $wait (local.get $ms)))
  (func (export "fail") (call $fail))
  (func (export "spin") (loop $again (br $again))))`
const HOST = `export default ({ console, sync }) => ({ env: {
  next: sync((n) => n + 1),
  wait: async (ms) => { console.log('waits'); await new Promise((resolve) => setTimeout(resolve, ms)) },
  fail: async () => { throw new Error('it fails') },
} })`
/** So little that traces are written to the disk. */
const TRACE_LIMIT_BYTES = 4 * 1024 * 1024
const REQUESTS = 40
/** Within so long all of them are made. */
const SPREAD_MS = 150
const SORT_KEYS: CallSortKey[] = ['total', 'name', 'result', 'depth']

type Answer = Result<unknown>

/** An inspector that has one session after the other. */
export class RequestChecker {
  readonly #folder = mkdtempSync(join(tmpdir(), 'jspi-inspector-fuzz-'))
  readonly #temporaryFolder = join(this.#folder, 'temporary')
  readonly #path = join(this.#folder, 'guest.wat')
  readonly #inspector: Inspector
  readonly #files: readonly Uint8Array[]
  readonly #runs: RunInfo[] = []

  /** `files` are session files. */
  constructor(files: readonly Uint8Array[]) {
    this.#files = files
    mkdirSync(this.#temporaryFolder)
    writeFileSync(this.#path, GUEST)
    writeFileSync(join(this.#folder, 'host.mjs'), HOST)
    this.#inspector = createTestInspector({
      temporaryFolder: this.#temporaryFolder,
      traceLimitBytes: TRACE_LIMIT_BYTES,
    })
    this.#inspector.subscribe({
      problem: (error) => checkError(error),
      runChanged: (run) => this.#runs.push(run),
    })
  }

  async close(): Promise<void> {
    await this.#inspector.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** Throws where a property does not hold; says what the session was, or what became of its file. */
  async check(random: Random): Promise<string> {
    if (random.oneIn(4)) {
      // Cut anywhere, it is still being read while it is asked about.
      const whole = random.pick(this.#files)
      const path = join(this.#folder, 'opened.jspi')
      writeFileSync(path, whole.subarray(0, whole.length - random.below(whole.length >> 1)))
      await this.#ask(random, { path })
      return 'of a file'
    }
    const hostPath = join(this.#folder, 'host.mjs')
    if (random.oneIn(2)) {
      await this.#ask(random, { path: this.#path, hostPath })
      return 'without a file'
    }
    const sessionPath = join(this.#folder, 'session.jspi')
    await this.#ask(random, { path: this.#path, hostPath, sessionPath })
    return this.#checkFile(sessionPath)
  }

  async #ask(random: Random, request: OpenRequest): Promise<void> {
    this.#runs.length = 0
    const opened = await inTime('open', this.#inspector.open(request))
    expectThat(opened.ok, 'nothing is opened')
    const { sessionId } = opened.value
    const requests = Array.from({ length: REQUESTS }, async () => {
      const afterMs = random.below(SPREAD_MS)
      const ask = this.#draw(random, sessionId)
      await delay(afterMs)
      const answer = await inTime(String(ask), Promise.resolve(ask()))
      if (!answer.ok) checkError(answer.error)
    })
    const { service } = this.#inspector
    try {
      await Promise.all(requests)
      await inTime('a run', this.#waitForRuns())
    } finally {
      await Promise.allSettled(requests)
      await inTime('closeSession', service.closeSession({ sessionId }))
    }
    const attached = service.attach()
    expectThat(attached.ok && attached.value.sessions.length === 0, 'a closed session is still there')
    const left = readdirSync(this.#temporaryFolder, { recursive: true, encoding: 'utf8' })
    const files = left.filter((name) => name.endsWith('.jspi'))
    expectThat(files.length === 0, `a closed session has left ${files.join(', ')}`)
  }

  /** Each ends by itself, at its limit at the latest, or with its session. */
  async #waitForRuns(): Promise<void> {
    const isActive = ({ state }: RunInfo): boolean => state === 'queued' || state === 'running'
    while ([...new Map(this.#runs.map((run) => [run.runId, run])).values()].some(isActive)) await delay(5)
  }

  /** What a session leaves where it was asked to is whole. */
  async #checkFile(path: string): Promise<string> {
    const { service } = this.#inspector
    const opened = await inTime('openFiles', service.openFiles({ files: [{ path }] }))
    expectThat(opened.ok, `the file cannot be opened: ${opened.ok ? '' : JSON.stringify(opened.error)}`)
    const [info] = opened.value
    await service.closeSession({ sessionId: info!.sessionId })
    const warnings = info!.warnings.filter(({ code }) => code !== 'CALLS_LEFT_OUT')
    expectThat(warnings.length === 0, `the file is not whole: ${JSON.stringify(warnings)}`)
    return 'a whole file'
  }

  /** What one client is going to ask. */
  #draw(random: Random, sessionId: SessionId): () => Promise<Answer> | Answer {
    const { service } = this.#inspector
    const enabled = random.oneIn(2)
    const number = random.below(1000)
    const filterText = random.pick(['', 'import:env.*', 'result0>10 or total>1ms'])
    const page = { sessionId, filterText, fromRow: number, rowCount: 100 }
    const choices: (() => Promise<Answer> | Answer)[] = [
      () => this.#startRun(sessionId, 'count', String(10 ** (1 + (number % 6)))),
      () => this.#startRun(sessionId, 'count', String(10 ** (1 + (number % 6)))),
      () => this.#startRun(sessionId, 'wait', String(number % 100)),
      () => this.#startRun(sessionId, 'fail'),
      () => this.#startRun(sessionId, 'spin'),
      () =>
        service.cancelRun({ runId: this.#runs.at(number % Math.max(1, this.#runs.length))?.runId ?? 'none' }),
      () => service.cancelAllRuns({ sessionId }),
      () => service.endSession({ sessionId }),
      () => service.reloadSession({ sessionId }),
      () => (number < 100 ? service.closeSession({ sessionId }) : service.attach()),
      () => service.setInterleaved({ sessionId, interleaved: enabled }),
      () => service.setStackCapture({ sessionId, enabled }),
      () => service.setRecording({ sessionId, enabled }),
      () => service.setKeepNewest({ sessionId, enabled }),
      () => service.setSlices({ sessionId, enabled, sliceMs: 1 }),
      () => service.setPaused({ sessionId, paused: enabled }),
      () => service.readCalls({ ...page, folding: { all: enabled, except: [], inner: [] } }),
      () => service.readFilteredCalls(page),
      () => service.readStatistics({ sessionId, filterText }),
      () => this.#readSorted(random.pick(SORT_KEYS), page),
      () =>
        service.queryTrace({ sessionId, sql: 'select count(*) from calls', rowLimit: 10, timeoutMs: 3000 }),
      () => service.cancelQuery({ sessionId }),
      () => this.#save(sessionId),
      () => this.#export(random.pick(TRACE_FORMATS), sessionId),
    ]
    return random.pick(choices)
  }

  #startRun(sessionId: SessionId, exportName: string, ...argumentTexts: string[]): Answer {
    return this.#inspector.service.startRun({ sessionId, exportName, argumentTexts, timeoutMs: 500 })
  }

  async #readSorted(
    by: CallSortKey,
    page: { sessionId: SessionId; filterText: string; fromRow: number; rowCount: number },
  ): Promise<Answer> {
    const order = { by, descending: true, callCount: 100_000 }
    for (let asked = 0; ; asked++) {
      const answer = await this.#inspector.service.readSortedCalls({ ...page, order })
      if (!answer.ok || answer.value.sortProgress.doneShare === 1 || asked === 20) return answer
      await delay(5)
    }
  }

  async #save(sessionId: SessionId): Promise<Answer> {
    const { service } = this.#inspector
    let next: { offset: number; copyId?: number } = { offset: 0 }
    for (;;) {
      const piece = await service.readSessionFile({ sessionId, ...next })
      if (!piece.ok || piece.value.nextOffset === null) return piece
      next = { offset: piece.value.nextOffset, copyId: piece.value.copyId }
    }
  }

  async #export(format: (typeof TRACE_FORMATS)[number], sessionId: SessionId): Promise<Answer> {
    const { service } = this.#inspector
    let request: Omit<Parameters<typeof service.exportTrace>[0], 'sessionId'> = { format, fromCallId: 1 }
    for (;;) {
      const piece = service.exportTrace({ sessionId, ...request })
      if (!piece.ok || piece.value.nextCallId === null) return piece
      request = { format, fromCallId: piece.value.nextCallId, snapshot: piece.value.snapshot }
      await delay(0)
    }
  }
}
