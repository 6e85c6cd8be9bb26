/** Rows of the table `calls` as SQLite keeps them: the same that `toCallRow` makes, at a fraction of its cost. */
import type { CallOutcome } from '../contract/calls.ts'
import type { CallId } from '../contract/ids.ts'
import { CallCursor } from '../trace/call-cursor.ts'
import type { CallStore } from '../trace/call-store.ts'
import { OUTCOMES } from '../trace/events.ts'
import type { SharedValues } from './cell.ts'
import { Cell } from './cell.ts'
import { ValueWriter } from './value-writer.ts'

/** What is written of a function in each of its calls. */
interface KnownFunction {
  /** Its kind, module and name. */
  names: SharedValues
  isImport: boolean
  params: readonly string[]
  results: readonly string[]
}

/** Writes one call after the other into its cell. */
export class CallCells {
  readonly #calls: CallStore
  readonly #cursor: CallCursor
  readonly #cell = new Cell()
  readonly #values: ValueWriter
  readonly #functions: KnownFunction[] = []
  readonly #outcomes = new Map<CallOutcome, SharedValues>(
    OUTCOMES.map((outcome) => [outcome, shareTexts([outcome])]),
  )

  constructor(calls: CallStore) {
    this.#calls = calls
    this.#cursor = new CallCursor(calls)
    this.#values = new ValueWriter(this.#cell, this.#cursor, calls.previews.byHandle)
  }

  /** Takes the store as it is now: to be called whenever it may have changed. */
  begin(nowNs: number): void {
    this.#cursor.begin(nowNs)
  }

  /** Writes a call that there is: its fields in order of the columns. */
  write(id: CallId): Cell {
    const cursor = this.#cursor
    const cell = this.#cell
    cursor.moveTo(id)
    const known = (this.#functions[cursor.functionIndex] ??= this.#readFunction(cursor.functionIndex))
    cell.begin()
    // The key is the number of the row, and not written twice.
    cell.addNull()
    if (cursor.parent === 0) cell.addNull()
    else cell.addInteger(cursor.parent)
    cell.addInteger(cursor.depth)
    cell.addShared(known.names)
    this.#values.add('arg', known.params)
    if (cursor.hasReturned) this.#values.add('result', known.results)
    else cell.addNull()
    if (cursor.decodedTexts.length === 0) cell.addNull()
    else cell.addText(JSON.stringify(this.#calls.decoded.texts(id).map(({ text }) => text)))
    cell.addShared(this.#outcomes.get(cursor.outcome)!)
    this.#addError()
    cell.addInteger(Number(cursor.isOverlapped))
    this.#addTimes(known.isImport)
    return cell
  }

  #addError(): void {
    const { error } = this.#cursor
    if (error === null) {
      this.#cell.addNull()
      this.#cell.addNull()
    } else {
      this.#cell.addText(error.code)
      this.#cell.addText(`${error.what} ${error.why}`.trim())
    }
  }

  #addTimes(isImport: boolean): void {
    const cursor = this.#cursor
    const cell = this.#cell
    cell.addInteger(Math.round(cursor.startNs))
    if (cursor.isRunning) cell.addNull()
    else cell.addInteger(Math.round(cursor.endNs))
    cell.addInteger(Math.round(cursor.totalNs))
    if (isImport) cell.addNull()
    else cell.addInteger(Math.round(cursor.guestNs))
    cell.addInteger(Math.round(cursor.hostNs))
    cell.addInteger(Math.round(cursor.suspendedNs))
  }

  #readFunction(functionIndex: number): KnownFunction {
    const { kind, module, name, params, results } = this.#calls.definitions[functionIndex]!
    return { names: shareTexts([kind, module, name]), isImport: kind === 'import', params, results }
  }
}

function shareTexts(texts: readonly (string | null)[]): SharedValues {
  const cell = new Cell()
  cell.begin()
  for (const text of texts) {
    if (text === null) cell.addNull()
    else cell.addText(text)
  }
  return cell.share()
}
