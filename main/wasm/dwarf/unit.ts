/** Units of .debug_info: their headers, abbreviations and attributes. */
import { AT, FORM, TAG } from './constants.ts'
import type { Budget } from './cursor.ts'
import { Cursor, DwarfError } from './cursor.ts'
import { isRealCode, readRangeList } from './ranges.ts'
import type { AddressRange } from './ranges.ts'

/** The contents of a module's debug sections, by name without `.debug_`. Absent ones are empty. */
export type DebugSections = (name: string) => Uint8Array

/** How an entry's attributes are encoded. */
interface Abbreviation {
  tag: number
  hasChildren: boolean
  /** In threes: attribute, form, and the value of an implicit constant. */
  attributes: number[]
}

/** An attribute as it stands: what a number means depends on the form. */
export interface Attribute {
  form: number
  value: number | string
}

/** The attributes of one entry that are wanted here, by attribute. */
export type Attributes = Map<number, Attribute>

const TYPE_UNITS = new Set([0x02, 0x06])
const SKELETON_UNITS = new Set([0x04, 0x05])
const WANTED = new Set<number>(Object.values(AT))

/** One compilation unit. Offsets count from the start of .debug_info. */
export class Unit {
  readonly startBytes: number
  readonly endBytes: number
  readonly version: number
  readonly addressSizeBytes: number
  readonly offsetSizeBytes: 4 | 8
  readonly sections: DebugSections
  readonly budget: Budget
  /** Where its first entry stands. */
  readonly entriesStartBytes: number
  readonly isTypeUnit: boolean
  /** Of its first entry. */
  readonly attributes: Attributes
  readonly #abbreviationsAt: number
  readonly #abbreviations: Map<number, Map<number, Abbreviation>>

  /** Reads a header and the first entry at the cursor, and moves the cursor to the next unit. */
  constructor(
    cursor: Cursor,
    sections: DebugSections,
    abbreviations: Map<number, Map<number, Abbreviation>>,
  ) {
    this.startBytes = cursor.at
    this.sections = sections
    this.budget = cursor.budget
    const { endBytes, offsetSizeBytes } = cursor.initialLength()
    this.endBytes = endBytes
    this.offsetSizeBytes = offsetSizeBytes
    this.version = cursor.u16()
    if (this.version < 2 || this.version > 5) {
      throw new DwarfError(`DWARF ${this.version} is not supported.`)
    }
    let kind = 0
    if (this.version >= 5) {
      kind = cursor.u8()
      this.addressSizeBytes = cursor.u8()
      this.#abbreviationsAt = cursor.unsigned(offsetSizeBytes)
      if (TYPE_UNITS.has(kind)) cursor.skip(8 + offsetSizeBytes)
      if (SKELETON_UNITS.has(kind)) cursor.skip(8)
    } else {
      this.#abbreviationsAt = cursor.unsigned(offsetSizeBytes)
      this.addressSizeBytes = cursor.u8()
    }
    this.isTypeUnit = TYPE_UNITS.has(kind)
    this.entriesStartBytes = cursor.at
    this.#abbreviations = abbreviations
    this.attributes = this.readEntry(this.cursorAt(cursor.at))?.attributes ?? new Map()
    cursor.at = endBytes
  }

  /** A cursor in .debug_info that cannot leave the unit. */
  cursorAt(at: number): Cursor {
    if (at < this.entriesStartBytes || at >= this.endBytes) {
      throw new DwarfError('A reference leaves its unit.')
    }
    return new Cursor(this.sections('info'), this.budget, at, this.endBytes)
  }

