import type { ByteReader } from './byte-reader.ts'
import { readHeapType } from './type-reader.ts'

const endOpcode = 0x0b

/** Constant instructions of one byte without operands: the arithmetic of extended constant expressions. */
const plainOpcodes = new Set([0x6a, 0x6b, 0x6c, 0x7c, 0x7d, 0x7e])

/** Those with the prefix 0xfb, each with the number of indices or counts that follow. */
const prefixedOperandCounts = new Map([
  [0x00, 1], // struct.new
  [0x01, 1], // struct.new_default
  [0x06, 1], // array.new
  [0x07, 1], // array.new_default
  [0x08, 2], // array.new_fixed
  [0x1a, 0], // any.convert_extern
  [0x1b, 0], // extern.convert_any
  [0x1c, 0], // ref.i31
])

function skipPrefixed(reader: ByteReader, startBytes: number): void {
  const opcode = reader.u32()
  const operands = prefixedOperandCounts.get(opcode)
  if (operands === undefined) throw notConstant(reader, `0xfb ${opcode}`, startBytes)
  for (let operand = 0; operand < operands; operand += 1) reader.u32()
}

function skipVector(reader: ByteReader, startBytes: number): void {
  const opcode = reader.u32()
  if (opcode !== 0x0c) throw notConstant(reader, `0xfd ${opcode}`, startBytes)
  reader.skip(16)
}

function notConstant(reader: ByteReader, opcode: string, startBytes: number): Error {
  return reader.malformed(`Instruction ${opcode} is not allowed in a constant expression.`, startBytes)
}

/**
 * Advances over a constant expression and its end (specification 3.0, "Validation", "Constant Expressions").
 * Such expressions do not nest, so this neither recurses nor looks at types.
 */
export function skipConstantExpression(reader: ByteReader): void {
  for (;;) {
    const startBytes = reader.offsetBytes
    const opcode = reader.byte()
    if (opcode === endOpcode) return
    if (plainOpcodes.has(opcode)) continue
    if (opcode === 0x41) reader.s32()
    else if (opcode === 0x42) reader.s64()
    else if (opcode === 0x43) reader.skip(4)
    else if (opcode === 0x44) reader.skip(8)
    else if (opcode === 0x23 || opcode === 0xd2) reader.u32()
    else if (opcode === 0xd0) readHeapType(reader)
    else if (opcode === 0xfb) skipPrefixed(reader, startBytes)
    else if (opcode === 0xfd) skipVector(reader, startBytes)
    else throw notConstant(reader, `0x${opcode.toString(16).padStart(2, '0')}`, startBytes)
  }
}
