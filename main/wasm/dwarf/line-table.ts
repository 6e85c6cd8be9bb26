/** Line tables (.debug_line, versions 2 to 5): which line of which file an address comes from. */
import { FORM, LINE_CONTENT, LINE_EXTENDED, LINE_OPCODE } from './constants.ts'
import { Cursor, DwarfError } from './cursor.ts'
import { isRealCode } from './ranges.ts'
import type { Unit } from './unit.ts'

/** A place in a source file. Line and column count from 1; a 0 is not known. */
export interface LinePlace {
  fileIndex: number
  line: number
  column: number
}

/** The rows of one unbroken piece of code, by ascending address. Four numbers a row. */
interface Sequence {
  start: number
  end: number
  rows: number[]
}

const ROW_LENGTH = 4

/** The table of one unit. */
export interface LineTable {
  placeAt(address: number): LinePlace | null
  /** A path as the compiler was given it, absolute where the unit's folder is known; null if there is none. */
  pathOf(fileIndex: number): string | null
}

interface Header {
  version: number
  minimumInstructionBytes: number
  lineBase: number
  lineRange: number
  opcodeBase: number
  /** How many operands each standard opcode has, from opcode 1. */
  operandCounts: number[]
  directories: string[]
  files: { path: string; directoryIndex: number }[]
}

/** Reads the table at `at` in .debug_line. `folder` is the unit's, to complete relative paths with. */
export function readLineTable(unit: Unit, at: number, folder: string | null): LineTable {
  const section = unit.sections('line')
  const opening = new Cursor(section, unit.budget, at)
  const { endBytes, offsetSizeBytes } = opening.initialLength()
  const cursor = new Cursor(section, unit.budget, opening.at, endBytes)
  const version = cursor.u16()
  if (version < 2 || version > 5) throw new DwarfError(`Line tables of version ${version} are not supported.`)
  if (version >= 5) cursor.skip(2)
  const headerSizeBytes = cursor.unsigned(offsetSizeBytes)
  const programStart = cursor.at + headerSizeBytes
  const header = readHeader(cursor, unit, version, offsetSizeBytes)
  cursor.at = programStart
  const sequences = runProgram(cursor, header).toSorted((one, other) => one.start - other.start)

  return {
    placeAt(address) {
      const sequence = sequences[countUpTo(sequences.length, (index) => sequences[index]!.start, address) - 1]
      return sequence === undefined || address >= sequence.end ? null : findRow(sequence.rows, address)
    },
    pathOf(fileIndex) {
      const file = header.files[version >= 5 ? fileIndex : fileIndex - 1]
      if (file === undefined) return null
      const { path, directoryIndex } = file
      // Directory 0 is the unit's folder; up to version 4 it stands nowhere else.
      const directory =
        version >= 5 ? header.directories[directoryIndex] : header.directories[directoryIndex - 1]
      return joinPaths(folder, directory ?? null, path)
    },
  }
}

/** Completes a relative path from the inside out; an absolute one stays. */
function joinPaths(...parts: (string | null)[]): string {
  return parts.reduce<string>((before, part) => {
    if (part === null || part === '' || part === '.') return before
    if (before === '' || /^(?:[/\\]|[A-Za-z]:[/\\])/.test(part)) return part
    return `${before.replace(/[/\\]$/, '')}/${part.replace(/^\.\//, '')}`
  }, '')
}

function findRow(rows: number[], address: number): LinePlace | null {
  const count = countUpTo(rows.length / ROW_LENGTH, (index) => rows[index * ROW_LENGTH]!, address)
  const at = (count - 1) * ROW_LENGTH
  if (count === 0) return null
  return { fileIndex: rows[at + 1]!, line: rows[at + 2]!, column: rows[at + 3]! }
}

/** How many of `count` ascending numbers are not above `limit`. */
function countUpTo(count: number, numberAt: (index: number) => number, limit: number): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (numberAt(middle) > limit) high = middle
    else low = middle + 1
  }
  return low
}

function readHeader(cursor: Cursor, unit: Unit, version: number, offsetSizeBytes: number): Header {
  const minimumInstructionBytes = cursor.u8()
  if (version >= 4) cursor.skip(1)
  cursor.skip(1)
  const lineBase = cursor.s8()
  const lineRange = cursor.u8()
  const opcodeBase = cursor.u8()
  if (lineRange === 0 || opcodeBase === 0) throw new DwarfError('A line table has no opcodes.')
  const operandCounts = Array.from({ length: opcodeBase - 1 }, () => cursor.u8())
  const header: Header = {
    version,
    minimumInstructionBytes,
    lineBase,
    lineRange,
    opcodeBase,
    operandCounts,
    directories: [],
    files: [],
  }
  if (version >= 5) {
    header.directories = readEntries(cursor, unit, offsetSizeBytes).map(({ path }) => path)
    header.files = readEntries(cursor, unit, offsetSizeBytes)
    return header
  }
  for (let path = cursor.text(); path !== ''; path = cursor.text()) header.directories.push(path)
  for (let path = cursor.text(); path !== ''; path = cursor.text()) {
    header.files.push({ path, directoryIndex: cursor.uleb() })
    cursor.uleb()
    cursor.uleb()
  }
  return header
}

