/** Answers SQL over one trace, in a process that has a copy of what was asked for. */
import { makeError } from '../contract/error-codes.ts'
import type { CallId } from '../contract/ids.ts'
import type { InspectorError, Result } from '../contract/result.ts'
import { failure, success } from '../contract/result.ts'
import type { QueryRows } from '../contract/service.ts'
import type { MessageToQueryProcess } from '../sql/protocol.ts'
import type { SqlRow } from '../sql/tables.ts'
import { mentionsTable, toCallRow, toConsoleRow, toFunctionRow } from '../sql/tables.ts'
import type { Trace } from '../trace/trace.ts'
import type { PlacedOptions } from './api.ts'
import { CallsFile } from './calls-file.ts'
import type { CallsToCopy } from './copied-calls.ts'
import { CopiedCalls } from './copied-calls.ts'
import { QueryChild } from './query-child.ts'
import { PROGRESS_INTERVAL_MS } from './turns.ts'

/** Calls that are handed over in one message where they cannot be by a file. */
const CALLS_IN_A_MESSAGE = 500

/** End the engines that there are. One listener does it for all: sessions can be many. */
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
  /** Resolves when no process of it is left. */
  readonly closed: Promise<void>
  readonly #queryProcessUrl: URL
  readonly #temporaryFolder: string
  readonly #close: () => void
  #child: QueryChild
  /** The file that is the process's database: one that is started anew has all that was handed over at once. */
  #database: CallsFile | null = null
  #hasCalls = false
  /** Whether its process is at a query, which changes nothing. */
  #isAsking = false
  /** Until a process that is started anew has the database. */
  #restarted: Promise<void> = Promise.resolve()
  /** Those that could not be removed yet. */
  readonly #files = new Set<CallsFile>()
  #answeringCount = 0
  #ended: InspectorError | null = null
  readonly #copied: CopiedCalls

  /** Starts the process. */
  constructor(
    trace: Trace,
    { queryProcessUrl, temporaryFolder }: Pick<PlacedOptions, 'queryProcessUrl' | 'temporaryFolder'>,
  ) {
    this.trace = trace
    this.#copied = new CopiedCalls(trace.calls)
    this.#queryProcessUrl = queryProcessUrl
    this.#temporaryFolder = temporaryFolder
    const { promise, resolve } = Promise.withResolvers<void>()
    this.closed = promise
    this.#close = resolve
    this.#child = this.#start()
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

  /** Ends the process, whatever it does, for good: what is being answered is answered with `why`. */
  end(why: InspectorError): void {
    if (this.#ended) return
    this.#ended = why
    kills.delete(this.#kill)
    if (kills.size === 0) globalThis.process.off('exit', killAll)
    this.#child.end(why)
    this.#removeFiles()
    void this.#finish()
  }

  async #finish(): Promise<void> {
    await this.#restarted
    await this.#child.closed
    this.#removeFiles()
    this.#close()
  }

  /**
   * Ends what is being answered, with `why`. SQLite cannot be interrupted, so its process ends, and another one begins
   * with the database that there is. Where there is none, or it may be in the midst of a change, the engine ends.
   */
  cancel(why: InspectorError): void {
    if (this.#database === null || !this.#isAsking) return this.end(why)
    const { closed } = this.#child
    this.#restarted = this.#restarted.then(() => closed).then(() => this.#restart())
    this.#child.end(why)
  }

  async #restart(): Promise<void> {
    if (this.#ended) return
    this.#child = this.#start()
    const taken = await this.#hand({ type: 'calls', path: this.#database!.path })
    if (!taken.ok) this.end(taken.error)
  }

  #start(): QueryChild {
    return new QueryChild(this.#queryProcessUrl, (why) => this.end(why))
  }

  /** Answers one query; the next one is to wait until this one is answered. */
  async query(query: Query): Promise<Result<QueryRows>> {
    this.#answeringCount++
    const answered = await this.#answer(query)
    this.#answeringCount--
    return answered
  }

  async #answer(query: Query): Promise<Result<QueryRows>> {
    await this.#restarted
    const loaded = await this.#load(query)
    if (!loaded.ok) {
      // What it lacks nobody knows: the next query begins anew.
      this.end(loaded.error)
      return loaded
    }
    const timer = setTimeout(() => {
      this.cancel(makeError('SQL_TIMED_OUT', { why: `The limit is ${query.timeoutMs} ms.` }))
    }, query.timeoutMs)
    const { sql, rowLimit } = query
    this.#isAsking = true
    const answered = await this.#child.send({ type: 'query', sql, rowLimit })
    this.#isAsking = false
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
      const { file } = written
      const taken = await this.#hand({ type: 'calls', path: file.path })
      if (taken.ok && !this.#hasCalls) this.#database = file
      this.#removeFiles()
      if (!taken.ok) return taken
    }
    this.#hasCalls = true
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
    const sent = await this.#child.send(message)
    if (!sent.ok) return sent
    return sent.value.type === 'failed' ? failure(sent.value.error) : success(null)
  }

  /** All but the database, as long as there is a process for it. */
  #removeFiles(): void {
    if (this.#ended) this.#database = null
    for (const file of this.#files) if (file !== this.#database && file.remove()) this.#files.delete(file)
  }

  readonly #kill = (): void => this.end(makeError('SQL_CANCELLED'))
}
