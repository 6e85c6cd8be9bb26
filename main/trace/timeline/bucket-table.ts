/** The buckets of one level in which something happened, in order of time. */
import type { VisitBucket } from './buckets.ts'
import type { SavedColumn, SavedColumns } from './saved-timeline.ts'

const FIRST_LENGTH = 64
const BYTES_PER_BUCKET = 8 + 3 * 4 + 4

/** Single precision for times: it is exact to 1/2^24 of the bucket. */
export class BucketTable {
  #length = 0
  #capacity = 0
  #indexes = new Float64Array(0)
  #activations = new Float32Array(0)
  #hosts = new Float32Array(0)
  #suspensions = new Float32Array(0)
  #counts = new Uint32Array(0)

  /** Adds a bucket behind the others; its sums begin at `from` of `sums`. */
  append(index: number, sums: Float64Array, from: number): void {
    if (this.#length === this.#capacity) this.#grow()
    const at = this.#length++
    this.#indexes[at] = index
    this.#activations[at] = sums[from]!
    this.#hosts[at] = sums[from + 1]!
    this.#suspensions[at] = sums[from + 2]!
    this.#counts[at] = sums[from + 3]!
  }

  visit(fromNs: number, toNs: number, width: number, visit: VisitBucket): void {
    for (let at = this.#firstFrom(fromNs / width); at < this.#length; at++) {
      const startNs = this.#indexes[at]! * width
      if (startNs >= toNs) return
      visit(startNs, this.#activations[at]!, this.#hosts[at]!, this.#suspensions[at]!, this.#counts[at]!)
    }
  }

  /** What {@link restore} takes, in its order. */
  save(): SavedColumn[] {
    const columns = [this.#indexes, this.#activations, this.#hosts, this.#suspensions, this.#counts]
    return columns.map((column) => column.subarray(0, this.#length))
  }

  /** The table that another has saved. */
  static restore(columns: SavedColumns): BucketTable {
    const table = new BucketTable()
    table.#indexes = columns.take(Float64Array)
    const { length } = table.#indexes
    table.#activations = columns.take(Float32Array, { length })
    table.#hosts = columns.take(Float32Array, { length })
    table.#suspensions = columns.take(Float32Array, { length })
    table.#counts = columns.take(Uint32Array, { length })
    table.#length = length
    table.#capacity = length
    return table
  }

  get sizeBytes(): number {
    return this.#capacity * BYTES_PER_BUCKET
  }

  #firstFrom(index: number): number {
    let low = 0
    let high = this.#length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#indexes[middle]! < index) low = middle + 1
      else high = middle
    }
    return low
  }

  #grow(): void {
    this.#capacity = Math.max(FIRST_LENGTH, this.#capacity * 2)
    this.#indexes = copyInto(new Float64Array(this.#capacity), this.#indexes)
    this.#activations = copyInto(new Float32Array(this.#capacity), this.#activations)
    this.#hosts = copyInto(new Float32Array(this.#capacity), this.#hosts)
    this.#suspensions = copyInto(new Float32Array(this.#capacity), this.#suspensions)
    this.#counts = copyInto(new Uint32Array(this.#capacity), this.#counts)
  }
}

function copyInto<Column extends { set(from: Column): void }>(larger: Column, column: Column): Column {
  larger.set(column)
  return larger
}
