/**
 * Reads what lies in a guest's memory as its readings say, for the trace. The guest is not trusted: whatever it
 * points at, reading neither fails nor takes long, and what cannot be read says why.
 */
import type { DecodedMember, DecodedValue } from '../contract/values.ts'
import { numberToJson } from '../trace/values.ts'
import type { DataType, EnumSymbol, Scalar, TextKind } from '../wasm/readings/model.ts'
import { alignUp, layoutOf } from '../wasm/readings/model.ts'

/** Bytes of memory that are kept of one call at entry, and again at its return. */
const DECODED_LIMIT_BYTES = 4 * 1024
/** Numbers, texts, structs and arrays that are kept of one call at entry, and again at its return. */
const DECODED_LIMIT_VALUES = 256
/** A text without a zero byte is looked for no further. */
const CSTRING_LIMIT_BYTES = 64 * 1024

// A byte order mark is part of the text here.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const strictDecoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true })

/** Reads one call's values at one time: the memory as it is now, and what may still be kept. */
export class MemoryDecoder {
  readonly #view: DataView | null
  #bytesLeft = DECODED_LIMIT_BYTES
  #valuesLeft = DECODED_LIMIT_VALUES

  constructor(memory: WebAssembly.Memory | null) {
    this.#view = memory === null ? null : new DataView(memory.buffer)
  }

