/** The whole contract: the calls that a client makes, and the events that the service pushes. */
import type { HostInfo, Layout } from './application.ts'
import type { CallDetail, CallRow, Folding } from './calls.ts'
import type { FilterCompletions, FilterProblem, FilterProgress } from './filters.ts'
import type { ExampleInfo, RecentGuest, Stub } from './guests.ts'
import type { CallId, RunId, SessionId } from './ids.ts'
import type { RunInfo, SessionInfo } from './sessions.ts'
import type { CallOrderRequest, SortProgress } from './sorting.ts'
import type { ConsoleLine, TimingRow, TraceStatus } from './traces.ts'
import type { SessionLimits } from './limits.ts'
import type { InspectorError, Result } from './result.ts'
import type { CallStatistics } from './statistics.ts'
import type { TraceFormat, TraceSnapshot } from './trace-format.ts'
import type { Timeline, TimelineDensity } from './timeline.ts'

/** A file that the user dropped or chose: by path where the door knows it, else by its bytes. */
export type FileReference = { path: string } | { name: string; bytes: Uint8Array }

/** What a client needs to show the present state, also after a reload. */
export interface Attachment {
  host: HostInfo
  sessions: SessionInfo[]
  runs: RunInfo[]
  traces: TraceStatus[]
  examples: ExampleInfo[]
  recentGuests: RecentGuest[]
  layout: Layout
  /** The session that was opened last, to be shown first. */
  activeSessionId: SessionId | null
}

/** A window of the calls table. */
export interface CallRows {
  /** All rows that there are now. */
  totalRows: number
  /** Index of the first row returned. */
  fromRow: number
  rows: CallRow[]
  /** Where the anchor call stands now; null if no anchor was given. */
  anchorRow: number | null
}

/** A window of the calls that a filter holds for, in order of their numbers: `totalRows` is all of them so far. */
export interface FilteredCalls extends CallRows {
  progress: FilterProgress
}

/** A window of calls in another order: `totalRows` is 0 until they have been sorted. */
export interface SortedCalls extends FilteredCalls {
  sortProgress: SortProgress
}

/** How many of the calls that a query is about are ready for it. */
export interface QueryProgress {
  sessionId: SessionId
  readyCount: number
  callCount: number
}

/** What there is to say about a filter while it is typed. */
export interface FilterCheck {
  /** Empty where the filter can be used. */
  problems: FilterProblem[]
  /** What can stand at the cursor. */
  completions: FilterCompletions
}

export interface ConsoleLines {
  /** All lines that there are now; the oldest may be gone. */
  lineCount: number
  /** Index of the oldest line that is still kept. */
  firstKept: number
  lines: ConsoleLine[]
}

/** What a query found. */
export interface QueryRows {
  /** As the query names them; names can be equal. */
  columns: string[]
  /** Integers beyond 2^53 are texts, and so are blobs, in hexadecimal. Long texts end in "…". */
  rows: (number | string | null)[][]
  /** There are more rows than these. */
  isCut: boolean
}

/** A piece of an export; ask on from `nextCallId` until it is null. */
export interface TracePiece {
  content: string | Uint8Array
  nextCallId: number | null
  /** What is exported: to be passed on with `nextCallId`. */
  snapshot: TraceSnapshot
}

/** A piece of a file; ask on from `nextOffset` until it is null. */
export interface FilePiece {
  bytes: Uint8Array
  /** Of the file that this is a piece of: to be given with the next request. */
  copyId: number
  nextOffset: number | null
  totalBytes: number
}

/**
 * Every function takes one object and answers with a `Result`; `schemas.ts` has the schema of each argument,
 * and a door refuses what does not fit it.
 */
