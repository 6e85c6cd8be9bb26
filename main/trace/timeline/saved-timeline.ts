/** A timeline as a session file keeps it, so that opening one needs no look at its calls. */

/** Numbers in a row. */
export type SavedColumn = Float64Array | Float32Array | Uint32Array

/** Takes apart what is kept: what there is little of, as JSON, and columns in the order in which they are read again. */
export interface SavedTimeline<Rest = unknown> {
  rest: Rest
  columns: SavedColumn[]
}

/** Hands out columns in their order. */
export class SavedColumns {
  readonly #columns: readonly SavedColumn[]
  #next = 0

  constructor(columns: readonly SavedColumn[]) {
    this.#columns = columns
  }

  /** The next one, a copy that may be written to, with `spare` more entries. Throws TypeError for another kind. */
  take<Column extends SavedColumn>(type: new (length: number) => Column, spare = 0): Column {
    const column = this.#columns[this.#next++]
    if (!(column instanceof type)) throw new TypeError('A column of the timeline is missing.')
    const copy = new type(column.length + spare)
    copy.set(column as never)
    return copy
  }
}
