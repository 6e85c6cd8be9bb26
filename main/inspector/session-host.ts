/** The host module of a session, and whether it may run. */
import { basename } from 'node:path'
import { makeError } from '../contract/error-codes.ts'
import type { HostModuleInfo } from '../contract/guests.ts'
import type { InspectorError } from '../contract/result.ts'
import { hashFile } from './host-file.ts'
import type { SessionOptions } from './session-options.ts'

/** One for each session. */
export class SessionHost {
  /** What the next load uses. Null: none. */
  path: string | null
  readonly #mayRun: SessionOptions['isTrusted']
  #isTrusted = false

  constructor({ hostPath, isTrusted }: Pick<SessionOptions, 'hostPath' | 'isTrusted'>) {
    this.path = hostPath
    this.#mayRun = isTrusted
  }

  /** What is shown of it. */
  describe(): HostModuleInfo | null {
    return this.path ? { name: basename(this.path), path: this.path, trusted: this.#isTrusted } : null
  }

  /** Looks whether it may run as it is now: null, HOST_NOT_FOUND or HOST_NOT_TRUSTED. */
  async check(): Promise<InspectorError | null> {
    const { path } = this
    if (path === null) return null
    const location = { file: path }
    const hash = await hashFile(path)
    if (hash === null) return makeError('HOST_NOT_FOUND', { location })
    const isTrusted = this.#mayRun(path, hash)
    // Meanwhile it may have become another.
    if (path === this.path) this.#isTrusted = isTrusted
    return isTrusted ? null : makeError('HOST_NOT_TRUSTED', { location })
  }
}
