import { ByteReader, FormatError } from './byte-reader.ts'
import type { FormatErrorKind } from './byte-reader.ts'
import { readNames, readProducers } from './custom-sections.ts'
import type { Names } from './custom-sections.ts'
import { checkHeader, headerSizeBytes } from './header.ts'
import type { Result } from './result.ts'
import { createDeclarations, sectionKinds } from './sections.ts'
import type { Declarations, Declared } from './sections.ts'
import type { ModuleShape, ModuleSizes, Producers, StackPointer } from './types.ts'

/** Why a module cannot be read. `message` is in full sentences; `offsetBytes` counts from the file's start. */
export interface ReadModuleError {
  kind: FormatErrorKind
  message: string
  offsetBytes: number
}

interface Sections {
  declarations: Declarations
  sizes: ModuleSizes
  /** The first name section and the first producers section, where there are any. */
  names?: ByteReader
  producers?: ByteReader
}

const sectionOrder = Array.from(sectionKinds.keys())

/** Reads the identifier and size of the section at `reader`, and gives a reader of its contents. */
function openSection(reader: ByteReader): [identifier: number, contents: ByteReader] {
  const startBytes = reader.offsetBytes
  const identifier = reader.byte()
  const sectionName = identifier === 0 ? 'custom' : sectionKinds.get(identifier)?.name
  if (sectionName === undefined) {
    throw reader.malformed(`${identifier} is not a known section identifier.`, startBytes)
  }
  const sizeBytes = reader.u32()
  if (sizeBytes > reader.remainingBytes) {
    const message = `The file ends inside its ${sectionName} section: ${reader.remainingBytes} of ${sizeBytes} bytes are there.`
    throw new FormatError('truncated', message, reader.endBytes)
  }
  return [identifier, reader.range(sizeBytes, `${sectionName} section`)]
}

function readCustomSection(contents: ByteReader, sections: Sections): void {
  const name = contents.name()
  if (name === 'name') sections.names ??= contents
  if (name === 'producers') sections.producers ??= contents
  if (name.startsWith('.debug_')) sections.sizes.debugBytes += contents.remainingBytes
  else sections.sizes.customBytes += contents.remainingBytes
}

function readSections(bytes: Uint8Array): Sections {
  const sizes = { totalBytes: bytes.length, codeBytes: 0, dataBytes: 0, debugBytes: 0, customBytes: 0 }
  const sections: Sections = { declarations: createDeclarations(), sizes }
  const reader = new ByteReader(bytes, headerSizeBytes, bytes.length, 'module', 'truncated')
  let lastPlace = -1
  while (reader.remainingBytes > 0) {
    const startBytes = reader.offsetBytes
    const [identifier, contents] = openSection(reader)
    const kind = sectionKinds.get(identifier)
    if (kind === undefined) {
      readCustomSection(contents, sections)
      continue
    }
    const place = sectionOrder.indexOf(identifier)
    if (place <= lastPlace) {
      throw reader.malformed(`The ${kind.name} section is there twice, or too late.`, startBytes)
    }
    lastPlace = place
    if (kind.name === 'code') sizes.codeBytes = contents.remainingBytes
    if (kind.name === 'data') sizes.dataBytes = contents.remainingBytes
    kind.read(contents, sections.declarations)
    if (contents.remainingBytes > 0) {
      throw contents.malformed(
        `The ${kind.name} section goes on for ${contents.remainingBytes} bytes too many.`,
      )
    }
  }
  return sections
}

/** A file that was cut between two sections shows only in what earlier sections announce. */
function checkAnnounced(declarations: Declarations, endBytes: number): void {
  const { functions, importedFunctionCount, bodyCount, announcedDataCount, dataCount } = declarations
  const announced = [
    { what: 'function', section: 'code', count: functions.length - importedFunctionCount, found: bodyCount },
    { what: 'data segment', section: 'data', count: announcedDataCount ?? dataCount ?? 0, found: dataCount },
  ]
  for (const { what, section, count, found } of announced) {
    if (count === (found ?? 0)) continue
    const things = `${count} ${what}${count === 1 ? '' : 's'}`
    const message =
      found === undefined
        ? `The file ends before its ${section} section, where ${things} should follow.`
        : `The module announces ${things}, and its ${section} section has ${found}.`
    throw new FormatError(found === undefined ? 'truncated' : 'malformed', message, endBytes)
  }
}

