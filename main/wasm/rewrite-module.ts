/**
 * Makes callable and visible what a module keeps to itself: its start function, its stack pointer. Nothing else
 * changes; names and debug information stay, though all bytes behind the export section move.
 */
import { KINDS, SECTIONS } from './binary-codes.ts'
import { encodeName, encodeU32 } from './encoding.ts'
import type { SectionChange } from './rebuild-module.ts'
import { rebuildModule } from './rebuild-module.ts'
import type { ModuleShape } from './types.ts'

/** A module that exports more than it did. */
export interface RewrittenModule {
  bytes: Uint8Array<ArrayBuffer>
  /** The reserved name of the new export; no export of the module itself has it. */
  exportName: string
}

/**
 * Removes the start section and exports its function under a reserved name, so that it can be called in another
 * way than the engine does; null for a module that has none, which is left as it is. `shape` is what
 * `readModule` read from the same bytes.
 */
export function liftStart(bytes: Uint8Array, shape: ModuleShape): RewrittenModule | null {
  if (shape.startFunctionIndex === undefined) return null
  const exportName = chooseName(shape, 'jspi-inspector:start')
  const entry = { name: exportName, kind: KINDS.function, index: shape.startFunctionIndex }
  return { bytes: addExports(bytes, [entry], SECTIONS.start), exportName }
}

/** Exports the stack pointer under a reserved name; null for a module whose stack pointer is not known. */
export function exposeStackPointer(bytes: Uint8Array, shape: ModuleShape): RewrittenModule | null {
  if (shape.stackPointer === undefined) return null
  const exportName = chooseName(shape, 'jspi-inspector:stack-pointer')
  const entry = { name: exportName, kind: KINDS.global, index: shape.stackPointer.globalIndex }
  return { bytes: addExports(bytes, [entry]), exportName }
}

/** Any text may be the name of an export: the first from `wanted` on that is none. */
export function chooseName(shape: ModuleShape, wanted: string): string {
  return chooseFree(new Set(shape.exports.map(({ name }) => name)), wanted)
}

/** The first name from `wanted` on that is not taken. */
export function chooseFree(taken: ReadonlySet<string>, wanted: string): string {
  let name = wanted
  while (taken.has(name)) name += ':'
  return name
}

/** An entry of the export section: what is exported, by its kind and its index among its like. */
export interface ExportEntry {
  name: string
  kind: number
  index: number
}

/**
 * Adds entries to the export section (specification 3.0, "Modules", "Export Section"), and may take another
 * section out.
 */
export function addExports(
  bytes: Uint8Array,
  entries: readonly ExportEntry[],
  removedSection?: number,
): Uint8Array<ArrayBuffer> {
  const append = entries.map(({ name, kind, index }) =>
    Uint8Array.from([...encodeName(name), kind, ...encodeU32(index)]),
  )
  const changes = new Map<number, SectionChange>([[SECTIONS.export, { append }]])
  if (removedSection !== undefined) changes.set(removedSection, 'remove')
  return rebuildModule(bytes, changes)
}
