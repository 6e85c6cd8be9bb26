/** Readings as JSON, from a worker or from a file: what is not as it should be is left out. */
import type { DecodedReading, DecodedValue } from '../contract/values.ts'

/** Structs in structs are not deeper: what declares them has 2000 characters. */
const DEPTH_LIMIT = 300

/** The readings of a list that are whole. */
export function parseReadings(text: string): DecodedReading[] {
  try {
    const list: unknown = JSON.parse(text)
    return Array.isArray(list) ? list.filter(isReading) : []
  } catch {
    return []
  }
}

function isReading(reading: unknown): reading is DecodedReading {
  if (!isValue(reading, 0)) return false
  const { name, readAt, params, result } = reading as Partial<DecodedReading>
  return (
    isOptional(name, 'string') &&
    (readAt === 'entry' || readAt === 'return') &&
    isListOf(params, (index) => Number.isInteger(index)) &&
    isOptional(result, 'number')
  )
}

function isValue(candidate: unknown, depth: number): candidate is DecodedValue {
  if (typeof candidate !== 'object' || candidate === null || depth > DEPTH_LIMIT) return false
  const { type, value, symbol, members, items, address, sizeBytes, omitted, malformed, problem } =
    candidate as Partial<DecodedValue>
  return (
    typeof type === 'string' &&
    (value === null || ['string', 'number', 'boolean'].includes(typeof value)) &&
    [symbol, address, malformed, problem].every((text) => isOptional(text, 'string')) &&
    [sizeBytes, omitted].every((count) => isOptional(count, 'number')) &&
    (members === undefined ||
      isListOf(members, (member) => isValue(member, depth + 1) && 'name' in member)) &&
    (items === undefined || isListOf(items, (item) => isValue(item, depth + 1)))
  )
}

function isOptional(value: unknown, type: 'string' | 'number'): boolean {
  return value === undefined || typeof value === type
}

function isListOf(list: unknown, isEntry: (entry: unknown) => boolean): boolean {
  return Array.isArray(list) && list.every(isEntry)
}
