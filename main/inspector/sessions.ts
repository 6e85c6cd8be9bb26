/** All sessions of the inspector: opening, finding, closing. */
import { basename } from 'node:path'
import { makeError } from '../contract/error-codes.ts'
import type { SessionLimits } from '../contract/limits.ts'
import { DEFAULT_LIMITS } from '../contract/limits.ts'
import type { CallId, RunId, SessionId } from '../contract/ids.ts'
import type { SessionInfo } from '../contract/sessions.ts'
import type { InspectorError, Result } from '../contract/result.ts'
import { failure, success } from '../contract/result.ts'
import type { Filter } from '../filter/model.ts'
import { createInFlightCounts } from '../trace/in-flight-counts.ts'
import type { Trace } from '../trace/trace.ts'
import { DEFAULT_TRACE_LIMIT_BYTES } from '../trace/trace.ts'
import type { NamedReadings, PlacedOptions } from './api.ts'
import { ArchivedSession } from './archived-session.ts'
import type { Events } from './events.ts'
import { isBundled } from './examples.ts'
import { findHostModule } from './host-file.ts'
import { freeUncounted } from './free-memory.ts'
import { recoverSessions } from './recover-sessions.ts'
import { RunBudget } from './run-budget.ts'
import { Session } from './session.ts'
import { SessionFiles } from './session-files.ts'
import type { Settings } from './settings.ts'
import { TraceReports } from './trace-reports.ts'
import type { TraceWriter } from './trace-writer.ts'
import { createTraceWriter } from './trace-writer.ts'

/** Each has a thread and memory of its own. */
const SESSION_LIMIT = 32

/** How a guest is to be opened. */
export interface OpenSession {
  guestPath: string
  /** Undefined: the one beside the guest, if there is one. */
  hostPath?: string | null
  /** Runs the host module without asking. */
  trustHost: boolean
  uploaded?: boolean
  stubUnbound?: boolean
  /** Other limits than the default ones. */
  limits?: Partial<SessionLimits>
  readings?: readonly NamedReadings[]
  /** Where the user wants the session's file. */
  sessionPath?: string
  sliceMs?: number | null
  keepsNewest?: boolean
}

/** One with a guest, or one of a file. */
export type OpenedSession = Session | ArchivedSession

/** Owns the sessions, and knows which was opened last. */
export class Sessions {
  activeSessionId: SessionId | null = null
  readonly files: SessionFiles
  readonly #options: PlacedOptions
  readonly #settings: Settings
  readonly #events: Events
  readonly #sessions = new Map<SessionId, Session>()
  readonly #archives = new Map<SessionId, ArchivedSession>()
  readonly #streams = new Map<SessionId, Set<TraceWriter>>()
  /** Host modules that need no permission: named by the owner of the process, or bundled. */
  readonly #trustedPaths = new Set<string>()
  readonly #reports: TraceReports
  readonly #budget = new RunBudget()
  readonly #inFlightCounts = createInFlightCounts(SESSION_LIMIT)
  readonly #fullTraces = new WeakSet<Trace>()
  #sessionCount = 0
  #isClosed = false
  #runCount = 0

  constructor(options: PlacedOptions, settings: Settings, events: Events) {
    this.#options = options
    this.files = new SessionFiles(options.temporaryFolder)
    this.#settings = settings
    this.#events = events
    this.#reports = new TraceReports((status) => events.emit('traceGrew', status))
  }

