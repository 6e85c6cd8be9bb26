/** Writes the binary format: what is small enough to be written as bytes. */
import { SECTIONS } from './binary-codes.ts'

const MODULE_NAME_SUBSECTION = 0

/** LEB128 (specification 3.0, "Binary Format", "Integers"). */
export function encodeU32(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80)
    rest >>>= 7
  }
  return [...bytes, rest]
}

/** A number that is not negative, as signed LEB128: the sign is the uppermost bit that the last byte holds. */
export function encodeS32(value: number): number[] {
  const bytes = encodeU32(value)
  const last = bytes.at(-1)!
  return last < 0x40 ? bytes : [...bytes.slice(0, -1), last | 0x80, 0]
}

/** The same of a whole number that may be larger. */
export function encodeU64(value: bigint): number[] {
  const bytes: number[] = []
  let rest = value
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  return [...bytes, Number(rest)]
}

/** A name: its length, and its UTF-8. */
export function encodeName(name: string): Uint8Array {
  const text = new TextEncoder().encode(name)
  return Uint8Array.from([...encodeU32(text.length), ...text])
}

/** A list: how many entries there are, and the entries. */
export function encodeList(entries: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  return concatenate([Uint8Array.from(encodeU32(entries.length)), ...entries.map((entry) => toBytes(entry))])
}

/** A section: its identifier, its size, and the parts of its contents. */
export function encodeSection(identifier: number, parts: readonly Uint8Array[]): Uint8Array {
  const content = concatenate(parts)
  return concatenate([Uint8Array.from([identifier, ...encodeU32(content.length)]), content])
}

/** The custom section by which a module says its name. */
export function encodeModuleName(name: string): Uint8Array {
  return encodeSection(SECTIONS.custom, [
    encodeName('name'),
    encodeSection(MODULE_NAME_SUBSECTION, [encodeName(name)]),
  ])
}

/** One after the other. */
export function concatenate(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

function toBytes(entry: Uint8Array | readonly number[]): Uint8Array {
  return entry instanceof Uint8Array ? entry : Uint8Array.from(entry)
}
