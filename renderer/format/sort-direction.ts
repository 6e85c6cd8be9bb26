/** How a table that is sorted by its headings shows the order. */

/** As `aria-sort` names it. */
export type SortDirection = 'ascending' | 'descending' | 'none'

/** The sign beside a heading; empty where its column is not sorted by. */
export function sortArrow(direction: SortDirection): string {
  return { ascending: '▲', descending: '▼', none: '' }[direction]
}
