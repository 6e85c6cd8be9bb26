import { constants } from 'node:os'

/** Signals that end the program, the first of them in good order. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * One Ctrl-C arrives up to three times when the program was started by others (npm, the launcher) that pass on
 * what the terminal sends to all of them. Nobody means a second one so soon after the first.
 */
const SAME_KEYSTROKE_MS = 300

/** That the user wants the program to end. */
export interface Interruption {
  /** Aborted by the first Ctrl-C, or by a signal that asks for the end. */
  readonly signal: AbortSignal
  /** The exit status for it: 130 after Ctrl-C. */
  readonly status: number
}

/** Hears Ctrl-C from now on: the first aborts `signal`, a second one ends the process at once. */
export function watchInterruption(): Interruption {
  const controller = new AbortController()
  let status = 0
  let firstMs = 0
  for (const name of SIGNALS) {
    process.on(name, () => {
      if (!controller.signal.aborted) {
        status = 128 + constants.signals[name]
        firstMs = performance.now()
        controller.abort()
      } else if (performance.now() - firstMs > SAME_KEYSTROKE_MS) {
        process.exit(status)
      }
    })
  }
  return {
    signal: controller.signal,
    get status() {
      return status
    },
  }
}

/** Resolves when `signal` is aborted. */
export function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
