/** Answers SQL over one trace, in a process that has a copy of what was asked for. */
import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { makeError } from '../contract/error-codes.ts'
import type { CallId } from '../contract/model.ts'
import type { InspectorError, Result } from '../contract/result.ts'
import { failure, success } from '../contract/result.ts'
import type { QueryRows } from '../contract/service.ts'
import type { MessageFromQueryProcess, MessageToQueryProcess } from '../sql/protocol.ts'
import type { SqlRow } from '../sql/tables.ts'
import { mentionsTable, toCallRow, toConsoleRow, toFunctionRow } from '../sql/tables.ts'
import type { Trace } from '../trace/trace.ts'
import type { InspectorOptions } from './api.ts'
import { CallsFile } from './calls-file.ts'
import type { CallsToCopy } from './copied-calls.ts'
import { CopiedCalls } from './copied-calls.ts'
import { PROGRESS_INTERVAL_MS } from './turns.ts'

/** Calls that are handed over in one message where they cannot be by a file. */
const CALLS_IN_A_MESSAGE = 500

/** End the processes that there are. One listener does it for all: sessions can be many. */
const kills = new Set<() => void>()
function killAll(): void {
  for (const kill of kills) kill()
}

/** One of a user's. */
export interface Query {
  sql: string
  rowLimit: number
  timeoutMs: number
  /** The only row of the table `session`. */
  sessionRow: SqlRow
  nowNs: number
  /** Hears how many of the trace's calls are ready, if that takes longer than a moment. */
  onProgress: (readyCount: number, callCount: number) => void
}

/** Is of no use any more once it {@link isEnded}. */
export class QueryEngine {
  readonly trace: Trace
  /** Resolves when its process has ended. */
  readonly closed: Promise<void>
  readonly #child: ChildProcess
  readonly #temporaryFolder: string
  /** Those with calls that could not be removed yet. */
  readonly #files = new Set<CallsFile>()
  #answeringCount = 0
  #ended: InspectorError | null = null
  #receive: ((message: Result<MessageFromQueryProcess>) => void) | null = null
  readonly #copied: CopiedCalls

