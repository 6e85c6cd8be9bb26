/**
 * Arguments and results of calls as words of 32 bits, in the same order as they: the first value decides, then the
 * second, and so on. Numbers are by value whatever their types; behind them come NaN, then null, then references in the
 * order in which the host first met what they refer to. A shorter list comes before a longer one that begins with it.
 */
import type { CallCursor } from './call-cursor.ts'
import type { FunctionDefinition } from './events.ts'
import { encodingOf } from './events.ts'

/** Values that are compared. */
const COMPARED_VALUES = 8

/** Of one value: all of an `i32`; or the two halves of a number, and what an `i64` is more than that as an `f64`. */
type Part = 'i32' | 'high' | 'low' | 'rest'

/** Less than any value has: no value. */
const NONE = 0
const SIGN = 0x8000_0000
/** Above that of infinity. */
const NAN_HIGH = 0xfff8_0000
const REFERENCE_HIGH = 0xfffc_0000

/** Of the calls of one trace, by the functions that it has by now. */
export class ValueWords {
  readonly #field: 'arg' | 'result'
  /** Of each function. */
  readonly #types: readonly (readonly string[])[]
  readonly #words: readonly { at: number; part: Part }[]
  /** Words that calls read so far have, at most. */
  #longest = 0
  readonly #float = new Float64Array(1)
  readonly #halves = new Uint32Array(this.#float.buffer)

  constructor(definitions: readonly FunctionDefinition[], field: 'arg' | 'result') {
    this.#field = field
    // A file that was cut off may lack some.
    this.#types = Array.from(definitions, (each) => (field === 'arg' ? each?.params : each?.results) ?? [])
    const lists = this.#types.filter(({ length }) => length > 0)
    const longest = Math.min(
      COMPARED_VALUES,
      lists.reduce((most, { length }) => Math.max(most, length), 0),
    )
    this.#words = Array.from({ length: longest }, (_, at) =>
      choosePart(lists.map((types) => types[at])).map((part) => ({ at, part })),
    ).flat()
  }

  /** How many words there are, at most. */
  get count(): number {
    return this.#words.length
  }

  /** Whether a call has any value. */
  has(call: CallCursor): boolean {
    return this.#typesOf(call).length > 0 && (this.#field === 'arg' || call.hasReturned)
  }

  /** Whether calls that were read may differ in a word. */
  needs(word: number): boolean {
    return word < this.count && this.#words[word]!.at < this.#longest
  }

  /** One word of a call. */
  read(call: CallCursor, word: number): number {
    const { at, part } = this.#words[word]!
    const types = this.#typesOf(call)
    if (types.length > this.#longest) this.#longest = types.length
    const type = types[at]
    if (type === undefined) return NONE
    const low = call.lowWord(this.#field, at)
    if (part === 'i32') return (low ^ SIGN) >>> 0
    const encoding = encodingOf(type)
    if (part === 'rest') return encoding === 'i64' ? restOf(low, call.highWord(this.#field, at)) : SIGN
    if (encoding === 'reference') return part === 'high' ? REFERENCE_HIGH : low
    if (encoding === 'i32') return this.#readFloat(low | 0, part)
    if (encoding === 'float') return this.#readFloat(call.float(this.#field, at), part)
    return this.#readFloat(nearestFloat(low, call.highWord(this.#field, at)), part)
  }

  #typesOf({ functionIndex }: CallCursor): readonly string[] {
    return this.#types[functionIndex] ?? []
  }

  /** Half of a number: turned so that negative ones come first, the lowest before all others. */
  #readFloat(value: number, part: 'high' | 'low'): number {
    if (Number.isNaN(value)) return part === 'high' ? NAN_HIGH : 0
    // Zeros are equal, whatever their signs.
    this.#float[0] = value === 0 ? 0 : value
    const half = this.#halves[part === 'high' ? 1 : 0]!
    if (value < 0) return ~half >>> 0
    return part === 'high' ? (half | SIGN) >>> 0 : half
  }
}

/** What tells values of these types apart; undefined stands for lists that have none at that place. */
function choosePart(types: readonly (string | undefined)[]): Part[] {
  if (types.every((type) => type === 'i32')) return ['i32']
  return types.includes('i64') ? ['high', 'low', 'rest'] : ['high', 'low']
}

function nearestFloat(low: number, high: number): number {
  return (high | 0) * 2 ** 32 + low
}

/** How much an i64 is above or below the number that is nearest to it: less than 1025, so that every step is exact. */
function restOf(low: number, high: number): number {
  return (high | 0) * 2 ** 32 - nearestFloat(low, high) + low + SIGN
}
