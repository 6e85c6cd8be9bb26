/** A process that answers SQL, as the inspector talks to it: docs/sql.md. */
import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { makeError } from '../contract/error-codes.ts'
import type { InspectorError, Result } from '../contract/result.ts'
import { failure, success } from '../contract/result.ts'
import type { MessageFromQueryProcess, MessageToQueryProcess } from '../sql/protocol.ts'

/** Is told one thing after the other; the next one is to wait until this one is answered. */
export class QueryChild {
  /** Resolves when the process has ended. */
  readonly closed: Promise<void>
  readonly #child: ChildProcess
  readonly #onLost: (why: InspectorError) => void
  #ended: InspectorError | null = null
  #receive: ((message: Result<MessageFromQueryProcess>) => void) | null = null

  /** Starts the process. `onLost` hears why, if it ends though nobody has ended it. */
  constructor(queryProcessUrl: URL, onLost: (why: InspectorError) => void) {
    this.#onLost = onLost
    this.#child = fork(fileURLToPath(queryProcessUrl), [String(globalThis.process.pid)], {
      serialization: 'advanced',
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    this.#child.on('message', (message: MessageFromQueryProcess) => this.#settle(success(message)))
    this.#child.on('error', (error) => this.#lose(`failed: ${error.message}`))
    const { promise, resolve } = Promise.withResolvers<void>()
    this.closed = promise
    // One that could not be started does not exit.
    this.#child.on('error', resolve)
    this.#child.on('exit', () => {
      this.#lose('has ended')
      resolve()
    })
    // It is no reason to stay, and does not outlive whoever asks.
    this.#child.unref()
    this.#child.channel?.unref()
  }

  /** Ends the process, whatever it does: what is being answered is answered with `why`. */
  end(why: InspectorError): void {
    if (this.#ended) return
    this.#ended = why
    // It is a moment until it has ended.
    this.#child.ref()
    this.#child.kill('SIGKILL')
    this.#settle(failure(why))
  }

  /** Resolves with what the process answers. */
  send(message: MessageToQueryProcess): Promise<Result<MessageFromQueryProcess>> {
    if (this.#ended) return Promise.resolve(failure(this.#ended))
    const { promise, resolve } = Promise.withResolvers<Result<MessageFromQueryProcess>>()
    this.#receive = resolve
    // A reason to stay only as long as somebody waits.
    this.#child.channel?.ref()
    this.#child.send(message, (error) => {
      if (error) this.#lose(`failed: ${error.message}`)
    })
    return promise
  }

  #lose(how: string): void {
    if (this.#ended) return
    const why = makeError('SQL_FAILED', { why: `Its process ${how}.` })
    this.#onLost(why)
    this.end(why)
  }

  #settle(answer: Result<MessageFromQueryProcess>): void {
    this.#child.channel?.unref()
    this.#receive?.(answer)
    this.#receive = null
  }
}
