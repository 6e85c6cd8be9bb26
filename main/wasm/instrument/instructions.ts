/**
 * How long each instruction is: its opcode and its operands (specification 3.0, "Binary Format", "Instructions";
 * for what V8 also accepts, the proposals "Threads" and "Legacy Exceptions"). Values do not matter here, so an
 * integer is the bytes up to the one without the continuation bit.
 */
import { REFERENCE_TYPES } from '../binary-codes.ts'
import type { ByteReader } from '../byte-reader.ts'

/**
 * An operand: an integer; a value or block type; the alignment and offset of a memory access; the labels of
 * `br_table`; the types of a `select`; the clauses of a `try_table`; or as many bytes.
 */
type Operand = 'integer' | 'type' | 'access' | 'labels' | 'types' | 'clauses' | number

type Operands = readonly Operand[]

const NONE: Operands = []
const ONE: Operands = ['integer']
const TWO: Operands = ['integer', 'integer']
const ACCESS: Operands = ['access']

/** The instructions that are asked for by name. Those with a prefix have it in the upper byte. */
export const OPCODES = {
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  try: 0x06,
  catch: 0x07,
  end: 0x0b,
  call: 0x10,
  callIndirect: 0x11,
  returnCall: 0x12,
  returnCallIndirect: 0x13,
  callReference: 0x14,
  returnCallReference: 0x15,
  delegate: 0x18,
  catchAll: 0x19,
  tryTable: 0x1f,
  memoryGrow: 0x40,
  arrayNew: 0xfb_0006,
  arrayNewDefault: 0xfb_0007,
  arrayNewData: 0xfb_0009,
  arrayNewElem: 0xfb_000a,
  arrayFill: 0xfb_0010,
  arrayCopy: 0xfb_0011,
  arrayInitData: 0xfb_0012,
  arrayInitElem: 0xfb_0013,
  memoryInit: 0xfc_0008,
  memoryCopy: 0xfc_000a,
  memoryFill: 0xfc_000b,
  tableInit: 0xfc_000c,
  tableCopy: 0xfc_000e,
  tableGrow: 0xfc_000f,
  tableFill: 0xfc_0011,
} as const

/** From the first up to and with the last opcode. */
type Entry = readonly [first: number, last: number, operands: Operands]

const PLAIN: readonly Entry[] = [
  [0x00, 0x01, NONE], // unreachable, nop
  [0x02, 0x04, ['type']], // block, loop, if
  [0x05, 0x05, NONE], // else
  [0x06, 0x06, ['type']], // try
  [0x07, 0x09, ONE], // catch, throw, rethrow
  [0x0a, 0x0b, NONE], // throw_ref, end
  [0x0c, 0x0d, ONE], // br, br_if
  [0x0e, 0x0e, ['labels']], // br_table
  [0x0f, 0x0f, NONE], // return
  [0x10, 0x10, ONE], // call
  [0x11, 0x11, TWO], // call_indirect
  [0x12, 0x12, ONE], // return_call
  [0x13, 0x13, TWO], // return_call_indirect
  [0x14, 0x15, ONE], // call_ref, return_call_ref
  [0x18, 0x18, ONE], // delegate
  [0x19, 0x1b, NONE], // catch_all, drop, select
  [0x1c, 0x1c, ['types']], // select
  [0x1f, 0x1f, ['type', 'clauses']], // try_table
  [0x20, 0x26, ONE], // local.get … table.set
  [0x28, 0x3e, ACCESS], // i32.load … i64.store32
  [0x3f, 0x42, ONE], // memory.size, memory.grow, i32.const, i64.const
  [0x43, 0x43, [4]], // f32.const
  [0x44, 0x44, [8]], // f64.const
  [0x45, 0xc4, NONE], // i32.eqz … i64.extend32_s
  [0xd0, 0xd0, ONE], // ref.null
  [0xd1, 0xd1, NONE], // ref.is_null
  [0xd2, 0xd2, ONE], // ref.func
  [0xd3, 0xd4, NONE], // ref.eq, ref.as_non_null
  [0xd5, 0xd6, ONE], // br_on_null, br_on_non_null
]

/** By the prefix: structures, arrays and references; bulk and saturating; vectors; atomics. */
const PREFIXED: Readonly<Record<number, readonly Entry[]>> = {
  0xfb: [
    [0, 1, ONE], // struct.new, struct.new_default
    [2, 5, TWO], // struct.get … struct.set
    [6, 7, ONE], // array.new, array.new_default
    [8, 10, TWO], // array.new_fixed, array.new_data, array.new_elem
    [11, 14, ONE], // array.get … array.set
    [15, 15, NONE], // array.len
    [16, 16, ONE], // array.fill
    [17, 19, TWO], // array.copy, array.init_data, array.init_elem
    [20, 23, ONE], // ref.test, ref.cast
    [24, 25, [1, 'integer', 'integer', 'integer']], // br_on_cast, br_on_cast_fail
    [26, 30, NONE], // any.convert_extern … i31.get_u
  ],
  0xfc: [
    [0, 7, NONE], // i32.trunc_sat_f32_s … i64.trunc_sat_f64_u
    [8, 8, TWO], // memory.init
    [9, 9, ONE], // data.drop
    [10, 10, TWO], // memory.copy
    [11, 11, ONE], // memory.fill
    [12, 12, TWO], // table.init
    [13, 13, ONE], // elem.drop
    [14, 14, TWO], // table.copy
    [15, 17, ONE], // table.grow, table.size, table.fill
  ],
  0xfd: [
    [0x00, 0x0b, ACCESS], // v128.load … v128.store
    [0x0c, 0x0d, [16]], // v128.const, i8x16.shuffle
    [0x0e, 0x14, NONE], // i8x16.swizzle … f64x2.splat
    [0x15, 0x22, [1]], // i8x16.extract_lane_s … f64x2.replace_lane
    [0x23, 0x53, NONE], // i8x16.eq … v128.any_true
    [0x54, 0x5b, ['access', 1]], // v128.load8_lane … v128.store64_lane
    [0x5c, 0x5d, ACCESS], // v128.load32_zero, v128.load64_zero
    [0x5e, 0x113, NONE], // f32x4.demote_f64x2_zero … i32x4.relaxed_dot_i8x16_i7x16_add_s
  ],
  0xfe: [
    [0x00, 0x02, ACCESS], // memory.atomic.notify, memory.atomic.wait32, memory.atomic.wait64
    [0x03, 0x03, [1]], // atomic.fence
    [0x10, 0x4e, ACCESS], // i32.atomic.load … i64.atomic.rmw32.cmpxchg_u
  ],
}

