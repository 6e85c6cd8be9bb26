/**
 * Makes callable and visible what a module keeps to itself: its start function, its stack pointer. Nothing else
 * changes; names and debug information stay, though all bytes behind the export section move.
 */
import { ByteReader } from './byte-reader.ts'
import { concatenate, encodeName, encodeSection, encodeU32 } from './encoding.ts'
import { headerSizeBytes } from './header.ts'
import { sectionKinds } from './sections.ts'
import type { ModuleShape } from './types.ts'

const CUSTOM_SECTION = 0
const EXPORT_SECTION = 7
const START_SECTION = 8
const FUNCTION_KIND = 0
const GLOBAL_KIND = 3
const sectionOrder = [...sectionKinds.keys()]

/** A module that exports more than it did. */
export interface RewrittenModule {
  bytes: Uint8Array<ArrayBuffer>
  /** The reserved name of the new export; no export of the module itself has it. */
  exportName: string
}

interface Section {
  id: number
  startBytes: number
  contentStartBytes: number
  endBytes: number
}

/**
 * Removes the start section and exports its function under a reserved name, so that it can be called in another
 * way than the engine does; null for a module that has none, which is left as it is. `shape` is what
 * `readModule` read from the same bytes.
 */
export function liftStart(bytes: Uint8Array, shape: ModuleShape): RewrittenModule | null {
  if (shape.startFunctionIndex === undefined) return null
  const exportName = chooseName(shape, 'jspi-inspector:start')
  const entry = { name: exportName, kind: FUNCTION_KIND, index: shape.startFunctionIndex }
  return { bytes: addExport(bytes, entry, START_SECTION), exportName }
}

/** Exports the stack pointer under a reserved name; null for a module whose stack pointer is not known. */
export function exposeStackPointer(bytes: Uint8Array, shape: ModuleShape): RewrittenModule | null {
  if (shape.stackPointer === undefined) return null
  const exportName = chooseName(shape, 'jspi-inspector:stack-pointer')
  const entry = { name: exportName, kind: GLOBAL_KIND, index: shape.stackPointer.globalIndex }
  return { bytes: addExport(bytes, entry), exportName }
}

/** Any text may be the name of an export: the first that is none. */
function chooseName(shape: ModuleShape, wanted: string): string {
  const taken = new Set(shape.exports.map(({ name }) => name))
  let name = wanted
  while (taken.has(name)) name += ':'
  return name
}

/** Adds an entry to the export section, or a section with it where there is none (specification 3.0, "Modules"). */
function addExport(
  bytes: Uint8Array,
  { name, kind, index }: { name: string; kind: number; index: number },
  removedSection?: number,
): Uint8Array<ArrayBuffer> {
  const entry = Uint8Array.from([...encodeName(name), kind, ...encodeU32(index)])
  const sections = listSections(bytes)
  let isAdded = sections.some(({ id }) => id === EXPORT_SECTION)
  const parts: Uint8Array[] = [bytes.subarray(0, headerSizeBytes)]
  for (const section of sections) {
    if (!isAdded && standsBehindExports(section)) {
      parts.push(encodeSection(EXPORT_SECTION, [Uint8Array.of(1), entry]))
      isAdded = true
    }
    if (section.id === EXPORT_SECTION) parts.push(extendExports(bytes, section, entry))
    else if (section.id !== removedSection) parts.push(bytes.subarray(section.startBytes, section.endBytes))
  }
  if (!isAdded) parts.push(encodeSection(EXPORT_SECTION, [Uint8Array.of(1), entry]))
  return concatenate(parts)
}

function standsBehindExports({ id }: Section): boolean {
  return id !== CUSTOM_SECTION && sectionOrder.indexOf(id) > sectionOrder.indexOf(EXPORT_SECTION)
}

function listSections(bytes: Uint8Array): Section[] {
  const reader = new ByteReader(bytes, headerSizeBytes, bytes.length, 'module')
  const sections: Section[] = []
  while (reader.remainingBytes > 0) {
    const startBytes = reader.offsetBytes
    const id = reader.byte()
    const sizeBytes = reader.u32()
    const contentStartBytes = reader.offsetBytes
    reader.skip(sizeBytes)
    sections.push({ id, startBytes, contentStartBytes, endBytes: reader.offsetBytes })
  }
  return sections
}

function extendExports(bytes: Uint8Array, section: Section, entry: Uint8Array): Uint8Array {
  const reader = new ByteReader(bytes, section.contentStartBytes, section.endBytes, 'export section')
  const count = reader.u32()
  const entries = bytes.subarray(reader.offsetBytes, section.endBytes)
  return encodeSection(EXPORT_SECTION, [Uint8Array.from(encodeU32(count + 1)), entries, entry])
}
