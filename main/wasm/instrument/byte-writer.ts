import { encodeU32 } from '../encoding.ts'

/** A size or count that is known only later takes as many bytes as the largest one does. */
const PATCHED_BYTES = 5
const SMALLEST_BYTES = 1024

/** Writes bytes one after the other into a buffer that grows. */
export class ByteWriter {
  #bytes: Uint8Array
  #lengthBytes = 0

  /** `sizeBytes` is about what will be written. */
  constructor(sizeBytes: number) {
    this.#bytes = new Uint8Array(Math.max(SMALLEST_BYTES, sizeBytes))
  }

  get lengthBytes(): number {
    return this.#lengthBytes
  }

  write(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#lengthBytes)
    this.#lengthBytes += bytes.length
  }

  writeU32(value: number): void {
    this.write(Uint8Array.from(encodeU32(value)))
  }

  /** Leaves room for an integer, and gives its place. */
  reserveU32(): number {
    this.#reserve(PATCHED_BYTES)
    this.#lengthBytes += PATCHED_BYTES
    return this.#lengthBytes - PATCHED_BYTES
  }

  /**
   * Writes an integer at a place that was reserved: LEB128 with as many bytes as it may have at most (specification
   * 3.0, "Binary Format", "Integers").
   */
  patchU32(place: number, value: number): void {
    let rest = value
    for (let at = 0; at < PATCHED_BYTES; at++) {
      this.#bytes[place + at] = (rest & 0x7f) | (at < PATCHED_BYTES - 1 ? 0x80 : 0)
      rest >>>= 7
    }
  }

  /** All that was written. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#lengthBytes)
  }

  #reserve(sizeBytes: number): void {
    const needed = this.#lengthBytes + sizeBytes
    if (needed <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length))
    larger.set(this.#bytes.subarray(0, this.#lengthBytes))
    this.#bytes = larger
  }
}
