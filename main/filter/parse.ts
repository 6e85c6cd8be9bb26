/** Reads filters, and says of each mistake where it is and what to do about it. */
import { makeError } from '../contract/error-codes.ts'
import type { FilterProblem } from '../contract/filters.ts'
import { FilterScanner } from './scanner.ts'
import type { Filter, ParsedFilter, Piece } from './model.ts'
import { readTerm } from './read-term.ts'

/** Characters of a filter. */
const FILTER_LENGTH_LIMIT = 2000
/** Parentheses and negations inside of one another. */
const DEEPEST_NESTING = 50

/** Why a part of a filter cannot be read, and what to do about it: sentences. */
export type Complain = (from: number, to: number, why: string, fix: string) => void

/** Reads a filter. Takes any text, in time in proportion to its length. */
export function parseFilter(text: string): ParsedFilter {
  const problems: FilterProblem[] = []
  const pieces: Piece[] = []
  const complain: Complain = (from, to, why, fix) => {
    problems.push({ error: makeError('FILTER_INVALID', { why, fix }), from, to })
  }
  if (text.length > FILTER_LENGTH_LIMIT) {
    const why = `It has ${text.length} characters.`
    complain(FILTER_LENGTH_LIMIT, text.length, why, `Leave out all beyond the first ${FILTER_LENGTH_LIMIT}.`)
  }
  const scanner = new FilterScanner(text.slice(0, FILTER_LENGTH_LIMIT), complain)
  const filter = new Parser(scanner, pieces, complain).parse()
  const [first, ...others] = problems
  return first ? { filter: null, problems: [first, ...others], pieces } : { filter, problems: [], pieces }
}

/** The first problem as the failure that a filter as a whole is answered with. */
export function describeProblem({ error, from }: FilterProblem): FilterProblem['error'] {
  return { ...error, why: `Character ${from + 1}: ${error.why}` }
}

class Parser {
  readonly #scanner: FilterScanner
  readonly #pieces: Piece[]
  readonly #complain: Complain
  #nesting = 0

  constructor(scanner: FilterScanner, pieces: Piece[], complain: Complain) {
    this.#scanner = scanner
    this.#pieces = pieces
    this.#complain = complain
  }

  parse(): Filter {
    const scanner = this.#scanner
    if (scanner.atEnd) return { kind: 'all' }
    const parts = [this.#readOr('at the beginning')]
    while (!scanner.atEnd) {
      const { at } = scanner
      scanner.accept(')')
      this.#complain(at, at + 1, 'There is no “(” for this “)”.', 'Take it away, or write the other one.')
      if (!scanner.atEnd) parts.push(this.#readOr('after “)”'))
    }
    return join('and', parts)
  }

  #readOr(where: string): Filter {
    const parts = [this.#readAnd(where)]
    while (this.#scanner.acceptWord('or')) parts.push(this.#readAnd('after “or”'))
    return join('or', parts)
  }

  #readAnd(where: string): Filter {
    const scanner = this.#scanner
    const parts: Filter[] = []
    let isAwaited = true
    let missing = where
    while (!scanner.atEnd && !scanner.is(')') && !scanner.isWord('or')) {
      if (!isAwaited && scanner.acceptWord('and')) {
        isAwaited = true
        missing = 'after “and”'
      }
      if (scanner.atEnd || scanner.is(')') || scanner.isWord('or')) break
      parts.push(this.#readNot())
      isAwaited = false
    }
    if (isAwaited) {
      const { from, to } = scanner.hereOrBefore()
      this.#complain(from, to, `A condition is missing ${missing}.`, 'Write one, such as outcome!=returned.')
    }
    return join('and', parts)
  }

  #readNot(): Filter {
    const scanner = this.#scanner
    const { at } = scanner
    if (scanner.accept('!') || scanner.accept('-') || scanner.acceptWord('not')) {
      if (scanner.atEnd || scanner.is(')') || scanner.isWord('or') || scanner.isWord('and')) {
        this.#complain(
          at,
          scanner.endOfLast,
          'What is not to be is missing.',
          'Write a condition behind it: -import:env.log.',
        )
        return { kind: 'all' }
      }
      return { kind: 'not', part: this.#nested(at, () => this.#readNot()) }
    }
    if (scanner.accept('(')) {
      const part = this.#nested(at, () => this.#readOr('after “(”'))
      if (!scanner.accept(')')) {
        this.#complain(
          at,
          at + 1,
          'There is no “)” for this “(”.',
          'Write it, or put a “(” that is to be found in quotes.',
        )
      }
      return part
    }
    return readTerm(scanner, this.#pieces, this.#complain)
  }

  #nested(at: number, read: () => Filter): Filter {
    if (this.#nesting >= DEEPEST_NESTING) {
      this.#complain(
        at,
        at + 1,
        `More than ${DEEPEST_NESTING} parts lie inside of one another here.`,
        'Write it with fewer parentheses.',
      )
      this.#scanner.skipAll()
      return { kind: 'all' }
    }
    this.#nesting++
    const filter = read()
    this.#nesting--
    return filter
  }
}

function join(kind: 'and' | 'or', parts: Filter[]): Filter {
  return parts.length === 1 ? parts[0]! : { kind, parts }
}