/** Of the vector instructions, those numbers that none has. */
const UNASSIGNED = [
  0x9a, 0xa2, 0xa5, 0xa6, 0xaf, 0xb0, 0xb2, 0xb3, 0xb4, 0xbb, 0xc2, 0xc5, 0xc6, 0xcf, 0xd0, 0xd2, 0xd3, 0xd4,
  0xe2, 0xee,
]

const TYPES_WITH_HEAP_TYPE = new Set<number>(Object.values(REFERENCE_TYPES))
const VECTOR_PREFIX = 0xfd
const HAS_MEMORY_INDEX = 0x40
/** Clauses `catch` and `catch_ref` have a tag before the label. */
const LAST_CLAUSE_WITH_TAG = 1

function listOperands(entries: readonly Entry[]): (Operands | undefined)[] {
  const list: (Operands | undefined)[] = []
  for (const [first, last, operands] of entries) {
    for (let opcode = first; opcode <= last; opcode++) list[opcode] = operands
  }
  return list
}

const plainOperands = listOperands(PLAIN)
const prefixedOperands = new Map(
  Object.entries(PREFIXED).map(([prefix, entries]) => [Number(prefix), listOperands(entries)]),
)

for (const opcode of UNASSIGNED) prefixedOperands.get(VECTOR_PREFIX)![opcode] = undefined

/** Goes through the instructions of one expression. Throws a `FormatError` for one that is not known. */
export class InstructionReader {
  readonly #reader: ByteReader
  /** Where the present instruction begins, and where the next one does. */
  startBytes: number
  /** See {@link OPCODES}. */
  opcode = 0
  /** Its first operand, of a `call` or `return_call`. */
  functionIndex = 0

  /** `reader` stands at the first instruction, and ends behind the last one. */
  constructor(reader: ByteReader) {
    this.#reader = reader
    this.startBytes = reader.offsetBytes
  }

  /** Where the next instruction begins. */
  get endBytes(): number {
    return this.#reader.offsetBytes
  }

  /** Reads the next instruction; false at the end. */
  next(): boolean {
    const reader = this.#reader
    if (reader.remainingBytes === 0) return false
    this.startBytes = reader.offsetBytes
    const first = reader.byte()
    const withPrefix = prefixedOperands.get(first)
    const second = withPrefix === undefined ? 0 : reader.u32()
    this.opcode = withPrefix === undefined ? first : first * 0x1_0000 + second
    if (first === OPCODES.call || first === OPCODES.returnCall) {
      this.functionIndex = reader.u32()
      return true
    }
    const operands = withPrefix === undefined ? plainOperands[first] : withPrefix[second]
    if (operands === undefined) {
      const spelled = withPrefix === undefined ? hex(first) : `${hex(first)} ${second}`
      throw reader.malformed(`${spelled} is not a known instruction.`, this.startBytes)
    }
    for (const operand of operands) this.#skip(operand)
    return true
  }

  #skip(operand: Operand): void {
    const reader = this.#reader
    if (operand === 'integer') this.#skipInteger()
    else if (operand === 'access') {
      if ((reader.u32() & HAS_MEMORY_INDEX) !== 0) this.#skipInteger()
      this.#skipInteger()
    } else if (operand === 'type') this.#skipType()
    else if (operand === 'labels') {
      for (let left = reader.count('labels') + 1; left > 0; left--) this.#skipInteger()
    } else if (operand === 'types') {
      for (let left = reader.count('types'); left > 0; left--) this.#skipType()
    } else if (operand === 'clauses') {
      for (let left = reader.count('clauses'); left > 0; left--) {
        if (reader.byte() <= LAST_CLAUSE_WITH_TAG) this.#skipInteger()
        this.#skipInteger()
      }
    } else reader.skip(operand)
  }

  /** A block's type may be an index. Heap types are one integer: of a type, or a negative number. */
  #skipType(): void {
    if (TYPES_WITH_HEAP_TYPE.has(this.#reader.peek() ?? 0)) this.#reader.byte()
    this.#skipInteger()
  }

  #skipInteger(): void {
    while (this.#reader.byte() >= 0x80);
  }
}

function hex(byte: number): string {
  return `0x${byte.toString(16).padStart(2, '0')}`
}
