/** Values that cross the boundary. Plain data, safe on every channel. */

/**
 * A value with its WebAssembly type, safe in JSON: i64 is a decimal string; NaN, Infinity, -Infinity and -0
 * are strings; a reference is a stable handle such as `externref#3`, or null.
 */
export interface TypedValue {
  /** As the text format spells it: `i32`, `externref`, `(ref null $3)`. */
  type: string
  value: number | string | null
  /** A short text of what a reference refers to, for people: `"abc"`, `Object`, `function add`. */
  preview?: string
}

/**
 * What a reading (docs/readings.md) made of an argument, a result, or the memory that they point at. Safe in JSON,
 * as a {@link TypedValue} is.
 */
export interface DecodedValue {
  /** `utf8`, `cstring`, `bytes`, `struct`, `array`, `enum`, or a number such as `u32`, `bool`, `ptr`. */
  type: string
  /**
   * A text; bytes in hexadecimal digits; numbers as those of a {@link TypedValue}; an address as `0x…`. Null for
   * structs and arrays, and where it could not be read.
   */
  value: string | number | boolean | null
  /** Of an enum: the name of the value, where it has one. */
  symbol?: string
  /** Of a struct. */
  members?: DecodedMember[]
  /** Of an array: those that were kept. */
  items?: DecodedValue[]
  /** Where it lay in memory: `0x400`. */
  address?: string
  /** How many bytes there were, of text and bytes. */
  sizeBytes?: number
  /** How many of these, or how many items of an array, were not kept. */
  omitted?: number
  /** Of text that was not UTF-8: the bytes that were kept, in hexadecimal digits. The value has U+FFFD instead. */
  malformed?: string
  /** Why it could not be read, or not to its end: a sentence. */
  problem?: string
}

export interface DecodedMember extends DecodedValue {
  name: string
}

/** What one reading made of one call. */
export interface DecodedReading extends DecodedValue {
  /** The label in the declaration, else the name of the parameter, where there is one. */
  name?: string
  /** `entry`: as it was when the guest called. `return`: as it was right before the guest went on. */
  readAt: 'entry' | 'return'
  /** The parameters that it stands for, from 0, what is read first. */
  params: number[]
  /** The result that it stands for, from 0, where that is what is read. */
  result?: number
}

/** The same in short, for a row. */
export interface DecodedText extends Pick<DecodedReading, 'readAt' | 'params' | 'result'> {
  text: string
}
