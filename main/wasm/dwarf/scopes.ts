/** The functions of a unit, and the calls that the compiler inlined into them. */
import { demangle } from '../demangle.ts'
import { AT, TAG } from './constants.ts'
import type { AddressRange } from './ranges.ts'
import type { Attributes, Unit } from './unit.ts'
import { NAMING_TAGS } from './unit.ts'

/** Code of a function, or of a call inlined into one. */
interface Scope {
  depth: number
  isInlined: boolean
  ranges: AddressRange[]
  /** Of the entry, in .debug_info. */
  entryAt: number
  /** Of an inlined call: where it stands. */
  callFileIndex: number
  callLine: number
  callColumn: number
}

/** A function that an address lies in; of an inlined one also where it was called. */
export interface EnclosingFunction {
  entryAt: number
  isInlined: boolean
  callFileIndex: number
  callLine: number
  callColumn: number
}

/** What is known of one unit's functions. */
export interface UnitScopes {
  /** From the function down to the innermost inlined call. */
  enclosing(address: number): EnclosingFunction[]
  /** The names of what the entry of a function stands inside of: namespaces and types. */
  prefixOf(entryAt: number): string
}

/** Origins of origins: a real chain is an inlined call, its function, and that function's declaration. */
const LONGEST_CHAIN = 8

/** Reads all entries of a unit once. Entries may be nested as deeply as there are bytes. */
export function readScopes(unit: Unit): UnitScopes {
  const scopes: Scope[] = []
  const prefixes = new Map<number, string>()
  /** The prefix of entries at each depth. */
  const open: string[] = ['']
  const cursor = unit.cursorAt(unit.entriesStartBytes)
  while (!cursor.isAtEnd) {
    const entryAt = cursor.at
    const entry = unit.readEntry(cursor)
    if (entry === null) {
      if (open.length > 1) open.pop()
      continue
    }
    const { tag, hasChildren, attributes } = entry
    const prefix = open.at(-1)!
    if (tag === TAG.subprogram || tag === TAG.inlinedSubroutine) {
      if (prefix !== '') prefixes.set(entryAt, prefix)
      const ranges = unit.rangesOf(attributes)
      if (ranges.length > 0) scopes.push(makeScope(open.length, entryAt, tag, attributes, ranges))
    }
    if (hasChildren) open.push(NAMING_TAGS.has(tag) ? extend(prefix, unit, attributes) : prefix)
  }

  return {
    enclosing(address) {
      unit.budget.spend(scopes.length)
      const found = scopes.filter(({ ranges }) =>
        ranges.some(({ start, end }) => address >= start && address < end),
      )
      // An address lies in one function only. Where entries contradict that, the first one holds.
      const first = found.findIndex(({ isInlined }) => !isInlined)
      if (first < 0) return []
      const functionDepth = found[first]!.depth
      const rest = found.slice(first + 1)
      const next = rest.findIndex(({ depth, isInlined }) => !isInlined || depth <= functionDepth)
      return [found[first]!, ...(next < 0 ? rest : rest.slice(0, next))]
    },
    prefixOf: (entryAt) => prefixes.get(entryAt) ?? '',
  }
}

function makeScope(
  depth: number,
  entryAt: number,
  tag: number,
  attributes: Attributes,
  ranges: AddressRange[],
): Scope {
  const numberOf = (name: number): number => {
    const value = attributes.get(name)?.value
    return typeof value === 'number' ? value : 0
  }
  return {
    depth,
    isInlined: tag === TAG.inlinedSubroutine,
    ranges,
    entryAt,
    callFileIndex: numberOf(AT.callFile),
    callLine: numberOf(AT.callLine),
    callColumn: numberOf(AT.callColumn),
  }
}

function extend(prefix: string, unit: Unit, attributes: Attributes): string {
  const name = unit.textOf(attributes.get(AT.name)) ?? '(anonymous namespace)'
  // A prefix that nobody could read is of no use, and could grow with every level.
  return prefix.length > 1000 ? prefix : `${prefix}${name}::`
}

/**
 * The name of the function whose entry is at `entryAt`: demangled where that says more, else as it was written,
 * with namespaces and types before it. Null where the entry has none.
 */
export function nameFunction(
  entryAt: number,
  findUnit: (entryAt: number) => { unit: Unit; scopes: UnitScopes } | null,
): string | null {
  let at: number | null = entryAt
  let name: string | null = null
  let prefix = ''
  for (let step = 0; at !== null && step < LONGEST_CHAIN; step++) {
    const found = findUnit(at)
    const entry = found?.unit.readEntry(found.unit.cursorAt(at))
    if (!found || !entry) break
    const { unit, scopes } = found
    const { attributes } = entry
    const linkageName = unit.textOf(attributes.get(AT.linkageName) ?? attributes.get(AT.mipsLinkageName))
    const demangled = linkageName === null ? null : demangle(linkageName)
    if (demangled !== null && demangled !== linkageName) return demangled
    name ??= unit.textOf(attributes.get(AT.name))
    // A function that is written outside of its type has its declaration inside.
    prefix = scopes.prefixOf(at) || prefix
    at = unit.referenceOf(attributes.get(AT.abstractOrigin) ?? attributes.get(AT.specification))
  }
  return name === null ? null : prefix + name
}
