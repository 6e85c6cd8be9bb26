/**
 * Makes visible what a module keeps to itself: the memories and tables that limits of the session hold, because an
 * error is to say that one of them stands at its limit; the memory that arguments of its imports point into; and tags,
 * because an exception that leaves the guest is read by its tag.
 */
import { KINDS, SECTIONS } from './binary-codes.ts'
import { ByteReader, FormatError } from './byte-reader.ts'
import type { ResourceLimits } from './clamp-limits.ts'
import { findAllowed } from './clamp-limits.ts'
import { readNameMap } from './custom-sections.ts'
import { readDeclarations } from './read-module.ts'
import { addExports, chooseFree } from './rewrite-module.ts'
import type { SectionRange } from './section-ranges.ts'
import { listSectionRanges } from './section-ranges.ts'
import type { MemoryType, ModuleShape, TableType, TagType } from './types.ts'

/** A memory, table or tag that a module neither imports nor exports. */
export interface HiddenDefinition {
  /** As the module declares it. */
  type: MemoryType | TableType | TagType
  /** Its place among the memories, tables or tags of the module, the imported ones first. */
  index: number
  /** From the name section; null where it has none there. */
  name: string | null
  /** The reserved name under which it is exported; no export of the module itself has it. */
  exportName: string
}

/** The name section's parts (specification 3.0, "Custom Sections", "Name Section"). */
const NAME_PARTS = { table: 5, memory: 6, tag: 11 } as const
/** Longer names are cut: they are for people. */
const LONGEST_NAME = 100
/** The engine takes so many exports and no more; languages need a tag or two. */
const TAG_LIMIT = 1000

/**
 * Lists the hidden memories and tables that the limits hold to less than the module allows them, the first memory of a
 * module that imports functions and shows no memory, and hidden tags, with the names under which `exposeHidden` exports
 * them. `bytes` and `shape` are those of a module that `readModule` has read.
 */
export function listHidden(
  bytes: Uint8Array,
  shape: ModuleShape,
  limits: ResourceLimits,
): HiddenDefinition[] {
  const isLimited = limits.memoryBytes !== null || limits.tableEntries !== null
  const lacksMemory = importsFunctions(shape) && !showsMemory(shape)
  const sections = listSectionRanges(bytes)
  const hasTags = sections.some(({ identifier }) => identifier === SECTIONS.tag)
  if (!isLimited && !lacksMemory && !hasTags) return []
  const { memories, tables, tags, imports, exports } = readDeclarations(bytes)
  // Each has a type object of its own, which imports and exports refer to.
  const visible = new Set([...imports, ...exports].map(({ type }) => type))
  const taken = new Set(shape.exports.map(({ name }) => name))
  const isWanted = (type: HiddenDefinition['type'], index: number): boolean => {
    if (type.kind === 'tag') return index < TAG_LIMIT
    return isHeldBack(type, limits) || (lacksMemory && type === memories[0])
  }
  return [memories, tables, tags].flatMap((types: readonly HiddenDefinition['type'][]) => {
    const hidden = [...types.entries()].filter(([index, type]) => !visible.has(type) && isWanted(type, index))
    const kind = hidden[0]?.[1].kind
    if (kind === undefined) return []
    const names = readNames(bytes, sections, NAME_PARTS[kind])
    return hidden.map(([index, type]) => ({
      type,
      index,
      name: names.get(index)?.slice(0, LONGEST_NAME) ?? null,
      exportName: chooseFree(taken, `jspi-inspector:${kind}-${index}`),
    }))
  })
}

/** Exports what `listHidden` lists of the module; `bytes` may have been rewritten since, with no index changed. */
export function exposeHidden(
  bytes: Uint8Array,
  hidden: readonly HiddenDefinition[],
): Uint8Array<ArrayBuffer> {
  const entries = hidden.map(({ type: { kind }, index, exportName }) => ({
    name: exportName,
    kind: KINDS[kind],
    index,
  }))
  return addExports(bytes, entries)
}

function importsFunctions({ imports }: ModuleShape): boolean {
  return imports.some(({ type }) => type.kind === 'function')
}

function showsMemory({ imports, exports }: ModuleShape): boolean {
  return [imports, exports].some((entries) => entries.some(({ type }) => type.kind === 'memory'))
}

/** Whether a memory or table can come to stand at a limit that is not its own maximum. */
function isHeldBack(type: MemoryType | TableType, limits: ResourceLimits): boolean {
  const allowed = findAllowed(type, limits)
  const declared = type.kind === 'memory' ? type.maximumPages : type.maximum
  return allowed !== null && (declared === undefined || declared > allowed)
}

/** As far as they can be read: a name section that is broken never makes a module invalid. */
function readNames(bytes: Uint8Array, sections: readonly SectionRange[], part: number): Map<number, string> {
  const names = new Map<number, string>()
  const section = sections.find(({ identifier, name }) => identifier === SECTIONS.custom && name === 'name')
  try {
    if (section)
      readNameMap(new ByteReader(bytes, section.startBytes, section.endBytes, 'section'), part, names)
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
  }
  return names
}
