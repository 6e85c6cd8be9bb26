/** Opens a session file in the real inspector and in the library, and reads everything that there is to read. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SessionId } from '../../main/contract/ids.ts'
import type { Result } from '../../main/contract/result.ts'
import type { InspectorService, TracePiece } from '../../main/contract/service.ts'
import type { CallSortKey } from '../../main/contract/sorting.ts'
import { TRACE_FORMATS } from '../../main/contract/trace-format.ts'
import type { Inspector } from '../../main/inspector/api.ts'
import { openSessionFile, SessionFileError } from '../../main/session-file/reader.ts'
import { createTestInspector } from '../support/create-inspector.ts'
import { checkError, expectThat } from './check-error.ts'
import { inTime } from './in-time.ts'
import type { Random } from './random.ts'

const FILTERS = ['import:env.* suspended>5ms', 'arg0=10 or outcome!=returned', 'stack~a', 'depth>1 error~x']
const SORT_KEYS: CallSortKey[] = ['name', 'arg', 'result', 'total', 'suspendedShare', 'depth', 'parent']
const QUERIES = [
  'select count(*), sum(total_ns), max(depth) from calls',
  'select * from calls order by id desc limit 5',
]

/** An inspector that is given one file after the other. */
export class SessionFileChecker {
  readonly #inspector: Inspector = createTestInspector()
  readonly #folder = mkdtempSync(join(tmpdir(), 'jspi-inspector-fuzz-'))
  readonly #path = join(this.#folder, 'fuzz.jspi')

  constructor() {
    this.#inspector.subscribe({ problem: (error) => checkError(error) })
  }

  async close(): Promise<void> {
    await this.#inspector.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** Throws where a property does not hold; says what became of the file. */
  async check(random: Random, bytes: Uint8Array): Promise<string> {
    writeFileSync(this.#path, bytes)
    if (random.oneIn(4)) this.#readByLibrary()
    const { service } = this.#inspector
    const opened = await inTime('openFiles', service.openFiles({ files: [{ path: this.#path }] }))
    if (!opened.ok) {
      checkError(opened.error)
      return opened.error.code
    }
    const [info] = opened.value
    const { sessionId } = info!
    try {
      for (const warning of info!.warnings) checkError(warning)
      await inTime('reading', this.#waitUntilRead(sessionId))
      const callCount = this.#readPlain(sessionId)
      await this.#readSearches(random, sessionId, callCount)
      await this.#readExports(random, sessionId)
      return info!.warnings[0]?.code ?? 'whole'
    } finally {
      await inTime('closeSession', service.closeSession({ sessionId }))
    }
  }

  #readByLibrary(): void {
    try {
      const file = openSessionFile(this.#path)
      const found = [...file.calls(1, 300)]
      expectThat(found.length <= 300, 'more calls than were asked for')
      file.close()
    } catch (thrown) {
      if (!(thrown instanceof SessionFileError)) throw thrown
    }
  }

  async #waitUntilRead(sessionId: SessionId): Promise<void> {
    const { service } = this.#inspector
    for (;;) {
      const { traces } = value(service.attach())
      const status = traces.find((each) => each.sessionId === sessionId)!
      for (const [name, each] of Object.entries(status)) {
        expectThat(typeof each !== 'number' || Number.isFinite(each), `${name} is ${String(each)}`)
      }
      if (status.unreadBytes === 0) return
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }

  /** Rows, details and what is drawn; returns how many calls there are. */
  #readPlain(sessionId: SessionId): number {
    const { service } = this.#inspector
    const { totalRows } = value(service.readCalls({ sessionId, fromRow: 0, rowCount: 200 }))
    for (const fromRow of [0, totalRows >> 1, Math.max(0, totalRows - 100), totalRows + 5]) {
      for (const folding of [undefined, { all: true, except: [], inner: [2] }]) {
        const request = { sessionId, fromRow, rowCount: 100, anchorId: 5, ...(folding && { folding }) }
        const { rows } = value(service.readCalls(request))
        for (const { id } of rows.slice(0, 20)) {
          const call = value(service.readCall({ sessionId, callId: id }))
          if (call.error) expectThat(typeof call.error.what === 'string', 'an error that says nothing')
        }
      }
    }
    value(service.readTimings({ sessionId }))
    value(service.readConsole({ sessionId, fromLine: 0, lineCount: 100 }))
    value(service.readDensity({ sessionId, columnCount: 50 }))
    const { extent } = this.#readTimeline(sessionId, 0, 1e12)
    this.#readTimeline(sessionId, extent.endNs / 3, extent.endNs / 2)
    value(service.findCall({ sessionId, timeNs: 1e6 }))
    value(service.checkFilter({ sessionId, filterText: 'import:', cursor: 7 }))
    return totalRows
  }

  #readTimeline(sessionId: SessionId, fromNs: number, toNs: number) {
    const [first, last] = fromNs < toNs && Number.isFinite(toNs) ? [Math.max(0, fromNs), toNs] : [0, 1e9]
    const window = { fromNs: first, toNs: last, columnCount: 50, firstLane: 0, laneCount: 8 }
    return value(this.#inspector.service.readTimeline({ sessionId, ...window }))
  }

  async #readSearches(random: Random, sessionId: SessionId, callCount: number): Promise<void> {
    const { service } = this.#inspector
    const filterText = random.pick(FILTERS)
    const page = { sessionId, filterText, fromRow: 0, rowCount: 50 }
    await untilDone(`the filter ${filterText}`, () => {
      const { progress } = value(service.readFilteredCalls(page))
      return Promise.resolve(progress.scannedCount >= progress.callCount)
    })
    await untilDone('statistics', () => {
      const { progress } = value(service.readStatistics({ sessionId, filterText }))
      return Promise.resolve(progress.scannedCount >= progress.callCount)
    })
    const order = { by: random.pick(SORT_KEYS), descending: random.oneIn(2), callCount }
    await untilDone(`the order by ${order.by}`, async () => {
      const { sortProgress } = value(await service.readSortedCalls({ ...page, filterText: '', order }))
      return sortProgress.doneShare === 1
    })
    if (!random.oneIn(4)) return
    for (const sql of QUERIES) {
      const answer = await inTime(sql, service.queryTrace({ sessionId, sql, rowLimit: 10, timeoutMs: 5000 }))
      if (!answer.ok) checkError(answer.error)
    }
  }

  async #readExports(random: Random, sessionId: SessionId): Promise<void> {
    const { service } = this.#inspector
    const format = random.pick(TRACE_FORMATS)
    let given: Pick<Parameters<InspectorService['exportTrace']>[0], 'snapshot'> = {}
    let text = ''
    for (let next: number | null = 1; next !== null;) {
      const piece: TracePiece = value(service.exportTrace({ sessionId, format, fromCallId: next, ...given }))
      if (typeof piece.content === 'string') text += piece.content
      given = { snapshot: piece.snapshot }
      next = piece.nextCallId
      await new Promise((resolve) => setImmediate(resolve))
    }
    if (format === 'chrome' || format === 'speedscope') JSON.parse(text)
    if (format === 'jsonl') for (const line of text.split('\n')) if (line) JSON.parse(line)
  }
}

function value<Value>(result: Result<Value>): Value {
  expectThat(result.ok, `a request failed: ${result.ok ? '' : JSON.stringify(result.error)}`)
  return result.value
}

async function untilDone(what: string, ask: () => Promise<boolean>): Promise<void> {
  await inTime(
    what,
    (async () => {
      while (!(await ask())) await new Promise((resolve) => setTimeout(resolve, 2))
    })(),
  )
}
