/** Writes arguments and results as a JSON list, without making an object of any. */
import type { CallCursor } from '../trace/call-cursor.ts'
import { encodingOf } from '../trace/events.ts'
import { numberToJson } from '../trace/values.ts'
import type { Cell } from './cell.ts'

const COMMA = ','.charCodeAt(0)
const OPENING = '['.charCodeAt(0)
const CLOSING = ']'.charCodeAt(0)

export class ValueWriter {
  readonly #cell: Cell
  readonly #cursor: CallCursor
  readonly #previews: ReadonlyMap<number, string>

  /** Writes into `cell` the values of the call at which `cursor` stands; `previews` are the texts of references. */
  constructor(cell: Cell, cursor: CallCursor, previews: ReadonlyMap<number, string>) {
    this.#cell = cell
    this.#cursor = cursor
    this.#previews = previews
  }

  /** Adds the text of values with these types. */
  add(field: 'arg' | 'result', types: readonly string[]): void {
    this.#cell.beginText()
    this.#cell.writeByte(OPENING)
    for (let index = 0; index < types.length; index++) {
      if (index > 0) this.#cell.writeByte(COMMA)
      this.#write(field, index, types[index]!)
    }
    this.#cell.writeByte(CLOSING)
    this.#cell.endText()
  }

  #write(field: 'arg' | 'result', index: number, type: string): void {
    const encoding = encodingOf(type)
    const low = this.#cursor.lowWord(field, index)
    if (encoding === 'i32') return this.#cell.writeDigits(low | 0)
    if (encoding === 'float') {
      return this.#cell.write(JSON.stringify(numberToJson(encoding, this.#cursor.float(field, index))))
    }
    if (encoding === 'i64') {
      const value = (BigInt(this.#cursor.highWord(field, index) | 0) << 32n) | BigInt(low)
      return this.#cell.write(`"${value}"`)
    }
    const preview = this.#previews.get(low)
    const name = `${type}#${low}`
    this.#cell.write(low === 0 ? 'null' : JSON.stringify(preview === undefined ? name : `${name} ${preview}`))
  }
}
