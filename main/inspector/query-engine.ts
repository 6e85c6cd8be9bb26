/** Answers SQL over one trace, in a process that has a copy of what was asked for. */
import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { setImmediate as nextTurn } from 'node:timers/promises'
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

/** Calls that are handed over in one turn of the event loop: some milliseconds. */
const SLICE_CALLS = 1000
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
  /** Hears how many of the trace's calls have been handed over, if that takes longer than a moment. */
  onProgress: (readyCount: number, callCount: number) => void
}

/** Is of no use any more once it {@link isEnded}. */
export class QueryEngine {
  readonly trace: Trace
  readonly #child: ChildProcess
  #ended: InspectorError | null = null
  #receive: ((message: Result<MessageFromQueryProcess>) => void) | null = null
  /** Calls that have been handed over: all up to here. */
  #callCount = 0
  /** Those of them that had not ended. */
  #unsettled = new Set<CallId>()

  /** Starts the process; `programUrl` is its program. */
  constructor(programUrl: URL, trace: Trace) {
    this.trace = trace
    this.#child = fork(fileURLToPath(programUrl), [], {
      serialization: 'advanced',
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    this.#child.on('message', (message: MessageFromQueryProcess) => this.#settle(success(message)))
    this.#child.on('error', (error) =>
      this.end(makeError('SQL_FAILED', { why: `Its process failed: ${error.message}.` })),
    )
    this.#child.on('exit', () => this.end(makeError('SQL_FAILED', { why: 'Its process has ended.' })))
    // It is no reason to stay, and does not outlive whoever asks.
    this.#child.unref()
    this.#child.channel?.unref()
    globalThis.process.on('exit', this.#kill)
  }

  get isEnded(): boolean {
    return this.#ended !== null
  }

  /** Ends the process, whatever it does: what is being answered is answered with `why`. */
  end(why: InspectorError): void {
    if (this.#ended) return
    this.#ended = why
    globalThis.process.off('exit', this.#kill)
    this.#kill()
    this.#settle(failure(why))
  }

  /** Answers one query; the next one waits until this one is answered. */
  async query(query: Query): Promise<Result<QueryRows>> {
    const loaded = await this.#load(query)
    if (!loaded.ok) return loaded
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
      const sent = await this.#send(table)
      if (!sent.ok) return sent
    }
    return mentionsTable(sql, 'calls') ? this.#loadCalls(nowNs, onProgress) : success(null)
  }

  async #loadCalls(nowNs: number, onProgress: Query['onProgress']): Promise<Result<null>> {
    const { calls } = this.trace
    const snapshot = { callCount: calls.callCount, nowNs }
    const changed = this.#listChanged(snapshot.callCount)
    const total = changed.length + snapshot.callCount - this.#callCount
    const first = this.#callCount + 1
    this.#unsettled = new Set()
    let toldAtMs = performance.now()
    for (let done = 0; done < total; done += SLICE_CALLS) {
      const rows: SqlRow[] = []
      for (let index = done; index < Math.min(total, done + SLICE_CALLS); index++) {
        const id = changed[index] ?? first + index - changed.length
        rows.push(toCallRow(calls, snapshot, id))
        if (calls.outcomeOf(id) === 'running') this.#unsettled.add(id)
      }
      const sent = await this.#send({ type: 'rows', table: 'calls', rows })
      if (!sent.ok) return sent
      await nextTurn()
      if (this.#ended) return failure(this.#ended)
      const nowMs = performance.now()
      if (nowMs - toldAtMs < PROGRESS_INTERVAL_MS) continue
      toldAtMs = nowMs
      onProgress(snapshot.callCount - total + Math.min(total, done + SLICE_CALLS), snapshot.callCount)
    }
    this.#callCount = snapshot.callCount
    return success(null)
  }

  /** Calls that may be no longer as they were handed over: they ran, or a call inside of them did or has come. */
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
    return [...changed]
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
  }
}
