/** A timeline as a session file keeps it, so that opening one needs no look at its calls. */

/** Where what a file has of a timeline cannot be that of its calls. */
export class MalformedTimeline extends Error {}

/** Throws {@link MalformedTimeline} unless `condition` holds. */
export function expectInTimeline(condition: boolean, what: string): asserts condition {
  if (!condition) throw new MalformedTimeline(`The timeline has ${what}.`)
}

/** Whether it is a whole number from `least` to `most`. */
export function isWithin(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most
}

/** Numbers in a row. */
export type SavedColumn = Float64Array | Float32Array | Uint32Array

/** Takes apart what is kept: what there is little of, as JSON, and columns in the order in which they are read again. */
export interface SavedTimeline<Rest = unknown> {
  rest: Rest
  columns: SavedColumn[]
}

interface ColumnOptions {
  spare?: number
  length?: number
  mayBeInfinite?: boolean
}

/** Hands out columns in their order. */
export class SavedColumns {
  readonly #columns: readonly SavedColumn[]
  #next = 0

  constructor(columns: readonly SavedColumn[]) {
    this.#columns = columns
  }

  /**
   * The next one, a copy that may be written to, with `spare` more entries. Throws {@link MalformedTimeline} where it is of
   * another kind, is not of `length` where that is said, or has an entry that is not finite, unless those may be.
   */
  take<Column extends SavedColumn>(
    type: new (length: number) => Column,
    { spare = 0, length, mayBeInfinite = false }: ColumnOptions = {},
  ): Column {
    const column = this.#columns[this.#next++]
    expectInTimeline(column instanceof type, 'not all of its columns')
    expectInTimeline(length === undefined || column.length === length, 'a column of another length')
    expectInTimeline(mayBeInfinite || isFinite(column), 'a column with something that is no number')
    const copy = new type(column.length + spare)
    copy.set(column as never)
    return copy
  }
}

function isFinite(column: SavedColumn): boolean {
  // Of finite numbers the difference to themselves is 0, and so is the sum of those.
  let sum = 0
  for (let at = 0; at < column.length; at++) sum += column[at]! - column[at]!
  return sum === 0
}
