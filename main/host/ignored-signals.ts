/** What becomes of a handler's promise when the guest no longer waits for it. */
import { formatError, makeError } from '../contract/error-codes.ts'
import type { Recorder } from './recorder.ts'

/** A handler that heeds its signal has settled long before. */
const IGNORED_AFTER_MS = 1000

/** What waits for a handler's promise. */
export interface Waiter {
  /** Null once nobody waits any more. */
  call: { onResolved(result: unknown): void; onRejected(thrown: unknown): void } | null
  /** Whether the promise has settled, with or without somebody who waited. */
  isSettled: boolean
}

/**
 * Passes on how a promise, or a value, settles. A promise that never does keeps its waiter, and a waiter that has
 * let go keeps nothing: so no more is captured here.
 */
export function relay(returned: unknown, waiter: Waiter): void {
  Promise.resolve(returned).then(
    (result) => {
      waiter.isSettled = true
      waiter.call?.onResolved(result)
    },
    (thrown: unknown) => {
      waiter.isSettled = true
      waiter.call?.onRejected(thrown)
    },
  )
}

/** Tells of handlers whose calls were cancelled and that go on all the same. Nobody waits for them. */
export class IgnoredSignals {
  readonly #recorder: Recorder
  #watched: { importName: string; waiter: Waiter }[] = []
  /** An import is told of once. */
  readonly #told = new Set<string>()

  constructor(recorder: Recorder) {
    this.#recorder = recorder
  }

  /** Lets go of a cancelled call's handler, and looks after a moment whether it has settled. */
  watch(importName: string, waiter: Waiter): void {
    waiter.call = null
    if (this.#told.has(importName)) return
    if (this.#watched.length === 0) setTimeout(() => this.#look(), IGNORED_AFTER_MS)
    this.#watched.push({ importName, waiter })
  }

  #look(): void {
    const watched = this.#watched
    this.#watched = []
    const counts = new Map<string, number>()
    for (const { importName, waiter } of watched) {
      if (!waiter.isSettled) counts.set(importName, (counts.get(importName) ?? 0) + 1)
    }
    for (const [importName, count] of counts) {
      this.#told.add(importName)
      const why = `${importName}: ${count === 1 ? 'a cancelled call has' : `${count} cancelled calls have`} not settled after ${IGNORED_AFTER_MS / 1000} s.`
      this.#recorder.print('session', 'warn', formatError(makeError('SIGNAL_IGNORED', { why })))
    }
  }
}