  /** The number at an address; null where there is none. */
  readOffset(address: number, addressBytes: 4 | 8): number | null {
    if (this.#findProblem(address, addressBytes) !== null) return null
    const view = this.#view!
    return addressBytes === 4 ? view.getUint32(address, true) : Number(view.getBigUint64(address, true))
  }

  /** Why so many bytes cannot be read, if they cannot. */
  #findProblem(address: number, sizeBytes: number): string | null {
    if (this.#view === null) return 'The guest has no memory.'
    const { byteLength } = this.#view
    if (address + sizeBytes <= byteLength) return null
    return `${plural(sizeBytes, 'byte')} at ${formatAddress(address)} lie outside of memory, which has ${plural(byteLength, 'byte')}.`
  }

  /** Text or bytes at an address; a `cstring` finds its length itself. */
  text(text: TextKind, address: number, lengthBytes: number | null): DecodedValue {
    const place = { type: text, address: formatAddress(address) }
    if (!this.#takeValue()) return { ...place, value: null, problem: TOO_MANY }
    const isOpen = lengthBytes === null
    const problem = this.#findProblem(address, lengthBytes ?? 1)
    if (problem !== null) return { ...place, value: null, problem }
    const [sizeBytes, endProblem] = isOpen ? this.#measure(address) : [lengthBytes, null]
    const kept = this.#keep(address, sizeBytes, text !== 'bytes')
    const value: DecodedValue = { ...place, value: '', sizeBytes }
    if (kept.length < sizeBytes) value.omitted = sizeBytes - kept.length
    if (endProblem !== null) value.problem = endProblem
    if (text === 'bytes') value.value = kept.toString('hex')
    else {
      try {
        value.value = strictDecoder.decode(kept)
      } catch {
        value.value = decoder.decode(kept)
        value.malformed = kept.toString('hex')
      }
    }
    return value
  }

  /** What lies at an address, laid out as C does. `addressBytes` is that of the memory. */
  data(type: DataType, address: number, addressBytes: 4 | 8): DecodedValue {
    const { sizeBytes } = layoutOf(type, addressBytes)
    const problem = this.#findProblem(address, sizeBytes)
    const place = { type: nameOf(type), address: formatAddress(address) }
    if (problem !== null) return { ...place, value: null, problem }
    const value = this.#data(type, address, addressBytes)
    return { ...value, address: value.address ?? place.address }
  }

  /** `count` things of a type, one behind the other. */
  list(item: DataType, address: number, count: number, addressBytes: 4 | 8): DecodedValue {
    const place = { type: 'array', address: formatAddress(address) }
    const { sizeBytes } = layoutOf(item, addressBytes)
    const problem = this.#findProblem(address, count * sizeBytes)
    if (problem !== null) return { ...place, value: null, problem }
    return { ...this.#array(item, address, count, addressBytes), address: place.address }
  }

  /** Inside of what has been found to lie in memory. */
  #data(type: DataType, address: number, addressBytes: 4 | 8): DecodedValue {
    if (type.kind === 'array') return this.#array(type.item, address, type.count, addressBytes)
    if (type.kind === 'text') {
      const target = this.readOffset(address, addressBytes)!
      const length = type.text === 'cstring' ? null : this.readOffset(address + addressBytes, addressBytes)!
      return this.text(type.text, target, length)
    }
    if (!this.#takeValue()) return { type: nameOf(type), value: null, problem: TOO_MANY }
    if (type.kind === 'struct') {
      const members: DecodedMember[] = []
      let offsetBytes = 0
      for (const member of type.members) {
        const layout = layoutOf(member.type, addressBytes)
        offsetBytes = alignUp(offsetBytes, layout.alignBytes)
        members.push({ name: member.name, ...this.#data(member.type, address + offsetBytes, addressBytes) })
        offsetBytes += layout.sizeBytes
      }
      return { type: 'struct', value: null, members }
    }
    const { sizeBytes } = layoutOf(type, addressBytes)
    if (sizeBytes > this.#bytesLeft) return { type: nameOf(type), value: null, problem: TOO_MANY }
    this.#bytesLeft -= sizeBytes
    const raw = readScalar(this.#view!, type.scalar, address, addressBytes)
    return type.kind === 'enum' ? describeEnum(raw, type.symbols) : describeScalar(raw, type.scalar)
  }

  #array(item: DataType, address: number, count: number, addressBytes: 4 | 8): DecodedValue {
    const { sizeBytes } = layoutOf(item, addressBytes)
    // Bytes are read as such, and not as a list of numbers.
    if (item.kind === 'scalar' && item.scalar === 'u8') return this.text('bytes', address, count)
    if (!this.#takeValue()) return { type: 'array', value: null, problem: TOO_MANY }
    const items: DecodedValue[] = []
    while (items.length < count && this.#valuesLeft > 0 && this.#bytesLeft > 0) {
      items.push(this.#data(item, address + items.length * sizeBytes, addressBytes))
    }
    const omitted = count - items.length
    return { type: 'array', value: null, items, ...(omitted > 0 ? { omitted } : {}) }
  }

  #takeValue(): boolean {
    if (this.#valuesLeft === 0) return false
    this.#valuesLeft--
    return true
  }

  /** How many bytes precede the first zero byte. */
  #measure(address: number): [sizeBytes: number, problem: string | null] {
    const { buffer, byteLength } = this.#view!
    const restBytes = byteLength - address
    const searched = new Uint8Array(buffer, address, Math.min(restBytes, CSTRING_LIMIT_BYTES))
    const length = searched.indexOf(0)
    if (length >= 0) return [length, null]
    const where = restBytes > CSTRING_LIMIT_BYTES ? `${plural(searched.length, 'byte')}` : 'the end of memory'
    return [searched.length, `There is no zero byte up to ${where}.`]
  }

  /** A copy of the bytes, as far as they may be kept; text is not cut inside of a character. */
  #keep(address: number, sizeBytes: number, isText: boolean): Buffer {
    let keptBytes = Math.min(sizeBytes, this.#bytesLeft)
    const { buffer } = this.#view!
    if (isText && keptBytes < sizeBytes) {
      const bytes = new Uint8Array(buffer, address, sizeBytes)
      // Continuation bytes begin with the bits 10; no character has more than three.
      for (let back = 0; back < 3 && (bytes[keptBytes]! & 0xc0) === 0x80; back++) {
        if (keptBytes > 0) keptBytes--
      }
    }
    this.#bytesLeft -= keptBytes
    return Buffer.from(new Uint8Array(buffer, address, keptBytes))
  }
}

const TOO_MANY = 'More of this call is not kept.'

/** Describes a number that was passed as it is; `raw` is read as its type says. */
export function describeScalar(raw: number | bigint, scalar: Scalar): DecodedValue {
  if (scalar === 'bool') return { type: scalar, value: Number(raw) !== 0 }
  if (scalar === 'ptr') return { type: scalar, value: formatAddress(raw) }
  return { type: scalar, value: numberToJson(typeof raw === 'bigint' ? 'i64' : 'float', raw) }
}

/** Describes the value of an enum by its name. */
export function describeEnum(raw: number | bigint, symbols: readonly EnumSymbol[]): DecodedValue {
  const value = typeof raw === 'bigint' ? String(raw) : raw
  const symbol = symbols.find(
    (known) => (typeof raw === 'bigint' ? BigInt(known.value) : known.value) === raw,
  )
  return { type: 'enum', value, ...(symbol ? { symbol: symbol.name } : {}) }
}

function nameOf(type: DataType): string {
  if (type.kind === 'text') return type.text
  return type.kind === 'scalar' ? type.scalar : type.kind
}

/** `0x400`. */
function formatAddress(address: number | bigint): string {
  return `0x${address.toString(16)}`
}

function plural(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`
}

function readScalar(view: DataView, scalar: Scalar, at: number, addressBytes: 4 | 8): number | bigint {
  switch (scalar) {
    case 'i8':
      return view.getInt8(at)
    case 'u8':
    case 'bool':
      return view.getUint8(at)
    case 'i16':
      return view.getInt16(at, true)
    case 'u16':
      return view.getUint16(at, true)
    case 'i32':
      return view.getInt32(at, true)
    case 'u32':
      return view.getUint32(at, true)
    case 'i64':
      return view.getBigInt64(at, true)
    case 'u64':
      return view.getBigUint64(at, true)
    case 'f32':
      return view.getFloat32(at, true)
    case 'f64':
      return view.getFloat64(at, true)
    case 'ptr':
      return addressBytes === 4 ? view.getUint32(at, true) : view.getBigUint64(at, true)
  }
}
