/**
 * Readings: how an import's arguments and results, and the memory that they point at, are to be read for people.
 * docs/readings.md has the language; `parse.ts` reads it.
 */
import type { ImportShape } from '../types.ts'
import { formatValueType } from '../types.ts'

/** Numbers as they lie in memory. `bool` is a byte; `ptr` is as wide as an address of the memory. */
export type Scalar =
  | 'i8'
  | 'u8'
  | 'i16'
  | 'u16'
  | 'i32'
  | 'u32'
  | 'i64'
  | 'u64'
  | 'f32'
  | 'f64'
  | 'bool'
  | 'ptr'

/**
 * How bytes are shown. In memory, `utf8` and `bytes` are an address and a length, both as wide as an address;
 * `cstring` is an address.
 */
export type TextKind = 'utf8' | 'cstring' | 'bytes'

/** Something that lies in memory, laid out as C does (natural alignment). */
export type DataType =
  | { kind: 'scalar'; scalar: Scalar }
  | { kind: 'enum'; scalar: Scalar; symbols: EnumSymbol[] }
  | { kind: 'text'; text: TextKind }
  | { kind: 'struct'; members: StructMember[] }
  | { kind: 'array'; item: DataType; count: number }

/** The name of one value of an enum. */
export interface EnumSymbol {
  value: number
  name: string
}

export interface StructMember {
  name: string
  type: DataType
}

/** A number or enum that is passed as it is. */
export type PassedType = Extract<DataType, { kind: 'scalar' | 'enum' }>

/** A parameter or result, from 0; with `deref` what it points at. */
export interface Operand {
  from: 'param' | 'result'
  index: number
  deref: boolean
  /** How wide it is: that of a pointer says how wide addresses of the memory are. */
  type: string
}

/** What a reading reads. */
export type Source =
  | { kind: 'passed'; operand: Operand; type: PassedType }
  | { kind: 'text'; text: TextKind; address: Operand; length: Operand | null }
  /** `count` null: one. */
  | { kind: 'memory'; address: Operand; type: DataType; count: Operand | null }

/** One thing that is read of each call of an import. */
export interface Reading {
  /** As the declaration labels it; null where it does not. */
  name: string | null
  /** Read right before the guest goes on, instead of at entry. */
  atReturn: boolean
  source: Source
}

/** What readings can refer to. Types are spelled as the text format does. */
export interface ReadingSignature {
  params: readonly string[]
  results: readonly string[]
  paramNames: readonly (string | undefined)[]
}

/** The signature of an import; null for one that is no function. */
export function readingSignature({ type, parameterNames }: ImportShape): ReadingSignature | null {
  if (type.kind !== 'function') return null
  return {
    params: type.params.map(formatValueType),
    results: type.results.map(formatValueType),
    paramNames: parameterNames ?? [],
  }
}

const SCALAR_SIZES: Record<Exclude<Scalar, 'ptr'>, number> = {
  i8: 1,
  u8: 1,
  bool: 1,
  i16: 2,
  u16: 2,
  i32: 4,
  u32: 4,
  f32: 4,
  i64: 8,
  u64: 8,
  f64: 8,
}

/** Whether a word names a scalar. */
export function isScalar(word: string): word is Scalar {
  return word === 'ptr' || Object.hasOwn(SCALAR_SIZES, word)
}

/** Size and alignment in bytes. */
export interface Layout {
  sizeBytes: number
  alignBytes: number
}

/** The layout of a type in a memory whose addresses take `addressBytes`. */
export function layoutOf(type: DataType, addressBytes: 4 | 8): Layout {
  switch (type.kind) {
    case 'scalar':
    case 'enum': {
      const sizeBytes = type.scalar === 'ptr' ? addressBytes : SCALAR_SIZES[type.scalar]
      return { sizeBytes, alignBytes: sizeBytes }
    }
    case 'text':
      return {
        sizeBytes: type.text === 'cstring' ? addressBytes : 2 * addressBytes,
        alignBytes: addressBytes,
      }
    case 'array': {
      const item = layoutOf(type.item, addressBytes)
      return { sizeBytes: item.sizeBytes * type.count, alignBytes: item.alignBytes }
    }
    case 'struct': {
      let endBytes = 0
      let alignBytes = 1
      for (const member of type.members) {
        const layout = layoutOf(member.type, addressBytes)
        endBytes = alignUp(endBytes, layout.alignBytes) + layout.sizeBytes
        alignBytes = Math.max(alignBytes, layout.alignBytes)
      }
      return { sizeBytes: alignUp(endBytes, alignBytes), alignBytes }
    }
  }
}

/** The next multiple of an alignment. */
export function alignUp(offsetBytes: number, alignBytes: number): number {
  return Math.ceil(offsetBytes / alignBytes) * alignBytes
}
