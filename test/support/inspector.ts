/** Drives the real inspector in tests: real workers, real guests, real files. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { SessionLimits } from '../../main/contract/limits.ts'
import type { CallRow } from '../../main/contract/calls.ts'
import type { RunInfo, SessionInfo } from '../../main/contract/sessions.ts'
import type { TraceStatus } from '../../main/contract/traces.ts'
import type { InspectorError, Result } from '../../main/contract/result.ts'
import type { Inspector, InspectorOptions } from '../../main/inspector/api.ts'
import { createTestInspector, GUESTS_FOLDER, ROOT } from './create-inspector.ts'

export { GUESTS_FOLDER, ROOT }

/** An inspector that is closed when the test ends. */
export function startInspector(options: Partial<InspectorOptions> = {}): Inspector {
  const inspector = createTestInspector(options)
  onTestFinished(() => inspector.close())
  return inspector
}

/** The value of a result that has to be one. */
export function valueOf<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.what} ${result.error.why}`)
  return result.value
}

/** The error of a result that has to be one. */
export function errorOf(result: Result<unknown>): InspectorError {
  if (result.ok) throw new Error('It did not fail.')
  return result.error
}

/** A folder with files in it, removed when the test ends. */
export async function createFolder(files: Record<string, string | Uint8Array> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'jspi-inspector-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  return folder
}

/** Waits until `condition` gives something; fails with what is missing after a time that only a hang takes. */
export async function waitFor<Value>(
  what: string,
  condition: () => Value | undefined | null | false | Promise<Value | undefined | null | false>,
  limitMs = 45_000,
): Promise<Value> {
  const giveUpAt = Date.now() + limitMs
  for (;;) {
    const value = await condition()
    if (value !== undefined && value !== null && value !== false) return value
    if (Date.now() > giveUpAt) throw new Error(`Waited in vain for ${what}.`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** A session, with short ways to what tests ask of it. */
export class TestSession {
  readonly inspector: Inspector
  readonly sessionId: string
  info: SessionInfo
  /** The latest state of every run, also of those that the inspector has forgotten. */
  readonly #runs = new Map<string, RunInfo>()

  constructor(inspector: Inspector, info: SessionInfo) {
    this.inspector = inspector
    this.sessionId = info.sessionId
    this.info = info
    inspector.subscribe({
      sessionChanged: (changed) => {
        if (changed.sessionId === this.sessionId) this.info = changed
      },
      runChanged: (run) => this.#runs.set(run.runId, run),
    })
  }

  start(exportName: string, ...argumentTexts: string[]): RunInfo {
    return valueOf(this.inspector.service.startRun({ sessionId: this.sessionId, exportName, argumentTexts }))
  }

  run(runId: string): RunInfo {
    const run = this.#runs.get(runId)
    if (!run) throw new Error(`There is no run ${runId}.`)
    return run
  }

  /** Waits until a run has ended. */
  async ended({ runId }: RunInfo): Promise<RunInfo> {
    return waitFor(`the end of ${runId}`, () => {
      const run = this.run(runId)
      return run.state === 'queued' || run.state === 'running' ? null : run
    })
  }

  async call(exportName: string, ...argumentTexts: string[]): Promise<RunInfo> {
    return this.ended(this.start(exportName, ...argumentTexts))
  }

  rows(fromRow = 0, rowCount = 2000): CallRow[] {
    return valueOf(this.inspector.service.readCalls({ sessionId: this.sessionId, fromRow, rowCount })).rows
  }

  status(): TraceStatus {
    const { traces } = valueOf(this.inspector.service.attach())
    return traces.find(({ sessionId }) => sessionId === this.sessionId)!
  }

  lines(): string[] {
    const read = this.inspector.service.readConsole({
      sessionId: this.sessionId,
      fromLine: 0,
      lineCount: 2000,
    })
    return valueOf(read).lines.map(({ text }) => text)
  }
}

/** Opens a bundled guest. */
export async function openExample(
  name: string,
  options: Partial<InspectorOptions> = {},
): Promise<TestSession> {
  const inspector = startInspector(options)
  return new TestSession(inspector, valueOf(await inspector.service.openExample({ name })))
}

/** Opens a guest from its text format, with a host module from its source. */
export async function openText(
  wat: string,
  host: string | null,
  options: Partial<InspectorOptions> & {
    hostName?: string
    stubUnbound?: boolean
    sliceMs?: number
    limits?: Partial<SessionLimits>
  } = {},
): Promise<TestSession> {
  const { hostName = 'host.ts', stubUnbound = false, sliceMs, limits = {}, ...inspectorOptions } = options
  const folder = await createFolder({ 'guest.wat': wat, ...(host === null ? {} : { [hostName]: host }) })
  const inspector = startInspector(inspectorOptions)
  const slices = sliceMs === undefined ? {} : { sliceMs }
  const path = join(folder, 'guest.wat')
  const opened = await inspector.open({ path, trustHost: true, stubUnbound, limits, ...slices })
  return new TestSession(inspector, valueOf(opened))
}
