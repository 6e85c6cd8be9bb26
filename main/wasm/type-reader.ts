import { FUNCTION_TYPE, HEAP_TYPES, NUMBER_TYPES, REFERENCE_TYPES } from './binary-codes.ts'
import type { ByteReader } from './byte-reader.ts'
import type {
  AbstractHeapType,
  AddressType,
  DefinedShape,
  FunctionType,
  GlobalType,
  MemoryType,
  ReferenceType,
  TableType,
  TagType,
  ValueType,
} from './types.ts'
import { engineLimits } from './engine-limits.ts'

/**
 * The types that a module defines, in the order of their indices. Of each only its place is kept: a module
 * can define a hundred thousand of them, and its imports and exports use a few.
 */
export interface DefinedTypes {
  shapes: DefinedShape[]
  /** Where the parameters of a function, or the fields of a struct or array, begin. */
  contents: ByteReader
  contentOffsetsBytes: number[]
  /** The function types that were asked for, by index: very many functions may have the same few. */
  functions: Map<number, FunctionType>
}

const numberTypes = invert(NUMBER_TYPES)
const abstractHeapTypes = invert(HEAP_TYPES)

const packedTypes = new Set([0x78, 0x77])

function invert<Name extends string>(codes: Record<Name, number>): ReadonlyMap<number, Name> {
  return new Map(Object.entries(codes).map(([name, code]) => [code as number, name as Name]))
}

function formatByte(byte: number | undefined): string {
  return byte === undefined ? 'no byte' : `0x${byte.toString(16).padStart(2, '0')}`
}

/** Reads a heap type: an abstract one, or a type index as a non-negative s33. */
export function readHeapType(reader: ByteReader): AbstractHeapType | number {
  const startBytes = reader.offsetBytes
  const first = reader.peek()
  const abstract = first === undefined ? undefined : abstractHeapTypes.get(first)
  if (abstract !== undefined) {
    reader.byte()
    return abstract
  }
  const index = reader.s33()
  if (index < 0) throw reader.malformed(`${formatByte(first)} is not a known heap type.`, startBytes)
  return index
}

/** Reads a reference type. */
export function readReferenceType(reader: ByteReader, types: DefinedTypes): ReferenceType {
  const startBytes = reader.offsetBytes
  const code = reader.byte()
  const shorthand = abstractHeapTypes.get(code)
  if (shorthand !== undefined) return { nullable: true, heap: shorthand }
  if (code !== REFERENCE_TYPES.nullable && code !== REFERENCE_TYPES.required) {
    throw reader.malformed(`${formatByte(code)} is not a known reference type.`, startBytes)
  }
  const nullable = code === REFERENCE_TYPES.nullable
  const heap = readHeapType(reader)
  const shape = typeof heap === 'number' ? types.shapes[heap] : undefined
  return shape === undefined ? { nullable, heap } : { nullable, heap, shape }
}

function readValueType(reader: ByteReader, types: DefinedTypes): ValueType {
  const number = numberTypes.get(reader.peek() ?? -1)
  if (number === undefined) return readReferenceType(reader, types)
  reader.byte()
  return number
}

function readValueTypes(reader: ByteReader, defined: DefinedTypes, what: string, limit: number): ValueType[] {
  const count = reader.count(what, limit)
  const types: ValueType[] = []
  for (let index = 0; index < count; index += 1) types.push(readValueType(reader, defined))
  return types
}

function readMutability(reader: ByteReader): boolean {
  const code = reader.byte()
  if (code > 1) throw reader.malformed(`${formatByte(code)} is not a mutability.`, reader.offsetBytes - 1)
  return code === 1
}

function skipFieldType(reader: ByteReader, types: DefinedTypes): void {
  if (packedTypes.has(reader.peek() ?? -1)) reader.byte()
  else readValueType(reader, types)
  readMutability(reader)
}

function readFunctionContents(reader: ByteReader, types: DefinedTypes): FunctionType {
  const params = readValueTypes(reader, types, 'parameters', engineLimits.parameters)
  const results = readValueTypes(reader, types, 'results', engineLimits.results)
  return { kind: 'function', params, results }
}

