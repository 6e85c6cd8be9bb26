/** Cuts a text of readings into words, numbers and marks. */

/** Why a text is no readings: a sentence, and the character (from 0) at which it went wrong. */
export class ReadingSyntaxError extends Error {
  readonly offset: number

  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

interface Token {
  kind: 'word' | 'number' | 'mark' | 'end'
  text: string
  offset: number
  /** Whether a line ended before it. */
  beginsLine: boolean
}

const WORD = /[A-Za-z_$][\w$-]*/y
const NUMBER = /-?(?:0x[\da-fA-F]+|\d+)(?![\w$])/y
const BLANK = /\s*/y

/** Looks at one token at a time. */
export class Scanner {
  readonly #text: string
  #token: Token

  constructor(text: string) {
    this.#text = text
    this.#token = this.#scan(0)
  }

  /** Where the present token begins. */
  get offset(): number {
    return this.#token.offset
  }

  get atEnd(): boolean {
    return this.#token.kind === 'end'
  }

  /** Whether the present token is this mark or word. */
  is(text: string): boolean {
    const { kind } = this.#token
    return (kind === 'mark' || kind === 'word') && this.#token.text === text
  }

  /** Takes the mark or word if it is there. */
  accept(text: string): boolean {
    if (!this.is(text)) return false
    this.#advance()
    return true
  }

  /** Takes the mark or word, or fails with what is there instead. */
  expect(text: string, where: string): void {
    if (!this.accept(text)) this.fail(`“${text}” ${where}`)
  }

  /** Takes a word if there is one. */
  acceptWord(): string | null {
    const { kind, text } = this.#token
    if (kind !== 'word') return null
    this.#advance()
    return text
  }

  /** Takes an integer if there is one. */
  acceptNumber(): number | null {
    const { kind, text, offset } = this.#token
    if (kind !== 'number') return null
    const value = text.startsWith('-') ? -Number(text.slice(1)) : Number(text)
    if (!Number.isSafeInteger(value)) throw new ReadingSyntaxError(`${text} is too large.`, offset)
    this.#advance()
    return value
  }

  /** Takes what stands between two items of a list. Gives false at the end of the list. */
  acceptSeparator(close: string | null): boolean {
    const isSeparated = this.accept(',') || this.accept(';')
    if (close === null ? this.atEnd : this.is(close)) return false
    if (!isSeparated && !this.#token.beginsLine) {
      this.fail(close === null ? 'a comma or the end' : `a comma or “${close}”`)
    }
    return true
  }

  /** Fails with what was expected, and what is there. */
  fail(expected: string): never {
    const { kind, text, offset } = this.#token
    const found = kind === 'end' ? 'The text ends' : `“${text}” stands`
    throw new ReadingSyntaxError(`${found} where ${expected} is expected.`, offset)
  }

  #advance(): void {
    this.#token = this.#scan(this.#token.offset + this.#token.text.length)
  }

  #scan(from: number): Token {
    const blank = this.#match(BLANK, from) ?? ''
    const offset = from + blank.length
    const beginsLine = blank.includes('\n')
    const found = (kind: Token['kind'], text: string): Token => ({ kind, text, offset, beginsLine })
    if (offset === this.#text.length) return found('end', '')
    const word = this.#match(WORD, offset)
    if (word !== null) return found('word', word)
    const number = this.#match(NUMBER, offset)
    if (number !== null) return found('number', number)
    return found('mark', String.fromCodePoint(this.#text.codePointAt(offset)!))
  }

  #match(pattern: RegExp, from: number): string | null {
    pattern.lastIndex = from
    return pattern.exec(this.#text)?.[0] ?? null
  }
}