  /** Reads the entry at the cursor; null for the end of a list of children. */
  readEntry(cursor: Cursor): { tag: number; hasChildren: boolean; attributes: Attributes } | null {
    const code = cursor.uleb()
    if (code === 0) return null
    const { tag, hasChildren, attributes: encoded } = this.#findAbbreviation(code)
    const attributes: Attributes = new Map()
    for (let index = 0; index < encoded.length; index += 3) {
      const name = encoded[index]!
      if (WANTED.has(name)) {
        attributes.set(name, this.#readValue(cursor, encoded[index + 1]!, encoded[index + 2]!))
      } else this.#skipValue(cursor, encoded[index + 1]!)
    }
    return { tag, hasChildren, attributes }
  }

  /** The text of an attribute; null where it has none. */
  textOf(attribute: Attribute | undefined): string | null {
    if (attribute === undefined) return null
    const { form, value } = attribute
    if (typeof value === 'string') return value
    if (form === FORM.strp) return this.#textAt('str', value)
    if (form === FORM.lineStrp) return this.#textAt('line_str', value)
    if (form === FORM.strx || (form >= FORM.strx1 && form <= FORM.strx4)) {
      const base = this.#numberOf(AT.strOffsetsBase) ?? 2 * this.offsetSizeBytes
      const at = base + value * this.offsetSizeBytes
      const offsets = new Cursor(this.sections('str_offsets'), this.budget, at)
      return this.#textAt('str', offsets.unsigned(this.offsetSizeBytes))
    }
    return null
  }

  /** The address of an attribute; null where it has none. */
  addressOf(attribute: Attribute | undefined): number | null {
    if (attribute === undefined || typeof attribute.value === 'string') return null
    const { form, value } = attribute
    if (form === FORM.addr) return value
    const isIndex = form === FORM.addrx || (form >= FORM.addrx1 && form <= FORM.addrx4)
    return isIndex ? this.indexedAddress(value) : null
  }

  /** An entry of .debug_addr. */
  indexedAddress(index: number): number {
    const base = this.#numberOf(AT.addrBase) ?? 8
    const at = base + index * this.addressSizeBytes
    return new Cursor(this.sections('addr'), this.budget, at).unsigned(this.addressSizeBytes)
  }

  /** The offset in .debug_info of the entry that an attribute refers to; null where it refers to none. */
  referenceOf(attribute: Attribute | undefined): number | null {
    if (attribute === undefined || typeof attribute.value === 'string') return null
    const { form, value } = attribute
    if (form === FORM.refAddr) return value
    return form >= FORM.ref1 && form <= FORM.refUdata ? this.startBytes + value : null
  }

  /** The addresses of an entry's code. What the linker dropped is left out. */
  rangesOf(attributes: Attributes): AddressRange[] {
    const list = attributes.get(AT.ranges)
    if (list !== undefined && typeof list.value === 'number') {
      const base = this.addressOf(this.attributes.get(AT.lowPc)) ?? 0
      return readRangeList(
        this,
        list.value,
        list.form === FORM.rnglistx,
        base,
        this.#numberOf(AT.rnglistsBase),
      )
    }
    const start = this.addressOf(attributes.get(AT.lowPc))
    const high = attributes.get(AT.highPc)
    if (start === null || high === undefined || typeof high.value === 'string') return []
    const end = this.addressOf(high) ?? start + high.value
    return isRealCode(start, end) ? [{ start, end }] : []
  }

  #numberOf(name: number): number | null {
    const value = this.attributes.get(name)?.value
    return typeof value === 'number' ? value : null
  }

