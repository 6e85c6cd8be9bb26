/** Decoded values in a line, for the table of calls. */
import type { DecodedReading, DecodedText, DecodedValue } from '../contract/values.ts'

/** Most characters of one reading: what a cell has room for, and its tooltip. */
const TEXT_LIMIT = 200
const QUOTED_TYPES: ReadonlySet<string> = new Set(['utf8', 'cstring'])

/** The reading in short: `"hello"`, `{ x: 1, y: 2 }`, `["a", "b"]`, `read`. */
export function shortenReading(reading: DecodedReading): DecodedText {
  const { readAt, params, result } = reading
  const text = formatDecoded(reading)
  return {
    readAt,
    params,
    ...(result === undefined ? {} : { result }),
    text: text.length > TEXT_LIMIT ? `${text.slice(0, TEXT_LIMIT).replace(/[\ud800-\udbff]$/, '')}…` : text,
  }
}

function formatDecoded(decoded: DecodedValue): string {
  const { type, value, members, items, omitted = 0, symbol, problem } = decoded
  if (members) return `{ ${members.map((member) => `${member.name}: ${formatDecoded(member)}`).join(', ')} }`
  if (items)
    return `[${[...items.map(formatDecoded), ...(omitted > 0 ? [`… ${omitted} more`] : [])].join(', ')}]`
  if (value === null) return `(${problem ?? 'nothing'})`
  if (symbol !== undefined) return symbol
  const more = omitted > 0 ? '…' : ''
  if (QUOTED_TYPES.has(type)) return `"${value}"${more}`
  if (type === 'bytes') return `<${String(value).replaceAll(/..(?=.)/g, '$& ')}${more}>`
  return String(value)
}
