/** What a key means in the calls table. */

/** Where the cursor is; null before it has been put anywhere. */
export interface RowCursor {
  row: number | null
  totalRows: number
  pageRows: number
  /** The rows in sight, from where the cursor starts when it has not been put anywhere. */
  firstVisibleRow: number
  lastVisibleRow: number
}

/** The row that the key moves the cursor to; null for keys that do not move it by rows. */
export function targetRow(key: string, cursor: RowCursor): number | null {
  if (cursor.totalRows === 0) return null
  const target = unboundedTarget(key, cursor)
  return target === null ? null : Math.min(Math.max(0, target), cursor.totalRows - 1)
}

function unboundedTarget(key: string, { row, ...cursor }: RowCursor): number | null {
  switch (key) {
    case 'ArrowDown':
      return row === null ? cursor.firstVisibleRow : row + 1
    case 'ArrowUp':
      return row === null ? cursor.lastVisibleRow : row - 1
    case 'PageDown':
      return (row ?? cursor.firstVisibleRow) + cursor.pageRows
    case 'PageUp':
      return (row ?? cursor.lastVisibleRow) - cursor.pageRows
    case 'Home':
      return 0
    case 'End':
      return cursor.totalRows - 1
    case 'Enter':
    case ' ':
      return row ?? cursor.lastVisibleRow
    default:
      return null
  }
}
