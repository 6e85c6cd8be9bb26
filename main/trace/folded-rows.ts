/**
 * Rows of which some are hidden: those inside of calls that are folded. All calls below a top-level one stand together
 * (see `CallOrder`), and so do those inside of another one that is not scattered. So a row is found from the few calls
 * that are not as the others are.
 */
import type { Folding } from '../contract/calls.ts'
import type { CallId } from '../contract/ids.ts'
import type { CallStore } from './call-store.ts'
import { countRowsInside } from './row-span.ts'

/** Every call has a row. */
export const NOTHING_FOLDED: Folding = { all: false, except: [], inner: [] }

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

/** Rows where top-level calls alone can be folded. */
class RootRows {
  readonly totalRows: number
  readonly #calls: CallStore
  readonly #isFolded: boolean
  /** By root. */
  readonly #exceptions: readonly Exception[]

  /** Takes exceptions that are no top-level calls for none. */
  constructor(calls: CallStore, { all, except }: Omit<Folding, 'inner'>) {
    const { order } = calls
    this.#calls = calls
    this.#isFolded = all
    const roots = except
      .filter((id) => calls.exists(id) && calls.topLevelOf(id) === id)
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
    const before = last(this.#exceptions, (exception) => exception.row <= row)
    if (!this.#isFolded) return order.idAt(before ? unfoldedRow(before, row) : row)
    if (!before) return order.topLevelId(row)
    const below = row - before.row
    if (below < before.size) return order.idAt(before.firstRow + below)
    return order.topLevelId(before.root + 1 + below - before.size)
  }

  /** The row of a call; of one that is hidden, that of its top-level call. */
  rowOf(id: number): number {
    const root = this.#calls.rootOf(id)
    const before = last(this.#exceptions, (exception) => exception.root <= root)
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

  /** Whether the calls below the top-level call `root` have rows. */
  isUnfolded(root: number): boolean {
    const before = last(this.#exceptions, (exception) => exception.root <= root)
    return (before?.root === root) === this.#isFolded
  }
}

/** A call that is folded inside of a top-level one that is not. */
interface InnerFold {
  /** Its row where it is not folded, nor any call like it. */
  openRow: number
  /** Its row. */
  row: number
  /** The calls inside of it. */
  hidden: number
  /** Those, and those inside of all such calls before it. */
  hiddenUpTo: number
}

/** The rows of a trace as it is now. */
export class FoldedRows {
  readonly totalRows: number
  readonly #roots: RootRows
  /** By row; none inside of another. */
  readonly #inner: readonly InnerFold[]

  /** Takes exceptions that are no top-level calls for none, and no scattered call for folded. */
  constructor(calls: CallStore, { inner, ...folding }: Folding) {
    const roots = new RootRows(calls, folding)
    const folds: InnerFold[] = []
    let hiddenUpTo = 0
    let shownFrom = 0
    for (const { id, openRow } of findInner(calls, roots, inner)) {
      if (openRow < shownFrom) continue
      const hidden = countRowsInside(calls, id) ?? 0
      folds.push({ openRow, row: openRow - hiddenUpTo, hidden, hiddenUpTo: (hiddenUpTo += hidden) })
      shownFrom = openRow + 1 + hidden
    }
    this.#roots = roots
    this.#inner = folds
    this.totalRows = roots.totalRows - hiddenUpTo
  }

  /** The id of the call at a row, or 0 beyond the last. */
  idAt(row: number): number {
    if (row < 0) return 0
    return this.#roots.idAt(row + (last(this.#inner, (fold) => fold.row < row)?.hiddenUpTo ?? 0))
  }

  /** The row of a call; of one that is hidden, that of the outermost folded call that it lies inside of. */
  rowOf(id: number): number {
    const openRow = this.#roots.rowOf(id)
    const fold = last(this.#inner, (each) => each.openRow < openRow)
    if (!fold) return openRow
    return openRow <= fold.openRow + fold.hidden ? fold.row : openRow - fold.hiddenUpTo
  }
}

/** Those of the calls that have a row of their own where top-level calls alone are folded, in order of rows. */
function findInner(
  calls: CallStore,
  roots: RootRows,
  inner: readonly CallId[],
): { id: CallId; openRow: number }[] {
  return [...new Set(inner)]
    .filter((id) => calls.exists(id) && calls.topLevelOf(id) !== id && roots.isUnfolded(calls.rootOf(id)))
    .map((id) => ({ id, openRow: roots.rowOf(id) }))
    .sort((one, other) => one.openRow - other.openRow)
}

/** The last of a list of which what holds stands before what does not. */
function last<Entry>(list: readonly Entry[], holds: (entry: Entry) => boolean): Entry | null {
  let low = -1
  let high = list.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (holds(list[middle]!)) low = middle
    else high = middle - 1
  }
  return list[low] ?? null
}

/** The row, where nothing is folded, of what stands at or behind a call that is. */
function unfoldedRow({ row: foldedRow, firstRow, size }: Exception, row: number): number {
  return row === foldedRow ? firstRow : firstRow + row - foldedRow + size - 1
}
