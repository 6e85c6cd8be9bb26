/**
 * Puts points into a module at which a guest that computes can be stopped: in every loop, at every recursion, and
 * before whatever takes longer than other instructions do. A point counts down, and calls the host when it has
 * counted to the end: what happens then is the host's part.
 *
 * - A loop counts its rounds in a local of its function, which costs next to nothing, and comes to the common counter
 *   (a global of the instance) in its first round and in every 64th.
 * - A function that calls another comes to the common counter before that, once for all calls that follow without a
 *   branch in between; not for functions that neither call nor loop.
 * - Calls of imports and instructions on whole ranges take more off the counter, by what they may cost.
 *
 * What is added (a type, a function, a table for the host's function, the counter) comes after all that the module
 * has, so that no index changes.
 */
import {
  FUNCTION_TYPE,
  HEAP_TYPES,
  INSTRUCTIONS,
  KINDS,
  MUTABLE,
  NUMBER_TYPES,
  REFERENCE_TYPES,
  SECTIONS,
} from '../binary-codes.ts'
import { ByteReader, FormatError } from '../byte-reader.ts'
import { encodeName, encodeS32, encodeU32 } from '../encoding.ts'
import { readDeclarations } from '../read-module.ts'
import type { SectionChange } from '../rebuild-module.ts'
import { rebuildModule } from '../rebuild-module.ts'
import type { Result } from '../result.ts'
import { chooseName } from '../rewrite-module.ts'
import { listSectionRanges } from '../section-ranges.ts'
import type { Declarations } from '../sections.ts'
import { resolveFunctionType } from '../type-reader.ts'
import type { ModuleShape } from '../types.ts'
import { ByteWriter } from './byte-writer.ts'
import { InstructionReader, OPCODES } from './instructions.ts'
import { OffsetMap } from './offset-map.ts'
import type { Added, PointKind } from './point-code.ts'
import { PointCode } from './point-code.ts'

/** What the common counter begins with, as a rule: the host is called after some tens of microseconds. */
export const SLICE_COUNT = 10_000

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
const TYPES_WITH_HEAP_TYPE = new Set<number>(Object.values(REFERENCE_TYPES))
const INDIRECT_CALLS = new Set<number>([
  OPCODES.callIndirect,
  OPCODES.returnCallIndirect,
  OPCODES.callReference,
  OPCODES.returnCallReference,
])

const BLOCKS = new Set<number>([OPCODES.block, OPCODES.loop, OPCODES.if, OPCODES.try, OPCODES.tryTable])
const BRANCHES = new Set<number>([OPCODES.else, OPCODES.catch, OPCODES.catchAll])
const BLOCK_ENDS = new Set<number>([OPCODES.end, OPCODES.delegate])

/** A group of locals. */
const ONE_I32 = Uint8Array.of(1, NUMBER_TYPES.i32)
const WITH_MAXIMUM = 1
/** Branch hints and the like: they name instructions by where they were. */
const CODE_METADATA = /^metadata\.code\./

/** A body of the code section: `startBytes` is that of its locals, from the start of the file. */
interface Body {
  startBytes: number
  endBytes: number
}

/** Where a point is put, and what comes then. */
interface Point {
  offsetBytes: number
  before: PointKind
}

/** What was found in a function. */
interface Found {
  points: Point[]
  hasLoop: boolean
}

