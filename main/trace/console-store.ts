import type { ConsoleLine } from '../contract/traces.ts'

/** Lines that are kept; a scrollback beyond that helps nobody. */
const LINE_LIMIT = 100_000
/** Characters that are kept in all. */
const TEXT_LIMIT = 32 * 1024 * 1024

/** The newest lines of a session's console. Indexes go on counting when the oldest are gone. */
export class ConsoleStore {
  #lines: ConsoleLine[] = []
  #offset = 0
  #firstKept = 0
  #textLength = 0

  get lineCount(): number {
    return this.#offset + this.#lines.length
  }

  get firstKept(): number {
    return this.#firstKept
  }

  get sizeBytes(): number {
    return this.#textLength * 2
  }

  /** Adds a text, a line for each of its own. */
  append(text: string, line: Omit<ConsoleLine, 'index' | 'text'>): void {
    for (const part of text.split(/\r\n|\n/)) {
      this.#lines.push({ ...line, index: this.lineCount, text: part })
      this.#textLength += part.length
    }
    while (this.lineCount - this.#firstKept > LINE_LIMIT || this.#textLength > TEXT_LIMIT)
      this.#forgetOldest()
  }

  read(fromLine: number, lineCount: number): ConsoleLine[] {
    const from = Math.max(fromLine, this.#firstKept) - this.#offset
    return this.#lines.slice(from, Math.max(from, fromLine + lineCount - this.#offset))
  }

  #forgetOldest(): void {
    const oldest = this.#lines[this.#firstKept - this.#offset]
    if (!oldest) return
    this.#textLength -= oldest.text.length
    this.#firstKept++
    // Removing one at a time from the front of an array would cost its whole length each time.
    if (this.#firstKept - this.#offset > LINE_LIMIT / 2) {
      this.#lines = this.#lines.slice(this.#firstKept - this.#offset)
      this.#offset = this.#firstKept
    }
  }
}
