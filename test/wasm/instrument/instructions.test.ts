/** Holds the lengths of instructions to V8: for every opcode there is. */
import { expect, test } from 'vitest'
import { ByteReader, FormatError } from '../../../main/wasm/byte-reader.ts'
import { InstructionReader } from '../../../main/wasm/instrument/instructions.ts'
import { assembleModule } from '../modules.ts'

const INVALID = 0xff
const LONGEST_OPERANDS = 20
/** The first byte of operands; the others are 0. An atomic access has the alignment that is natural. */
const FIRST_BYTES = [0, 1, 2, 3]
const PREFIXES = [0xfb, 0xfc, 0xfd, 0xfe]

/** What the first type of the module may have to be: a function, a structure, an array; of numbers, bytes or references. */
const FIRST_TYPES = [
  [0x60, 0, 0],
  [0x5f, 1, 0x7f, 1],
  [0x5e, 0x7f, 1],
  [0x5f, 1, 0x78, 1],
  [0x5e, 0x78, 1],
  [0x5e, 0x70, 1],
]
/** What may have to stand before an instruction: nothing is needed on the stack behind `unreachable`. */
const CONTEXTS = [
  [0x00],
  [0x00, 0x04, 0x40, 0x00], // if, for else
  [0x06, 0x40, 0x00], // try, for catch, catch_all and delegate
  [0x06, 0x40, 0x19, 0x00], // catch_all, for rethrow
]

/** A module with one of everything, a function with a body among it. */
function makeModule(firstType: number[], body: number[]): Uint8Array<ArrayBuffer> {
  return assembleModule(
    [1, [2, ...firstType, 0x60, 0, 0]],
    [3, [1, 1]],
    [4, [1, 0x70, 0, 1]],
    [5, [1, 3, 1, 1]],
    [13, [1, 0, 1]],
    [6, [1, 0x7f, 1, 0x41, 0, 0x0b]],
    [9, [1, 3, 0, 1, 0]],
    [12, [1]],
    [10, [1, body.length + 3, 1, 1, 0x7f, ...body]],
    [11, [1, 1, 1, 0]],
  )
}

/** V8's message and the offset in the body, for a body that ends with an instruction that nobody knows. */
function compile(firstType: number[], body: number[]): { message: string; offset: number } {
  const bytes = makeModule(firstType, body)
  const bodyStart = makeModule(firstType, []).length
  try {
    void new WebAssembly.Module(bytes)
  } catch (error) {
    const message = (error as Error).message
    // Behind the body there is the data section, of 6 bytes.
    const dataBytes = 6
    const offset = Number(/@\+(\d+)/.exec(message)?.[1]) - (bodyStart - dataBytes)
    return { message, offset }
  }
  throw new Error('V8 accepts an instruction that was to be unknown')
}

function makeOperands(firstByte: number, count: number): number[] {
  return Array.from({ length: count }, (_, at) => (at === 0 ? firstByte : 0))
}

/** How many operand bytes V8 takes; null for an instruction that it does not know or accept. */
function askV8(opcode: number[]): { firstByte: number; count: number } | null {
  for (const context of CONTEXTS) {
    for (const firstType of FIRST_TYPES) {
      for (const firstByte of FIRST_BYTES) {
        for (let count = 0; count <= LONGEST_OPERANDS; count++) {
          const instruction = [...context, ...opcode, ...makeOperands(firstByte, count)]
          const { message, offset } = compile(firstType, [...instruction, INVALID])
          if (/invalid opcode 0xff/i.test(message) && offset === instruction.length)
            return { firstByte, count }
          if (count === 0 && /invalid (numeric |simd |gc |atomic )?opcode|enable with/i.test(message))
            return null
        }
      }
    }
  }
  return null
}

/** How many operand bytes the reader takes; null for an instruction that it does not know. */
function askReader(opcode: number[], firstByte: number): number | null {
  const bytes = Uint8Array.from([...opcode, ...makeOperands(firstByte, LONGEST_OPERANDS)])
  const reader = new InstructionReader(new ByteReader(bytes, 0, bytes.length, 'test'))
  try {
    reader.next()
  } catch (error) {
    if (error instanceof FormatError) return null
    throw error
  }
  return reader.endBytes - opcode.length
}

function encodeOpcode(opcode: number): number[] {
  return opcode < 0x80 ? [opcode] : [(opcode & 0x7f) | 0x80, opcode >> 7]
}

const opcodes = [
  ...Array.from({ length: 0xff }, (_, opcode) => [opcode]).filter(([first]) => !PREFIXES.includes(first!)),
  ...PREFIXES.flatMap((prefix) =>
    Array.from({ length: 0x180 }, (_, opcode) => [prefix, ...encodeOpcode(opcode)]),
  ),
]

test('every instruction that V8 knows is as long as V8 says', () => {
  const different: string[] = []
  const onlyHere: string[] = []
  let knownCount = 0
  for (const opcode of opcodes) {
    const byV8 = askV8(opcode)
    const spelled = opcode.map((byte) => byte.toString(16)).join(' ')
    if (byV8 === null) {
      if (askReader(opcode, 0) !== null) onlyHere.push(spelled)
      continue
    }
    knownCount++
    const count = askReader(opcode, byV8.firstByte)
    if (count !== byV8.count) different.push(`${spelled}: ${count} instead of ${byV8.count}`)
  }
  expect(different).toEqual([])
  expect(knownCount).toBeGreaterThan(500)
  // A select with types, and casts that branch, cannot have operands that are mostly 0.
  expect(onlyHere).toEqual(['1c', 'fb 18', 'fb 19'])
})