  /** Starts the process. */
  constructor(
    trace: Trace,
    { queryProcessUrl, temporaryFolder }: Pick<InspectorOptions, 'queryProcessUrl' | 'temporaryFolder'>,
  ) {
    this.trace = trace
    this.#copied = new CopiedCalls(trace.calls)
    this.#temporaryFolder = temporaryFolder ?? tmpdir()
    this.#child = fork(fileURLToPath(queryProcessUrl), [String(globalThis.process.pid)], {
      serialization: 'advanced',
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    this.#child.on('message', (message: MessageFromQueryProcess) => this.#settle(success(message)))
    this.#child.on('error', (error) =>
      this.end(makeError('SQL_FAILED', { why: `Its process failed: ${error.message}.` })),
    )
    const { promise, resolve } = Promise.withResolvers<void>()
    this.closed = promise
    // One that could not be started does not exit.
    this.#child.on('error', resolve)
    this.#child.on('exit', () => {
      this.end(makeError('SQL_FAILED', { why: 'Its process has ended.' }))
      this.#removeFiles()
      resolve()
    })
    // It is no reason to stay, and does not outlive whoever asks.
    this.#child.unref()
    this.#child.channel?.unref()
    if (kills.size === 0) globalThis.process.on('exit', killAll)
    kills.add(this.#kill)
  }

  get isEnded(): boolean {
    return this.#ended !== null
  }

  /** Whether anybody waits for an answer. */
  get isAnswering(): boolean {
    return this.#answeringCount > 0
  }

  /** Ends the process, whatever it does: what is being answered is answered with `why`. */
  end(why: InspectorError): void {
    if (this.#ended) return
    this.#ended = why
    kills.delete(this.#kill)
    if (kills.size === 0) globalThis.process.off('exit', killAll)
    // It is a moment until it has ended.
    this.#child.ref()
    this.#kill()
    this.#settle(failure(why))
  }

  /** Answers one query; the next one is to wait until this one is answered. */
  async query(query: Query): Promise<Result<QueryRows>> {
    this.#answeringCount++
    const answered = await this.#answer(query)
    this.#answeringCount--
    return answered
  }

  async #answer(query: Query): Promise<Result<QueryRows>> {
    const loaded = await this.#load(query)
    if (!loaded.ok) {
      // What it lacks nobody knows: the next query begins anew.
      this.end(loaded.error)
      this.#removeFiles()
      return loaded
    }
    const timer = setTimeout(() => {
      this.end(makeError('SQL_TIMED_OUT', { why: `The limit is ${query.timeoutMs} ms.` }))
    }, query.timeoutMs)
    const { sql, rowLimit } = query
    const answered = await this.#send({ type: 'query', sql, rowLimit })
    clearTimeout(timer)
    if (!answered.ok) return answered
    if (answered.value.type === 'answer') return success(answered.value.answer)
    return failure(answered.value.type === 'failed' ? answered.value.error : makeError('SQL_FAILED'))
  }

  /** Hands over what is new in the tables that a query is about. */
  async #load({ sql, sessionRow, nowNs, onProgress }: Query): Promise<Result<null>> {
    const { calls, console } = this.trace
    // First: with the first ones, the other tables become empty.
    if (mentionsTable(sql, 'calls')) {
      const loaded = await this.#loadCalls(nowNs, onProgress)
      if (!loaded.ok) return loaded
    }
    const tables: MessageToQueryProcess[] = []
    if (mentionsTable(sql, 'session')) {
      tables.push({ type: 'rows', table: 'session', rows: [sessionRow], whole: true })
    }
    if (mentionsTable(sql, 'functions')) {
      const rows = calls.listFunctions().map(toFunctionRow)
      tables.push({ type: 'rows', table: 'functions', rows, whole: true })
    }
    if (mentionsTable(sql, 'console')) {
      const rows = console.read(0, console.lineCount).map(toConsoleRow)
      tables.push({ type: 'rows', table: 'console', rows, whole: true })
    }
    for (const table of tables) {
      const sent = await this.#hand(table)
      if (!sent.ok) return sent
    }
    return success(null)
  }

  async #loadCalls(nowNs: number, onProgress: Query['onProgress']): Promise<Result<null>> {
    const toCopy = this.#copied.takeNew()
    const { count, callCount, idAt } = toCopy
    if (count === 0) return success(null)
    let toldAtMs = performance.now()
    const goOn = (doneCount: number): boolean => {
      const nowMs = performance.now()
      if (nowMs - toldAtMs >= PROGRESS_INTERVAL_MS) {
        toldAtMs = nowMs
        onProgress(callCount - count + doneCount, callCount)
      }
      return !this.isEnded
    }
    const written = await this.#writeCalls(toCopy, nowNs, goOn)
    if (this.#ended) return failure(this.#ended)
    if (written) {
      const taken = await this.#hand({ type: 'calls', path: written.file.path })
      this.#removeFiles()
      if (!taken.ok) return taken
    }
    const ids = written?.large ?? Array.from({ length: count }, (_, index) => idAt(index))
    for (let from = 0; from < ids.length; from += CALLS_IN_A_MESSAGE) {
      const rows = ids
        .slice(from, from + CALLS_IN_A_MESSAGE)
        .map((id) => toCallRow(this.trace.calls, { callCount, nowNs }, id))
      const sent = await this.#hand({ type: 'rows', table: 'calls', rows })
      if (!sent.ok) return sent
      if (!written) goOn(from + rows.length)
    }
    return success(null)
  }

  /** Writes calls into a file, but for those that are too large; null where no file can be written. */
  async #writeCalls(
    { count, idAt }: CallsToCopy,
    nowNs: number,
    goOn: (doneCount: number) => boolean,
  ): Promise<{ file: CallsFile; large: CallId[] } | null> {
    try {
      const file = new CallsFile(this.#temporaryFolder)
      this.#files.add(file)
      return { file, large: await file.write(this.trace.calls, nowNs, count, idAt, goOn) }
    } catch {
      this.#removeFiles()
      return null
    }
  }

  /** Hands something over; fails where the process could not take it. */
  async #hand(message: MessageToQueryProcess): Promise<Result<null>> {
    const sent = await this.#send(message)
    if (!sent.ok) return sent
    return sent.value.type === 'failed' ? failure(sent.value.error) : success(null)
  }

  /** Resolves with what the process answers. */
  #send(message: MessageToQueryProcess): Promise<Result<MessageFromQueryProcess>> {
    if (this.#ended) return Promise.resolve(failure(this.#ended))
    const { promise, resolve } = Promise.withResolvers<Result<MessageFromQueryProcess>>()
    this.#receive = resolve
    // A reason to stay only as long as somebody waits.
    this.#child.channel?.ref()
    this.#child.send(message, (error) => {
      if (error) this.end(makeError('SQL_FAILED', { why: `Its process failed: ${error.message}.` }))
    })
    return promise
  }

  #settle(answer: Result<MessageFromQueryProcess>): void {
    this.#child.channel?.unref()
    this.#receive?.(answer)
    this.#receive = null
  }

  readonly #kill = (): void => {
    this.#child.kill('SIGKILL')
    this.#removeFiles()
  }

  #removeFiles(): void {
    for (const file of this.#files) if (file.remove()) this.#files.delete(file)
  }
}
