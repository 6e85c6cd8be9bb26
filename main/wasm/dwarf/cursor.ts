/** Reads the values of DWARF sections, within bounds and within a budget of work. */

/** Why debug information cannot be read; caught within this folder. */
export class DwarfError extends Error {}

/**
 * How much may be read. Debug information of a few kilobytes can ask for days of work, for example by a great
 * many attributes of size 0: whoever reads pays for each step, and stops when nothing is left.
 */
export class Budget {
  #left: number

  constructor(steps: number) {
    this.#left = steps
  }

  spend(steps = 1): void {
    this.#left -= steps
    if (this.#left < 0) throw new DwarfError('The debug information takes too much work to read.')
  }
}

const utf8 = new TextDecoder()
/** Longer texts are cut: they are names and paths. */
const LONGEST_TEXT_BYTES = 4096

/** A place in a section. Every read is little-endian, advances, and throws a `DwarfError` beyond the end. */
export class Cursor {
  readonly #view: DataView
  readonly budget: Budget
  readonly endBytes: number
  /** From the start of the section. */
  at: number

  constructor(section: Uint8Array, budget: Budget, at = 0, endBytes = section.length) {
    this.#view = new DataView(section.buffer, section.byteOffset, section.byteLength)
    this.budget = budget
    this.at = at
    this.endBytes = Math.min(endBytes, section.length)
  }

  get isAtEnd(): boolean {
    return this.at >= this.endBytes
  }

  skip(sizeBytes: number): void {
    this.#take(sizeBytes)
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1))
  }

  s8(): number {
    return this.#view.getInt8(this.#take(1))
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true)
  }

  u24(): number {
    const at = this.#take(3)
    return this.#view.getUint16(at, true) + this.#view.getUint8(at + 2) * 0x1_0000
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true)
  }

  /** Exact up to 2^53: larger ones are no offsets or addresses of a module. */
  u64(): number {
    const at = this.#take(8)
    return this.#view.getUint32(at, true) + this.#view.getUint32(at + 4, true) * 2 ** 32
  }

  /** An unsigned integer of 1, 2, 4 or 8 bytes. */
  unsigned(sizeBytes: number): number {
    if (sizeBytes === 4) return this.u32()
    if (sizeBytes === 8) return this.u64()
    if (sizeBytes === 2) return this.u16()
    if (sizeBytes === 1) return this.u8()
    throw new DwarfError(`${sizeBytes} is not the size of an integer.`)
  }

  /** An unsigned LEB128 integer, exact up to 2^53. */
  uleb(): number {
    let value = 0
    let scale = 1
    for (;;) {
      const byte = this.u8()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      scale *= 0x80
    }
  }

  /** A signed LEB128 integer, exact up to 2^53. */
  sleb(): number {
    let value = 0
    let scale = 1
    for (;;) {
      const byte = this.u8()
      value += (byte & 0x7f) * scale
      scale *= 0x80
      if (byte < 0x80) return byte & 0x40 ? value - scale : value
    }
  }

  /** A text that ends with a zero byte; cut where it is very long. */
  text(): string {
    const start = this.at
    this.skipText()
    const end = Math.min(this.at - 1, start + LONGEST_TEXT_BYTES)
    return utf8.decode(new Uint8Array(this.#view.buffer, this.#view.byteOffset + start, end - start))
  }

  skipText(): void {
    const start = this.at
    let at = start
    while (at < this.endBytes && this.#view.getUint8(at) !== 0) at++
    this.budget.spend((at - start) >> 4)
    this.#take(at - start + 1)
  }

  /** The length of what follows, and the size of offsets in it (section 7.4, "32-Bit and 64-Bit DWARF"). */
  initialLength(): { endBytes: number; offsetSizeBytes: 4 | 8 } {
    const short = this.u32()
    const lengthBytes = short === 0xffff_ffff ? this.u64() : short
    const endBytes = this.at + lengthBytes
    if (endBytes > this.endBytes) throw new DwarfError('A unit goes on beyond its section.')
    return { endBytes, offsetSizeBytes: short === 0xffff_ffff ? 8 : 4 }
  }

  #take(sizeBytes: number): number {
    this.budget.spend()
    const start = this.at
    if (sizeBytes > this.endBytes - start || start < 0) {
      throw new DwarfError('A value goes on beyond its section.')
    }
    this.at = start + sizeBytes
    return start
  }
}