/** The directories or files of version 5, whose header says how an entry is encoded. */
function readEntries(cursor: Cursor, unit: Unit, offsetSizeBytes: number): Header['files'] {
  const formatCount = cursor.u8()
  const formats = Array.from({ length: formatCount }, () => ({
    content: cursor.uleb(),
    form: cursor.uleb(),
  }))
  const count = cursor.uleb()
  const entries: Header['files'] = []
  for (let entry = 0; entry < count; entry++) {
    cursor.budget.spend()
    let path = ''
    let directoryIndex = 0
    for (const { content, form } of formats) {
      const value = readEntryValue(cursor, unit, form, offsetSizeBytes)
      if (content === LINE_CONTENT.path && typeof value === 'string') path = value
      if (content === LINE_CONTENT.directoryIndex && typeof value === 'number') directoryIndex = value
    }
    entries.push({ path, directoryIndex })
  }
  return entries
}

function readEntryValue(cursor: Cursor, unit: Unit, form: number, offsetSizeBytes: number): string | number {
  switch (form) {
    case FORM.string:
      return cursor.text()
    case FORM.lineStrp:
    case FORM.strp: {
      const at = cursor.unsigned(offsetSizeBytes)
      return new Cursor(unit.sections(form === FORM.strp ? 'str' : 'line_str'), unit.budget, at).text()
    }
    case FORM.udata:
      return cursor.uleb()
    case FORM.data1:
      return cursor.u8()
    case FORM.data2:
      return cursor.u16()
    case FORM.data4:
      return cursor.u32()
    case FORM.data8:
      return cursor.u64()
    case FORM.data16:
      cursor.skip(16)
      return 0
    case FORM.block:
      cursor.skip(cursor.uleb())
      return 0
    default:
      throw new DwarfError(`A list of files has the unexpected form ${form}.`)
  }
}

/** Runs the program (section 6.2.5, "The Line Number Program") and keeps its rows. */
function runProgram(cursor: Cursor, header: Header): Sequence[] {
  const sequences: Sequence[] = []
  const { lineBase, lineRange, opcodeBase, minimumInstructionBytes } = header
  let [address, file, line, column] = [0, 1, 1, 0]
  let rows: number[] = []
  const emit = (): void => {
    cursor.budget.spend()
    rows.push(address, file, line, column)
  }
  const advance = (operations: number): void => {
    address += operations * minimumInstructionBytes
  }
  const endSequence = (): void => {
    const start = rows[0]
    if (start !== undefined && isRealCode(start, address)) sequences.push({ start, end: address, rows })
    rows = []
    ;[address, file, line, column] = [0, 1, 1, 0]
  }

  while (!cursor.isAtEnd) {
    const opcode = cursor.u8()
    if (opcode >= opcodeBase) {
      const adjusted = opcode - opcodeBase
      advance(Math.floor(adjusted / lineRange))
      line += lineBase + (adjusted % lineRange)
      emit()
      continue
    }
    switch (opcode) {
      case LINE_OPCODE.extended: {
        const lengthBytes = cursor.uleb()
        const next = cursor.at + lengthBytes
        const extended = lengthBytes === 0 ? 0 : cursor.u8()
        if (extended === LINE_EXTENDED.endSequence) endSequence()
        else if (extended === LINE_EXTENDED.setAddress) address = cursor.unsigned(lengthBytes - 1)
        else if (extended === LINE_EXTENDED.defineFile) {
          header.files.push({ path: cursor.text(), directoryIndex: cursor.uleb() })
        }
        cursor.at = next
        break
      }
      case LINE_OPCODE.copy:
        emit()
        break
      case LINE_OPCODE.advancePc:
        advance(cursor.uleb())
        break
      case LINE_OPCODE.advanceLine:
        line += cursor.sleb()
        break
      case LINE_OPCODE.setFile:
        file = cursor.uleb()
        break
      case LINE_OPCODE.setColumn:
        column = cursor.uleb()
        break
      case LINE_OPCODE.constAddPc:
        advance(Math.floor((255 - opcodeBase) / lineRange))
        break
      case LINE_OPCODE.fixedAdvancePc:
        address += cursor.u16()
        break
      case LINE_OPCODE.setIsa:
        cursor.uleb()
        break
      default:
        // Of the others, and of those that are not known, the header says how many operands follow.
        for (let operand = 0; operand < header.operandCounts[opcode - 1]!; operand++) cursor.uleb()
    }
  }
  return sequences
}
