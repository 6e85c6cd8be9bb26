/** Lines with two columns; the second begins to the right of the longest text of the first. */
export function formatTable(rows: readonly (readonly [string, string])[]): string[] {
  const width = rows.reduce((widest, [first]) => Math.max(widest, first.length), 0)
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}`)
}
