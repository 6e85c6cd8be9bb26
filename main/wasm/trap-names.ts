/** Tells traps apart that an engine has one name for, by the instruction that trapped. */
import { ByteReader, FormatError } from './byte-reader.ts'

const CALL_INDIRECT = 0x11
const RETURN_CALL_INDIRECT = 0x13
const GC_PREFIX = 0xfb

/** What a null reference is called where the instruction asks for one kind of it. */
const NULL_NAMES: readonly (readonly [opcodes: readonly number[], name: string])[] = [
  [[0x14, 0x15], 'null function reference'],
  [[0x0a], 'null exception reference'],
]
/** Of the instructions behind {@link GC_PREFIX}: struct.get to struct.set, array.get to array.init_elem, i31.get_s and _u. */
const GC_NULL_NAMES: readonly (readonly [first: number, last: number, name: string])[] = [
  [2, 5, 'null structure reference'],
  [11, 19, 'null array reference'],
  [29, 30, 'null i31 reference'],
]

/**
 * The name of a trap as the specification's test suite spells it (specification 3.0, "Binary Format",
 * "Instructions"). `name` is what the engine's message says for certain; it stays where the instruction at
 * `offsetBytes` of the guest's file tells no more.
 */
export function narrowTrapName(name: string, bytes: Uint8Array, offsetBytes: number): string {
  const instruction = readInstruction(bytes, offsetBytes)
  if (instruction === null) return name
  const { opcode, gcOpcode } = instruction
  if (name === 'out of bounds table access') {
    return opcode === CALL_INDIRECT || opcode === RETURN_CALL_INDIRECT ? 'undefined element' : name
  }
  if (name !== 'null reference') return name
  if (gcOpcode === null) return NULL_NAMES.find(([opcodes]) => opcodes.includes(opcode))?.[1] ?? name
  return GC_NULL_NAMES.find(([first, last]) => gcOpcode >= first && gcOpcode <= last)?.[2] ?? name
}

function readInstruction(
  bytes: Uint8Array,
  offsetBytes: number,
): { opcode: number; gcOpcode: number | null } | null {
  if (offsetBytes < 0 || offsetBytes >= bytes.length) return null
  const reader = new ByteReader(bytes, offsetBytes, bytes.length, 'code section')
  try {
    const opcode = reader.byte()
    return { opcode, gcOpcode: opcode === GC_PREFIX ? reader.u32() : null }
  } catch (error) {
    if (error instanceof FormatError) return null
    throw error
  }
}
