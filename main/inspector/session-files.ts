/** The session files of the inspector: those that the user names, and those that memory makes necessary. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import type { SessionInfo } from '../contract/model.ts'
import type { InspectorError } from '../contract/result.ts'
import { describeWriteFailure } from '../session-file/failures.ts'
import { SESSION_FILE_EXTENSION } from '../session-file/file-parts.ts'
import { SessionLog } from '../session-file/session-log.ts'
import type { Trace } from '../trace/trace.ts'

/** Whether a file's name says that it is a session file. */
export function isSessionFileName(name: string): boolean {
  return extname(name).toLowerCase() === SESSION_FILE_EXTENSION
}

/** What a session file says of its session. */
export interface SavedSession {
  info: SessionInfo
  /** Of the guest's file: SHA-256 in hexadecimal digits. */
  guestHash: string
  /** Of the inspector. */
  version: string
  nodeVersion: string
  v8Version: string
}

/** Begins session files. Temporary ones are gone when the inspector closes. */
export class SessionFiles {
  #folder: string | null = null
  #count = 0

  /**
   * Begins the file of a trace, at `path` or else at a place of its own. Null where that cannot be, which `onFailure`
   * hears of, as of later failures.
   */
  begin(
    trace: Trace,
    describe: () => SavedSession,
    path: string | null,
    onFailure: (error: InspectorError) => void,
  ): SessionLog | null {
    const chosen = path ?? this.reserve()
    try {
      return new SessionLog(trace, chosen, describe, (error) => {
        if (error) onFailure(error)
      })
    } catch (thrown) {
      onFailure(describeWriteFailure(thrown as NodeJS.ErrnoException, chosen))
      return null
    }
  }

  /** A path that no file has. */
  reserve(): string {
    this.#folder ??= mkdtempSync(join(tmpdir(), 'jspi-inspector-sessions-'))
    return join(this.#folder, `${++this.#count}${SESSION_FILE_EXTENSION}`)
  }

  remove(): void {
    if (this.#folder !== null) rmSync(this.#folder, { recursive: true, force: true })
  }
}
