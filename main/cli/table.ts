/** A line in which names that a guest chose neither command a terminal nor turn the text around them. */
export function disarm(line: string): string {
  return line.replaceAll(/(?!\t)[\p{Cc}\p{Bidi_Control}]/gu, '\u{fffd}')
}

/** Lines with columns: the first to the left, the others, as numbers are, to the right. */
export function formatColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows.map((row) =>
    disarm(
      row
        .map((text, column) => (column === 0 ? text.padEnd(widths[0]!) : text.padStart(widths[column]!)))
        .join('  ')
        .trimEnd(),
    ),
  )
}

/** Lines with two columns; the second begins to the right of the longest text of the first. */
export function formatTable(rows: readonly (readonly [string, string])[]): string[] {
  const width = rows.reduce((widest, [first]) => Math.max(widest, first.length), 0)
  return rows.map(([first, second]) => disarm(`  ${first.padEnd(width)}  ${second}`))
}