/**
 * Adds the points; null for a module that needs none. `shape` is what `readModule` read from the same bytes, which V8
 * accepts; `count` is what the common counter begins with. Fails, with the reason in a sentence, where there is an
 * instruction that is not known.
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
  const bodies = listBodies(new ByteReader(bytes, code.startBytes, code.endBytes, 'code section'))
  const plain = bodies.map((body) => isPlain(bytes, body))
  const added: Added = {
    type: declarations.types.shapes.length,
    function: declarations.functions.length,
    table: declarations.tables.length,
    global: declarations.globals.length,
  }
  const pointCode = new PointCode(added, count)
  const writer = new ByteWriter(Math.ceil(1.25 * (code.endBytes - code.startBytes)))
  const offsets = new OffsetMap()
  writer.writeU32(bodies.length + 1)
  let pointCount = 0
  for (const [index, body] of bodies.entries()) {
    const found = findPoints(bytes, body, declarations.importedFunctionCount, plain)
    pointCount += found.points.length
    const sizePlace = writer.reserveU32()
    const startBytes = writer.lengthBytes
    const copy = (from: number, to: number): void => {
      offsets.add(writer.lengthBytes, from - code.startBytes, to - from)
      writer.write(bytes.subarray(from, to))
    }
    const locals = readLocals(bytes, body)
    let from = locals.endBytes
    writer.writeU32(locals.groups + (found.hasLoop ? 1 : 0))
    writer.write(bytes.subarray(locals.groupsStartBytes, locals.endBytes))
    if (found.hasLoop) writer.write(ONE_I32)
    const counter = found.hasLoop ? paramCountOf(declarations, index) + locals.count : 0
    for (const { offsetBytes, before } of found.points) {
      copy(from, offsetBytes)
      writer.write(pointCode.before(before, counter))
      from = offsetBytes
    }
    copy(from, body.endBytes)
    writer.patchU32(sizePlace, writer.lengthBytes - startBytes)
  }
  if (pointCount === 0) return null
  writer.write(pointCode.function)
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
  return new Map<number, SectionChange>([
    [SECTIONS.type, append([FUNCTION_TYPE, 0, 0])],
    [SECTIONS.function, append(encodeU32(added.type))],
    [SECTIONS.table, append([HEAP_TYPES.func, WITH_MAXIMUM, 1, 1])],
    [
      SECTIONS.global,
      append([NUMBER_TYPES.i32, MUTABLE, INSTRUCTIONS.i32Const, ...encodeS32(count), INSTRUCTIONS.end]),
    ],
    [SECTIONS.export, append([...encodeName(tableExportName), KINDS.table, ...encodeU32(added.table)])],
    [SECTIONS.code, { contents: code }],
  ])
}

function append(entry: readonly number[]): SectionChange {
  return { append: [Uint8Array.from(entry)] }
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
  const reader = new ByteReader(bytes, startBytes, endBytes, 'function body')
  const groups = reader.count('groups of locals')
  const groupsStartBytes = reader.offsetBytes
  let count = 0
  for (let left = groups; left > 0; left--) {
    count += reader.u32()
    const type = reader.byte()
    if (TYPES_WITH_HEAP_TYPE.has(type)) reader.s33()
  }
  return { groups, count, groupsStartBytes, endBytes: reader.offsetBytes }
}

function readInstructions(bytes: Uint8Array, body: Body): InstructionReader {
  const { endBytes: startBytes } = readLocals(bytes, body)
  return new InstructionReader(new ByteReader(bytes, startBytes, body.endBytes, 'function body'))
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

function findPoints(bytes: Uint8Array, body: Body, importedCount: number, plain: readonly boolean[]): Found {
  const instructions = readInstructions(bytes, body)
  const found: Found = { points: [], hasLoop: false }
  /** Whether a call has been counted that comes before the present instruction on every way to it. */
  let isCounted = false
  /** The same at the beginning of each block that is open. */
  const outer: boolean[] = []
  while (instructions.next()) {
    const { opcode, startBytes, functionIndex } = instructions
    if (BLOCKS.has(opcode)) outer.push(isCounted)
    else if (BRANCHES.has(opcode)) isCounted = outer.at(-1) ?? false
    else if (BLOCK_ENDS.has(opcode)) isCounted = outer.pop() ?? false
    if (opcode === OPCODES.loop) {
      found.hasLoop = true
      found.points.push({ offsetBytes: instructions.endBytes, before: 'round' })
    } else if (opcode === OPCODES.call || opcode === OPCODES.returnCall) {
      if (functionIndex < importedCount) found.points.push({ offsetBytes: startBytes, before: 'import' })
      else if (!plain[functionIndex - importedCount]) countCall(startBytes)
    } else if (INDIRECT_CALLS.has(opcode)) countCall(startBytes)
    else if (RANGE_INSTRUCTIONS.has(opcode)) found.points.push({ offsetBytes: startBytes, before: 'range' })
  }
  return found

  function countCall(offsetBytes: number): void {
    if (!isCounted) found.points.push({ offsetBytes, before: 'call' })
    isCounted = true
  }
}

function paramCountOf(declarations: Declarations, bodyIndex: number): number {
  const { types, functions, importedFunctionCount } = declarations
  const type = functions[importedFunctionCount + bodyIndex]!
  return resolveFunctionType(types.contents, types, type).params.length
}
