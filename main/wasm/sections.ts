import { ByteReader } from './byte-reader.ts'
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

/** An import or export: its type, and its place among the functions where it is one. */
export interface Declared {
  type: ExternType
  functionIndex: number | undefined
}

/** What the sections read so far declare. In each index space the imported ones come first. */
export interface Declarations {
  types: DefinedTypes
  /** The type index of each function. */
  functions: number[]
  importedFunctionCount: number
  tables: TableType[]
  memories: MemoryType[]
  globals: GlobalType[]
  tags: TagType[]
  imports: (Declared & { module: string; name: string })[]
  exports: (Declared & { name: string })[]
  startFunctionIndex: number | undefined
  /** How many bodies the code section has; undefined without a code section. */
  bodyCount: number | undefined
  /** How many segments the data count section announces, and the data section has; undefined likewise. */
  announcedDataCount: number | undefined
  dataCount: number | undefined
}

/** One kind of section. `read` takes in its contents, all of them. */
export interface SectionKind {
  name: string
  read(reader: ByteReader, declarations: Declarations): void
}

/** Where an import's kind stands: the marks of the proposal "Compact Import Section". */
const eachWithType = 0x7f
const allOfOneType = 0x7e

/** A module without sections. */
export function createDeclarations(): Declarations {
  const contents = new ByteReader(new Uint8Array(), 0, 0, 'type section')
  return {
    types: { shapes: [], contents, contentOffsetsBytes: [], functions: new Map() },
    functions: [],
    importedFunctionCount: 0,
    tables: [],
    memories: [],
    globals: [],
    tags: [],
    imports: [],
    exports: [],
    startFunctionIndex: undefined,
    bodyCount: undefined,
    announcedDataCount: undefined,
    dataCount: undefined,
  }
}

/** Reads the type of an import; of a function also the index of that type. */
function readExternType(reader: ByteReader, kind: number, types: DefinedTypes): [ExternType, number?] {
  if (kind === 0) {
    const typeIndex = reader.u32()
    return [resolveFunctionType(reader, types, typeIndex), typeIndex]
  }
  if (kind === 1) return [readTableType(reader, types)]
  if (kind === 2) return [readMemoryType(reader)]
  if (kind === 3) return [readGlobalType(reader, types)]
  if (kind === 4) return [readTagType(reader, types)]
  throw reader.malformed(`${kind} is not a known kind of import.`, reader.offsetBytes - 1)
}

function addToIndexSpace(declarations: Declarations, type: ExternType, typeIndex = 0): number {
  if (type.kind === 'function') return declarations.functions.push(typeIndex) - 1
  if (type.kind === 'table') return declarations.tables.push(type) - 1
  if (type.kind === 'memory') return declarations.memories.push(type) - 1
  if (type.kind === 'global') return declarations.globals.push(type) - 1
  return declarations.tags.push(type) - 1
}

function readTypes(reader: ByteReader, declarations: Declarations): void {
  declarations.types = readTypeSection(reader)
}

function readImports(reader: ByteReader, declarations: Declarations): void {
  const { imports, types } = declarations
  const readType = () => readExternType(reader, reader.byte(), types)
  const add = (module: string, name: string, [type, typeIndex]: [ExternType, number?]) => {
    if (imports.length === engineLimits.imports) {
      throw reader.malformed(`There are more than the ${engineLimits.imports} imports that engines accept.`)
    }
    const index = addToIndexSpace(declarations, type, typeIndex)
    imports.push({ module, name, type, functionIndex: type.kind === 'function' ? index : undefined })
  }
  const groups = reader.count('imports', engineLimits.imports)
  for (let group = 0; group < groups; group += 1) {
    const module = reader.name()
    const name = reader.name()
    const encoding = name === '' ? reader.peek() : undefined
    if (encoding === eachWithType) {
      reader.byte()
      const count = reader.count('imports', engineLimits.imports)
      for (let item = 0; item < count; item += 1) add(module, reader.name(), readType())
    } else if (encoding === allOfOneType) {
      reader.byte()
      const type = readType()
      const count = reader.count('imports', engineLimits.imports)
      for (let item = 0; item < count; item += 1) add(module, reader.name(), type)
    } else {
      add(module, name, readType())
    }
  }
  declarations.importedFunctionCount = declarations.functions.length
}

