/** Finds back from an instrumented code section to the original one. Offsets count from where its contents begin. */
export class OffsetMap {
  /** The ranges that were copied, in ascending order: where each begins in the copy, in the original, and its size. */
  readonly #copied: number[] = []
  readonly #original: number[] = []
  readonly #sizes: number[] = []
  #endBytes = 0

  /** Says that the next range was copied. */
  add(copiedBytes: number, originalBytes: number, sizeBytes: number): void {
    this.#copied.push(copiedBytes)
    this.#original.push(originalBytes)
    this.#sizes.push(sizeBytes)
    this.#endBytes = copiedBytes + sizeBytes
  }

  /**
   * The offset of the same instruction in the original; of an instruction that was put in between, that of the one
   * before which it was put; null behind all that was copied.
   */
  toOriginal(offsetBytes: number): number | null {
    if (offsetBytes >= this.#endBytes) return null
    let low = 0
    let high = this.#copied.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#copied[middle]! > offsetBytes) high = middle
      else low = middle + 1
    }
    if (low === 0) return null
    const range = low - 1
    const within = Math.min(offsetBytes - this.#copied[range]!, this.#sizes[range]!)
    return this.#original[range]! + within
  }
}
