/** The instructions of slice points. */
import { EMPTY_BLOCK, INSTRUCTIONS } from '../binary-codes.ts'
import { concatenate, encodeS32, encodeU32 } from '../encoding.ts'

/** Rounds of a loop between two that come to the common counter. */
const ROUNDS = 64
/** What a point takes off the common counter, by what comes then. */
const WEIGHTS = { round: 1, call: 1, import: 500, range: 100 } as const

const NO_LOCALS = 0

/** The indices of what is added. */
export interface Added {
  type: number
  function: number
  table: number
  global: number
}

/** What comes after a point: a round of a loop, a call of a function or an import, an instruction on a whole range. */
export type PointKind = 'round' | 'call' | 'import' | 'range'

/** Of one module. None of the instructions needs anything on the stack, or leaves anything there. */
export class PointCode {
  /** With its size: the function that is called when a counter has come to its end. */
  readonly function: Uint8Array
  readonly #before: Record<Exclude<PointKind, 'round'>, Uint8Array>
  readonly #call: readonly number[]
  readonly #rounds = new Map<number, Uint8Array>()

  /** `limit` is what the common counter begins with. */
  constructor({ function: functionIndex, global, type, table }: Added, limit: number) {
    const counter = encodeU32(global)
    const count = (weight: number, atEnd: readonly number[]): number[] =>
      [
        [
          INSTRUCTIONS.globalGet,
          ...counter,
          INSTRUCTIONS.i32Const,
          ...encodeS32(weight),
          INSTRUCTIONS.i32Subtract,
        ],
        [
          INSTRUCTIONS.globalSet,
          ...counter,
          INSTRUCTIONS.globalGet,
          ...counter,
          INSTRUCTIONS.i32Const,
          0,
          INSTRUCTIONS.i32LessSigned,
        ],
        [INSTRUCTIONS.if, EMPTY_BLOCK, ...atEnd, INSTRUCTIONS.end],
      ].flat()
    const call = [INSTRUCTIONS.call, ...encodeU32(functionIndex)]
    const make = (weight: number): Uint8Array => Uint8Array.from(count(weight, call))
    const askHost = [
      [INSTRUCTIONS.i32Const, ...encodeS32(limit), INSTRUCTIONS.globalSet, ...counter],
      [INSTRUCTIONS.i32Const, 0, INSTRUCTIONS.callIndirect, ...encodeU32(type), ...encodeU32(table)],
    ].flat()
    const body = Uint8Array.from([NO_LOCALS, ...count(WEIGHTS.round, askHost), INSTRUCTIONS.end])
    this.function = concatenate([Uint8Array.from(encodeU32(body.length)), body])
    this.#before = { call: make(WEIGHTS.call), import: make(WEIGHTS.import), range: make(WEIGHTS.range) }
    this.#call = call
  }

  /** Before what comes. `local` is the counter of the function's loops. */
  before(kind: PointKind, local: number): Uint8Array {
    return kind === 'round' ? this.#round(local) : this.#before[kind]
  }

  /** A local begins with 0: the first round comes to the common counter. */
  #round(local: number): Uint8Array {
    const made = this.#rounds.get(local)
    if (made !== undefined) return made
    const index = encodeU32(local)
    const code = Uint8Array.from(
      [
        [INSTRUCTIONS.localGet, ...index, INSTRUCTIONS.i32Const, 1, INSTRUCTIONS.i32Subtract],
        [
          INSTRUCTIONS.localTee,
          ...index,
          INSTRUCTIONS.i32Const,
          0,
          INSTRUCTIONS.i32LessSigned,
          INSTRUCTIONS.if,
          EMPTY_BLOCK,
        ],
        [
          ...this.#call,
          INSTRUCTIONS.i32Const,
          ...encodeS32(ROUNDS - 1),
          INSTRUCTIONS.localSet,
          ...index,
          INSTRUCTIONS.end,
        ],
      ].flat(),
    )
    this.#rounds.set(local, code)
    return code
  }
}
