/** Sums up how time was spent, in columns of equal width. */
import { FIELD_COUNT, FIELDS } from './buckets.ts'

/** Columns of time. */
export interface ColumnGrid {
  /** Begin of the first. */
  fromNs: number
  columnNs: number
  columnCount: number
}

/** The largest share that a byte says. */
const WHOLE = 255

export class ColumnSums {
  readonly grid: ColumnGrid
  readonly #sums: Float64Array
  /** Columns that a call fills whole: plus where they begin, minus where they end. */
  readonly #filled: Float64Array
  #isEmpty = true

  constructor(grid: ColumnGrid) {
    this.grid = grid
    this.#sums = new Float64Array(FIELD_COUNT * (grid.columnCount + 1))
    this.#filled = new Float64Array(FIELD_COUNT * (grid.columnCount + 1))
  }

  /** Adds a bucket that lies in one column. */
  readonly addBucket = (startNs: number, a: number, h: number, s: number, count: number): void => {
    const { fromNs, columnNs } = this.grid
    const at = FIELD_COUNT * Math.floor((startNs - fromNs) / columnNs)
    const sums = this.#sums
    sums[at]! += a
    sums[at + FIELDS.hostNs]! += h
    sums[at + FIELDS.suspendedNs]! += s
    sums[at + FIELDS.count]! += count
    this.#isEmpty = false
  }

  /** Adds a call, or what of it lies in the columns; `hostNs` is -1 for a call of the guest. */
  addCall(startNs: number, endNs: number, hostNs: number): void {
    const { fromNs, columnNs, columnCount } = this.grid
    const toNs = fromNs + columnNs * columnCount
    if (endNs < fromNs || startNs >= toNs) return
    this.#isEmpty = false
    if (startNs >= fromNs) {
      this.#sums[FIELD_COUNT * Math.floor((startNs - fromNs) / columnNs) + FIELDS.count]!++
    }
    if (hostNs < 0) return this.#addSpan(FIELDS.activationNs, startNs, endNs)
    const suspendedFromNs = Math.min(endNs, startNs + hostNs)
    this.#addSpan(FIELDS.hostNs, startNs, suspendedFromNs)
    this.#addSpan(FIELDS.suspendedNs, suspendedFromNs, endNs)
  }

  #addSpan(field: number, startNs: number, endNs: number): void {
    const { fromNs, columnNs, columnCount } = this.grid
    const start = Math.max(0, startNs - fromNs)
    const end = Math.min(columnNs * columnCount, endNs - fromNs)
    if (end <= start) return
    const first = Math.floor(start / columnNs)
    const last = Math.floor(end / columnNs)
    if (first === last) {
      this.#sums[FIELD_COUNT * first + field]! += end - start
      return
    }
    this.#sums[FIELD_COUNT * first + field]! += (first + 1) * columnNs - start
    this.#sums[FIELD_COUNT * last + field]! += end - last * columnNs
    this.#filled[FIELD_COUNT * (first + 1) + field]! += columnNs
    this.#filled[FIELD_COUNT * last + field]! -= columnNs
  }

  /** Visits the columns: the guest's time is what its calls took less what their imports did. Once only. */
  visit(
    visit: (column: number, guestNs: number, hostNs: number, suspendedNs: number, count: number) => void,
  ): void {
    const filled = new Float64Array(FIELD_COUNT)
    for (let column = 0; column < this.grid.columnCount; column++) {
      const at = column * FIELD_COUNT
      for (let field = 0; field < FIELDS.count; field++) {
        filled[field]! += this.#filled[at + field]!
        this.#sums[at + field]! += filled[field]!
      }
      const host = this.#sums[at + FIELDS.hostNs]!
      const suspended = this.#sums[at + FIELDS.suspendedNs]!
      const guest = Math.max(0, this.#sums[at]! - host - suspended)
      visit(column, guest, host, suspended, this.#sums[at + FIELDS.count]!)
    }
  }

  /** Three bytes for each column: the shares of guest, host and suspended. Empty where nothing is. */
  shares(visitCount: (column: number, count: number) => void = () => {}): Uint8Array {
    if (this.#isEmpty) return new Uint8Array()
    const { columnNs, columnCount } = this.grid
    const bytes = new Uint8Array(3 * columnCount)
    const toByte = (timeNs: number) =>
      // Less than a nanosecond is what is left of rounding.
      timeNs < 0.5 ? 0 : Math.max(1, Math.min(WHOLE, Math.round((timeNs / columnNs) * WHOLE)))
    this.visit((column, guestNs, hostNs, suspendedNs, count) => {
      bytes[3 * column] = toByte(guestNs)
      bytes[3 * column + 1] = toByte(hostNs)
      bytes[3 * column + 2] = toByte(suspendedNs)
      visitCount(column, count)
    })
    return bytes
  }
}
