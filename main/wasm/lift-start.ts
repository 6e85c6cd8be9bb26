/** Makes a module's start function callable, so that it can be called in another way than the engine does. */
import { ByteReader } from './byte-reader.ts'
import { headerSizeBytes } from './header.ts'
import type { ModuleShape } from './types.ts'

const EXPORT_SECTION = 7
const START_SECTION = 8
const FUNCTION_KIND = 0

/** A module whose start function is not called when it is instantiated, but exported. */
export interface LiftedStart {
  bytes: Uint8Array<ArrayBuffer>
  /** The reserved name of the export; no export of the module itself has it. */
  exportName: string
}

interface Section {
  id: number
  startBytes: number
  contentStartBytes: number
  endBytes: number
}

/**
 * Removes the start section and exports its function under a reserved name; null for a module that has none,
 * which is left as it is. All other bytes stay the same, names and debug information too, but move by the
 * difference (specification 3.0, "Binary Format", "Modules": the start section follows the export section).
 * `shape` is what `readModule` read from the same bytes.
 */
export function liftStart(bytes: Uint8Array, shape: ModuleShape): LiftedStart | null {
  if (shape.startFunctionIndex === undefined) return null
  const exportName = chooseName(shape)
  const name = new TextEncoder().encode(exportName)
  const entry = [...encodeU32(name.length), ...name, FUNCTION_KIND, ...encodeU32(shape.startFunctionIndex)]
  const sections = listSections(bytes)
  const exportSection = sections.find(({ id }) => id === EXPORT_SECTION)
  const parts: Uint8Array[] = [bytes.subarray(0, headerSizeBytes)]
  for (const section of sections) {
    if (section === exportSection) parts.push(appendExport(bytes, section, entry))
    else if (section.id !== START_SECTION) parts.push(bytes.subarray(section.startBytes, section.endBytes))
    else if (!exportSection) parts.push(encodeSection(EXPORT_SECTION, [Uint8Array.from([1, ...entry])]))
  }
  return { bytes: concatenate(parts), exportName }
}

/** Any text may be the name of an export: the first that is none. */
function chooseName(shape: ModuleShape): string {
  const taken = new Set(shape.exports.map(({ name }) => name))
  let name = 'jspi-inspector:start'
  while (taken.has(name)) name += ':'
  return name
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

function appendExport(bytes: Uint8Array, section: Section, entry: number[]): Uint8Array {
  const reader = new ByteReader(bytes, section.contentStartBytes, section.endBytes, 'export section')
  const count = reader.u32()
  const entries = bytes.subarray(reader.offsetBytes, section.endBytes)
  return encodeSection(EXPORT_SECTION, [
    Uint8Array.from(encodeU32(count + 1)),
    entries,
    Uint8Array.from(entry),
  ])
}

function encodeSection(id: number, parts: Uint8Array[]): Uint8Array {
  const content = concatenate(parts)
  return concatenate([Uint8Array.from([id, ...encodeU32(content.length)]), content])
}

/** LEB128 (specification 3.0, "Binary Format", "Integers"). */
function encodeU32(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80)
    rest >>>= 7
  }
  return [...bytes, rest]
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
