/**
 * Lets a guest that computes take turns with everything else on its thread. Its module has points (see
 * `main/wasm/instrument/slice-points.ts`) that come here; when a slice of time is over, the guest is suspended there as
 * in an import, and goes on in a later turn of the event loop.
 */
import { makeSliceCheck, SLICE_CHECK_NAMES } from '../wasm/instrument/slice-check.ts'
import type { InspectorError } from '../contract/result.ts'
import type { Activation, Suspension } from './activation.ts'
import { hostFailure } from './failures.ts'
import type { BoundarySettings } from './imports.ts'
import type { GuestInstance } from './instance.ts'
import type { PromiseIntegration } from './jspi.ts'

// A host module may put something else in its place.
const nextTurn = setImmediate

/** An activation that has been stopped at a point. */
class Yield implements Suspension {
  readonly name = null
  readonly activation: Activation
  readonly settled = Promise.withResolvers<void>()
  readonly readStack: () => readonly number[]
  readonly #owner: Slices

  constructor(owner: Slices, activation: Activation, readStack: () => readonly number[]) {
    this.#owner = owner
    this.activation = activation
    this.readStack = readStack
  }

  cancel(_error: InspectorError): void {
    this.#owner.unwind(this)
  }

  refuse(): void {
    this.#owner.takeBack(this)
  }
}

/** One for each session, in its worker. */
export class Slices {
  readonly #settings: BoundarySettings
  readonly #sliceMs: number
  /** What the points of a guest call. */
  readonly #check: WebAssembly.ExportValue
  /** Those that are stopped, in the order in which they go on. */
  readonly #waiting = new Set<Yield>()
  /** Those that have not gone on yet: also those whose promise has been settled. */
  readonly #stopped = new Set<Yield>()
  #isPaused = false
  #isTurnPlanned = false
  /** Those who wait for the next turn, or for the end of a pause. */
  #onTurn: (() => void)[] = []
  /** When the present turn began, as far as is known. */
  #turnStartMs = performance.now()
  #over: Activation | null = null

  constructor(settings: BoundarySettings, integration: PromiseIntegration, sliceMs: number) {
    this.#settings = settings
    this.#sliceMs = sliceMs
    const { host, isOver, wait, check } = SLICE_CHECK_NAMES
    const members = {
      [isOver]: () => this.#isOver(),
      [wait]: new integration.Suspending(() => this.#stop()),
    }
    const module = new WebAssembly.Module(makeSliceCheck())
    this.#check = new WebAssembly.Instance(module, { [host]: members } as WebAssembly.Imports).exports[check]!
  }

  /** Has an instance's points come here: `table` is what its module exports for that. */
  attach(table: WebAssembly.Table): void {
    table.set(0, this.#check)
  }

  /** Stops every guest at its next point, and lets none go on that is stopped. */
  pause(): void {
    if (this.#isPaused) return
    this.#isPaused = true
    for (const stopped of this.#waiting) this.#showPaused(stopped)
  }

  /** Ends a pause. */
  resume(): void {
    this.#isPaused = false
    this.#planTurn()
  }

  /**
   * Resolves when no guest of the instance is stopped at a point: for host code that calls an export on its own
   * account, which without slices could not run while a guest computes.
   */
  async whenNobodyComputes(instance: GuestInstance): Promise<void> {
    while (this.#isStopped(instance)) {
      await new Promise<void>((resolve) => this.#onTurn.push(resolve))
    }
  }

  /** Ends the call of an activation that is stopped, by the trap. */
  unwind(stopped: Yield): void {
    this.#waiting.delete(stopped)
    stopped.settled.reject(this.#settings.trap)
  }

  /** The engine could not suspend the guest: JavaScript that nobody wraps stands between it and its export. */
  takeBack(stopped: Yield): void {
    this.#waiting.delete(stopped)
    this.#goOn(stopped)
  }

  /**
   * Whether the guest at a point is to stop, as the number that wasm takes. Not where JavaScript stands between it and
   * its export: there it cannot be suspended.
   */
  #isOver(): number {
    const { inFlight, activations, trap } = this.#settings
    const activation = inFlight.computing ?? activations.getStore() ?? null
    if (activation === null || !activation.isComputing) return 0
    // A guest that goes on after it was cancelled.
    if (activation.cancelledBy !== null) throw trap
    if (!this.#isPaused && performance.now() - this.#turnStartMs < this.#sliceMs) return 0
    this.#over = activation
    return 1
  }

  /** Suspends the guest that {@link #isOver} has found. */
  #stop(): Promise<void> {
    const { recorder, stacks } = this.#settings
    const activation = this.#over!
    const stopped = new Yield(this, activation, stacks.keep())
    try {
      activation.instance.shadowStacks?.suspend(activation)
    } catch (thrown) {
      const stack = stopped.readStack()
      activation.lastThrown = { value: thrown, failure: hostFailure(thrown, ''), stack }
      throw thrown
    }
    activation.suspendedIn = stopped
    activation.callerWaits = false
    recorder.slice(activation.callId, 'stopped', recorder.nowNs())
    this.#waiting.add(stopped)
    this.#stopped.add(stopped)
    if (this.#isPaused) this.#showPaused(stopped)
    else this.#planTurn()
    const { promise } = stopped.settled
    // Before the engine's own reaction, so right before the guest goes on.
    const goOn = (): void => this.#goOn(stopped)
    promise.then(goOn, goOn)
    return promise
  }

  #goOn(stopped: Yield): void {
    const { recorder } = this.#settings
    const { activation } = stopped
    this.#stopped.delete(stopped)
    activation.suspendedIn = null
    activation.instance.shadowStacks?.resume(activation)
    recorder.slice(activation.callId, 'resumed', recorder.nowNs())
  }

  #showPaused({ activation, readStack }: Yield): void {
    const { recorder } = this.#settings
    recorder.slice(activation.callId, 'paused', recorder.nowNs())
    recorder.stack(activation.callId, readStack())
  }

  #isStopped(instance: GuestInstance): boolean {
    for (const { activation } of this.#stopped) if (activation.instance === instance) return true
    return false
  }

  #planTurn(): void {
    if (this.#isTurnPlanned || this.#isPaused) return
    this.#isTurnPlanned = true
    nextTurn(this.#takeTurn)
  }

  /** One goes on in each turn of the event loop: messages and timers do not wait for all of them. */
  readonly #takeTurn = (): void => {
    this.#isTurnPlanned = false
    if (this.#isPaused) return
    const [next] = this.#waiting
    for (const tell of this.#onTurn.splice(0)) tell()
    if (next === undefined) return
    this.#waiting.delete(next)
    this.#turnStartMs = performance.now()
    next.settled.resolve()
    // In the turn after this one, whatever the guest does in it.
    this.#planTurn()
  }
}
