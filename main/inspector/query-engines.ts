/** The processes that answer SQL, one for each session that was asked, as long as there are not many. */
import { makeError } from '../contract/error-codes.ts'
import type { SessionId } from '../contract/ids.ts'
import type { InspectorError } from '../contract/result.ts'
import type { Trace } from '../trace/trace.ts'
import { QueryEngine } from './query-engine.ts'

/** Those that stay ready for a next query. Each has a process, and a copy of the calls on the disk. */
const ENGINE_LIMIT = 3

/** What engines are started with. */
type EngineOptions = ConstructorParameters<typeof QueryEngine>[1]

export class QueryEngines {
  /** Those first that have not been asked for longest. */
  readonly #engines = new Map<SessionId, QueryEngine>()
  readonly #options: EngineOptions
  readonly #closing = new Set<Promise<void>>()

  constructor(options: EngineOptions) {
    this.#options = options
  }

  /** The engine of a session for this trace, which is the last to be let go now. */
  prepare(sessionId: SessionId, trace: Trace): QueryEngine {
    this.endOther(sessionId, trace)
    let engine = this.#engines.get(sessionId)
    if (!engine || engine.isEnded) engine = new QueryEngine(trace, this.#options)
    this.#engines.delete(sessionId)
    this.#engines.set(sessionId, engine)
    this.trim()
    return engine
  }

  /** Lets go as many as are too many, but none that is answering. */
  trim(): void {
    let tooMany = this.#engines.size - ENGINE_LIMIT
    for (const [sessionId, { isAnswering }] of [...this.#engines].slice(0, -1)) {
      if (tooMany <= 0) return
      if (isAnswering) continue
      this.end(sessionId)
      tooMany--
    }
  }

  /** Ends the engine of a session if it is for another trace and nobody waits for it: that trace is let go. */
  endOther(sessionId: SessionId, trace: Trace): void {
    const engine = this.#engines.get(sessionId)
    if (engine && engine.trace !== trace && !engine.isAnswering) this.end(sessionId)
  }

  /** Ends what a session is being answered, if that is anything. */
  cancel(sessionId: SessionId): void {
    const engine = this.#engines.get(sessionId)
    if (!engine?.isAnswering) return
    engine.cancel(CANCELLED)
    if (engine.isEnded) this.end(sessionId)
  }

  /** Ends the engine of a session, if it has one. */
  end(sessionId: SessionId): void {
    const engine = this.#engines.get(sessionId)
    if (!engine) return
    this.#engines.delete(sessionId)
    engine.end(CANCELLED)
    const closing = engine.closed.then(() => void this.#closing.delete(closing))
    this.#closing.add(closing)
  }

  /** Ends all; resolves when their processes have ended. */
  async close(): Promise<void> {
    for (const sessionId of this.#engines.keys()) this.end(sessionId)
    await Promise.all(this.#closing)
  }
}

const CANCELLED: InspectorError = makeError('SQL_CANCELLED')
