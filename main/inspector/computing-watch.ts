/** Finds out that a worker computes: that it does not come to hear what it was told. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'

/** How long it is waited between two looks. */
const LOOK_INTERVAL_MS = 5
/** Processor time without a pause or an answer after which a worker computes: more than answering takes. */
const COMPUTING_MS = 20
/** What is added for each call that is being cancelled: a thousand take their time to be unwound. */
const ANSWER_MS = 1

/** What a worker had done when it was seen last to listen. */
interface Reading {
  cpuMs: number
  answerCount: number
  utilization: ReturnType<Worker['performance']['eventLoopUtilization']>
}

/**
 * Looks at one worker. What counts is the processor time that it spent since it last paused or answered: one that
 * merely gets no turn on a crowded machine spends none, however long that takes.
 */
export class ComputingWatch {
  readonly #worker: Worker
  #answerCount = 0
  #listened: Reading | null = null
  #pendingLook: Promise<boolean> | null = null
  /** Calls that are being cancelled. */
  #waiting = 0

  constructor(worker: Worker) {
    this.#worker = worker
  }

  /** The worker has done what it was told; while it does so for thousands of calls it need not pause. */
  noteAnswer(): void {
    this.#answerCount++
  }

  /** Resolves when the worker computes, or `isOver` says that there is nothing to wait for. */
  async wait(isOver: () => boolean): Promise<void> {
    // What the worker did before it was told anything does not count.
    if (this.#waiting++ === 0) this.#listened = null
    while (!isOver() && !(await this.#shareLook()));
    this.#waiting--
  }

  /**
   * True when the worker has computed since the first look for a call that it has not answered; otherwise false,
   * after a moment. All who ask meanwhile share one look.
   */
  #shareLook(): Promise<boolean> {
    this.#pendingLook ??= this.#look().finally(() => {
      this.#pendingLook = null
    })
    return this.#pendingLook
  }

  async #look(): Promise<boolean> {
    const reading: Reading = {
      cpuMs: await this.#readCpuMs(),
      answerCount: this.#answerCount,
      utilization: this.#worker.performance.eventLoopUtilization(),
    }
    const listened = this.#listened
    const hasListened =
      !listened ||
      listened.answerCount !== reading.answerCount ||
      reading.utilization.idle > listened.utilization.idle
    if (hasListened) this.#listened = reading
    const isBusy = !hasListened && reading.cpuMs - listened.cpuMs >= COMPUTING_MS + this.#waiting * ANSWER_MS
    await delay(LOOK_INTERVAL_MS)
    // Answers come another way than the reading, and may have been sent before it.
    return isBusy && this.#answerCount === reading.answerCount
  }

  /** Processor time of the worker; 0 once it has ended. */
  async #readCpuMs(): Promise<number> {
    const usage = await this.#worker.cpuUsage().catch(() => null)
    return usage ? (usage.user + usage.system) / 1000 : 0
  }
}