function scanCompositeType(reader: ByteReader, types: DefinedTypes): void {
  const code = reader.byte()
  const contentOffsetBytes = reader.offsetBytes
  if (code === FUNCTION_TYPE) {
    readFunctionContents(reader, types)
    types.shapes.push('function')
  } else if (code === 0x5f) {
    const count = reader.count('fields', engineLimits.structFields)
    for (let field = 0; field < count; field += 1) skipFieldType(reader, types)
    types.shapes.push('struct')
  } else if (code === 0x5e) {
    skipFieldType(reader, types)
    types.shapes.push('array')
  } else {
    throw reader.malformed(`${formatByte(code)} is not a known kind of type.`, contentOffsetBytes - 1)
  }
  types.contentOffsetsBytes.push(contentOffsetBytes)
}

function scanSubtype(reader: ByteReader, types: DefinedTypes): void {
  if (types.shapes.length === engineLimits.types) {
    throw reader.malformed(`The module has more than the ${engineLimits.types} types that engines accept.`)
  }
  const code = reader.peek()
  if (code === 0x50 || code === 0x4f) {
    reader.byte()
    const supertypes = reader.count('supertypes')
    for (let index = 0; index < supertypes; index += 1) reader.u32()
  }
  scanCompositeType(reader, types)
}

/** Reads the type section: recursion groups of function, struct and array types. */
export function readTypeSection(reader: ByteReader): DefinedTypes {
  const types: DefinedTypes = { shapes: [], contents: reader, contentOffsetsBytes: [], functions: new Map() }
  const groups = reader.count('recursion groups', engineLimits.types)
  for (let group = 0; group < groups; group += 1) {
    if (reader.peek() !== 0x4e) {
      scanSubtype(reader, types)
      continue
    }
    reader.byte()
    const members = reader.count('types', engineLimits.types)
    for (let member = 0; member < members; member += 1) scanSubtype(reader, types)
  }
  return types
}

/** The function type with an index; `reader` says where the index was read, for the error. */
export function resolveFunctionType(reader: ByteReader, types: DefinedTypes, index: number): FunctionType {
  const known = types.functions.get(index)
  if (known) return known
  const offsetBytes = types.contentOffsetsBytes[index]
  if (offsetBytes === undefined || types.shapes[index] !== 'function') {
    throw reader.malformed(`Type ${index} is not a function type of this module.`)
  }
  const type = readFunctionContents(types.contents.at(offsetBytes), types)
  types.functions.set(index, type)
  return type
}

interface Limits {
  flags: number
  minimum: bigint
  maximum: bigint | undefined
  addressType: AddressType
}

function readLimits(reader: ByteReader, knownFlags: number): Limits {
  const flags = reader.byte()
  if ((flags & ~knownFlags) !== 0) {
    throw reader.malformed(`${formatByte(flags)} are not known limits flags.`, reader.offsetBytes - 1)
  }
  const minimum = reader.u64()
  const maximum = (flags & 0x01) === 0 ? undefined : reader.u64()
  return { flags, minimum, maximum, addressType: (flags & 0x04) === 0 ? 'i32' : 'i64' }
}

/** Reads a memory type, also shared (threads), 64-bit, and with the custom-page-sizes proposal's page size. */
export function readMemoryType(reader: ByteReader): MemoryType {
  const { flags, minimum, maximum, addressType } = readLimits(reader, 0x0f)
  const pageSizeLog2 = (flags & 0x08) === 0 ? 16 : reader.u32()
  if (pageSizeLog2 > 16) throw reader.malformed(`A page of 2^${pageSizeLog2} bytes is too large.`)
  return {
    kind: 'memory',
    minimumPages: minimum,
    ...(maximum !== undefined && { maximumPages: maximum }),
    shared: (flags & 0x02) !== 0,
    addressType,
    pageSizeBytes: 2 ** pageSizeLog2,
  }
}

/** Reads a table type. */
export function readTableType(reader: ByteReader, types: DefinedTypes): TableType {
  const element = readReferenceType(reader, types)
  const { minimum, maximum, addressType } = readLimits(reader, 0x05)
  return { kind: 'table', element, minimum, ...(maximum !== undefined && { maximum }), addressType }
}

/** Reads a global type. */
export function readGlobalType(reader: ByteReader, types: DefinedTypes): GlobalType {
  const type = readValueType(reader, types)
  return { kind: 'global', type, mutable: readMutability(reader) }
}

/** Reads a tag type: an attribute that must be zero, for V8 an integer, and the index of a function type. */
export function readTagType(reader: ByteReader, types: DefinedTypes): TagType {
  const startBytes = reader.offsetBytes
  const attribute = reader.u32()
  if (attribute !== 0) throw reader.malformed(`${attribute} is not a known tag attribute.`, startBytes)
  return { kind: 'tag', params: resolveFunctionType(reader, types, reader.u32()).params }
}
