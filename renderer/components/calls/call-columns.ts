/** The columns of the calls table: which there are, which are shown, and how wide each is. */
import type { CallSortKey } from '../../../main/contract/sorting.ts'

/** A column's name; also the class of its cells. */
export type CallColumnName =
  | 'number'
  | 'call'
  | 'kind'
  | 'arguments'
  | 'result'
  | 'outcome'
  | 'start'
  | 'total'
  | 'guest'
  | 'host'
  | 'suspended'
  | 'split'
  | 'depth'
  | 'parent'
  | 'top-level'

/** In CSS pixels, or as much as the highest number needs: exactly this, or at least this and a share of what is left. */
interface ColumnSize {
  widthPx: number | 'number'
  share?: number
}

export interface CallColumn {
  name: CallColumnName
  heading: string
  /** What it is called where there is room to say it. */
  label: string
  /** What calls are sorted by when its heading is pressed. */
  sortKey: CallSortKey
  /** What that is, where the label alone does not say it. */
  sortTitle?: string
  /** By the width of the table: wide, compact, tight. */
  sizes: readonly [ColumnSize, ColumnSize, ColumnSize]
  /** The width of the table from which on it is shown; null for one that is shown only where it is asked for. */
  shownFromPx: number | null
}

const fixed = (...widths: [number, number, number]): CallColumn['sizes'] => {
  const [wide, compact, tight] = widths
  return [{ widthPx: wide }, { widthPx: compact }, { widthPx: tight }]
}
const asNumber: CallColumn['sizes'] = [{ widthPx: 'number' }, { widthPx: 'number' }, { widthPx: 'number' }]

/** In the order in which they stand. */
export const CALL_COLUMNS: readonly CallColumn[] = [
  { name: 'number', heading: '#', label: 'Number', sortKey: 'id', sizes: asNumber, shownFromPx: 0 },
  {
    name: 'call',
    heading: 'Call',
    label: 'Call',
    sortKey: 'name',
    sizes: [
      { widthPx: 110, share: 3 },
      { widthPx: 110, share: 2.2 },
      { widthPx: 96, share: 2 },
    ],
    shownFromPx: 0,
  },
  {
    name: 'kind',
    heading: 'Kind',
    label: 'Kind',
    sortKey: 'kind',
    sizes: fixed(66, 60, 60),
    shownFromPx: null,
  },
  {
    name: 'arguments',
    heading: 'Arguments',
    label: 'Arguments',
    sortKey: 'arg',
    sortTitle: 'Sort by the values of the arguments: the first, then the second, and so on',
    sizes: [
      { widthPx: 72, share: 1.8 },
      { widthPx: 56, share: 1 },
      { widthPx: 40, share: 1 },
    ],
    shownFromPx: 0,
  },
  {
    name: 'result',
    heading: 'Result',
    label: 'Result',
    sortKey: 'result',
    sortTitle: 'Sort by the values of the results: calls without come last',
    sizes: [
      { widthPx: 64, share: 1.3 },
      { widthPx: 48, share: 1.1 },
      { widthPx: 40, share: 1 },
    ],
    shownFromPx: 0,
  },
  {
    name: 'outcome',
    heading: 'Outcome',
    label: 'Outcome',
    sortKey: 'outcome',
    sizes: fixed(86, 76, 76),
    shownFromPx: 0,
  },
  {
    name: 'start',
    heading: 'Start',
    label: 'Start',
    sortKey: 'start',
    sizes: fixed(116, 108, 108),
    shownFromPx: null,
  },
  {
    name: 'total',
    heading: 'Total',
    label: 'Total',
    sortKey: 'total',
    sizes: fixed(86, 72, 72),
    shownFromPx: 0,
  },
  // The split bar tells what these two did; the detail has the figures.
  {
    name: 'guest',
    heading: 'Guest',
    label: 'Guest',
    sortKey: 'guest',
    sizes: fixed(86, 72, 72),
    shownFromPx: 680,
  },
  {
    name: 'host',
    heading: 'Host',
    label: 'Host',
    sortKey: 'host',
    sizes: fixed(86, 72, 72),
    shownFromPx: 680,
  },
  {
    name: 'suspended',
    heading: 'Suspended',
    label: 'Suspended',
    sortKey: 'suspended',
    sizes: fixed(86, 76, 76),
    shownFromPx: 560,
  },
  {
    name: 'split',
    heading: 'Split',
    label: 'Split of the time',
    sortKey: 'suspendedShare',
    sortTitle: 'Sort by the share of the time in which the guest was suspended',
    sizes: fixed(112, 56, 44),
    shownFromPx: 0,
  },
  {
    name: 'depth',
    heading: 'Depth',
    label: 'Depth',
    sortKey: 'depth',
    sizes: fixed(58, 52, 52),
    shownFromPx: null,
  },
  {
    name: 'parent',
    heading: 'Made by',
    label: 'Made by call',
    sortKey: 'parent',
    sizes: asNumber,
    shownFromPx: null,
  },
  {
    name: 'top-level',
    heading: 'Outermost',
    label: 'Outermost call',
    sortKey: 'topLevel',
    sizes: asNumber,
    shownFromPx: null,
  },
]

