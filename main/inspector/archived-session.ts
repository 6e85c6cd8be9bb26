/** A session that was opened from a file: its trace can be read, and nothing runs. */
import { copyFile } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import { basename, dirname } from 'node:path'
import { makeError } from '../contract/error-codes.ts'
import type { DebugInfo, StackFrame } from '../contract/calls.ts'
import type { SessionId } from '../contract/ids.ts'
import type { SessionInfo } from '../contract/sessions.ts'
import type { TraceStatus } from '../contract/traces.ts'
import type { InspectorError, Result } from '../contract/result.ts'
import { failure, success } from '../contract/result.ts'
import type { SessionFile } from '../session-file/open-session-file.ts'
import { beginSessionFile, describeReadFailure } from '../session-file/open-session-file.ts'
import type { RawStack } from '../trace/stack-store.ts'
import type { Trace } from '../trace/trace.ts'
import type { LoadedGuest } from './guest-file.ts'
import { readGuestFile } from './guest-file.ts'
import { GuestStackReader } from './guest-stack.ts'
import { hashBytes } from './host-file.ts'
import { describeLeftOut } from './left-out.ts'
import type { ShownSession } from './saved-session.ts'
import { readShownSession } from './saved-session.ts'
import { SLICE_MS } from './turns.ts'

/** A file without an index is read for so long before it is shown: a short one is whole by then. */
const FIRST_READ_MS = 100

/** See {@link SessionInfo}: it is always `ended`, and says from which file it is. */
export class ArchivedSession {
  readonly sessionId: SessionId
  readonly path: string
  /** It is never loaded again. */
  readonly generation = 0
  readonly #file: SessionFile
  readonly #saved: ShownSession
  readonly #stackReader: GuestStackReader | null
  #failure: InspectorError | null = null
  #isClosed = false
  #reading: Promise<void> | null = null
  readonly #onGrown: (() => void)[] = []

  private constructor(
    sessionId: SessionId,
    path: string,
    file: SessionFile,
    saved: ShownSession,
    stackReader: GuestStackReader | null,
  ) {
    this.sessionId = sessionId
    this.path = path
    this.#file = file
    this.#saved = saved
    this.#stackReader = stackReader
  }

  /** Opens a session file; one without an index has its first calls then. Fails as `openSessionFile` does. */
  static async open(
    sessionId: SessionId,
    path: string,
    limitBytes: number,
  ): Promise<Result<ArchivedSession>> {
    const opened = beginSessionFile(path, limitBytes)
    if (!opened.ok) return opened
    const saved = readShownSession(opened.value.session)
    if (saved === null) {
      opened.value.close()
      return failure(makeError('SESSION_FILE_INVALID', { location: { file: path } }))
    }
    const guest = await findGuest(saved)
    const stackReader = guest && new GuestStackReader(guest.guest, guest.folder)
    const session = new ArchivedSession(sessionId, path, opened.value, saved, stackReader)
    const untilMs = performance.now() + FIRST_READ_MS
    while (session.isBeingRead && (performance.now() < untilMs || session.trace.calls.callCount === 0)) {
      session.#advance()
      await setImmediate()
    }
    return success(session)
  }

  /** Whether its file is still being read, because it has no index. */
  get isBeingRead(): boolean {
    return this.trace.isBeingRead && !this.#isClosed
  }

  /**
   * Reads its file to the end, in slices with time for everything else in between; `onGrown` hears of each. All who ask
   * wait for the same reading, which ends early where the session is closed.
   */
  read(onGrown: () => void): Promise<void> {
    this.#onGrown.push(onGrown)
    return (this.#reading ??= this.#readOn())
  }

  async #readOn(): Promise<void> {
    while (this.isBeingRead) {
      this.#advance()
      for (const onGrown of this.#onGrown) onGrown()
      await setImmediate()
    }
  }

  #advance(): void {
    try {
      this.#file.advance(SLICE_MS)
    } catch (thrown) {
      this.#failure = describeReadFailure(thrown, this.path)
    }
  }

  get trace(): Trace {
    return this.#file.trace
  }

  /** On the session's clock: the end. */
  nowNs(): number {
    return this.#file.endNs
  }

  info(): SessionInfo {
    const { isComplete, lostBytes } = this.#file
    const { leftOutCount, calls } = this.trace
    return {
      ...this.#saved.info,
      sessionId: this.sessionId,
      state: 'ended',
      stall: null,
      paused: false,
      debugFile: null,
      error: null,
      warnings: [
        ...(this.#failure ? [this.#failure] : []),
        ...(isComplete || this.trace.isBeingRead ? [] : [describeLoss(lostBytes, this.path)]),
        ...(leftOutCount > 0 ? [describeLeftOut(leftOutCount, calls.callCount)] : []),
      ],
      archive: {
        name: basename(this.path),
        path: this.path,
        sizeBytes: this.#file.sizeBytes,
        version: this.#saved.version,
        guestHash: this.#saved.guestHash,
      },
    }
  }

  status(): TraceStatus {
    return {
      ...this.trace.status(this.nowNs()),
      // Those that seem to run have their end further on in the file.
      inFlightCount: 0,
      fileSizeBytes: this.#file.sizeBytes,
      unreadBytes: this.isBeingRead ? this.#file.unreadBytes : 0,
      sessionId: this.sessionId,
      generation: this.generation,
    }
  }

  /** Null where the guest is not where it was, or is another by now. */
  describeStack(stack: RawStack | null): StackFrame[] | null {
    return stack && this.#stackReader ? this.#stackReader.describe(stack) : null
  }

  /** Null where the guest is not where it was, or is another by now. */
  describeDebug(): DebugInfo | null {
    return this.#stackReader?.describeDebug() ?? null
  }

  /** Copies the file. Throws what the file system throws. */
  async save(path: string): Promise<Result<null>> {
    await copyFile(this.path, path)
    return success(null)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#file.close()
  }
}

/** A file that was cut between two blocks has no bytes that cannot be read, and yet no end. */
function describeLoss(lostBytes: number, path: string): InspectorError {
  return makeError('SESSION_FILE_CUT', {
    why:
      lostBytes > 0
        ? `The last ${lostBytes} bytes cannot be read.`
        : 'It was not closed; what is in it can be read.',
    location: { file: path },
  })
}

/** The guest that was run, if its file is still there and the same. */
async function findGuest(saved: ShownSession): Promise<{ guest: LoadedGuest; folder: string } | null> {
  const { path } = saved.info.guest
  if (typeof path !== 'string') return null
  const guest = await readGuestFile(path)
  if (!guest.ok || hashBytes(guest.value.bytes) !== saved.guestHash) return null
  return { guest: guest.value, folder: dirname(path) }
}
