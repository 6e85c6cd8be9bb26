/**
 * Puts points into a module at which a guest that computes can be stopped: in every loop, at every recursion, and
 * before whatever takes longer than other instructions do. A point counts down, and calls the host when it has
 * counted to the end: what happens then is the host's part.
 *
 * - A loop counts its rounds in a local of its function, which costs next to nothing, and comes to the common counter
 *   (a global of the instance) in its first round and in every 64th.
 * - A function that calls others comes to the common counter at its beginning, unless it calls only imports, or
 *   functions that neither call nor loop.
 * - Calls of imports and instructions on whole ranges take more off the counter, by what they may cost.
 *
 * What is added (a type, a function, a table for the host's function, the counter) comes after all that the module
 * has, so that no index changes.
 */
import type { ByteReader } from '../byte-reader.ts'
import { ByteReader as Reader, FormatError } from '../byte-reader.ts'
import { concatenate, encodeName, encodeU32 } from '../encoding.ts'
import { readDeclarations } from '../read-module.ts'
import type { SectionChange } from '../rebuild-module.ts'
import { rebuildModule } from '../rebuild-module.ts'
import type { Result } from '../result.ts'
import { chooseName } from '../rewrite-module.ts'
import { listSectionRanges, SECTIONS } from '../section-ranges.ts'
import type { Declarations } from '../sections.ts'
import { resolveFunctionType } from '../type-reader.ts'
import type { ModuleShape } from '../types.ts'
import { ByteWriter } from './byte-writer.ts'
import { InstructionReader, OPCODES } from './instructions.ts'
import { OffsetMap } from './offset-map.ts'

/** Rounds of a loop between two that come to the common counter. */
const ROUNDS = 64
/** What the common counter begins with, as a rule: the host is called after some tens of microseconds. */
export const SLICE_COUNT = 10_000
/** What a point takes off it, by what comes then. */
const WEIGHTS = { entry: 1, import: 500, range: 100 } as const

/** A module with such points. */
export interface SlicedModule {
  bytes: Uint8Array<ArrayBuffer>
  /** The reserved name of the table whose only element is the host's function; without parameters and results. */
  tableExportName: string
  /** Offsets of instructions, in files: from those of `bytes` to those of the module without points. */
  toOriginalOffset(offsetBytes: number): number | null
}

/** Instructions that may work for long without being a loop. */
const RANGE_INSTRUCTIONS = new Set<number>([
  OPCODES.memoryGrow,
  OPCODES.memoryInit,
  OPCODES.memoryCopy,
  OPCODES.memoryFill,
  OPCODES.tableInit,
  OPCODES.tableCopy,
  OPCODES.tableGrow,
  OPCODES.tableFill,
  OPCODES.arrayNew,
  OPCODES.arrayNewDefault,
  OPCODES.arrayNewData,
  OPCODES.arrayNewElem,
  OPCODES.arrayFill,
  OPCODES.arrayCopy,
  OPCODES.arrayInitData,
  OPCODES.arrayInitElem,
])
const INDIRECT_CALLS = new Set<number>([
  OPCODES.callIndirect,
  OPCODES.returnCallIndirect,
  OPCODES.callReference,
  OPCODES.returnCallReference,
])

const I32 = 0x7f
const FUNCTION_REFERENCE = 0x70
const FUNCTION_TYPE = 0x60
const EMPTY_BLOCK = 0x40
const MUTABLE = 1
const TABLE_KIND = 1
const NO_LOCALS = 0
const WITH_MAXIMUM = 1
const TYPE_SECTION = 1
const FUNCTION_SECTION = 3
const TABLE_SECTION = 4
const GLOBAL_SECTION = 6
/** Branch hints and the like: they name instructions by where they were. */
const CODE_METADATA = /^metadata\.code\./
const CODE = {
  if: 0x04,
  end: 0x0b,
  call: 0x10,
  callIndirect: 0x11,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  i32Const: 0x41,
  i32LessSigned: 0x48,
  i32Subtract: 0x6b,
} as const

/** The indices of what is added. */
interface Added {
  type: number
  function: number
  table: number
  global: number
}

/** A body of the code section: `startBytes` is that of its locals, from the start of the file. */
interface Body {
  startBytes: number
  endBytes: number
}

/** Where a point is put, and what comes then. */
interface Point {
  offsetBytes: number
  before: 'round' | 'import' | 'range'
}

interface Function {
  points: Point[]
  hasLoop: boolean
  /** Whether what it calls may be something that has to be counted at its own beginning. */
  mayRecur: boolean
}

/**
 * Adds the points; null for a module that needs none. `shape` is what `readModule` read from the same bytes, which V8
 * accepts; `count` is what the common counter begins with. Fails, with the reason in a sentence, where there is an instruction that is not known.
 */
