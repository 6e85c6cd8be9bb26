/**
 * Turns at work over traces that takes longer than a moment: a slice of time goes to the work whose turn it is, and
 * everything else of the process has its turn between two slices. Work that nobody asks about any more stands still, and
 * says so.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Trace } from '../trace/trace.ts'
import type { OpenedSession } from './sessions.ts'

/** Time for work before others have their turn. */
export const SLICE_MS = 8
/** Nobody waits for work that was not asked about for so long. It goes on when it is asked about again. */
const WAITED_FOR_MS = 1000
/** How often progress is told of. */
export const PROGRESS_INTERVAL_MS = 100

/** What is worked at: of one trace of a session. */
export interface Work {
  readonly session: Pick<OpenedSession, 'sessionId' | 'trace'>
  readonly trace: Trace
}

/** How work of one kind is done. */
export interface TurnRules<Each extends Work> {
  /** Goes on for {@link SLICE_MS} at most; returns whether there is nothing left to do. */
  advance(work: Each): boolean
  /** Tells of how far it is: now and then, when it comes to a stand, and at its end. */
  tell(work: Each): void
  /** Whether the session is still there. */
  isOpen(session: Each['session']): boolean
  /** Whether the work that was asked about last comes first; otherwise all that wait take turns. */
  newestFirst: boolean
}

/** Takes steps to the end, {@link SLICE_MS} at a time; returns what the last one does. */
export async function finishInTurns<Found>(steps: Generator<void, Found>): Promise<Found> {
  for (;;) {
    const endMs = performance.now() + SLICE_MS
    do {
      const step = steps.next()
      if (step.done) return step.value
    } while (performance.now() < endMs)
    await nextTurn()
  }
}

interface Times {
  askedAtMs: number
  toldAtMs: number
}

/** One for all sessions, and for one kind of work. */
export class Turns<Each extends Work> {
  readonly #rules: TurnRules<Each>
  readonly #times = new WeakMap<Each, Times>()
  /** What has something left to do. */
  readonly #waiting = new Set<Each>()
  #hasTurn = false

  constructor(rules: TurnRules<Each>) {
    this.#rules = rules
  }

  /** Works for a moment, since somebody asks, and goes on by itself after that. */
  ask(work: Each): void {
    const times = this.#times.get(work) ?? { askedAtMs: 0, toldAtMs: 0 }
    times.askedAtMs = performance.now()
    this.#times.set(work, times)
    if (!this.#rules.advance(work)) this.#waiting.add(work)
    this.#askForTurn()
  }

  /** It gets no more turns. */
  drop(work: Each): void {
    this.#waiting.delete(work)
  }

  #askForTurn(): void {
    if (this.#hasTurn || this.#waiting.size === 0) return
    this.#hasTurn = true
    setImmediate(this.#takeTurn)
  }

  readonly #takeTurn = (): void => {
    this.#hasTurn = false
    const work = this.#next()
    if (!work) return
    this.#waiting.delete(work)
    const times = this.#times.get(work)!
    const nowMs = performance.now()
    if (this.#isWanted(work)) {
      const isWaitedFor = nowMs - times.askedAtMs < WAITED_FOR_MS
      const isComplete = isWaitedFor && this.#rules.advance(work)
      // Where it comes to a stand, too: somebody may wait who had no turn to ask.
      if (!isWaitedFor || isComplete || nowMs - times.toldAtMs >= PROGRESS_INTERVAL_MS) {
        times.toldAtMs = nowMs
        this.#rules.tell(work)
      }
      if (isWaitedFor && !isComplete) this.#waiting.add(work)
    }
    this.#askForTurn()
  }

  /** Not where the session was closed, or loaded again. */
  #isWanted({ session, trace }: Each): boolean {
    return this.#rules.isOpen(session) && session.trace === trace
  }

  #next(): Each | undefined {
    const waiting = [...this.#waiting]
    if (!this.#rules.newestFirst) return waiting[0]
    const askedAtMs = (work: Each): number => this.#times.get(work)!.askedAtMs
    return waiting.reduce<Each | undefined>(
      (newest, work) => (newest === undefined || askedAtMs(work) > askedAtMs(newest) ? work : newest),
      undefined,
    )
  }
}
