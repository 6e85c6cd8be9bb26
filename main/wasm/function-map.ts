/** Which function of a module an instruction belongs to, and what that function is called. */
import { ByteReader, FormatError } from './byte-reader.ts'
import { readNameMap } from './custom-sections.ts'
import { demangle } from './demangle.ts'
import { SECTIONS } from './binary-codes.ts'
import { listSectionRanges } from './section-ranges.ts'
import type { SectionRange } from './section-ranges.ts'
import type { ModuleShape } from './types.ts'

/** The name section's part that names functions (specification 3.0, "Custom Sections", "Name Section"). */
const FUNCTION_NAMES = 1
const FUNCTION_KIND = 0
/** Longer names are cut: they are for people. */
const LONGEST_NAME = 1000

/** The functions that a module defines, by where their code is. Offsets count from the start of the file. */
export interface FunctionMap {
  /** Where the contents of the code section begin; DWARF counts its addresses from here. */
  codeStartBytes: number
  /** The index of the function whose body holds the byte; null outside of every body. */
  indexAt(offsetBytes: number): number | null
  /** From the name section, demangled; else its name as an export; null where it has none. */
  nameOf(functionIndex: number): string | null
}

/**
 * Reads the places and names of a module's functions. Broken or missing names are left out. Time and memory
 * are linear in the size of the module. `shape` is what `readModule` read from the same bytes.
 */
export function readFunctionMap(bytes: Uint8Array, shape: ModuleShape): FunctionMap {
  const sections = attempt(() => listSectionRanges(bytes)) ?? []
  const find = (identifier: number) => sections.find((section) => section.identifier === identifier)
  const code = find(SECTIONS.code)
  const importedCount = shape.imports.filter(({ type }) => type.kind === 'function').length
  const bodyEnds = (code && attempt(() => listBodyEnds(read(bytes, code)))) ?? []
  const names = new Map<number, string>()
  const exported = find(SECTIONS.export)
  if (exported) attempt(() => readExportNames(read(bytes, exported), names))
  const nameSection = sections.find(({ name }) => name === 'name')
  if (nameSection) attempt(() => readNameMap(read(bytes, nameSection), FUNCTION_NAMES, names))
  const codeStartBytes = code?.startBytes ?? 0

  return {
    codeStartBytes,
    indexAt(offsetBytes) {
      if (offsetBytes < codeStartBytes) return null
      const body = findFirstAbove(bodyEnds, offsetBytes)
      return body === bodyEnds.length ? null : importedCount + body
    },
    nameOf(functionIndex) {
      const name = names.get(functionIndex)
      return name ? demangle(name).slice(0, LONGEST_NAME) : null
    },
  }
}

/** The name under which a module exports a function, the first of several; null where it does not. */
export function findExportName(bytes: Uint8Array, functionIndex: number): string | null {
  const names = new Map<number, string>()
  attempt(() => {
    const section = listSectionRanges(bytes).find(({ identifier }) => identifier === SECTIONS.export)
    if (section) readExportNames(read(bytes, section), names)
  })
  return names.get(functionIndex) ?? null
}

function read(bytes: Uint8Array, { startBytes, endBytes }: SectionRange): ByteReader {
  return new ByteReader(bytes, startBytes, endBytes, 'section')
}

/** Names that are broken never make a module invalid. */
function attempt<Value>(readSection: () => Value): Value | null {
  try {
    return readSection()
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    return null
  }
}

function listBodyEnds(reader: ByteReader): number[] {
  const count = reader.count('bodies')
  const ends: number[] = []
  for (let body = 0; body < count; body++) {
    reader.skip(reader.u32())
    ends.push(reader.offsetBytes)
  }
  return ends
}

function readExportNames(reader: ByteReader, names: Map<number, string>): void {
  const count = reader.count('exports')
  for (let entry = 0; entry < count; entry++) {
    const name = reader.name()
    const kind = reader.byte()
    const index = reader.u32()
    if (kind === FUNCTION_KIND && !names.has(index)) names.set(index, name)
  }
}

/** The index of the first of the ascending numbers that is above `limit`; their count if none is. */
function findFirstAbove(ascending: readonly number[], limit: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ascending[middle]! > limit) high = middle
    else low = middle + 1
  }
  return low
}
