/** Cuts the text of a filter into words, operators, values and marks. */
import type { Complain } from './parse.ts'

/** A part of the text; `isQuoted` of one that stood in quotes, without these. */
export interface Scanned {
  text: string
  from: number
  to: number
  isQuoted: boolean
}

const BLANK = /\s*/y
const WORD = /[^\s()"=!<>~:]+/y
const OPERATOR = /==|>=|<=|!=|[=<>~:]/y
const VALUE = /[^\s()"]+/y
/** What is written so is meant as a regular expression. */
const EXPRESSION = /\/\S+\/[a-z]*(?=[\s)]|$)/y
const QUOTED = /"((?:[^"\\]|\\.)*)("?)/sy
const KEYWORDS = new Set(['and', 'or', 'not'])

/** Stands before what is next, which is never blank. */
export class FilterScanner {
  readonly #text: string
  readonly #complain: Complain
  #at = 0
  #endOfLast = 0

  constructor(text: string, complain: Complain) {
    this.#text = text
    this.#complain = complain
    this.#moveTo(0)
    this.#endOfLast = 0
  }

  /** Where the next thing begins. */
  get at(): number {
    return this.#at
  }

  /** Where the last thing ended. */
  get endOfLast(): number {
    return this.#endOfLast
  }

  get atEnd(): boolean {
    return this.#at === this.#text.length
  }

  /** The next character, or the last one before the end. */
  hereOrBefore(): { from: number; to: number } {
    if (!this.atEnd) return { from: this.#at, to: this.#at + 1 }
    return { from: Math.max(0, this.#endOfLast - 1), to: this.#endOfLast }
  }

  is(mark: string): boolean {
    return this.#text[this.#at] === mark
  }

  accept(mark: string): boolean {
    if (!this.is(mark)) return false
    this.#moveTo(this.#at + 1)
    return true
  }

  /** Whether the next word is this one, with nothing that would make it a field. */
  isWord(keyword: string): boolean {
    return this.#match(WORD)?.toLowerCase() === keyword
  }

  acceptWord(keyword: string): boolean {
    if (!this.isWord(keyword)) return false
    this.#moveTo(this.#at + keyword.length)
    return true
  }

  /** A word that is no keyword. */
  acceptName(): Scanned | null {
    const text = this.#match(WORD)
    return text === null || KEYWORDS.has(text.toLowerCase()) ? null : this.#take(text)
  }

  acceptOperator(): Scanned | null {
    const text = this.#match(OPERATOR)
    return text === null ? null : this.#take(text)
  }

  /** A value, bare or in quotes. */
  acceptValue(): Scanned | null {
    if (this.is('"')) return this.acceptQuoted()
    const text = this.#match(VALUE)
    return text === null ? null : this.#take(text)
  }

  /** A regular expression, which is no value. */
  acceptExpression(): Scanned | null {
    const text = this.#match(EXPRESSION)
    return text === null ? null : this.#take(text)
  }

  /** A text in quotes, in which `\"` and `\\` stand for themselves. */
  acceptQuoted(): Scanned | null {
    if (!this.is('"')) return null
    QUOTED.lastIndex = this.#at
    const [whole, content = '', end] = QUOTED.exec(this.#text)!
    const { from, to } = this.#take(whole)
    if (!end) this.#complain(from, to, 'The text in quotes does not end.', 'Write a “"” at its end.')
    return { text: content.replaceAll(/\\(.)/gs, '$1'), from, to, isQuoted: true }
  }

  /** Takes a single character of which nothing can be made. */
  takeStray(): Scanned {
    return this.#take(String.fromCodePoint(this.#text.codePointAt(this.#at)!))
  }

  skipAll(): void {
    this.#moveTo(this.#text.length)
  }

  #take(text: string): Scanned {
    const from = this.#at
    const to = from + text.length
    this.#moveTo(to)
    return { text, from, to, isQuoted: false }
  }

  #moveTo(at: number): void {
    this.#endOfLast = at
    BLANK.lastIndex = at
    this.#at = at + BLANK.exec(this.#text)![0].length
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at
    return pattern.exec(this.#text)?.[0] ?? null
  }
}