  #textAt(section: string, at: number): string {
    return new Cursor(this.sections(section), this.budget, at).text()
  }

  #findAbbreviation(code: number): Abbreviation {
    let table = this.#abbreviations.get(this.#abbreviationsAt)
    if (table === undefined) {
      table = readAbbreviations(new Cursor(this.sections('abbrev'), this.budget, this.#abbreviationsAt))
      this.#abbreviations.set(this.#abbreviationsAt, table)
    }
    const abbreviation = table.get(code)
    if (abbreviation === undefined) throw new DwarfError(`There is no abbreviation ${code}.`)
    return abbreviation
  }

  #readValue(cursor: Cursor, form: number, implicit: number): Attribute {
    this.budget.spend()
    switch (form) {
      case FORM.addr:
        return { form, value: cursor.unsigned(this.addressSizeBytes) }
      case FORM.string:
        return { form, value: cursor.text() }
      case FORM.data1:
      case FORM.ref1:
      case FORM.flag:
      case FORM.strx1:
      case FORM.addrx1:
        return { form, value: cursor.u8() }
      case FORM.data2:
      case FORM.ref2:
      case FORM.strx2:
      case FORM.addrx2:
        return { form, value: cursor.u16() }
      case FORM.strx3:
      case FORM.addrx3:
        return { form, value: cursor.u24() }
      case FORM.data4:
      case FORM.ref4:
      case FORM.strx4:
      case FORM.addrx4:
        return { form, value: cursor.u32() }
      case FORM.data8:
      case FORM.ref8:
        return { form, value: cursor.u64() }
      case FORM.udata:
      case FORM.refUdata:
      case FORM.strx:
      case FORM.addrx:
      case FORM.rnglistx:
        return { form, value: cursor.uleb() }
      case FORM.sdata:
        return { form, value: cursor.sleb() }
      case FORM.strp:
      case FORM.lineStrp:
      case FORM.secOffset:
        return { form, value: cursor.unsigned(this.offsetSizeBytes) }
      case FORM.refAddr:
        return {
          form,
          value: cursor.unsigned(this.version === 2 ? this.addressSizeBytes : this.offsetSizeBytes),
        }
      case FORM.implicitConst:
        return { form, value: implicit }
      case FORM.indirect: {
        const actual = cursor.uleb()
        if (actual === FORM.indirect) throw new DwarfError('A form refers to itself.')
        return this.#readValue(cursor, actual, implicit)
      }
      default:
        this.#skipValue(cursor, form)
        return { form, value: 0 }
    }
  }

  /** Passes over a value (section 7.5.6, "Form Encodings"). */
  #skipValue(cursor: Cursor, form: number): void {
    this.budget.spend()
    switch (form) {
      case FORM.flagPresent:
      case FORM.implicitConst:
        return
      case FORM.data16:
        return cursor.skip(16)
      case FORM.refSig8:
      case FORM.refSup8:
        return cursor.skip(8)
      case FORM.refSup4:
        return cursor.skip(4)
      case FORM.strpSup:
        return cursor.skip(this.offsetSizeBytes)
      case FORM.string:
        return cursor.skipText()
      case FORM.block1:
        return cursor.skip(cursor.u8())
      case FORM.block2:
        return cursor.skip(cursor.u16())
      case FORM.block4:
        return cursor.skip(cursor.u32())
      case FORM.block:
      case FORM.exprloc:
        return cursor.skip(cursor.uleb())
      case FORM.loclistx:
        cursor.uleb()
        return
      default:
        if (!KNOWN_FORMS.has(form)) throw new DwarfError(`The form ${form} is not known.`)
        this.#readValue(cursor, form, 0)
    }
  }
}

const KNOWN_FORMS = new Set<number>(Object.values(FORM))

/** Tags whose entries give names to what stands inside of them. */
export const NAMING_TAGS = new Set<number>([
  TAG.namespace,
  TAG.structureType,
  TAG.classType,
  TAG.unionType,
  TAG.enumerationType,
])

function readAbbreviations(cursor: Cursor): Map<number, Abbreviation> {
  const table = new Map<number, Abbreviation>()
  for (let code = cursor.uleb(); code !== 0; code = cursor.isAtEnd ? 0 : cursor.uleb()) {
    const tag = cursor.uleb()
    const hasChildren = cursor.u8() !== 0
    const attributes: number[] = []
    for (;;) {
      const name = cursor.uleb()
      const form = cursor.uleb()
      if (name === 0 && form === 0) break
      attributes.push(name, form, form === FORM.implicitConst ? cursor.sleb() : 0)
    }
    table.set(code, { tag, hasChildren, attributes })
  }
  return table
}
