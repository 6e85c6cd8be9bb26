/** What sums up over the calls of a trace: their times, and how many it does not have. */
import type { CallStore, CallTimes, ReturnedTimes } from './call-store.ts'

/** Sums over the calls of a trace that have ended, in nanoseconds. */
export interface TraceSums {
  guestNs: number
  hostNs: number
  suspendedNs: number
  /** Calls that were not recorded. */
  droppedCount: number
  /** Calls that were recorded, and given up for newer ones. */
  leftOutCount: number
}

/** One for each trace. */
export class TraceTotals {
  readonly #sums: TraceSums = { guestNs: 0, hostNs: 0, suspendedNs: 0, droppedCount: 0, leftOutCount: 0 }

  get sums(): Readonly<TraceSums> {
    return this.#sums
  }

  /** Takes in the times of a call that has ended. Those of imports inside of the guest's call count for themselves. */
  addEnded(isImport: boolean, { guestNs, hostNs, suspendedNs }: CallTimes): void {
    if (!isImport) this.#sums.guestNs += guestNs
    else this.addReturned({ hostNs, suspendedNs })
  }

  /** Takes in the times of import calls. */
  addReturned({ hostNs, suspendedNs }: ReturnedTimes): void {
    this.#sums.hostNs += hostNs
    this.#sums.suspendedNs += suspendedNs
  }

  /** Takes in that the guest of a call that has ended was stopped at the end of slices for so long. */
  addStopped(stoppedNs: number): void {
    this.#sums.suspendedNs += stoppedNs
  }

  /** Takes in calls that are not recorded; less than 0, that they are after all. */
  addDropped(count: number): void {
    this.#sums.droppedCount += count
  }

  /** Takes in calls that were left out. */
  addLeftOut(count: number): void {
    this.#sums.leftOutCount += count
  }

  /** The times of all calls, those that run as they stand at `nowNs`. */
  timesAt(nowNs: number, calls: CallStore): Pick<TraceSums, 'guestNs' | 'hostNs' | 'suspendedNs'> {
    let { guestNs, hostNs, suspendedNs } = this.#sums
    for (const id of calls.running) {
      const times = calls.timesOf(id, nowNs)
      if (calls.kindOf(id) !== 'import') {
        guestNs += times.guestNs
        suspendedNs += calls.slices.stoppedNs(id, nowNs)
      } else {
        hostNs += times.hostNs
        suspendedNs += times.suspendedNs
      }
    }
    return { guestNs, hostNs, suspendedNs }
  }

  /** Takes over what a file has kept. */
  restore(sums: TraceSums): void {
    Object.assign(this.#sums, sums)
  }
}