export interface InspectorService {
  /** The present state, whole. */
  attach(): Result<Attachment>
  /**
   * Opens guests (.wasm, .wat), session files (.jspi) and host modules (.ts, .js, .mjs), each guest and each file in a
   * session of its own. A host module without a guest goes to the session `sessionId`, which is reloaded with it.
   */
  openFiles(request: { files: FileReference[]; sessionId?: SessionId }): Promise<Result<SessionInfo[]>>
  /** Opens a bundled guest. */
  openExample(request: { name: string }): Promise<Result<SessionInfo>>
  /** Allows the session's host module (its present content) to run, and starts the session. */
  trustHostModule(request: { sessionId: SessionId }): Promise<Result<SessionInfo>>
  /** Goes on without the session's host module: what it would bind is then unbound, and can be given stubs. */
  declineHostModule(request: { sessionId: SessionId }): Promise<Result<SessionInfo>>
  /** Gives an import a stub, or takes it away (null). Takes effect by a reload of the session. */
  setStub(request: {
    sessionId: SessionId
    module: string
    name: string
    stub: Stub | null
  }): Promise<Result<SessionInfo>>
  /** The same for several imports, with one reload. Where one does not fit, none is set. */
  setStubs(request: {
    sessionId: SessionId
    stubs: { module: string; name: string; stub: Stub }[]
  }): Promise<Result<SessionInfo>>
  /**
   * Says how an import's arguments, results and the memory that they point at are read (docs/readings.md), or
   * (null) that it is as the host module declares. For calls that have not begun, as soon as the worker hears of
   * it; kept over reloads of the session.
   */
  setReadings(request: {
    sessionId: SessionId
    module: string
    name: string
    readings: string | null
  }): Result<SessionInfo>
  /** Whether calls may overlap on the instance. Takes effect for runs that have not begun. */
  setInterleaved(request: { sessionId: SessionId; interleaved: boolean }): Result<SessionInfo>
  /**
   * Whether to record the guest's stack at each import call, which costs some microseconds a call. Off until it
   * is asked for. Takes effect as soon as the worker is free to hear of it: for runs that have not begun.
   */
  setStackCapture(request: { sessionId: SessionId; enabled: boolean }): Result<SessionInfo>
  /**
   * Takes the files and lines of the guest's stacks from a file with its debug information (DWARF), also for calls that
   * are recorded already; null: from the guest's own, or the one beside it that it names. Kept over reloads of the
   * session. Fails with DEBUG_FILE_UNREADABLE, DEBUG_FILE_INVALID, or DEBUG_FILE_MISMATCH where it is another module's.
   */
  setDebugFile(request: { sessionId: SessionId; file: FileReference | null }): Promise<Result<SessionInfo>>
  /**
   * Whether to record calls of imports. Without, the guest runs about as fast as without the inspector, and what
   * imports took counts as the guest's time. Takes effect as {@link setStackCapture} does.
   */
  setRecording(request: { sessionId: SessionId; enabled: boolean }): Result<SessionInfo>
  /**
   * What happens when the disk is slower than the guest, or neither memory nor disk have room: the newest calls are
   * kept, and the oldest left out and counted; or, unless it is asked for, the guest is slowed and no call is lost as
   * long as there is room. Takes effect at once, kept over reloads of the session.
   */
  setKeepNewest(request: { sessionId: SessionId; enabled: boolean }): Result<SessionInfo>
  /**
   * Whether a guest that computes is stopped after slices of time (10 ms unless `sliceMs` says otherwise), so that
   * messages, timers and other calls have a turn. Takes effect by a reload of the session.
   */
  setSlices(request: {
    sessionId: SessionId
    enabled: boolean
    sliceMs?: number
  }): Promise<Result<SessionInfo>>
  /**
   * Holds the session's guests at the end of their slice, or lets them go on. Time limits of runs stand still
   * meanwhile. SESSION_NOT_READY where there are no slices.
   */
  setPaused(request: { sessionId: SessionId; paused: boolean }): Result<SessionInfo>
  /** Changes the limits that are named: at once, those of memories and tables from the next load on. */
  setLimits(request: { sessionId: SessionId; limits: Partial<SessionLimits> }): Result<SessionInfo>
  /** Requests a call; answers at once with the queued or running run. Arguments are checked before that. */
  startRun(request: {
    sessionId: SessionId
    exportName: string
    argumentTexts: string[]
    /** Cancelled after this time; no limit when left out. */
    timeoutMs?: number
  }): Result<RunInfo>
  /**
   * Cancels one run. A queued one never begins, a suspended one is unwound by a trap; where the guest computes
   * and does not answer, its worker is ended, and with it the session. With slices it does answer.
   */
  cancelRun(request: { runId: RunId }): Promise<Result<RunInfo>>
  /** Cancels every run of a session, queued ones too. */
  cancelAllRuns(request: { sessionId: SessionId }): Promise<Result<SessionInfo>>
  /** Ends the worker at once, whatever it does. The trace stays. */
  endSession(request: { sessionId: SessionId }): Promise<Result<SessionInfo>>
  /** Reads guest and host module again, into a new worker with an empty trace. */
  reloadSession(request: { sessionId: SessionId }): Promise<Result<SessionInfo>>
  /** Ends the session and forgets it, its trace too. */
  closeSession(request: { sessionId: SessionId }): Promise<Result<null>>
  /**
   * Reads rows of the calls table: calls in order of entry, each run's calls together below it.
   * `anchorId` asks where that call stands now, so that a table can hold still while rows stream in above. Where it is
   * hidden in folded calls, the outermost of these is meant.
   */
  readCalls(request: {
    sessionId: SessionId
    fromRow: number
    rowCount: number
    anchorId?: CallId
    folding?: Folding
  }): Result<CallRows>
  /**
   * Reads rows of the calls that a filter (docs/filters.md) holds for. The first request begins to look for them, and
   * is answered with what a moment finds; `filterAdvanced` tells of more. Who wants to be told of calls that come
   * later asks again when the trace has grown. Fails with FILTER_INVALID. `anchorRow` is null for a call that the
   * filter does not hold for.
   */
  readFilteredCalls(request: {
    sessionId: SessionId
    filterText: string
    fromRow: number
    rowCount: number
    anchorId?: CallId
  }): Result<FilteredCalls>
  /**
   * Reads rows of calls in another order than that of time, all of them or those that a filter holds for. The first
   * request begins to sort them; `sortAdvanced` tells of more, and of the end. Sorting takes eight bytes a call, four when
   * it is done; fails with SORT_TOO_LARGE where that is more memory than the session's calls may take, and with
   * FILTER_INVALID. An `anchorRow` is searched for, so that the answer may take a moment.
   */
  readSortedCalls(request: {
    sessionId: SessionId
    filterText: string
    order: CallOrderRequest
    fromRow: number
    rowCount: number
    anchorId?: CallId
  }): Promise<Result<SortedCalls>>
  /** Says what is wrong with a filter, and what can stand at the character `cursor` of it. */
  checkFilter(request: { sessionId: SessionId; filterText: string; cursor: number }): Result<FilterCheck>
  /** The first call that begins at a time on the session's clock, or later; null if none does. */
  findCall(request: { sessionId: SessionId; timeNs: number }): Result<{ callId: CallId | null }>
  readCall(request: { sessionId: SessionId; callId: CallId }): Result<CallDetail>
  /**
   * What happened from `fromNs` to `toNs` on the session's clock, in `laneCount` lanes from `firstLane` on: each
   * call by itself where they are few, else the time that they took in about `columnCount` columns.
   */
  readTimeline(request: {
    sessionId: SessionId
    fromNs: number
    toNs: number
    columnCount: number
    firstLane: number
    laneCount: number
  }): Result<Timeline>
  /** How busy the session was from its first call until now, in up to about `columnCount` columns. */
  readDensity(request: { sessionId: SessionId; columnCount: number }): Result<TimelineDensity>
  /**
   * Sums up the calls that a filter holds for, of every call where it is empty. As with {@link readFilteredCalls}, the
   * first request begins, and `statisticsAdvanced` tells of more. Fails with FILTER_INVALID.
   */
  readStatistics(request: { sessionId: SessionId; filterText: string }): Result<CallStatistics>
  /** The finished calls of each function, which are counted while they are recorded. */
  readTimings(request: { sessionId: SessionId }): Result<TimingRow[]>
  readConsole(request: { sessionId: SessionId; fromLine: number; lineCount: number }): Result<ConsoleLines>
  /**
   * The session as a file (docs/session-format.md), piece by piece from byte `offset` on: what there is when the first
   * piece is asked for, without a `copyId`, also when more is recorded or the session is closed meanwhile. Fails with
   * SESSION_COPY_GONE where the client took so long that the copy was given up, and with TRACE_MISSING.
   */
  readSessionFile(request: {
    sessionId: SessionId
    offset: number
    copyId?: number
  }): Promise<Result<FilePiece>>
  /**
   * The trace in one of the formats for other tools, JSON Lines unless it is said, piece by piece from call `fromCallId`
   * on, which is 1 or what the piece before said; with a filter, the calls that it holds for. Without the `snapshot` of
   * the first piece, each ends with what there is by then. A piece can be empty though others follow. Of formats that are
   * written as a whole, one export is under way for each session; begun again, it is lost to whoever began it before.
   * Fails with FILTER_INVALID, TRACE_EXPORT_LOST, and SESSION_FILE_BEING_READ.
   */
  exportTrace(request: {
    sessionId: SessionId
    fromCallId: number
    format?: TraceFormat
    snapshot?: TraceSnapshot
    filterText?: string
  }): Result<TracePiece>
  /**
   * Answers a `select` over the tables of docs/sql.md, as they stand now; nothing can be written. The first one of a
   * session takes its time, later ones add what is new. Those of one session are answered one after the other, with at most
   * `rowLimit` rows, which is said. Fails with SQL_FAILED, SQL_TIMED_OUT (after `timeoutMs`, or half a minute), SQL_CANCELLED
   * and SESSION_FILE_BEING_READ.
   */
  queryTrace(request: {
    sessionId: SessionId
    sql: string
    rowLimit: number
    timeoutMs?: number
  }): Promise<Result<QueryRows>>
  /** Cancels the query of a session that is being answered, if there is one. */
  cancelQuery(request: { sessionId: SessionId }): Result<null>
  saveLayout(request: { layout: Layout }): Promise<Result<null>>
}

