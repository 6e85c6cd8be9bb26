import type { ByteReader } from './byte-reader.ts'
import { skipConstantExpression } from './constant-expression.ts'
import { engineLimits } from './engine-limits.ts'
import {
  readGlobalType,
  readMemoryType,
  readTableType,
  readTagType,
  readTypeSection,
  resolveFunctionType,
} from './type-reader.ts'
import type { DefinedTypes } from './type-reader.ts'
import type { ExternType, GlobalType, MemoryType, TableType, TagType } from './types.ts'

/** An entry of the import section; `functionIndex` where it is a function. */
export interface ImportEntry {
  module: string
  name: string
  type: ExternType
  functionIndex?: number
}

/** An entry of the export section; `functionIndex` where it is a function. */
export interface ExportEntry {
  name: string
  type: ExternType
  functionIndex?: number
}

/** What the sections read so far declare. Each index space has what is imported first. */
export interface Declarations {
  types: DefinedTypes | undefined
  /** The index of each function's type. */
  functions: number[]
  importedFunctionCount: number
  tables: TableType[]
  memories: MemoryType[]
  globals: GlobalType[]
  tags: TagType[]
  imports: ImportEntry[]
  exports: ExportEntry[]
  startFunctionIndex: number | undefined
  dataSegmentCount: number | undefined
}
