/** Columns of time that there are at most. */
const COLUMN_COUNT = 1024
const FIRST_WIDTH_NS = 1024
const LATEST_NS = Number.MAX_SAFE_INTEGER

/** How many calls were in flight, over time: in columns that become twice as wide whenever time outgrows them. */
export class BusyColumns {
  widthNs = FIRST_WIDTH_NS
  /** Time in columns that calls fill in part. */
  #partNs = new Float64Array(COLUMN_COUNT)
  /** By how much more calls fill a column wholly than the column before. */
  #steps = new Float64Array(COLUMN_COUNT + 1)

  add(startNs: number, endNs: number): void {
    // A session file may say anything.
    if (!(startNs >= 0 && endNs < LATEST_NS)) return
    while (endNs >= this.widthNs * COLUMN_COUNT) this.#widen()
    const { widthNs } = this
    const first = Math.floor(startNs / widthNs)
    const last = Math.floor(endNs / widthNs)
    if (first === last) {
      this.#partNs[first]! += endNs - startNs
      return
    }
    this.#partNs[first]! += (first + 1) * widthNs - startNs
    this.#partNs[last]! += endNs - last * widthNs
    this.#steps[first + 1]!++
    this.#steps[last]!--
  }

  /** The mean of the calls in flight in each column, from time 0 on. */
  list(): number[] {
    return Array.from(this.#sumUp(), (busyNs) => busyNs / this.widthNs)
  }

  #sumUp(): Float64Array {
    let whole = 0
    return this.#partNs.map((partNs, column) => {
      whole += this.#steps[column]!
      return partNs + whole * this.widthNs
    })
  }

  /** Makes columns as wide as those of another, where these are narrower. */
  widenTo(widthNs: number): void {
    while (this.widthNs < widthNs) this.#widen()
  }

  #widen(): void {
    const busyNs = this.#sumUp()
    this.#partNs = new Float64Array(COLUMN_COUNT)
    this.#steps = new Float64Array(COLUMN_COUNT + 1)
    for (const [column, each] of busyNs.entries()) this.#partNs[column >> 1]! += each
    this.widthNs *= 2
  }
}

/** Cuts two lists of columns to where either has something; both have to be as wide. */
export function trimColumns(one: number[], other: number[]): { first: number; lists: [number[], number[]] } {
  const isBusy = (_: number, column: number): boolean => one[column]! > 0 || other[column]! > 0
  const first = Math.max(0, one.findIndex(isBusy))
  const end = one.findLastIndex(isBusy) + 1
  return { first, lists: [one.slice(first, end), other.slice(first, end)] }
}
