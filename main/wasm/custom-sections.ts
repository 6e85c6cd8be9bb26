import type { ByteReader } from './byte-reader.ts'
import type { Producer, Producers } from './types.ts'

/** What the name section says, as far as it is wanted here. */
export interface Names {
  moduleName?: string
  /** The global that the toolchain called `__stack_pointer`. */
  stackPointerIndex?: number
  /** By function index, then by local index; parameters are the first locals. */
  locals: Map<number, Map<number, string>>
}

/** More than any real module names per field; the rest of a longer list is left out. */
const producersShown = 100

const producerFields = new Map<string, keyof Producers>([
  ['language', 'languages'],
  ['processed-by', 'tools'],
  ['sdk', 'softwareDevelopmentKits'],
])

function readLocals(reader: ByteReader, wanted: ReadonlyMap<number, number>, names: Names): void {
  const functions = reader.count('functions')
  for (let entry = 0; entry < functions; entry += 1) {
    const functionIndex = reader.u32()
    const parameters = wanted.get(functionIndex) ?? 0
    const named = new Map<number, string>()
    const locals = reader.count('locals')
    for (let local = 0; local < locals; local += 1) {
      const localIndex = reader.u32()
      if (localIndex < parameters) named.set(localIndex, reader.name())
      else reader.skip(reader.u32())
    }
    if (named.size > 0) names.locals.set(functionIndex, named)
  }
}

/** LLVM keeps a stack in linear memory, and its top in a global of this name. */
const stackPointerName = '__stack_pointer'

function readGlobals(reader: ByteReader, names: Names): void {
  const globals = reader.count('globals')
  for (let entry = 0; entry < globals; entry += 1) {
    const globalIndex = reader.u32()
    if (reader.name() === stackPointerName) names.stackPointerIndex ??= globalIndex
  }
}

/**
 * Adds to `names` what a name section says (specification 3.0, "Custom Sections", "Name Section"), of locals
 * only the parameters of functions in `wanted`, which has their number by function index.
 * Throws a `FormatError` where the section is broken; what stands before stays in `names`.
 */
export function readNames(reader: ByteReader, wanted: ReadonlyMap<number, number>, names: Names): void {
  while (reader.remainingBytes > 0) {
    const kind = reader.byte()
    const part = reader.range(reader.u32(), 'name section')
    if (kind === 0) names.moduleName = part.name()
    else if (kind === 2) readLocals(part, wanted, names)
    else if (kind === 7) readGlobals(part, names)
  }
}

/**
 * Adds to `found` the names that a name section has for one kind of thing, by index; `part` is that kind's
 * identifier there. Empty names are none. Throws as `readNames` does.
 */
export function readNameMap(reader: ByteReader, part: number, found: Map<number, string>): void {
  while (reader.remainingBytes > 0) {
    const kind = reader.byte()
    const contents = reader.range(reader.u32(), 'name section')
    if (kind !== part) continue
    const count = contents.count('names')
    for (let entry = 0; entry < count; entry++) {
      const index = contents.u32()
      const name = contents.name()
      if (name !== '') found.set(index, name)
    }
  }
}

/**
 * Adds to `producers` what a producers section says (WebAssembly tool conventions, "Producers Section").
 * Throws a `FormatError` where the section is broken; what stands before stays in `producers`.
 */
export function readProducers(reader: ByteReader, producers: Producers): void {
  const fields = reader.count('fields')
  for (let field = 0; field < fields; field += 1) {
    const fieldName = producerFields.get(reader.name())
    const values = reader.count('producers')
    for (let value = 0; value < values; value += 1) {
      const producer: Producer = { name: reader.name(), version: reader.name() }
      if (fieldName === undefined || producers[fieldName].length === producersShown) continue
      producers[fieldName].push(producer)
    }
  }
}
