/**
 * The package's entry `jspi-inspector/session-file`: reads session files from a program, in any Node from 20.19 on. What
 * is exported here is public; its declarations are made of this file alone when the package is built.
 */
import { setImmediate } from 'node:timers/promises'
import { formatError, makeError } from '../contract/error-codes.ts'
import type { InspectorError, Result } from '../contract/result.ts'
import type { SessionFile as OpenFile } from './open-session-file.ts'
import { beginSessionFile, describeReadFailure, openSessionFile as openTrace } from './open-session-file.ts'
import { readDescribedSession } from './saved-session.ts'
import { SessionReader } from './session-reader.ts'

/** Memory for calls that have been read, unless it is said. */
const CALL_MEMORY_BYTES = 64 * 1024 * 1024
/** Time for reading before everything else of the program has its turn. */
const SLICE_MS = 8

/** Why a file cannot be opened, as docs/errors.md has it. */
export type SessionFileErrorCode = 'SESSION_FILE_UNREADABLE' | 'SESSION_FILE_INVALID' | 'SESSION_FILE_NEWER'

/** A session file cannot be opened. The message says why and what to do; the code does not change. */
export class SessionFileError extends Error {
  override readonly name = 'SessionFileError'
  readonly code: SessionFileErrorCode
  readonly path: string

  constructor(code: SessionFileErrorCode, message: string, path: string) {
    super(message)
    this.code = code
    this.path = path
  }
}

/**
 * A value that crossed the boundary. i32 and floats are numbers, save `"NaN"`, `"Infinity"`, `"-Infinity"` and `"-0"`;
 * i64 is a decimal string; a reference is null or a handle such as `"externref#3"`, the same for the same thing.
 */
export interface SessionValue {
  /** As the text format spells it: `i32`, `externref`, `(ref null 3)`. */
  type: string
  value: number | string | null
  /** What a reference refers to, for people: `"abc"`, `Object`, `function add`. */
  preview?: string
}

/** What a reading made of memory. Which fields there are depends on the type: see docs/trace-format.md. */
export interface DecodedValue {
  /** `utf8`, `cstring`, `bytes`, `struct`, `array`, `enum`, or a number such as `u32`, `bool`, `ptr`. */
  type: string
  /** Null for structs and arrays, and where it could not be read. */
  value: string | number | boolean | null
  symbol?: string
  members?: (DecodedValue & { name: string })[]
  items?: DecodedValue[]
  /** Where it lay in memory: `0x400`. */
  address?: string
  sizeBytes?: number
  omitted?: number
  malformed?: string
  problem?: string
}

/** What one reading made of a call. */
export interface DecodedReading extends DecodedValue {
  name?: string
  /** When it was read: as the guest called, or right before it went on. */
  readAt: 'entry' | 'return'
  /** The parameters that it stands for, from 0. */
  params: number[]
  /** The result that it stands for, from 0. */
  result?: number
}

/** What calls of both directions have. Times are whole nanoseconds from the session's time zero. */
export interface SessionCallBase {
  /** Counts from 1, in order of entry. */
  id: number
  /** The call inside which this one was made; null for none. */
  parent: number | null
  name: string
  params: SessionValue[]
  /** Null unless the outcome is `returned`. */
  results: SessionValue[] | null
  /** What the import's readings made of it, where there are some. */
  decoded?: DecodedReading[]
  outcome: 'returned' | 'trapped' | 'threw' | 'cancelled' | 'exited'
  /**
   * Where it did not return, nor exit with status 0. `SESSION_FILE_DAMAGED`: the call is lost, and nothing else that is said of it holds.
   * `CALLS_LEFT_OUT`: it was given up for newer ones, and the same holds.
   * `SESSION_FILE_INCOMPLETE`: it had not ended when the file was written.
   */
  error?: { code: string; message: string }
  /** The guest's stack, where it was recorded: instructions in bytes from the start of the guest's file, innermost first. */
  stackOffsets?: number[]
  /** The calls of the guest with which it overlapped, where it did: the first 100. */
  overlaps?: number[]
  startNs: number
  endNs: number
  /** Of an import: until its handler returned. Else the sum over the imports that it made. */
  hostNs: number
  /** Of an import: from then until the guest went on. Else the sum over the imports, and the times between slices. */
  suspendedNs: number
}

/** The guest called the host. */
export interface ImportCall extends SessionCallBase {
  kind: 'import'
  module: string
}

/** The host called the guest: an export, or the start function of the module. */
export interface GuestCall extends SessionCallBase {
  kind: 'export' | 'start'
  /** Time in which the guest itself ran. */
  guestNs: number
}

/** A call, with the fields of docs/trace-format.md. */
export type SessionCall = ImportCall | GuestCall

/** A function that crosses the boundary. */
export interface SessionFunction {
  kind: 'import' | 'export' | 'start'
  /** Null for what is no import. */
  module: string | null
  name: string
  /** Types, as the text format spells them. */
  params: string[]
  results: string[]
}

/** A line of the session's console. */
export interface SessionConsoleLine {
  /** From the session's time zero. */
  timeNs: number
  level: 'log' | 'info' | 'warn' | 'error' | 'debug'
  /** What printed it: the host module, or the session itself. */
  source: 'host' | 'session'
  text: string
}