  get #traceLimitBytes(): number {
    return this.#options.traceLimitBytes ?? DEFAULT_TRACE_LIMIT_BYTES
  }

  /** Those that have a guest. */
  list(): Session[] {
    return [...this.#sessions.values()]
  }

  /** Those of files too. */
  listAll(): OpenedSession[] {
    return [...this.#sessions.values(), ...this.#archives.values()]
  }

  /** One whose trace is to be read. */
  find(sessionId: SessionId): Result<OpenedSession> {
    const session = this.#sessions.get(sessionId) ?? this.#archives.get(sessionId)
    return session ? success(session) : failure(makeError('SESSION_NOT_FOUND'))
  }

  /** One whose guest is meant. */
  findLive(sessionId: SessionId): Result<Session> {
    const session = this.#sessions.get(sessionId)
    if (session) return success(session)
    return failure(makeError(this.#archives.has(sessionId) ? 'SESSION_ARCHIVED' : 'SESSION_NOT_FOUND'))
  }

  findRun(runId: RunId): Session | null {
    return this.list().find((session) => session.runs.get(runId)) ?? null
  }

  nextRunId(): RunId {
    return `run-${++this.#runCount}`
  }

  /**
   * Opens a guest in a session of its own. A file that is no guest gives a failure and no session, so that a
   * mistaken drop leaves nothing to clear away.
   */
  async open(request: OpenSession): Promise<Result<SessionInfo>> {
    const limited = this.#checkCount()
    if (limited) return failure(limited)
    const hostPath =
      request.hostPath === undefined ? await findHostModule(request.guestPath) : request.hostPath
    if (this.#isClosed) return failure(makeError('SESSION_ENDED', { why: 'The inspector is closing.' }))
    if (request.trustHost && hostPath !== null) this.#trustedPaths.add(hostPath)
    const sessionId = this.#nameSession(request.guestPath)
    const session = new Session({
      sessionId,
      guestPath: request.guestPath,
      hostPath,
      uploaded: request.uploaded ?? false,
      stubUnbound: request.stubUnbound ?? false,
      readings: request.readings ?? [],
      sliceMs: request.sliceMs ?? null,
      keepsNewest: request.keepsNewest ?? false,
      workerUrl: this.#options.workerUrl,
      traceLimitBytes: this.#traceLimitBytes,
      sessionPath: request.sessionPath ?? null,
      files: this.files,
      version: this.#options.version,
      limits: { ...DEFAULT_LIMITS, ...request.limits },
      budget: this.#budget,
      inFlightCounts: this.#inFlightCounts,
      slot: this.#takeSlot(),
      isTrusted: (path, hash) => this.#trustedPaths.has(path) || this.#settings.isTrusted(path, hash),
      onChange: (info) => {
        if (this.#sessions.has(sessionId)) this.#events.emit('sessionChanged', info)
      },
      onRun: (run) => this.#events.emit('runChanged', run),
      onProblem: (error) => this.#events.emit('problem', error),
      onTrace: (grown) => {
        if (!this.#sessions.has(sessionId)) return
        this.#reports.grew(grown)
        this.#reportLimit(grown)
      },
      isStreamed: (streamedId) => this.#streams.has(streamedId),
      onCallsEnded: (ended, ids) => this.#stream(ended, ids),
    })
    this.#sessions.set(sessionId, session)
    await session.load()
    const info = session.info()
    // It was closed while it started: nobody is to be shown it again.
    if (!this.#sessions.has(sessionId)) return success(info)
    const isEmpty = info.exports.length === 0 && info.imports.length === 0 && session.status().callCount === 0
    if (info.state === 'failed' && isEmpty && info.error) {
      this.#sessions.delete(sessionId)
      this.#reports.forget(sessionId)
      // Clients have heard of it, because it may take its time to start.
      this.#events.emit('sessionClosed', { sessionId })
      return failure(info.error)
    }
    this.activate(sessionId)
    this.#events.emit('sessionChanged', session.info())
    if (!request.uploaded) await this.#remember(request.guestPath, session.host.path)
    return success(session.info())
  }

  async #remember(path: string, hostPath: string | null): Promise<void> {
    if (isBundled(this.#options.guestsFolder, path)) return
    await this.#settings.addRecent({ path, name: basename(path), hostPath })
    this.#events.emit('recentGuestsChanged', this.#settings.recentGuests)
  }

  /** Lists as recent what inspectors that were killed have left on the disk. */
  async recover(): Promise<void> {
    for (const path of await recoverSessions(this.#options.temporaryFolder)) {
      await this.#remember(path, null)
    }
  }

  /**
   * Opens a session file in a session of its own; it is listed as recent unless it was uploaded. One without an index is
   * read on after that.
   */
  async openArchive(path: string, uploaded: boolean): Promise<Result<SessionInfo>> {
    const limited = this.#checkCount()
    if (limited) return failure(limited)
    const opened = await ArchivedSession.open(this.#nameSession(path), path, this.#traceLimitBytes)
    if (!opened.ok) return opened
    const { sessionId } = opened.value
    this.#archives.set(sessionId, opened.value)
    this.activate(sessionId)
    const info = opened.value.info()
    this.#events.emit('sessionChanged', info)
    this.#events.emit('traceGrew', opened.value.status())
    if (opened.value.isBeingRead) void this.#readOn(opened.value)
    if (!uploaded) await this.#remember(path, null)
    return success(info)
  }

  async #readOn(archive: ArchivedSession): Promise<void> {
    await archive.read(() => this.#reports.grew(archive))
    if (!this.#archives.has(archive.sessionId)) return
    this.#events.emit('traceGrew', archive.status())
    this.#events.emit('sessionChanged', archive.info())
  }

  /** Opens a session file and waits until it has been read; `onProgress` is told how far that is, in bytes. */
  async openWholeArchive(
    path: string,
    onProgress: (readBytes: number, totalBytes: number) => void,
  ): Promise<Result<SessionInfo>> {
    const opened = await this.openArchive(path, false)
    const archive = opened.ok && this.#archives.get(opened.value.sessionId)
    if (!archive) return opened
    await archive.read(() => {
      const { fileSizeBytes, unreadBytes } = archive.status()
      onProgress(fileSizeBytes - unreadBytes, fileSizeBytes)
    })
    return success(archive.info())
  }

  #checkCount(): InspectorError | null {
    if (this.#sessions.size + this.#archives.size < SESSION_LIMIT) return null
    return makeError('SESSION_LIMIT', { why: `There are ${SESSION_LIMIT}.` })
  }

  #nameSession(path: string): SessionId {
    const stem = basename(path).replace(/\.\w+$/, '')
    return `${stem.slice(0, 40)}-${++this.#sessionCount}`
  }

  /** One that no open session has. */
  #takeSlot(): number {
    const taken = new Set(this.list().map(({ slot }) => slot))
    let slot = 0
    while (taken.has(slot)) slot++
    return slot
  }

  /** Shows a session to every client. */
  activate(sessionId: SessionId): void {
    this.activeSessionId = sessionId
    this.#events.emit('sessionActivated', { sessionId })
  }

  /** Closes every session; a guest that is just being opened does not start. */
  async closeAll(): Promise<void> {
    this.#isClosed = true
    await Promise.all(this.listAll().map((session) => this.close(session)))
    this.files.remove()
  }

  async close(session: OpenedSession): Promise<void> {
    await session.close()
    if (!this.find(session.sessionId).ok) return
    this.#sessions.delete(session.sessionId)
    this.#archives.delete(session.sessionId)
    this.#streams.delete(session.sessionId)
    this.#reports.forget(session.sessionId)
    if (this.activeSessionId === session.sessionId) {
      this.activeSessionId = this.listAll().at(-1)?.sessionId ?? null
    }
    this.#events.emit('sessionClosed', { sessionId: session.sessionId })
    freeUncounted(session.trace?.sizeBytes ?? 0)
  }

  /** See `Inspector.streamTrace`. */
  stream(sessionId: SessionId, write: (lines: string) => void, filter: Filter): () => void {
    const writers = this.#streams.get(sessionId) ?? new Set()
    this.#streams.set(sessionId, writers)
    const writer = createTraceWriter(filter, write)
    writers.add(writer)
    // A start function calls imports before anybody can know the session.
    const session = this.#sessions.get(sessionId)
    if (session?.trace) writer(session, session.trace, listEnded(session.trace))
    return () => {
      writers.delete(writer)
      if (writers.size === 0) this.#streams.delete(sessionId)
    }
  }

  /** Says once for each trace that it is full. */
  #reportLimit({ guest, trace }: Session): void {
    if (!trace || trace.droppedCount === 0 || this.#fullTraces.has(trace)) return
    this.#fullTraces.add(trace)
    const limitMebibytes = Math.round(this.#traceLimitBytes / 1024 / 1024)
    const why = `That of ${basename(guest.path)} has ${limitMebibytes} MiB: further calls run, but are only counted.`
    this.#events.emit('problem', makeError('TRACE_LIMIT', { why }))
  }

  #stream(session: Session, ids: number[]): void {
    const writers = this.#streams.get(session.sessionId)
    const { trace } = session
    if (!writers || !trace) return
    for (const write of writers) write(session, trace, ids)
  }
}

function* listEnded({ calls }: Trace): Generator<CallId> {
  for (let id = 1; calls.exists(id); id++) if (!calls.running.has(id)) yield id
}
