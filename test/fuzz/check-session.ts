/** Opens a module in the real inspector, runs what it exports, and reads everything that there is to read. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExportInfo } from '../../main/contract/guests.ts'
import type { SessionId } from '../../main/contract/ids.ts'
import type { RunInfo, SessionInfo } from '../../main/contract/sessions.ts'
import type { Result } from '../../main/contract/result.ts'
import type { Inspector } from '../../main/inspector/api.ts'
import { createTestInspector } from '../support/create-inspector.ts'
import { checkError, expectThat } from './check-error.ts'
import { HANG_MS, inTime } from './in-time.ts'
import type { Random } from './random.ts'

/** A start function may loop for ever: the user would end it. */
const START_MS = 1500
const RUN_MS = 250
const RUNS = 3
const TRACE_LIMIT_BYTES = 4 * 1024 * 1024

/** An inspector that is given one module after the other. */
export class SessionChecker {
  readonly #inspector: Inspector = createTestInspector({ traceLimitBytes: TRACE_LIMIT_BYTES })
  readonly #folder = mkdtempSync(join(tmpdir(), 'jspi-inspector-fuzz-'))
  readonly #path = join(this.#folder, 'fuzz.wasm')
  readonly #runs = new Map<string, RunInfo>()
  #newest: SessionId | null = null

  constructor() {
    this.#inspector.subscribe({
      sessionChanged: ({ sessionId }) => (this.#newest = sessionId),
      runChanged: (run) => this.#runs.set(run.runId, run),
      problem: (error) => checkError(error),
    })
  }

  async close(): Promise<void> {
    await this.#inspector.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** Throws where a property does not hold; says how the session ended up. */
  async check(random: Random, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
    writeFileSync(this.#path, bytes)
    const isValid = WebAssembly.validate(bytes)
    this.#runs.clear()
    const opened = await this.#open()
    if (!opened.ok) {
      checkError(opened.error)
      expectThat(
        !isValid || !opened.error.code.startsWith('GUEST_'),
        `V8 accepts what is not opened: ${opened.error.why}`,
      )
      return opened.error.code
    }
    const { sessionId } = opened.value
    try {
      const info = opened.value
      if (info.error) checkError(info.error)
      for (const warning of info.warnings) checkError(warning)
      expectThat(isValid || info.state !== 'ready', 'what V8 rejects is ready')
      expectThat(
        info.state === 'ready' || info.error || info.state === 'ended',
        `${info.state} without error`,
      )
      if (info.state === 'ready') await this.#callExports(random, info)
      this.#read(sessionId)
      return info.error?.code ?? info.state
    } finally {
      const { service } = this.#inspector
      await inTime('closeSession', service.closeSession({ sessionId }))
      expectThat(this.#value(service.attach()).sessions.length === 0, 'a closed session is still there')
    }
  }

  async #open(): Promise<Result<SessionInfo>> {
    this.#newest = null
    const opening = this.#inspector.open({ path: this.#path, stubUnbound: true })
    const giveUp = setTimeout(() => {
      if (this.#newest) void this.#inspector.service.endSession({ sessionId: this.#newest })
    }, START_MS)
    try {
      return await inTime('open', opening)
    } finally {
      clearTimeout(giveUp)
    }
  }

  async #callExports(random: Random, { sessionId, exports }: SessionInfo): Promise<void> {
    const { service } = this.#inspector
    const functions = exports.filter(({ kind }) => kind === 'function')
    this.#value(service.setInterleaved({ sessionId, interleaved: random.oneIn(3) }))
    this.#value(service.setStackCapture({ sessionId, enabled: random.oneIn(3) }))
    this.#value(service.setRecording({ sessionId, enabled: !random.oneIn(4) }))
    const started: RunInfo[] = []
    for (let run = 0; run < RUNS && functions.length > 0; run++) {
      const called = random.pick(functions)
      const argumentTexts = makeArguments(random, called)
      const result = service.startRun({
        sessionId,
        exportName: called.name,
        argumentTexts,
        timeoutMs: RUN_MS,
      })
      if (result.ok) started.push(result.value)
      else checkError(result.error)
    }
    for (const { runId } of started) {
      const run = await this.#ended(runId)
      expectThat(run.state === 'returned' || run.error, `a run is ${run.state} without an error`)
      if (run.error) checkError(run.error)
    }
  }

  async #ended(runId: string): Promise<RunInfo> {
    const giveUpAt = Date.now() + HANG_MS
    for (;;) {
      const run = this.#runs.get(runId)
      if (run && run.state !== 'queued' && run.state !== 'running') return run
      expectThat(Date.now() < giveUpAt, `a run hangs: ${JSON.stringify(run)}`)
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }

  #read(sessionId: SessionId): void {
    const { service } = this.#inspector
    const { rows } = this.#value(service.readCalls({ sessionId, fromRow: 0, rowCount: 200 }))
    for (const { id } of rows) {
      const { error } = this.#value(service.readCall({ sessionId, callId: id }))
      if (error) checkError(error)
    }
    this.#value(service.readTimings({ sessionId }))
    this.#value(service.readConsole({ sessionId, fromLine: 0, lineCount: 100 }))
    const { content } = this.#value(service.exportTrace({ sessionId, fromCallId: 1 }))
    for (const line of String(content).split('\n')) if (line) JSON.parse(line)
  }

  #value<Value>(result: Result<Value>): Value {
    expectThat(result.ok, `a request failed: ${result.ok ? '' : result.error.code}`)
    return result.value
  }
}

function makeArguments(random: Random, { signature }: ExportInfo): string[] {
  const numbers = ['0', '1', '-1', '7', '100000', '2147483647', '65536']
  return (signature?.params ?? []).map(({ type }) =>
    /^[if]\d/.test(type) ? random.pick(numbers) : random.oneIn(4) ? '"text"' : 'null',
  )
}
