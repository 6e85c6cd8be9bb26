/** Rows of the table `calls` as SQLite keeps them: the same that `toCallRow` makes, at a fraction of its cost. */
import type { CallId, CallOutcome } from '../contract/model.ts'
import { CallCursor } from '../trace/call-cursor.ts'
import type { CallStore } from '../trace/call-store.ts'
import { OUTCOMES } from '../trace/events.ts'
import type { ColumnName } from '../trace/export/table.ts'
import { COLUMN_NAMES } from '../trace/export/table.ts'
import type { SharedValues } from './cell.ts'
import { Cell } from './cell.ts'
import { ValueWriter } from './value-writer.ts'

/** The columns that are written, in each row of a function, as they are in all others. */
interface FunctionValues {
  kind: SharedValues
  module: SharedValues
  name: SharedValues
  isImport: boolean
  params: readonly string[]
  results: readonly string[]
}

/** Writes one call after the other into its cell. */
export class CallCells {
  readonly cell = new Cell()
  readonly calls: CallStore
  readonly cursor: CallCursor
  readonly values: ValueWriter
  readonly outcomes: Record<CallOutcome, SharedValues>
  readonly #functions: FunctionValues[] = []

  constructor(calls: CallStore) {
    this.calls = calls
    this.cursor = new CallCursor(calls)
    this.values = new ValueWriter(this.cell, this.cursor, calls.previews)
    this.outcomes = Object.fromEntries(
      OUTCOMES.map((outcome) => [outcome, shareText(outcome)]),
    ) as typeof this.outcomes
  }

  /** Takes the store as it is now: to be called whenever it may have changed. */
  begin(nowNs: number): void {
    this.cursor.begin(nowNs)
  }

  /** Writes a call that there is. */
  write(id: CallId): Cell {
    this.cursor.moveTo(id)
    const { functionIndex } = this.cursor
    const known = (this.#functions[functionIndex] ??= this.#readFunction(functionIndex))
    this.cell.begin()
    for (const writeColumn of COLUMN_WRITERS) writeColumn(this, known)
    return this.cell
  }

  #readFunction(functionIndex: number): FunctionValues {
    const { kind, module, name, params, results } = this.calls.definitions[functionIndex]!
    const shared = { kind: shareText(kind), module: shareText(module), name: shareText(name) }
    return { ...shared, isImport: kind === 'import', params, results }
  }
}

type ColumnWriter = (call: CallCells, known: FunctionValues) => void

const WRITERS: Record<ColumnName, ColumnWriter> = {
  // As the key it is the row's number.
  id: ({ cell }) => cell.addNull(),
  parent: ({ cell, cursor }) => (cursor.parent === 0 ? cell.addNull() : cell.addInteger(cursor.parent)),
  depth: ({ cell, cursor }) => cell.addInteger(cursor.depth),
  kind: ({ cell }, { kind }) => cell.addShared(kind),
  module: ({ cell }, { module }) => cell.addShared(module),
  name: ({ cell }, { name }) => cell.addShared(name),
  params: ({ values }, { params }) => values.add('arg', params),
  results: ({ cell, cursor, values }, { results }) =>
    cursor.hasReturned ? values.add('result', results) : cell.addNull(),
  decoded: ({ cell, calls, cursor }) => {
    if (cursor.decodedTexts.length === 0) cell.addNull()
    else cell.addText(JSON.stringify(calls.decoded.texts(cursor.id).map(({ text }) => text)))
  },
  outcome: ({ cell, cursor, outcomes }) => cell.addShared(outcomes[cursor.outcome]),
  error: ({ cell, cursor }) => addTextOrNull(cell, cursor.error && cursor.error.code),
  message: ({ cell, cursor }) => {
    const { error } = cursor
    addTextOrNull(cell, error && `${error.what} ${error.why}`.trim())
  },
  overlapped: ({ cell, cursor }) => cell.addInteger(Number(cursor.isOverlapped)),
  start_ns: ({ cell, cursor }) => cell.addInteger(Math.round(cursor.startNs)),
  end_ns: ({ cell, cursor }) =>
    cursor.isRunning ? cell.addNull() : cell.addInteger(Math.round(cursor.endNs)),
  total_ns: ({ cell, cursor }) => cell.addInteger(Math.round(cursor.totalNs)),
  guest_ns: ({ cell, cursor }, { isImport }) =>
    isImport ? cell.addNull() : cell.addInteger(Math.round(cursor.guestNs)),
  host_ns: ({ cell, cursor }) => cell.addInteger(Math.round(cursor.hostNs)),
  suspended_ns: ({ cell, cursor }) => cell.addInteger(Math.round(cursor.suspendedNs)),
}
const COLUMN_WRITERS = COLUMN_NAMES.map((name) => WRITERS[name])

function addTextOrNull(cell: Cell, text: string | null): void {
  if (text === null) cell.addNull()
  else cell.addText(text)
}

function shareText(text: string | null): SharedValues {
  const cell = new Cell()
  cell.begin()
  addTextOrNull(cell, text)
  return cell.share()
}
