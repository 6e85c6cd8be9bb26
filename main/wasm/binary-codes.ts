/** Numbers that stand for things in the binary format (specification 3.0, "Binary Format"), by the words of the text format. */
import type { AbstractHeapType, NumberType } from './types.ts'

/** Sections. */
export const SECTIONS = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  code: 10,
  tag: 13,
} as const

/** What is imported and exported. */
export const KINDS = { function: 0, table: 1, memory: 2, global: 3, tag: 4 } as const

/** Types of numbers and vectors. */
export const NUMBER_TYPES: Record<NumberType, number> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
}

/** Abstract heap types, and references to them that can be null. */
export const HEAP_TYPES: Record<AbstractHeapType, number> = {
  noexn: 0x74,
  nofunc: 0x73,
  noextern: 0x72,
  none: 0x71,
  func: 0x70,
  extern: 0x6f,
  any: 0x6e,
  eq: 0x6d,
  i31: 0x6c,
  struct: 0x6b,
  array: 0x6a,
  exn: 0x69,
}

/** What stands before the heap type of a reference. */
export const REFERENCE_TYPES = { nullable: 0x63, required: 0x64 } as const

/** What stands before the parameters of a type of function. */
export const FUNCTION_TYPE = 0x60
/** The type of a block without parameters and results. */
export const EMPTY_BLOCK = 0x40
/** Of a global. */
export const MUTABLE = 1

/** The instructions that are written here. */
export const INSTRUCTIONS = {
  if: 0x04,
  end: 0x0b,
  return: 0x0f,
  call: 0x10,
  callIndirect: 0x11,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  i32Const: 0x41,
  i32LessSigned: 0x48,
  i32Subtract: 0x6b,
} as const