/** Reads on until a custom section turns out to be broken: such a section never makes a module invalid. */
function readBestEffort(read: () => void): void {
  try {
    read()
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
  }
}

function readNamesOf(section: ByteReader | undefined, declared: readonly Declared[]): Names {
  const names: Names = { locals: new Map() }
  const wanted = new Map<number, number>()
  for (const { type, functionIndex } of declared) {
    if (functionIndex !== undefined && type.kind === 'function') wanted.set(functionIndex, type.params.length)
  }
  if (section !== undefined) readBestEffort(() => readNames(section, wanted, names))
  return names
}

function readProducersOf(section: ByteReader | undefined): Producers | undefined {
  if (section === undefined) return undefined
  const producers: Producers = { languages: [], tools: [], softwareDevelopmentKits: [] }
  readBestEffort(() => readProducers(section, producers))
  return producers
}

/** The type and, where the name section has any, the parameters' names of an import or export. */
function describe({ type, functionIndex }: Declared, names: Names) {
  const locals = functionIndex === undefined ? undefined : names.locals.get(functionIndex)
  if (locals === undefined || type.kind !== 'function') return { type }
  return { type, parameterNames: type.params.map((_, index) => locals.get(index)) }
}

/** By the name section: a toolchain exports it only when asked to. */
function findStackPointer({ globals }: Declarations, names: Names): StackPointer | undefined {
  const { stackPointerIndex: globalIndex } = names
  const global = globalIndex === undefined ? undefined : globals[globalIndex]
  if (globalIndex === undefined || !global?.mutable) return undefined
  return global.type === 'i32' || global.type === 'i64'
    ? { globalIndex, addressType: global.type }
    : undefined
}

function shapeModule({ declarations, sizes, ...custom }: Sections): ModuleShape {
  const { functions, importedFunctionCount, startFunctionIndex } = declarations
  const names = readNamesOf(custom.names, [...declarations.imports, ...declarations.exports])
  const producers = readProducersOf(custom.producers)
  const stackPointer = findStackPointer(declarations, names)
  return {
    imports: declarations.imports.map((entry) => ({
      module: entry.module,
      name: entry.name,
      ...describe(entry, names),
    })),
    exports: declarations.exports.map((entry) => ({ name: entry.name, ...describe(entry, names) })),
    ...(startFunctionIndex !== undefined && { startFunctionIndex }),
    definedFunctionCount: functions.length - importedFunctionCount,
    ...(names.moduleName !== undefined && { moduleName: names.moduleName }),
    ...(stackPointer !== undefined && { stackPointer }),
    ...(producers !== undefined && { producers }),
    sizes,
  }
}

/** What the sections of a module declare. Throws a `FormatError` where `readModule` says that it cannot be read. */
export function readDeclarations(bytes: Uint8Array): Declarations {
  return readSections(bytes).declarations
}

/**
 * Reads what a core module imports, exports and tells about itself (specification 3.0, "Binary Format"; also
 * shared memories, custom page sizes and compact imports). It decodes and does not validate: that is the
 * engine's part. It never throws, whatever the bytes are; time and memory are linear in their number.
 */
export function readModule(bytes: Uint8Array): Result<ModuleShape, ReadModuleError> {
  try {
    checkHeader(bytes)
    const sections = readSections(bytes)
    checkAnnounced(sections.declarations, bytes.length)
    return { ok: true, value: shapeModule(sections) }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    const { kind, message, offsetBytes } = error
    return { ok: false, error: { kind, message, offsetBytes } }
  }
}
