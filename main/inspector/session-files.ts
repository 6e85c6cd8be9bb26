/** The session files of the inspector: those that the user names, and those that memory makes necessary. */
import { rmSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { InspectorError } from '../contract/result.ts'
import { describeWriteFailure } from '../session-file/failures.ts'
import { SESSION_FILE_EXTENSION } from '../session-file/file-parts.ts'
import type { LoggedSession } from '../session-file/session-log.ts'
import { SessionLog } from '../session-file/session-log.ts'
import type { Trace } from '../trace/trace.ts'
import { makeTemporaryFolder } from './temporary-folders.ts'

/** Whether a file's name says that it is a session file. */
export function isSessionFileName(name: string): boolean {
  return extname(name).toLowerCase() === SESSION_FILE_EXTENSION
}

/** Begins session files. Temporary ones are gone when the inspector closes. */
export class SessionFiles {
  readonly #temporaryFolder: string
  #folder: string | null = null
  #count = 0

  /** Temporary files lie in a folder of their own in `temporaryFolder`. */
  constructor(temporaryFolder: string) {
    this.#temporaryFolder = temporaryFolder
  }

  /**
   * Begins the file of a trace, at `path` or else at a place of its own. Null where that cannot be, which `onFailure`
   * hears of, as of later failures.
   */
  begin(
    trace: Trace,
    session: LoggedSession,
    path: string | null,
    onFailure: (error: InspectorError) => void,
  ): SessionLog | null {
    try {
      return new SessionLog(trace, path ?? this.reserve(), session, (error) => {
        if (error) onFailure(error)
      })
    } catch (thrown) {
      onFailure(describeWriteFailure(thrown as NodeJS.ErrnoException, path ?? this.#temporaryFolder))
      return null
    }
  }

  /** A path that no file has. Throws what the file system throws. */
  reserve(): string {
    this.#folder ??= makeTemporaryFolder(this.#temporaryFolder, 'sessions')
    return join(this.#folder, `${++this.#count}${SESSION_FILE_EXTENSION}`)
  }

  remove(): void {
    if (this.#folder !== null) rmSync(this.#folder, { recursive: true, force: true })
  }
}
