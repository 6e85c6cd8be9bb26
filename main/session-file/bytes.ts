/** Bytes that grow as they are written, and the same bytes read again. All numbers are little-endian. */

/** Where what is read ends before it should, or is not what it should be. */
export class MalformedBytes extends Error {}

/** Writes. */
export class ByteSink {
  #bytes = new Uint8Array(64 * 1024)
  #view = new DataView(this.#bytes.buffer)
  #length = 0

  /** What was written; valid until the next write. */
  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  clear(): void {
    this.#length = 0
  }

  u8(value: number): void {
    this.reserve(1)
    this.#bytes[this.#length++] = value
  }

  u32(value: number): void {
    this.reserve(4)
    this.#view.setUint32(this.#length, value, true)
    this.#length += 4
  }

  f64(value: number): void {
    this.reserve(8)
    this.#view.setFloat64(this.#length, value, true)
    this.#length += 8
  }

  /** An unsigned integer of up to 32 bits, in as few groups of 7 bits as it takes. */
  varint(value: number): void {
    this.reserve(5)
    const bytes = this.#bytes
    let at = this.#length
    let rest = value >>> 0
    while (rest > 0x7f) {
      bytes[at++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    bytes[at++] = rest
    this.#length = at
  }

  bytes(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** Fills up to a multiple of 8, so that arrays that follow can be read in place. */
  align(): void {
    this.reserve(8)
    while ((this.#length & 7) !== 0) this.#bytes[this.#length++] = 0
  }

  reserve(sizeBytes: number): void {
    const needed = this.#length + sizeBytes
    if (needed <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(needed, 2 * this.#bytes.length))
    grown.set(this.#bytes)
    this.#bytes = grown
    this.#view = new DataView(grown.buffer)
  }
}

/** Reads what a {@link ByteSink} wrote. Throws {@link MalformedBytes}. */
export class ByteSource {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  /** `bytes` has to begin at a multiple of 8 of its buffer. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  u8(): number {
    return this.#bytes[this.#take(1)]!
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true)
  }

  f64(): number {
    return this.#view.getFloat64(this.#take(8), true)
  }

  varint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.u8()
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value >>> 0
    }
    throw new MalformedBytes('a number has no end')
  }

  align(): void {
    this.#at = (this.#at + 7) & ~7
  }

  /** The array of `Type` that begins here, in place. */
  array<Type>(
    type: { new (buffer: ArrayBufferLike, offset: number, length: number): Type; BYTES_PER_ELEMENT: number },
    length: number,
  ): Type {
    const at = this.#take(type.BYTES_PER_ELEMENT * length)
    return new type(this.#bytes.buffer, this.#bytes.byteOffset + at, length)
  }

  #take(sizeBytes: number): number {
    const at = this.#at
    if (at + sizeBytes > this.#bytes.length) throw new MalformedBytes('the bytes end too early')
    this.#at = at + sizeBytes
    return at
  }
}
