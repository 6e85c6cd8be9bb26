/**
 * Rows of which some are hidden: those below top-level calls that are folded. All calls below a top-level one stand
 * together (see `CallOrder`), so a row is found from the few calls that are not as the others are.
 */
import type { Folding } from '../contract/model.ts'
import type { CallStore } from './call-store.ts'

/** Every call has a row. */
export const NOTHING_FOLDED: Folding = { all: false, except: [] }

/** A top-level call that is not as the others are. */
interface Exception {
  /** Its number among the top-level calls. */
  root: number
  /** Its row where nothing is folded. */
  firstRow: number
  /** It, and the calls below it. */
  size: number
  /** Its row. */
  row: number
}

/** The rows of a trace as it is now. */
export class FoldedRows {
  readonly totalRows: number
  readonly #calls: CallStore
  readonly #isFolded: boolean
  /** By root. */
  readonly #exceptions: readonly Exception[]

  /** Takes exceptions that are no top-level calls for none. */
  constructor(calls: CallStore, { all, except }: Folding) {
    const { order } = calls
    this.#calls = calls
    this.#isFolded = all
    const roots = except
      .filter((id) => calls.exists(id) && calls.parentOf(id) === null)
      .map((id) => calls.rootOf(id))
    /** Rows that are there besides the others' (`all`), or hidden from among them. */
    let moved = 0
    this.#exceptions = [...new Set(roots)]
      .sort((one, other) => one - other)
      .map((root) => {
        const { firstRow, size } = order.rangeOf(root)
        const row = all ? root + moved : firstRow - moved
        moved += size - 1
        return { root, firstRow, size, row }
      })
    this.totalRows = all ? order.rootCount + moved : order.callCount - moved
  }

  /** The id of the call at a row, or 0 beyond the last. */
  idAt(row: number): number {
    if (row < 0 || row >= this.totalRows) return 0
    const { order } = this.#calls
    const before = this.#last((exception) => exception.row <= row)
    if (!this.#isFolded) return order.idAt(before ? unfoldedRow(before, row) : row)
    if (!before) return order.topLevelId(row)
    const below = row - before.row
    if (below < before.size) return order.idAt(before.firstRow + below)
    return order.topLevelId(before.root + 1 + below - before.size)
  }

  /** The row of a call; of one that is hidden, that of its top-level call. */
  rowOf(id: number): number {
    const root = this.#calls.rootOf(id)
    const before = this.#last((exception) => exception.root <= root)
    const unfolded = this.#calls.rowOf(id)
    const isException = before?.root === root
    if (!this.#isFolded) {
      if (!before) return unfolded
      return isException ? before.row : unfolded - before.firstRow + before.row - (before.size - 1)
    }
    if (!before) return root
    return isException
      ? before.row + unfolded - before.firstRow
      : before.row + before.size + root - before.root - 1
  }

  #last(holds: (exception: Exception) => boolean): Exception | null {
    let low = -1
    let high = this.#exceptions.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (holds(this.#exceptions[middle]!)) low = middle
      else high = middle - 1
    }
    return this.#exceptions[low] ?? null
  }
}

/** The row, where nothing is folded, of what stands at or behind a call that is. */
function unfoldedRow({ row: foldedRow, firstRow, size }: Exception, row: number): number {
  return row === foldedRow ? firstRow : firstRow + row - foldedRow + size - 1
}
