/** Columns of which most blocks of calls need nothing. */

/** One entry for each call of a block, 0 until it is set. It takes no memory before anything else than 0 is. */
export class SparseColumn<Values extends Float64Array | Uint32Array> {
  readonly #make: () => Values
  #values: Values | null = null

  constructor(make: () => Values) {
    this.#make = make
  }

  get(index: number): number {
    return this.#values === null ? 0 : this.#values[index]!
  }

  set(index: number, value: number): void {
    if (this.#values === null) {
      if (value === 0) return
      this.#values = this.#make()
    }
    this.#values[index] = value
  }

  /** Sets all to 0, and keeps their room. */
  empty(): void {
    this.#values?.fill(0)
  }

  get sizeBytes(): number {
    return this.#values?.byteLength ?? 0
  }
}
