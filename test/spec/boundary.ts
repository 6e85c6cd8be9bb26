/** What a session's worker shares among its wrapped functions, for tests that have no worker. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Activation } from '../../main/host/activation.ts'
import { makeGenuineTrap } from '../../main/host/failures.ts'
import { GuestStacks } from '../../main/host/guest-stack.ts'
import { IgnoredSignals } from '../../main/host/ignored-signals.ts'
import type { BoundarySettings } from '../../main/host/imports.ts'
import { InFlight } from '../../main/host/in-flight.ts'
import { Recorder } from '../../main/host/recorder.ts'
import { References } from '../../main/host/references.ts'
import { ENTER, ENTER_STATES, TAGS } from '../../main/trace/events.ts'
import { createInFlightCounts, InFlightCounts } from '../../main/trace/in-flight-counts.ts'
import { createRing, RingReader, RingWriter } from '../../main/trace/ring.ts'

/** A guest is stopped, and goes on. */
const EVENTS_PER_STOP = 2

/** What the trace has seen. */
export interface CallCounts {
  begun: number
  ended: number
  stops: number
}

/** Wraps and records as a worker does, and keeps of the trace only the number of calls. */
export class TestBoundary {
  readonly settings: BoundarySettings
  readonly #reader: RingReader
  readonly #writer: RingWriter
  readonly #counts: CallCounts = { begun: 0, ended: 0, stops: 0 }

  constructor() {
    const ring = createRing()
    this.#reader = new RingReader(ring)
    // Writer and reader share a thread here: whoever waited for room would wait for ever.
    this.#writer = new RingWriter(ring, () => this.#drain())
    const recorder = new Recorder(this.#writer, new References(), process.hrtime())
    this.settings = {
      recorder,
      activations: new AsyncLocalStorage<Activation>(),
      trap: makeGenuineTrap(),
      inFlight: new InFlight(new InFlightCounts(createInFlightCounts(1)), 0),
      stacks: new GuestStacks(),
      ignoredSignals: new IgnoredSignals(recorder),
      stackBytes: 984 * 1024,
    }
  }

  /** How many calls have begun and ended, and how often a guest was stopped between slices. */
  countCalls(): CallCounts {
    this.#writer.flush()
    this.#drain()
    return { ...this.#counts }
  }

  #drain(): void {
    const count = (tag: number, offset: number): void => {
      if (tag === TAGS.enter) {
        this.#counts.begun++
        const state = this.#reader.words[(offset + ENTER.state) >> 2]
        if (state === ENTER_STATES.returned) this.#counts.ended++
      }
      if (tag === TAGS.exit) this.#counts.ended++
      if (tag === TAGS.slice) this.#counts.stops += 1 / EVENTS_PER_STOP
    }
    while (this.#reader.drain(count, Number.MAX_SAFE_INTEGER) > 0);
  }
}
