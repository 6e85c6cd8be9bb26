/** Finds the source of a module's code by its DWARF debug information, versions 2 to 5. */
import type { SectionRange } from '../section-ranges.ts'
import { AT } from './constants.ts'
import { Budget, Cursor, DwarfError } from './cursor.ts'
import type { LineTable } from './line-table.ts'
import { readLineTable } from './line-table.ts'
import type { AddressRange } from './ranges.ts'
import type { UnitScopes } from './scopes.ts'
import { nameFunction, readScopes } from './scopes.ts'
import type { DebugSections } from './unit.ts'
import { Unit } from './unit.ts'

/** A place in the source, and the function that it is in. */
export interface SourcePlace {
  /** Null where the debug information does not name it. */
  functionName: string | null
  /** As the compiler knew it; null where it is not known. */
  file: string | null
  /** From 1; null where it is not known. */
  line: number | null
  /** From 1; null where it is not known. */
  column: number | null
  /** Whether the function was inlined into that of the next place. */
  inlined: boolean
}

/** Answers where code comes from. */
export interface SourceLocator {
  /**
   * The places of the code at an address, which counts from the start of the code section's contents: the
   * innermost inlined call first, the function itself last. Empty where nothing is known.
   */
  locate(address: number): SourcePlace[]
}

/**
 * Work that is done for one module before its debug information is given up, in values read: enough for one of
 * tens of megabytes, and about a second.
 */
const BUDGET_STEPS = 40_000_000

interface KnownUnit {
  unit: Unit
  ranges: AddressRange[]
  /** Null until it is asked for; `broken` where it could not be read. */
  scopes: UnitScopes | 'broken' | null
  lines: LineTable | 'broken' | null
}

const NO_SCOPES: UnitScopes = { enclosing: () => [], prefixOf: () => '' }

/**
 * Reads debug information as it is asked for; what was read is kept. It never throws, whatever the bytes are:
 * what cannot be read, or takes too much work, is not known. `sections` are those of `bytes`. Null for a module
 * that has no DWARF.
 */
export function createSourceLocator(
  bytes: Uint8Array,
  sections: readonly SectionRange[],
  budgetSteps: number = BUDGET_STEPS,
): SourceLocator | null {
  const contents = new Map<string, Uint8Array>()
  for (const { name, startBytes, endBytes } of sections) {
    if (name?.startsWith('.debug_')) contents.set(name.slice(7), bytes.subarray(startBytes, endBytes))
  }
  if (!contents.has('info')) return null
  const debugSections: DebugSections = (name) => contents.get(name) ?? new Uint8Array()
  const budget = new Budget(budgetSteps)
  let units: KnownUnit[] | null = null
  const known = new Map<number, SourcePlace[]>()

  return {
    locate(address) {
      const places = known.get(address) ?? attempt(() => find(address)) ?? []
      known.set(address, places)
      return places
    },
  }

  function find(address: number): SourcePlace[] {
    units ??= readUnits(debugSections, budget)
    const found = units.find(({ ranges }) =>
      ranges.some(({ start, end }) => address >= start && address < end),
    )
    if (found === undefined) return []
    const lines = linesOf(found)
    const enclosing = scopesOf(found).enclosing(address)
    const place = lines?.placeAt(address) ?? null
    let [fileIndex, line, column] = [place?.fileIndex ?? null, place?.line ?? 0, place?.column ?? 0]
    const places: SourcePlace[] = []
    for (const each of enclosing.toReversed()) {
      places.push({
        functionName: attempt(() => nameFunction(each.entryAt, findUnit)),
        ...describePlace(lines, fileIndex, line, column),
        inlined: each.isInlined,
      })
      ;[fileIndex, line, column] = [each.callFileIndex, each.callLine, each.callColumn]
    }
    if (places.length > 0) return places
    if (place === null) return []
    return [{ functionName: null, ...describePlace(lines, fileIndex, line, column), inlined: false }]
  }

  function findUnit(entryAt: number): { unit: Unit; scopes: UnitScopes } | null {
    const found = units?.find(({ unit }) => entryAt >= unit.startBytes && entryAt < unit.endBytes)
    return found === undefined ? null : { unit: found.unit, scopes: scopesOf(found) }
  }
}

function describePlace(lines: LineTable | null, fileIndex: number | null, line: number, column: number) {
  const file = fileIndex === null ? null : (lines?.pathOf(fileIndex) ?? null)
  return { file, line: line > 0 ? line : null, column: line > 0 && column > 0 ? column : null }
}

/** Lists the units up to the first that is broken: where the next one begins is then not known. */
function readUnits(sections: DebugSections, budget: Budget): KnownUnit[] {
  const cursor = new Cursor(sections('info'), budget)
  const abbreviations = new Map()
  const units: KnownUnit[] = []
  while (!cursor.isAtEnd) {
    const unit = attempt(() => new Unit(cursor, sections, abbreviations))
    if (unit === null) break
    const ranges = attempt(() => unit.rangesOf(unit.attributes)) ?? []
    units.push({ unit, ranges, scopes: null, lines: null })
  }
  return units
}

function scopesOf(known: KnownUnit): UnitScopes {
  known.scopes ??= attempt(() => readScopes(known.unit)) ?? 'broken'
  return known.scopes === 'broken' ? NO_SCOPES : known.scopes
}

function linesOf(known: KnownUnit): LineTable | null {
  known.lines ??= attempt(() => readLinesOf(known.unit)) ?? 'broken'
  return known.lines === 'broken' ? null : known.lines
}

function readLinesOf(unit: Unit): LineTable | null {
  const at = unit.attributes.get(AT.stmtList)?.value
  return typeof at === 'number' ? readLineTable(unit, at, unit.textOf(unit.attributes.get(AT.compDir))) : null
}

function attempt<Value>(read: () => Value): Value | null {
  try {
    return read()
  } catch (error) {
    // A section of a few bytes that says it is huge, or a text too long for the engine.
    if (!(error instanceof DwarfError || error instanceof RangeError)) throw error
    return null
  }
}
