/** Lists of address ranges: .debug_ranges up to version 4, .debug_rnglists from version 5 on. */
import { RANGE_ENTRY } from './constants.ts'
import { Cursor, DwarfError } from './cursor.ts'
import type { Unit } from './unit.ts'

/** From `start` up to, and not including, `end`; counted from the start of the code section's contents. */
export interface AddressRange {
  start: number
  end: number
}

/**
 * Reads a list. `value` is its offset, or with `isIndex` its number in the table at `tableBase`. `base` is the
 * address that the unit's offsets count from.
 */
export function readRangeList(
  unit: Unit,
  value: number,
  isIndex: boolean,
  base: number,
  tableBase: number | null,
): AddressRange[] {
  if (unit.version < 5) return readOldList(unit, value, base)
  if (!isIndex) return readList(unit, value, base)
  // Without a base the table stands behind the section's header of 12 or 20 bytes.
  const table = tableBase ?? (unit.offsetSizeBytes === 8 ? 20 : 12)
  const section = unit.sections('rnglists')
  const entry = new Cursor(section, unit.budget, table + value * unit.offsetSizeBytes)
  return readList(unit, table + entry.unsigned(unit.offsetSizeBytes), base)
}

function readOldList(unit: Unit, at: number, base: number): AddressRange[] {
  const cursor = new Cursor(unit.sections('ranges'), unit.budget, at)
  const size = unit.addressSizeBytes
  const largest = size === 8 ? 2 ** 64 : 2 ** (8 * size) - 1
  const ranges: AddressRange[] = []
  let from = base
  for (;;) {
    const start = cursor.unsigned(size)
    const end = cursor.unsigned(size)
    if (start === 0 && end === 0) return ranges
    if (start >= largest) from = end
    else add(ranges, from + start, from + end)
  }
}

function readList(unit: Unit, at: number, base: number): AddressRange[] {
  const cursor = new Cursor(unit.sections('rnglists'), unit.budget, at)
  const size = unit.addressSizeBytes
  const ranges: AddressRange[] = []
  let from = base
  for (;;) {
    const kind = cursor.u8()
    switch (kind) {
      case RANGE_ENTRY.endOfList:
        return ranges
      case RANGE_ENTRY.baseAddressx:
        from = unit.indexedAddress(cursor.uleb())
        break
      case RANGE_ENTRY.startxEndx:
        add(ranges, unit.indexedAddress(cursor.uleb()), unit.indexedAddress(cursor.uleb()))
        break
      case RANGE_ENTRY.startxLength: {
        const start = unit.indexedAddress(cursor.uleb())
        add(ranges, start, start + cursor.uleb())
        break
      }
      case RANGE_ENTRY.offsetPair: {
        const start = from + cursor.uleb()
        add(ranges, start, from + cursor.uleb())
        break
      }
      case RANGE_ENTRY.baseAddress:
        from = cursor.unsigned(size)
        break
      case RANGE_ENTRY.startEnd: {
        const start = cursor.unsigned(size)
        add(ranges, start, cursor.unsigned(size))
        break
      }
      case RANGE_ENTRY.startLength: {
        const start = cursor.unsigned(size)
        add(ranges, start, start + cursor.uleb())
        break
      }
      default:
        throw new DwarfError(`${kind} is not a kind of range.`)
    }
  }
}

function add(ranges: AddressRange[], start: number, end: number): void {
  if (isRealCode(start, end)) ranges.push({ start, end })
}

/**
 * Whether a range is code of the module. Of functions that it dropped, a linker leaves the start at 0 or close
 * to the largest address; no function starts at 0, where the code section has the number of its bodies.
 */
export function isRealCode(start: number, end: number): boolean {
  return start > 0 && end > start && end < 0xffff_fff0
}
