/** What is pending in a worker that could still settle a promise. */
import { createHook } from 'node:async_hooks'
import type { AsyncHook, HookCallbacks } from 'node:async_hooks'

/** Jobs of Node's thread pool that `process.getActiveResourcesInfo` leaves out, such as PBKDF2REQUEST. */
const JOB = /REQUEST$/
const TIMER = 'Timeout'

/**
 * Watches a thread from its construction on. `process.getActiveResourcesInfo` tells of files, sockets, processes
 * and ports; it leaves out timers without a reference (those of `AbortSignal.timeout` too) and jobs of cryptography,
 * which a hook counts. Work of zlib and `Atomics.waitAsync` is seen by neither.
 */
export class PendingWork {
  /** What the thread itself has: the port to the inspector. */
  readonly #own = process.getActiveResourcesInfo()
  readonly #hidden = new Map<number, string>()

  constructor() {
    const begun = createResourceHook({
      init: (id, type) => {
        // An engine that does not know the option is not listened to.
        if (type === 'PROMISE') begun.disable()
        else if (type === TIMER || JOB.test(type)) {
          if (this.#hidden.size === 0) ended.enable()
          this.#hidden.set(id, type)
        }
      },
    }).enable()
    // Only while there is anything to end: it makes each turn of the event loop slower.
    const ended = createResourceHook({
      destroy: (id) => {
        if (this.#hidden.delete(id) && this.#hidden.size === 0) ended.disable()
      },
    })
  }

  /** The kinds of what is pending, such as `Timeout` or `TCPSocketWrap`; empty where nothing is. */
  list(): string[] {
    const pending = process.getActiveResourcesInfo()
    for (const kind of this.#own) {
      const at = pending.indexOf(kind)
      if (at >= 0) pending.splice(at, 1)
    }
    return [...pending, ...this.#hidden.values()]
  }
}

/** Of all but promises: hooks on these would slow every await down. */
function createResourceHook(callbacks: HookCallbacks): AsyncHook {
  const options: HookCallbacks & { trackPromises: boolean } = { ...callbacks, trackPromises: false }
  return createHook(options)
}
