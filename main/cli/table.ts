/** Lines with columns: the first to the left, the others, as numbers are, to the right. */
export function formatColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows.map((row) =>
    row
      .map((text, column) => (column === 0 ? text.padEnd(widths[0]!) : text.padStart(widths[column]!)))
      .join('  ')
      .trimEnd(),
  )
}

/** Lines with two columns; the second begins to the right of the longest text of the first. */
export function formatTable(rows: readonly (readonly [string, string])[]): string[] {
  const width = rows.reduce((widest, [first]) => Math.max(widest, first.length), 0)
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}`)
}