export function addSlicePoints(
  bytes: Uint8Array,
  shape: ModuleShape,
  count: number,
): Result<SlicedModule | null, string> {
  try {
    return { ok: true, value: instrument(bytes, shape, count) }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    return { ok: false, error: `${error.message} It is at byte ${error.offsetBytes}.` }
  }
}

function instrument(bytes: Uint8Array, shape: ModuleShape, count: number): SlicedModule | null {
  const code = listSectionRanges(bytes).find(({ identifier }) => identifier === SECTIONS.code)
  if (code === undefined) return null
  const declarations = readDeclarations(bytes)
  const bodies = listBodies(new Reader(bytes, code.startBytes, code.endBytes, 'code section'))
  const plain = bodies.map((body) => isPlain(bytes, body))
  const added: Added = {
    type: declarations.types.shapes.length,
    function: declarations.functions.length,
    table: declarations.tables.length,
    global: declarations.globals.length,
  }
  const points = new PointCode(added, count)
  const writer = new ByteWriter(Math.ceil(1.25 * (code.endBytes - code.startBytes)))
  const offsets = new OffsetMap()
  writer.write(encode(bodies.length + 1))
  let pointCount = 0
  for (const [index, body] of bodies.entries()) {
    const found = findPoints(bytes, body, declarations.importedFunctionCount, plain)
    const { points: list, hasLoop, mayRecur } = found
    pointCount += list.length + (mayRecur ? 1 : 0)
    const sizePlace = writer.reserveU32()
    const startBytes = writer.lengthBytes
    const copy = (from: number, to: number): void => {
      offsets.add(writer.lengthBytes, from - code.startBytes, to - from)
      writer.write(bytes.subarray(from, to))
    }
    let local = 0
    const locals = readLocals(bytes, body)
    if (hasLoop) {
      local = paramCountOf(declarations, index) + locals.count
      writer.write(encode(locals.groups + 1))
      writer.write(bytes.subarray(locals.groupsStartBytes, locals.endBytes))
      writer.write(Uint8Array.of(1, I32))
    } else writer.write(bytes.subarray(body.startBytes, locals.endBytes))
    if (mayRecur) writer.write(points.entry)
    let from = locals.endBytes
    for (const { offsetBytes, before } of list) {
      copy(from, offsetBytes)
      writer.write(before === 'round' ? points.round(local) : points[before])
      from = offsetBytes
    }
    copy(from, body.endBytes)
    writer.patchU32(sizePlace, writer.lengthBytes - startBytes)
  }
  if (pointCount === 0) return null
  writer.write(points.function)
  const tableExportName = chooseName(shape, 'jspi-inspector:slice')
  const sliced = rebuildModule(bytes, listChanges(added, tableExportName, count, writer.finish()), (name) =>
    CODE_METADATA.test(name),
  )
  const slicedCode = listSectionRanges(sliced).find(({ identifier }) => identifier === SECTIONS.code)!
  return {
    bytes: sliced,
    tableExportName,
    toOriginalOffset(offsetBytes) {
      const offset = offsets.toOriginal(offsetBytes - slicedCode.startBytes)
      return offset === null ? null : offset + code.startBytes
    },
  }
}

function listChanges(
  added: Added,
  tableExportName: string,
  count: number,
  code: Uint8Array,
): Map<number, SectionChange> {
  const append = (entry: readonly number[]): SectionChange => ({ append: [Uint8Array.from(entry)] })
  return new Map<number, SectionChange>([
    [TYPE_SECTION, append([FUNCTION_TYPE, 0, 0])],
    [FUNCTION_SECTION, append(encodeU32(added.type))],
    [TABLE_SECTION, append([FUNCTION_REFERENCE, WITH_MAXIMUM, 1, 1])],
    [GLOBAL_SECTION, append([I32, MUTABLE, CODE.i32Const, ...encodeS32(count), CODE.end])],
    [SECTIONS.export, append([...encodeName(tableExportName), TABLE_KIND, ...encodeU32(added.table)])],
    [SECTIONS.code, { contents: code }],
  ])
}

function listBodies(reader: ByteReader): Body[] {
  const bodies: Body[] = []
  for (let left = reader.count('bodies'); left > 0; left--) {
    const { offsetBytes: startBytes, endBytes } = reader.range(reader.u32(), 'function body')
    bodies.push({ startBytes, endBytes })
  }
  return bodies
}

function readLocals(bytes: Uint8Array, { startBytes, endBytes }: Body) {
  const reader = new Reader(bytes, startBytes, endBytes, 'function body')
  const groups = reader.count('groups of locals')
  const groupsStartBytes = reader.offsetBytes
  let count = 0
  for (let left = groups; left > 0; left--) {
    count += reader.u32()
    const isReference = reader.byte()
    // A reference type with a heap type of its own.
    if (isReference === 0x63 || isReference === 0x64) reader.s33()
  }
  return { groups, count, groupsStartBytes, endBytes: reader.offsetBytes }
}