function readFunctions(reader: ByteReader, declarations: Declarations): void {
  const count = reader.count('functions', engineLimits.functions)
  for (let index = 0; index < count; index += 1) declarations.functions.push(reader.u32())
}

function readTables(reader: ByteReader, declarations: Declarations): void {
  const count = reader.count('tables', engineLimits.tables)
  for (let index = 0; index < count; index += 1) {
    const hasInitializer = reader.peek() === 0x40
    if (hasInitializer) {
      reader.byte()
      const reserved = reader.byte()
      if (reserved !== 0) throw reader.malformed('A reserved byte is not zero.', reader.offsetBytes - 1)
    }
    declarations.tables.push(readTableType(reader, declarations.types))
    if (hasInitializer) skipConstantExpression(reader)
  }
}

function readMemories(reader: ByteReader, declarations: Declarations): void {
  const count = reader.count('memories', engineLimits.memories)
  for (let index = 0; index < count; index += 1) declarations.memories.push(readMemoryType(reader))
}

function readTags(reader: ByteReader, declarations: Declarations): void {
  const count = reader.count('tags', engineLimits.tags)
  for (let index = 0; index < count; index += 1) {
    declarations.tags.push(readTagType(reader, declarations.types))
  }
}

function readGlobals(reader: ByteReader, declarations: Declarations): void {
  const count = reader.count('globals', engineLimits.globals)
  for (let index = 0; index < count; index += 1) {
    declarations.globals.push(readGlobalType(reader, declarations.types))
    skipConstantExpression(reader)
  }
}

function resolveExport(reader: ByteReader, kind: number, index: number, declared: Declarations): ExternType {
  const { types, functions, tables, memories, globals, tags } = declared
  const spaces: (ExternType | number)[][] = [functions, tables, memories, globals, tags]
  const space = spaces[kind]
  if (space === undefined) throw reader.malformed(`${kind} is not a known kind of export.`)
  const found = space[index]
  if (found === undefined) throw reader.malformed(`An export has the index ${index}, which does not exist.`)
  return typeof found === 'number' ? resolveFunctionType(reader, types, found) : found
}

function readExports(reader: ByteReader, declarations: Declarations): void {
  const count = reader.count('exports', engineLimits.exports)
  for (let entry = 0; entry < count; entry += 1) {
    const name = reader.name()
    const kind = reader.byte()
    const index = reader.u32()
    const type = resolveExport(reader, kind, index, declarations)
    declarations.exports.push({ name, type, functionIndex: kind === 0 ? index : undefined })
  }
}

function readStart(reader: ByteReader, declarations: Declarations): void {
  declarations.startFunctionIndex = reader.u32()
}

function readDataCount(reader: ByteReader, declarations: Declarations): void {
  declarations.announcedDataCount = reader.u32()
}

/** Skips what says nothing about imports and exports; the engine checks it when it compiles the module. */
function skipContents(reader: ByteReader): void {
  reader.skip(reader.remainingBytes)
}

function readBodyCount(reader: ByteReader, declarations: Declarations): void {
  declarations.bodyCount = reader.u32()
  skipContents(reader)
}

function readSegmentCount(reader: ByteReader, declarations: Declarations): void {
  declarations.dataCount = reader.u32()
  skipContents(reader)
}

/** The sections in the order in which they must stand, by identifier. Custom ones (0) may stand anywhere. */
export const sectionKinds = new Map<number, SectionKind>([
  [1, { name: 'type', read: readTypes }],
  [2, { name: 'import', read: readImports }],
  [3, { name: 'function', read: readFunctions }],
  [4, { name: 'table', read: readTables }],
  [5, { name: 'memory', read: readMemories }],
  [13, { name: 'tag', read: readTags }],
  [6, { name: 'global', read: readGlobals }],
  [7, { name: 'export', read: readExports }],
  [8, { name: 'start', read: readStart }],
  [9, { name: 'element', read: skipContents }],
  [12, { name: 'data count', read: readDataCount }],
  [10, { name: 'code', read: readBodyCount }],
  [11, { name: 'data', read: readSegmentCount }],
])
