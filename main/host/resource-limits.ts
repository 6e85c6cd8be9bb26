/** What is said where a guest's memories and tables meet the limits of its session. */
import { makeError } from '../contract/error-codes.ts'
import { formatBytes } from '../contract/limits.ts'
import type { InspectorError } from '../contract/result.ts'
import type { ResourceLimits } from '../wasm/clamp-limits.ts'
import { findAllowed } from '../wasm/clamp-limits.ts'
import type { MemoryType, TableType } from '../wasm/types.ts'

type Resource = MemoryType | TableType

/** What a limit is called, and how it is raised. */
const OPTIONS = { memory: '--memory-limit', table: '--table-limit' } as const

/** Of many memories and tables at their limit only the first are named. */
const NAMED_LIMIT = 5

/** LIMIT_EXCEEDED for a memory or table that is larger than the limits from the start; null for others. */
export function refuseInitial(type: Resource, what: string, limits: ResourceLimits): InspectorError | null {
  const allowed = findAllowed(type, limits)
  const initial = type.kind === 'memory' ? type.minimumPages : type.minimum
  if (allowed === null || initial <= allowed) return null
  const why = `The ${what} begins with ${describeSize(type, initial)}; ${describeLimit(type, limits)}.`
  return makeError('LIMIT_EXCEEDED', { why, fix: `Raise the limit (${OPTIONS[type.kind]}) and reload.` })
}

/** LIMIT_BELOW_MAXIMUM for a memory or table that declares that it may grow further; null for others. */
export function warnOfMaximum(type: Resource, what: string, limits: ResourceLimits): InspectorError | null {
  const allowed = findAllowed(type, limits)
  const declared = type.kind === 'memory' ? type.maximumPages : type.maximum
  if (allowed === null || declared === undefined || declared <= allowed) return null
  const why = `The ${what} may grow to ${describeSize(type, declared)}; ${describeLimit(type, limits)}.`
  const fix = `Growing further fails in the guest. Raise the limit (${OPTIONS[type.kind]}) if it needs more.`
  return makeError('LIMIT_BELOW_MAXIMUM', { why, fix })
}

/** A memory or table of an instance. */
export interface LiveResource {
  type: Resource
  /** Of an import or export, or from the name section; null where it has none. */
  name: string | null
  /** Among the memories or tables of the module; what has a name needs none. */
  index?: number
  value: unknown
}

/**
 * Says which memories and tables can grow no further because of the limits, a sentence each; empty where there are
 * none.
 */
export function describeReached(resources: readonly LiveResource[], limits: ResourceLimits): string {
  const reached = resources.filter((resource) => hasReached(resource, limits))
  const sentences = reached.slice(0, NAMED_LIMIT).map(({ type, name, index }) => {
    const what = name === null ? `${capitalize(type.kind)} ${index}` : `The ${type.kind} "${name}"`
    return `${what} stands at its limit: ${describeLimit(type, limits)}.`
  })
  const more = reached.length - sentences.length
  if (more > 0) sentences.push(`So ${more === 1 ? 'does' : 'do'} ${more} more.`)
  return sentences.join(' ')
}

function hasReached({ type, value }: LiveResource, limits: ResourceLimits): boolean {
  const size = sizeOf(value, type)
  const allowed = findAllowed(type, limits)
  const declared = type.kind === 'memory' ? type.maximumPages : type.maximum
  return size !== null && size === allowed && (declared === undefined || declared > allowed)
}

function sizeOf(value: unknown, type: Resource): bigint | null {
  if (value instanceof WebAssembly.Memory && type.kind === 'memory') {
    return BigInt(value.buffer.byteLength / type.pageSizeBytes)
  }
  return value instanceof WebAssembly.Table ? BigInt(value.length) : null
}

function capitalize(word: string): string {
  return word[0]!.toUpperCase() + word.slice(1)
}

function describeSize(type: Resource, size: bigint): string {
  return type.kind === 'memory' ? formatBytes(size * BigInt(type.pageSizeBytes)) : `${size} entries`
}

function describeLimit(type: Resource, limits: ResourceLimits): string {
  const limit =
    type.kind === 'memory' ? formatBytes(BigInt(limits.memoryBytes!)) : `${limits.tableEntries} entries`
  return `the session allows each ${type.kind} ${limit} (${OPTIONS[type.kind]})`
}
