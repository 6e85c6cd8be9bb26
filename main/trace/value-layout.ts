/** Where the values of calls lie in the words of their block: those of 64 bits take two words, all others one. */
import type { FunctionDefinition, ValueEncoding } from './events.ts'
import { encodingOf } from './events.ts'

/** Of a list of types. */
export interface ValueLayout {
  readonly encodings: readonly ValueEncoding[]
  /** Where each value begins, in words from the first one. */
  readonly offsets: readonly number[]
  /** Words of all of them together. */
  readonly wordCount: number
}

/** Of a function's arguments and results. */
export interface FunctionLayouts {
  readonly params: ValueLayout
  readonly results: ValueLayout
  /** Of arguments, and of results right behind them. */
  readonly all: ValueLayout
}

/** Whether a value takes two words. */
export function isWide(encoding: ValueEncoding): boolean {
  return encoding === 'i64' || encoding === 'float'
}

function layoutOf(types: readonly string[]): ValueLayout {
  const encodings = types.map(encodingOf)
  const offsets: number[] = []
  let wordCount = 0
  for (const encoding of encodings) {
    offsets.push(wordCount)
    wordCount += isWide(encoding) ? 2 : 1
  }
  return { encodings, offsets, wordCount }
}

const NO_VALUES = layoutOf([])
const NO_LAYOUTS: FunctionLayouts = { params: NO_VALUES, results: NO_VALUES, all: NO_VALUES }

/** The layouts of a trace's functions by their numbers. */
export class ValueLayouts {
  readonly #definitions: readonly (FunctionDefinition | undefined)[]
  readonly #layouts: FunctionLayouts[] = []

  /** More functions may be added later. */
  constructor(definitions: readonly FunctionDefinition[]) {
    this.#definitions = definitions
  }

  /** Of a function; of one that a file has lost, those of no values. */
  of(functionIndex: number): FunctionLayouts {
    return this.#layouts[functionIndex] ?? this.#make(functionIndex)
  }

  #make(functionIndex: number): FunctionLayouts {
    const definition = this.#definitions[functionIndex]
    if (!definition) return NO_LAYOUTS
    const { params, results } = definition
    return (this.#layouts[functionIndex] = {
      params: layoutOf(params),
      results: layoutOf(results),
      all: layoutOf([...params, ...results]),
    })
  }
}
