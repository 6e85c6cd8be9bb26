/**
 * What the binary format says about a module, as plain data: it can be cloned, sent and compared.
 * Names follow the WebAssembly specification 3.0, section "Types".
 */

/** A number or vector type. */
export type NumberType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128'

/** A heap type that needs no definition in the module. Those on the second line have no value but null. */
export type AbstractHeapType =
  | ('func' | 'extern' | 'any' | 'eq' | 'i31' | 'struct' | 'array' | 'exn')
  | ('none' | 'nofunc' | 'noextern' | 'noexn')

/** What a type that the module defines describes. */
export type DefinedShape = 'function' | 'struct' | 'array'

/** A reference type. */
export interface ReferenceType {
  nullable: boolean
  /** An abstract heap type, or the index of a type that the module defines. */
  heap: AbstractHeapType | number
  /** With a type index: what that type describes; absent where the module has no such type. */
  shape?: DefinedShape
}

/** The type of a value: a number type as its name, a reference type as an object. */
export type ValueType = NumberType | ReferenceType

/** Whether addresses of a memory or table are 32 or 64 bits wide. */
export type AddressType = 'i32' | 'i64'

/** The type of a function. */
export interface FunctionType {
  kind: 'function'
  params: ValueType[]
  results: ValueType[]
}

/** The type of a memory. Limits are in pages of `pageSizeBytes`: 65,536, or 1 with custom page sizes. */
export interface MemoryType {
  kind: 'memory'
  minimumPages: bigint
  maximumPages?: bigint
  shared: boolean
  addressType: AddressType
  pageSizeBytes: number
}

/** The type of a table. Limits count elements. */
export interface TableType {
  kind: 'table'
  element: ReferenceType
  minimum: bigint
  maximum?: bigint
  addressType: AddressType
}

/** The type of a global. */
export interface GlobalType {
  kind: 'global'
  type: ValueType
  mutable: boolean
}

/** The type of an exception tag. */
export interface TagType {
  kind: 'tag'
  params: ValueType[]
}

/** The type of something that a module imports or exports. */
export type ExternType = FunctionType | MemoryType | TableType | GlobalType | TagType

/** One entry of the import section. */
export interface ImportShape {
  module: string
  name: string
  type: ExternType
  /** Of a function: one entry per parameter, from the name section; absent when it names none of them. */
  parameterNames?: (string | undefined)[]
}

/** One entry of the export section. */
export interface ExportShape {
  name: string
  type: ExternType
  /** As for an import. */
  parameterNames?: (string | undefined)[]
}

/** A tool or language that the producers section names; `version` may be empty. */
export interface Producer {
  name: string
  version: string
}

/** What produced a module, by the tool conventions' "producers" section. */
export interface Producers {
  languages: Producer[]
  tools: Producer[]
  softwareDevelopmentKits: Producer[]
}

/** Sizes in bytes of what a module is made of; the rest of `total` is headers and declarations. */
export interface ModuleSizes {
  totalBytes: number
  codeBytes: number
  dataBytes: number
  /** DWARF: custom sections whose name starts with `.debug_`. */
  debugBytes: number
  /** All other custom sections. */
  customBytes: number
}

/** The global that holds the top of the stack in linear memory, which grows downwards. */
export interface StackPointer {
  globalIndex: number
  addressType: AddressType
}

/** A module from outside: what it needs, what it offers, and what it tells about itself. */
export interface ModuleShape {
  imports: ImportShape[]
  exports: ExportShape[]
  /** The index of the start function; imported functions come first in this numbering. */
  startFunctionIndex?: number
  /** How many functions the module defines itself. */
  definedFunctionCount: number
  /** From the name section. */
  moduleName?: string
  /** Where the module keeps the top of LLVM's stack in linear memory, if it says so. */
  stackPointer?: StackPointer
  producers?: Producers
  sizes: ModuleSizes
}

const nullableShorthands: Record<AbstractHeapType, string> = {
  func: 'funcref',
  extern: 'externref',
  any: 'anyref',
  eq: 'eqref',
  i31: 'i31ref',
  struct: 'structref',
  array: 'arrayref',
  exn: 'exnref',
  none: 'nullref',
  nofunc: 'nullfuncref',
  noextern: 'nullexternref',
  noexn: 'nullexnref',
}

/**
 * Spells a value type as the text format does: `i32`, `externref`, `(ref func)`, `(ref null 3)`.
 * Nullable abstract references get their shorthand (specification 3.0, "Text Format", "Reference Types").
 */
export function formatValueType(type: ValueType): string {
  if (typeof type === 'string') return type
  if (type.nullable && typeof type.heap === 'string') return nullableShorthands[type.heap]
  return type.nullable ? `(ref null ${type.heap})` : `(ref ${type.heap})`
}

/**
 * Whether values of a type can cross between JavaScript and the guest. Calling a function that has another type
 * among its parameters or results is a TypeError (JavaScript interface, "ToWebAssemblyValue": v128, exnref).
 */
export function canCrossBoundary(type: ValueType): boolean {
  return typeof type === 'string' ? type !== 'v128' : type.heap !== 'exn' && type.heap !== 'noexn'
}