/** What was recorded, by what and how. */
export interface SessionDescription {
  guest: {
    /** The name of its file. */
    name: string
    /** Null for one that was dropped on the window as bytes. */
    path: string | null
    sizeBytes: number
    /** Of its file, in hexadecimal digits. */
    sha256: string
    /** Languages and tools that it was made with: `rustc 1.90.0`. */
    producers: string[]
  }
  /** The host module; null for none. */
  host: { name: string; path: string } | null
  settings: {
    /** Whether calls could overlap on the instance. */
    interleaved: boolean
    /** Whether each call of an import had the guest's stack recorded. */
    capturesStacks: boolean
    /** Whether calls of imports were recorded, in the end. */
    recordsImports: boolean
    /** How long the guest computed before others had a turn; null: for as long as it liked. */
    sliceMs: number | null
    /** Null: no limit. */
    limits: {
      callsInFlight: number
      runMs: number | null
      stallMs: number
      memoryBytes: number | null
      tableEntries: number | null
    }
  }
  /** Of the inspector that wrote the file, and of what it ran on. */
  versions: { inspector: string; node: string; v8: string }
  /** The wall clock at the session's time zero, in milliseconds since 1970. */
  startedAtMs: number
}

/** Calls one after the other, both included. */
export interface CallRange {
  firstId: number
  lastId: number
}

/** A session file that is open. Once it is closed, everything that reads throws an `Error`. */
export interface SessionFile {
  readonly path: string
  readonly sizeBytes: number
  readonly session: SessionDescription
  /** When it was closed, or the last that is known of it, from the session's time zero. */
  readonly endNs: number
  /** False where the file was not closed or its end is damaged: it has what was written up to there. */
  readonly isComplete: boolean
  /** Bytes at its end that could not be read. */
  readonly lostBytes: number
  /** The greatest id. */
  readonly callCount: number
  /** Calls that were made and not recorded, because memory was full. Where the file is not complete that is not known. */
  readonly droppedCallCount: number
  /** Calls that were recorded, and given up for newer ones, because the disk was behind or memory was full. */
  readonly leftOutCallCount: number
  /** Those that the guest imports and exports, called or not. */
  readonly functions: readonly SessionFunction[]
  /** The newest lines of the console, oldest first. */
  readonly consoleLines: readonly SessionConsoleLine[]
  /** One call; undefined where there is none with that id. */
  call(id: number): SessionCall | undefined
  /** Calls in order of their ids, from one on up to another, read as they are asked for. */
  calls(firstId?: number, lastId?: number): IterableIterator<SessionCall>
  /** Reads the whole file for the calls that are damaged in it, in order of their ids. */
  findLostCalls(): CallRange[]
  /** Closes the file. To do so again does nothing. */
  close(): void
}

/** How a file is to be read. */
export interface OpenSessionFileOptions {
  /** About as much memory is kept for calls that have been read; 64 MiB if left out. */
  callMemoryBytes?: number
}

/** How a file is to be read in turns. */
export interface OpenSessionFileAsyncOptions extends OpenSessionFileOptions {
  /** Hears how far the file has been read: after each turn, and when it is open. */
  onProgress?: (readBytes: number, totalBytes: number) => void
  /** An `AbortSignal`. Once it is aborted the file is closed, and its reason is thrown. */
  signal?: { readonly aborted: boolean; readonly reason: unknown }
}

/**
 * Opens a session file. Reading is synchronous: a complete file is open at once, one that was cut off is read to its end before that.
 * Throws {@link SessionFileError}.
 */
export function openSessionFile(path: string, options: OpenSessionFileOptions = {}): SessionFile {
  return createReader(path, openTrace(path, options.callMemoryBytes ?? CALL_MEMORY_BYTES))
}

/**
 * Opens a session file as {@link openSessionFile} does, but one that was cut off in turns of some milliseconds, between
 * which everything else of the program has its own. Rejects with {@link SessionFileError}, and with the reason of `signal`.
 */
export async function openSessionFileAsync(
  path: string,
  options: OpenSessionFileAsyncOptions = {},
): Promise<SessionFile> {
  if (options.signal?.aborted) throw options.signal.reason
  const begun = beginSessionFile(path, options.callMemoryBytes ?? CALL_MEMORY_BYTES)
  if (begun.ok) await readInTurns(path, begun.value, options)
  return createReader(path, begun)
}

/** Closes the file where it cannot be read to its end. */
async function readInTurns(
  path: string,
  file: OpenFile,
  { onProgress, signal }: OpenSessionFileAsyncOptions,
): Promise<void> {
  try {
    while (!advance(path, file)) {
      onProgress?.(file.sizeBytes - file.unreadBytes, file.sizeBytes)
      await setImmediate()
      if (signal?.aborted) throw signal.reason
    }
    onProgress?.(file.sizeBytes, file.sizeBytes)
  } catch (thrown) {
    file.close()
    throw thrown
  }
}

function advance(path: string, file: OpenFile): boolean {
  try {
    return file.advance(SLICE_MS)
  } catch (thrown) {
    throw createError(describeReadFailure(thrown, path), path)
  }
}

function createReader(path: string, opened: Result<OpenFile>): SessionFile {
  if (!opened.ok) throw createError(opened.error, path)
  const session = readDescribedSession(opened.value.session)
  if (session) return new SessionReader(path, opened.value, session)
  opened.value.close()
  const why = 'It does not say of which session it is.'
  throw createError(makeError('SESSION_FILE_INVALID', { why, location: { file: path } }), path)
}

function createError(error: InspectorError, path: string): SessionFileError {
  return new SessionFileError(error.code as SessionFileErrorCode, formatError(error), path)
}
