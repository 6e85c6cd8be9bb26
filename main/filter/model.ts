/** What a filter says, once it has been read: docs/filters.md describes the language. */
import type { CallKind, CallOutcome } from '../contract/calls.ts'
import type { FilterProblem } from '../contract/filters.ts'

/** How a text is to be compared. Only `contains` takes large and small letters for the same. */
export interface TextPattern {
  how: 'contains' | 'glob' | 'equals'
  text: string
}

export type Comparison = '=' | '<' | '<=' | '>' | '>='

/** A number as it was written. */
export interface NumberLiteral {
  number: number
  /** Exact, where it is a whole number. */
  integer: bigint | null
}

export type DurationField = 'total' | 'guest' | 'host' | 'suspended' | 'start' | 'end'
export type CountField = 'id' | 'parent' | 'depth'
export type TextField = 'name' | 'module' | 'stack' | 'error' | 'text'
export type ValueField = 'arg' | 'result'

/** One condition. */
export type Term =
  | { kind: 'scope'; scope: 'import' | 'export'; pattern: TextPattern }
  /** The name as it is shown: `env.log`, `run`. */
  | { kind: 'label'; pattern: TextPattern }
  | { kind: 'text'; field: TextField; pattern: TextPattern }
  | { kind: 'call-kind'; callKind: CallKind }
  | { kind: 'outcome'; outcome: CallOutcome }
  /** Durations and points in time are nanoseconds. */
  | { kind: 'number'; field: DurationField | CountField; comparison: Comparison; number: number }
  /** Of an argument or result; of any, where `index` is null. */
  | {
      kind: 'value'
      field: ValueField
      index: number | null
      comparison: Comparison
      literal: NumberLiteral
    }
  | { kind: 'null-value'; field: ValueField; index: number | null }
  | { kind: 'value-text'; field: ValueField; index: number | null; pattern: TextPattern }
  | { kind: 'overlapped' }

/** A condition made of others. `all` is that of an empty text. */
export type Filter =
  | Term
  | { kind: 'all' }
  | { kind: 'and' | 'or'; parts: Filter[] }
  | { kind: 'not'; part: Filter }

/** A piece of a term, for those who complete it. */
export interface Piece {
  part: 'word' | 'operator' | 'value'
  from: number
  to: number
  text: string
  /** The word before it, of an operator or a value. */
  word: string
}

/** What was read of a text. There is a filter where there are no problems. */
export type ParsedFilter = { pieces: Piece[] } & (
  | { filter: Filter; problems: [] }
  | { filter: null; problems: [FilterProblem, ...FilterProblem[]] }
)
