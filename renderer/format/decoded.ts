/** What readings made of calls, as text. */
import type { CallRow } from '../../main/contract/calls.ts'
import type { DecodedText, DecodedValue, TypedValue } from '../../main/contract/values.ts'
import { formatCount, formatQuantity } from './numbers.ts'
import { escapeInvisible } from './text.ts'
import { formatValue, joinList } from './values.ts'

/** The arguments of a call: `"hello" (16, 5), 32` where two of them are read as a text. */
export function formatArguments({ params, decodedTexts = [] }: CallRow): string {
  const readings = decodedTexts.filter(({ readAt, params }) => readAt === 'entry' && params.length > 0)
  if (readings.length === 0) return joinList(params.map(formatValue))
  const covered = new Set(readings.flatMap((reading) => reading.params.slice(1)))
  return joinList(
    params.flatMap((value, index) => {
      const own = readings.filter((reading) => reading.params[0] === index)
      if (own.length > 0) return own.map((reading) => formatRead(reading, params, reading.params))
      return covered.has(index) ? [] : [formatValue(value)]
    }),
  )
}

/** The results, and behind them what out-parameters were: `6 · "HELLO!"`. */
export function formatResults({ results, decodedTexts = [] }: CallRow): string {
  const values = results ?? []
  const read = decodedTexts.filter(({ readAt }) => readAt === 'return')
  const own = values.map((value, index) => {
    const readings = read.filter(({ result }) => result === index)
    return readings.length > 0
      ? readings.map((reading) => formatRead(reading, values, [index])).join(', ')
      : formatValue(value)
  })
  const outs = read.filter(({ result }) => result === undefined).map(({ text }) => escapeInvisible(text))
  return [...(own.length > 0 ? [joinList(own)] : []), ...outs].join(' · ')
}

function formatRead(
  { text }: DecodedText,
  values: readonly TypedValue[],
  indices: readonly number[],
): string {
  const shown = escapeInvisible(text)
  const raw = indices.flatMap((index) => (values[index] ? [formatValue(values[index])] : [])).join(', ')
  return raw === shown ? shown : `${shown} (${raw})`
}

/** A decoded value as a line of a detail view; members and items follow, indented further. */
export interface DecodedLine {
  label: string
  type: string
  /** Empty for structs and arrays. */
  text: string
  /** Where it lay, how long it is, what is left out. */
  notes: string[]
  problem: string | null
  depth: number
}

/** Lines for a decoded value and all that it consists of. */
export function describeDecoded(decoded: DecodedValue, label: string, depth = 0): DecodedLine[] {
  const { type, members, items, problem } = decoded
  return [
    {
      label: escapeInvisible(label),
      type,
      text: formatLeaf(decoded),
      notes: listNotes(decoded),
      problem: problem ?? null,
      depth,
    },
    ...(members ?? []).flatMap((member) => describeDecoded(member, member.name, depth + 1)),
    ...(items ?? []).flatMap((item, index) => describeDecoded(item, String(index), depth + 1)),
  ]
}

function formatLeaf({ type, value, symbol, members, items }: DecodedValue): string {
  if (members || items || value === null) return ''
  if (symbol !== undefined) return symbol
  if (type === 'utf8' || type === 'cstring') return `"${escapeInvisible(String(value))}"`
  return type === 'bytes' ? spaceBytes(String(value)) : String(value)
}

function listNotes({
  type,
  value,
  symbol,
  address,
  sizeBytes,
  omitted,
  malformed,
  items,
}: DecodedValue): string[] {
  const notes: string[] = []
  if (symbol !== undefined) notes.push(String(value))
  if (items) notes.push(formatQuantity(items.length + (omitted ?? 0), 'item'))
  if (sizeBytes !== undefined) notes.push(formatQuantity(sizeBytes, 'byte'))
  if (omitted !== undefined) {
    notes.push(
      items ? `${formatCount(items.length)} kept` : `${formatCount((sizeBytes ?? 0) - omitted)} kept`,
    )
  }
  if (malformed !== undefined) notes.push('not UTF-8')
  if (address !== undefined && type !== 'ptr') notes.push(`at ${address}`)
  return notes
}

function spaceBytes(digits: string): string {
  return digits.replaceAll(/..(?=.)/g, '$& ')
}

const BYTES_PER_LINE = 8
const encoder = new TextEncoder()

/** The bytes that were kept of a text or of bytes, in hexadecimal and as characters; null for anything else. */
export function dumpBytes({ type, value, malformed }: DecodedValue): string | null {
  if (typeof value !== 'string' || !['utf8', 'cstring', 'bytes'].includes(type)) return null
  const digits = malformed ?? (type === 'bytes' ? value : null)
  const bytes =
    digits === null
      ? encoder.encode(value)
      : Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
  const lines: string[] = []
  for (let start = 0; start < bytes.length; start += BYTES_PER_LINE) {
    const line = [...bytes.subarray(start, start + BYTES_PER_LINE)]
    const hex = line.map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
    const text = line.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('')
    lines.push(`${start.toString(16).padStart(4, '0')}  ${hex.padEnd(3 * BYTES_PER_LINE - 1)}  ${text}`)
  }
  return lines.length === 0 ? null : lines.join('\n')
}
