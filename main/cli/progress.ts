/** A bar on the terminal for what takes longer than people wait without a sign. */

/** Nothing is shown of what is over by then. */
const SHOWN_AFTER_MS = 1000
const REDRAWN_AFTER_MS = 100
const WIDTH = 30
/** Goes to the line's beginning and clears it. */
const CLEAR_LINE = '\r\x1b[K'

/** A terminal, or what else a stream leads to: then nothing is written. */
export type ProgressStream = Pick<NodeJS.WriteStream, 'isTTY' | 'write'>

/** A task of which the share that is done is known. */
export class Progress {
  readonly #label: string
  readonly #stream: ProgressStream
  readonly #unit: string
  readonly #beganMs = performance.now()
  #drawnMs = -Infinity
  #isShown = false

  /** `label` says what is going on: `Exporting`; `unit` what is counted. */
  constructor(label: string, stream: ProgressStream = process.stderr, unit = 'calls') {
    this.#label = label
    this.#stream = stream
    this.#unit = unit
  }

  /** Draws the bar anew where it is time to. */
  report(done: number, total: number): void {
    const nowMs = performance.now()
    if (!this.#stream.isTTY || nowMs - this.#beganMs < SHOWN_AFTER_MS) return
    if (nowMs - this.#drawnMs < REDRAWN_AFTER_MS) return
    this.#drawnMs = nowMs
    this.#isShown = true
    const share = total === 0 ? 1 : Math.min(1, done / total)
    const bar = '█'.repeat(Math.floor(share * WIDTH)).padEnd(WIDTH, '░')
    const count = `${done.toLocaleString('en')} of ${total.toLocaleString('en')} ${this.#unit}`
    this.#stream.write(`${CLEAR_LINE}${this.#label} ${bar} ${Math.floor(100 * share)}% (${count})`)
  }

  /** Takes the bar away again. */
  end(): void {
    if (this.#isShown) this.#stream.write(CLEAR_LINE)
    this.#isShown = false
  }
}
