/** How long a guest was slowed, because the disk is slower. */

/** It still counts as slowed for so long after it last was: the disk and the guest take turns. */
const HOLD_MS = 500

/** Of one trace. */
export class Slowing {
  #totalMs = 0
  #sinceMs: number | null = null
  #lastMs = -Infinity

  /** The guest waits, from now on or still. */
  begin(): void {
    this.#sinceMs ??= performance.now()
  }

  /** It goes on. */
  end(): void {
    if (this.#sinceMs === null) return
    this.#lastMs = performance.now()
    this.#totalMs += this.#lastMs - this.#sinceMs
    this.#sinceMs = null
  }

  get isSlowed(): boolean {
    return this.#sinceMs !== null || performance.now() - this.#lastMs < HOLD_MS
  }

  /** Takes over how long it was in all, from a file. */
  restore(totalNs: number): void {
    this.#totalMs = totalNs / 1e6
  }

  /** In all, in nanoseconds. */
  get totalNs(): number {
    const presentMs = this.#sinceMs === null ? 0 : performance.now() - this.#sinceMs
    return Math.round((this.#totalMs + presentMs) * 1e6)
  }
}
