/** The file of one session's trace, if it has one: begun when it is asked for or memory is short, ended with the trace. */
import type { SessionInfo } from '../contract/sessions.ts'
import type { InspectorError } from '../contract/result.ts'
import type { SessionLog } from '../session-file/session-log.ts'
import type { Trace } from '../trace/trace.ts'
import { hashBytes } from './host-file.ts'
import type { SavedSession } from './saved-session.ts'
import type { SessionFiles } from './session-files.ts'

/** What a recording is made with. */
export interface RecordingOptions {
  files: SessionFiles
  /** Where the user wants the file; null: it is begun when memory is short, and is gone with the session. */
  path: string | null
  /** Of the product. */
  version: string
  info(): SessionInfo
  /** On the session's clock. */
  nowNs(): number
  guestBytes(): Uint8Array
  onFailure(error: InspectorError): void
}

/** One for each session; one file for each of its traces. */
export class SessionRecording {
  readonly #options: RecordingOptions
  #log: SessionLog | null = null
  readonly #copies = new Set<Promise<void>>()
  #ending: Promise<void> | null = null

  constructor(options: RecordingOptions) {
    this.#options = options
  }

  /** To be called when a trace begins. */
  begin(trace: Trace): void {
    if (this.#options.path === null) return
    const log = this.start(trace)
    if (log) trace.setLog(log)
  }

  /** Begins the trace's file; null where that cannot be. */
  start(trace: Trace): SessionLog | null {
    const { files, path, version, info, nowNs, guestBytes, onFailure } = this.#options
    const guestHash = hashBytes(guestBytes())
    const describe = (): SavedSession => ({
      info: info(),
      guestHash,
      version,
      nodeVersion: process.versions.node,
      v8Version: process.versions.v8,
    })
    this.#log = files.begin(trace, { describe, nowNs }, path, onFailure)
    return this.#log
  }

  /**
   * Makes a whole session file of the trace at another path; says whether it has: while the trace's own file is being
   * ended it does not. Throws what the file system throws.
   */
  async copy(trace: Trace, path: string, endNs: number): Promise<boolean> {
    // A file that is begun now would take the place of the one that is being ended.
    if (this.#ending !== null) return false
    if (this.#log === null) {
      const log = this.start(trace)
      if (log === null) throw new Error('The file of its trace cannot be begun')
      trace.setLog(log)
    }
    const copy = this.#log!.copy(path, endNs)
    this.#copies.add(copy)
    await copy.finally(() => this.#copies.delete(copy))
    return true
  }

  /**
   * To be called when the trace is not looked at any more: a file that the user wants is made whole, once copies that
   * are being made of it are. Whoever calls it meanwhile waits for the same end.
   */
  end(endNs: number): Promise<void> {
    return (this.#ending ??= this.#end(endNs).finally(() => (this.#ending = null)))
  }

  async #end(endNs: number): Promise<void> {
    while (this.#copies.size > 0) await Promise.allSettled(this.#copies)
    const log = this.#log
    this.#log = null
    if (log === null) return
    if (this.#options.path === null) return log.remove()
    try {
      await log.finish(endNs)
    } catch {
      // Told of already, when it failed first. What could be written can be opened.
      await log.close()
    }
  }
}
