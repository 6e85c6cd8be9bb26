/** Why bytes cannot be read as a core module. */
export type FormatErrorKind =
  | 'empty'
  | 'not-wasm'
  | 'component'
  | 'unsupported-version'
  | 'truncated'
  | 'malformed'

/**
 * Thrown by the readers in this folder, and caught at its boundary: callers outside get it as a value.
 * `offsetBytes` counts from the start of the file.
 */
export class FormatError extends Error {
  readonly kind: FormatErrorKind
  readonly offsetBytes: number

  constructor(kind: FormatErrorKind, message: string, offsetBytes: number) {
    super(message)
    this.kind = kind
    this.offsetBytes = offsetBytes
  }
}

const tooLong = 'An integer has more bytes than its type allows.'
const tooLarge = 'An integer is too large for its type.'

// The byte order mark is three ordinary characters of a name: the specification removes none.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads the values of the binary format (specification 3.0, "Binary Format", "Values") from a range of bytes.
 * Every method throws a `FormatError` rather than read past the range, and advances by at least one byte
 * unless it says otherwise.
 */
export class ByteReader {
  readonly bytes: Uint8Array
  readonly endBytes: number
  /** What the range is, for messages. */
  readonly rangeName: string
  offsetBytes: number
  readonly #kindAtEnd: FormatErrorKind

  /**
   * Reads `bytes` from `startBytes` up to, and not including, `endBytes`.
   * `kindAtEnd` is the kind of error that reading past the end is.
   */
  constructor(
    bytes: Uint8Array,
    startBytes: number,
    endBytes: number,
    rangeName: string,
    kindAtEnd: FormatErrorKind = 'malformed',
  ) {
    this.bytes = bytes
    this.offsetBytes = startBytes
    this.endBytes = endBytes
    this.rangeName = rangeName
    this.#kindAtEnd = kindAtEnd
  }

  get remainingBytes(): number {
    return this.endBytes - this.offsetBytes
  }

  malformed(message: string, offsetBytes = this.offsetBytes): FormatError {
    return new FormatError('malformed', message, offsetBytes)
  }

  /** The next byte, without advancing; undefined at the end. */
  peek(): number | undefined {
    return this.offsetBytes < this.endBytes ? this.bytes[this.offsetBytes] : undefined
  }

  byte(): number {
    const byte = this.peek()
    if (byte === undefined) {
      throw new FormatError(this.#kindAtEnd, `The ${this.rangeName} ends too early.`, this.offsetBytes)
    }
    this.offsetBytes += 1
    return byte
  }

  /** Advances by `lengthBytes`, which may be 0. */
  skip(lengthBytes: number): void {
    if (lengthBytes > this.remainingBytes) {
      throw this.malformed(`A length of ${lengthBytes} bytes is more than is left of the ${this.rangeName}.`)
    }
    this.offsetBytes += lengthBytes
  }

  /** An unsigned LEB128 integer of 32 bits. */
  u32(): number {
    return this.#integer(32, false)
  }

  /** An unsigned LEB128 integer of 64 bits. */
  u64(): bigint {
    return this.#bigInteger(false)
  }

  /** A signed LEB128 integer of 33 bits: a heap type or block type. */
  s33(): number {
    return this.#integer(33, true)
  }

  /** A signed LEB128 integer of 32 bits. */
  s32(): number {
    return this.#integer(32, true)
  }

  /** A signed LEB128 integer of 64 bits. */
  s64(): bigint {
    return this.#bigInteger(true)
  }

  /**
   * A count of elements of which each takes at least one byte, so that a count can never make a caller
   * allocate more than the file holds. `limit` is an engine's limit for such elements.
   */
  count(what: string, limit = Number.MAX_SAFE_INTEGER): number {
    const startBytes = this.offsetBytes
    const count = this.u32()
    if (count > limit) {
      throw this.malformed(`${count} ${what} are more than the ${limit} that engines accept.`, startBytes)
    }
    if (count > this.remainingBytes) {
      throw this.malformed(`${count} ${what} do not fit into the ${this.rangeName}.`, startBytes)
    }
    return count
  }

  /** A length and as many bytes of UTF-8. */
  name(): string {
    const startBytes = this.offsetBytes
    const lengthBytes = this.u32()
    const textStartBytes = this.offsetBytes
    this.skip(lengthBytes)
    try {
      return utf8.decode(this.bytes.subarray(textStartBytes, this.offsetBytes))
    } catch {
      throw this.malformed(`A name in the ${this.rangeName} is not valid UTF-8.`, startBytes)
    }
  }

  /** A reader of the next `lengthBytes` bytes, over which this one advances. */
  range(lengthBytes: number, rangeName: string): ByteReader {
    const startBytes = this.offsetBytes
    this.skip(lengthBytes)
    return new ByteReader(this.bytes, startBytes, this.offsetBytes, rangeName)
  }

  /** Another reader of the same range, which continues at `offsetBytes`. */
  at(offsetBytes: number): ByteReader {
    return new ByteReader(this.bytes, offsetBytes, this.endBytes, this.rangeName)
  }

  /** LEB128 of 32 or 33 bits: five bytes at most, which a number holds exactly. */
  #integer(bits: 32 | 33, signed: boolean): number {
    const startBytes = this.offsetBytes
    let value = 0
    let scale = 1
    for (let length = 1; ; length += 1) {
      const byte = this.byte()
      value += (byte & 0x7f) * scale
      scale *= 0x80
      if (byte < 0x80) break
      if (length === 5) throw this.malformed(tooLong, startBytes)
    }
    if (signed && value >= scale / 2) value -= scale
    const limit = signed ? 2 ** (bits - 1) : 2 ** bits
    if (value >= limit || value < -limit) throw this.malformed(tooLarge, startBytes)
    return value
  }

  /** LEB128 of 64 bits: ten bytes at most. */
  #bigInteger(signed: boolean): bigint {
    const startBytes = this.offsetBytes
    let value = 0n
    let bits = 0
    for (;;) {
      const byte = this.byte()
      value |= BigInt(byte & 0x7f) << BigInt(bits)
      bits += 7
      if (byte < 0x80) break
      if (bits === 70) throw this.malformed(tooLong, startBytes)
    }
    if (signed) value = BigInt.asIntN(bits, value)
    const fits = (signed ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value)) === value
    if (!fits) throw this.malformed(tooLarge, startBytes)
    return value
  }
}