function readInstructions(bytes: Uint8Array, body: Body): InstructionReader {
  const { endBytes: startBytes } = readLocals(bytes, body)
  return new InstructionReader(new Reader(bytes, startBytes, body.endBytes, 'function body'))
}

/** Whether a function neither calls nor loops: it is over soon. */
function isPlain(bytes: Uint8Array, body: Body): boolean {
  const instructions = readInstructions(bytes, body)
  while (instructions.next()) {
    const { opcode } = instructions
    if (opcode === OPCODES.loop || opcode === OPCODES.call || opcode === OPCODES.returnCall) return false
    if (INDIRECT_CALLS.has(opcode)) return false
  }
  return true
}

function findPoints(
  bytes: Uint8Array,
  body: Body,
  importedCount: number,
  plain: readonly boolean[],
): Function {
  const instructions = readInstructions(bytes, body)
  const found: Function = { points: [], hasLoop: false, mayRecur: false }
  while (instructions.next()) {
    const { opcode, startBytes, functionIndex } = instructions
    if (opcode === OPCODES.loop) {
      found.hasLoop = true
      found.points.push({ offsetBytes: instructions.endBytes, before: 'round' })
    } else if (opcode === OPCODES.call || opcode === OPCODES.returnCall) {
      if (functionIndex < importedCount) found.points.push({ offsetBytes: startBytes, before: 'import' })
      else if (!plain[functionIndex - importedCount]) found.mayRecur = true
    } else if (INDIRECT_CALLS.has(opcode)) found.mayRecur = true
    else if (RANGE_INSTRUCTIONS.has(opcode)) found.points.push({ offsetBytes: startBytes, before: 'range' })
  }
  return found
}

function paramCountOf(declarations: Declarations, bodyIndex: number): number {
  const { types, functions, importedFunctionCount } = declarations
  const type = functions[importedFunctionCount + bodyIndex]!
  return resolveFunctionType(types.contents, types, type).params.length
}

/** The instructions of points. None of them needs anything on the stack, or leaves anything there. */
class PointCode {
  readonly entry: Uint8Array
  readonly import: Uint8Array
  readonly range: Uint8Array
  /** With its size: what is called when a counter has come to its end. */
  readonly function: Uint8Array
  readonly #function: readonly number[]
  readonly #rounds = new Map<number, Uint8Array>()

  constructor(added: Added, limit: number) {
    this.#function = [CODE.call, ...encodeU32(added.function)]
    const { global, type, table } = added
    const counter = encodeU32(global)
    const count = (weight: number, atEnd: readonly number[]): number[] => [
      ...[CODE.globalGet, ...counter, CODE.i32Const, ...encodeS32(weight), CODE.i32Subtract],
      ...[CODE.globalSet, ...counter, CODE.globalGet, ...counter, CODE.i32Const, 0, CODE.i32LessSigned],
      ...[CODE.if, EMPTY_BLOCK, ...atEnd, CODE.end],
    ]
    this.entry = Uint8Array.from(count(WEIGHTS.entry, this.#function))
    this.import = Uint8Array.from(count(WEIGHTS.import, this.#function))
    this.range = Uint8Array.from(count(WEIGHTS.range, this.#function))
    const body = [
      NO_LOCALS,
      ...count(1, [
        ...[CODE.i32Const, ...encodeS32(limit), CODE.globalSet, ...counter],
        ...[CODE.i32Const, 0, CODE.callIndirect, ...encodeU32(type), ...encodeU32(table)],
      ]),
      CODE.end,
    ]
    this.function = concatenate([encode(body.length), Uint8Array.from(body)])
  }

  /** At the beginning of a loop. A local begins with 0: the first round comes to the common counter. */
  round(local: number): Uint8Array {
    let code = this.#rounds.get(local)
    if (code === undefined) {
      const index = encodeU32(local)
      code = Uint8Array.from([
        ...[CODE.localGet, ...index, CODE.i32Const, 1, CODE.i32Subtract],
        ...[CODE.localTee, ...index, CODE.i32Const, 0, CODE.i32LessSigned, CODE.if, EMPTY_BLOCK],
        ...[...this.#function, CODE.i32Const, ...encodeS32(ROUNDS - 1), CODE.localSet, ...index, CODE.end],
      ])
      this.#rounds.set(local, code)
    }
    return code
  }
}

function encode(value: number): Uint8Array {
  return Uint8Array.from(encodeU32(value))
}

/** A number that is not negative, as a signed LEB128 integer: the sign is the uppermost bit of the last byte. */
function encodeS32(value: number): number[] {
  const bytes = encodeU32(value)
  const last = bytes.at(-1)!
  return last < 0x40 ? bytes : [...bytes.slice(0, -1), last | 0x80, 0]
}