/** The least and the most that a user can make a column. */
export const COLUMN_WIDTH_RANGE_PX = [32, 2000] as const

const COMPACT_BELOW_PX = 900
const TIGHT_BELOW_PX = 560
/** A digit in the monospaced font, at most. */
const DIGIT_PX = 7.2
/** What a cell adds left and right, by the width of the table. */
const PADDING_PX = [16, 10, 10] as const
/** Fewer digits have room in a tight table: numbers below 100,000 are not cut. */
const TIGHT_DIGITS = 2

export interface PlacedColumn extends CallColumn {
  widthPx: number
}

/** The columns that are shown in a table of this width. The call itself always is. */
export function chooseColumns(
  tablePx: number,
  isShown: (name: CallColumnName) => boolean | null,
): CallColumn[] {
  return CALL_COLUMNS.filter(({ name, shownFromPx }) => {
    if (name === 'call') return true
    return isShown(name) ?? (shownFromPx !== null && tablePx >= shownFromPx)
  })
}

/**
 * Gives each column its width: what the user chose, or what it needs; what is left goes to those that take a share.
 * Together they can be wider than the table. `numberDigits` are those of the highest number, with separators.
 */
export function placeColumns(
  columns: readonly CallColumn[],
  tablePx: number,
  numberDigits: number,
  chosenPx: (name: CallColumnName) => number | null,
): PlacedColumn[] {
  const size = tablePx < TIGHT_BELOW_PX ? 2 : tablePx < COMPACT_BELOW_PX ? 1 : 0
  const digits = Math.max(1, numberDigits - (size === 2 ? TIGHT_DIGITS : 0))
  const numberPx = Math.ceil(digits * DIGIT_PX) + PADDING_PX[size]
  const placed = columns.map((column) => {
    const { widthPx, share = 0 } = column.sizes[size]
    const chosen = chosenPx(column.name)
    return chosen === null
      ? { ...column, widthPx: widthPx === 'number' ? numberPx : widthPx, share }
      : { ...column, widthPx: chosen, share: 0 }
  })
  shareOut(placed, tablePx)
  return placed
}

/** Widens those that take a share until the table is full; none gets less than it has. */
function shareOut(columns: { widthPx: number; share: number }[], tablePx: number): void {
  let open = columns.filter(({ share }) => share > 0)
  let leftPx = tablePx - columns.reduce((sum, { widthPx, share }) => (share > 0 ? sum : sum + widthPx), 0)
  for (;;) {
    const unitPx = leftPx / open.reduce((sum, { share }) => sum + share, 0)
    const tooSmall = open.filter(({ widthPx, share }) => share * unitPx < widthPx)
    if (tooSmall.length === 0) {
      for (const column of open) column.widthPx = Math.floor(column.share * unitPx)
      return
    }
    leftPx -= tooSmall.reduce((sum, { widthPx }) => sum + widthPx, 0)
    open = open.filter((column) => !tooSmall.includes(column))
  }
}

/** All widths as the table's grid has them. */
export function gridTemplate(columns: readonly PlacedColumn[]): string {
  return columns.map(({ widthPx }) => `${widthPx}px`).join(' ')
}

/** How wide the columns are together, in CSS pixels. */
export function totalWidthPx(columns: readonly PlacedColumn[]): number {
  return columns.reduce((sum, { widthPx }) => sum + widthPx, 0)
}