/** A function of the contract, by name. */
export type ServiceFunction = keyof InspectorService

/** What the service pushes. Each carries the present state, so a lost one is made good by the next. */
export interface ServiceEvents {
  sessionChanged(session: SessionInfo): void
  sessionClosed(closed: { sessionId: SessionId }): void
  /** Show this session: it was opened from the command line, the menu or the system. */
  sessionActivated(activated: { sessionId: SessionId }): void
  runChanged(run: RunInfo): void
  /** At most once a frame for each session. */
  traceGrew(status: TraceStatus): void
  /** More calls have been looked at for a filter: a few times a second until there are none left. */
  filterAdvanced(progress: FilterProgress): void
  /** The same for statistics. */
  statisticsAdvanced(progress: FilterProgress): void
  /** More calls have been sorted: a few times a second until all are. */
  sortAdvanced(progress: SortProgress): void
  /** More calls have been made ready for the query that is being answered: a few times a second until all are. */
  queryAdvanced(progress: QueryProgress): void
  recentGuestsChanged(recentGuests: RecentGuest[]): void
  /** A failure that no request asked about: a file opened from the system, a full disk. */
  problem(error: InspectorError): void
  /** A choice in the application's menu that the window carries out. */
  menuCommand(command: { name: MenuCommand }): void
}

export type MenuCommand =
  | 'run'
  | 'cancel-run'
  | 'end-session'
  | 'reload-session'
  | 'close-session'
  | 'save-session'
  | 'export-trace'
  | 'go-to-call'
  | 'find-in-console'
  | 'clear-console'
  | 'toggle-sidebar'
  | 'toggle-timeline'
  | 'toggle-detail'
  | 'toggle-panel'

/** An event of the contract, by name. */
export type ServiceEvent = keyof ServiceEvents
