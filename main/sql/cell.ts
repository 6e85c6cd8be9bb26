/** A row of a table as SQLite keeps it: https://www.sqlite.org/fileformat2.html, sections 1.6 and 2.1. */

const TWO_POW_32 = 2 ** 32
const MINUS = 0x2d
/** The digits of 00 to 99. */
const PAIRS = Buffer.from(Array.from({ length: 100 }, (_, pair) => String(pair).padStart(2, '0')).join(''))
const INITIAL_BYTES = 16 * 1024
/** More than the types of all columns of any table take. */
const TYPES_BYTES = 512

/** What SQLite says in a value's type, without its bytes. */
const NULL = 0
const CONSTANT_ZERO = 8
const CONSTANT_ONE = 9
const FIRST_TEXT = 13

/** Types and bytes of values that many rows have alike. */
export interface SharedValues {
  types: Uint8Array
  body: Uint8Array
}

/** One row at a time: it is begun, is given its values in order of the columns, and is then copied into a page. */
export class Cell {
  readonly #types = new Uint8Array(TYPES_BYTES)
  #typesLength = 0
  #body = Buffer.alloc(INITIAL_BYTES)
  #bodyLength = 0
  #textStart = 0

  begin(): void {
    this.#typesLength = 0
    this.#bodyLength = 0
  }

  addNull(): void {
    this.#types[this.#typesLength++] = NULL
  }

  /** A safe integer. */
  addInteger(value: number): void {
    this.#reserve(8)
    const body = this.#body
    const type = typeOfInteger(value)
    this.#types[this.#typesLength++] = type
    if (type >= CONSTANT_ZERO) return
    let at = this.#bodyLength
    if (type > 4) {
      const high = Math.floor(value / TWO_POW_32)
      if (type === 6) {
        body[at++] = high >> 24
        body[at++] = high >> 16
      }
      body[at++] = high >> 8
      body[at++] = high
    }
    // Bits alone: what is above 32 of them was written.
    const low = value | 0
    if (type >= 4) body[at++] = low >> 24
    if (type >= 3) body[at++] = low >> 16
    if (type >= 2) body[at++] = low >> 8
    body[at++] = low
    this.#bodyLength = at
  }

  addText(text: string): void {
    this.beginText()
    this.write(text)
    this.endText()
  }

  /** A text in pieces follows. */
  beginText(): void {
    this.#textStart = this.#bodyLength
  }

  write(text: string): void {
    this.#reserve(3 * text.length)
    this.#bodyLength += this.#body.write(text, this.#bodyLength)
  }

  writeByte(byte: number): void {
    this.#reserve(1)
    this.#body[this.#bodyLength++] = byte
  }

  /** An integer of 32 bits in decimal digits. */
  writeDigits(value: number): void {
    this.#reserve(11)
    const body = this.#body
    let at = this.#bodyLength
    let rest = value
    if (value < 0) {
      body[at++] = MINUS
      rest = -value
    }
    at += countDigits(rest)
    this.#bodyLength = at
    while (rest >= 100) {
      const hundredth = (rest / 100) | 0
      const pair = 2 * (rest - 100 * hundredth)
      body[--at] = PAIRS[pair + 1]!
      body[--at] = PAIRS[pair]!
      rest = hundredth
    }
    body[--at] = PAIRS[2 * rest + 1]!
    if (rest >= 10) body[--at] = PAIRS[2 * rest]!
  }

  endText(): void {
    const type = FIRST_TEXT + 2 * (this.#bodyLength - this.#textStart)
    this.#typesLength = writeVarint(this.#types, this.#typesLength, type)
  }

  /** Values that were {@link share}d. */
  addShared({ types, body }: SharedValues): void {
    this.#reserve(body.length)
    let at = this.#typesLength
    for (let from = 0; from < types.length; from++) this.#types[at++] = types[from]!
    this.#typesLength = at
    at = this.#bodyLength
    for (let from = 0; from < body.length; from++) this.#body[at++] = body[from]!
    this.#bodyLength = at
  }

  /** The values that it has, for other rows. */
  share(): SharedValues {
    return {
      types: this.#types.slice(0, this.#typesLength),
      body: Uint8Array.from(this.#body.subarray(0, this.#bodyLength)),
    }
  }

  /** Bytes of the values, with their types. */
  get payloadBytes(): number {
    return varintBytes(this.#headerBytes) - 1 + this.#headerBytes + this.#bodyLength
  }

  /** Bytes in a page. */
  sizeBytes(rowId: number): number {
    const { payloadBytes } = this
    return varintBytes(payloadBytes) + varintBytes(rowId) + payloadBytes
  }

  /** Writes it at a place that has {@link sizeBytes}. */
  copyTo(page: Uint8Array, start: number, rowId: number): void {
    let at = writeVarint(page, start, this.payloadBytes)
    at = writeVarint(page, at, rowId)
    at = writeVarint(page, at, this.#headerBytes)
    const types = this.#types
    for (let from = 0, end = this.#typesLength; from < end; from++) page[at++] = types[from]!
    const body = this.#body
    for (let from = 0, end = this.#bodyLength; from < end; from++) page[at++] = body[from]!
  }

  /** As the header counts them, which is itself among them. */
  get #headerBytes(): number {
    return this.#typesLength + (this.#typesLength < 127 ? 1 : 2)
  }

  /** Makes room for so many bytes. */
  #reserve(bytes: number): void {
    if (this.#bodyLength + bytes <= this.#body.length) return
    const grown = Buffer.alloc(2 * (this.#bodyLength + bytes))
    grown.set(this.#body)
    this.#body = grown
  }
}

function countDigits(value: number): number {
  let digits = 1
  for (let limit = 10; value >= limit; limit *= 10) digits++
  return digits
}

function typeOfInteger(value: number): number {
  if (value === 0) return CONSTANT_ZERO
  if (value === 1) return CONSTANT_ONE
  const magnitude = value < 0 ? -value - 1 : value
  if (magnitude < 0x80) return 1
  if (magnitude < 0x8000) return 2
  if (magnitude < 0x80_0000) return 3
  if (magnitude < 0x8000_0000) return 4
  return magnitude < 0x8000_0000_0000 ? 5 : 6
}

/** Seven bits to a byte, the upper ones first. Of values below 2^56 alone: a ninth byte would have eight. */
export function writeVarint(target: Uint8Array, start: number, value: number): number {
  const end = start + varintBytes(value)
  let rest = value
  for (let at = end - 1; at >= start; at--) {
    const upper = Math.floor(rest / 128)
    target[at] = rest - 128 * upper + (at === end - 1 ? 0 : 0x80)
    rest = upper
  }
  return end
}

export function varintBytes(value: number): number {
  let bytes = 1
  for (let limit = 128; value >= limit; limit *= 128) bytes++
  return bytes
}
