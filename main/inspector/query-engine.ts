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

/** Calls too large for the file of all others that are handed over in one message. */
const LARGE_CALLS = 50
/** It is told how many have been once in so long. */
const PROGRESS_INTERVAL_MS = 100

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
  /** Calls that have been handed over: all up to here. */
  #callCount = 0
  /** Those of them that had not ended. */
  #unsettled = new Set<CallId>()

  /** Starts the process. */
  constructor(
    trace: Trace,
    { queryProcessUrl, temporaryFolder }: Pick<InspectorOptions, 'queryProcessUrl' | 'temporaryFolder'>,
  ) {
    this.trace = trace
    this.#temporaryFolder = temporaryFolder ?? tmpdir()
    this.#child = fork(fileURLToPath(queryProcessUrl), [], {
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
    globalThis.process.on('exit', this.#kill)
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
    globalThis.process.off('exit', this.#kill)
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
    const { callCount } = this.trace.calls
    const changed = this.#listChanged(callCount)
    const total = changed.length + callCount - this.#callCount
    if (total === 0) return success(null)
    const written = await this.#writeCalls(changed, total, callCount, nowNs, onProgress)
    if (!written.ok) return written
    const { file, large } = written.value
    const taken = await this.#hand({ type: 'calls', path: file.path })
    if (file.remove()) this.#files.delete(file)
    if (!taken.ok) return taken
    for (let from = 0; from < large.length; from += LARGE_CALLS) {
      const ids = large.slice(from, from + LARGE_CALLS)
      const rows = ids.map((id) => toCallRow(this.trace.calls, { callCount, nowNs }, id))
      const sent = await this.#hand({ type: 'rows', table: 'calls', rows })
      if (!sent.ok) return sent
    }
    this.#callCount = callCount
    return success(null)
  }

  /** Writes calls that were handed over and have changed, and those behind them, into a file. */
  async #writeCalls(
    changed: readonly CallId[],
    total: number,
    callCount: number,
    nowNs: number,
    onProgress: Query['onProgress'],
  ): Promise<Result<{ file: CallsFile; large: CallId[] }>> {
    const { calls } = this.trace
    const first = this.#callCount + 1
    this.#unsettled = new Set()
    const idAt = (index: number): CallId => {
      const id = changed[index] ?? first + index - changed.length
      if (calls.running.has(id)) this.#unsettled.add(id)
      return id
    }
    let toldAtMs = performance.now()
    const goOn = (doneCount: number): boolean => {
      const nowMs = performance.now()
      if (nowMs - toldAtMs >= PROGRESS_INTERVAL_MS) {
        toldAtMs = nowMs
        onProgress(callCount - total + doneCount, callCount)
      }
      return !this.isEnded
    }
    try {
      const file = new CallsFile(this.#temporaryFolder)
      this.#files.add(file)
      const large = await file.write(calls, nowNs, total, idAt, goOn)
      return this.#ended ? failure(this.#ended) : success({ file, large })
    } catch (thrown) {
      if (this.#ended) return failure(this.#ended)
      const { message } = thrown as Error
      return failure(makeError('SQL_FAILED', { why: `The calls could not be written: ${message}.` }))
    }
  }

  /** Calls, in order of their ids, that may be no longer as they were handed over: they ran, or a call inside of them did or has come. */
  #listChanged(callCount: number): CallId[] {
    const { calls } = this.trace
    const changed = new Set<CallId>()
    const addWithOuter = (from: CallId | null) => {
      for (let id = from; id !== null && !changed.has(id); id = calls.parentOf(id)) {
        if (id <= this.#callCount) changed.add(id)
      }
    }
    for (const id of this.#unsettled) addWithOuter(id)
    if (this.#callCount > 0) {
      for (let id = this.#callCount + 1; id <= callCount; id++) {
        const parent = calls.parentOf(id)
        if (parent !== null && parent <= this.#callCount) addWithOuter(parent)
      }
    }
    return [...changed].sort((a, b) => a - b)
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
