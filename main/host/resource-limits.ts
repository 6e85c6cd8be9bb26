/** What is said where a guest's memories and tables meet the limits of its session. */
import { makeError } from '../contract/error-codes.ts'
import { formatBytes } from '../contract/limits.ts'
import type { InspectorError } from '../contract/result.ts'
import type { ResourceLimits } from '../wasm/clamp-limits.ts'
import { findAllowed } from '../wasm/clamp-limits.ts'
import type { MemoryType, ModuleShape, TableType } from '../wasm/types.ts'

type Resource = MemoryType | TableType

/** What a limit is called, and how it is raised. */
const OPTIONS = { memory: '--memory-limit', table: '--table-limit' } as const

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

/**
 * Sentences on the memories and tables of `members` that can grow no further because of the limits; empty where
 * there are none. What a guest neither exports nor imports cannot be seen.
 */
export function describeReached(
  types: ModuleShape['imports'] | ModuleShape['exports'],
  find: (name: string, module?: string) => unknown,
  limits: ResourceLimits,
): string[] {
  return types.flatMap((entry) => {
    const { type, name } = entry
    if (type.kind !== 'memory' && type.kind !== 'table') return []
    const value = find(name, 'module' in entry ? entry.module : undefined)
    const size = sizeOf(value, type)
    const allowed = findAllowed(type, limits)
    const declared = type.kind === 'memory' ? type.maximumPages : type.maximum
    if (size === null || size !== allowed || (declared !== undefined && declared <= allowed)) return []
    return [`The ${type.kind} "${name}" stands at its limit: ${describeLimit(type, limits)}.`]
  })
}

function sizeOf(value: unknown, type: Resource): bigint | null {
  if (value instanceof WebAssembly.Memory && type.kind === 'memory') {
    return BigInt(value.buffer.byteLength / type.pageSizeBytes)
  }
  return value instanceof WebAssembly.Table ? BigInt(value.length) : null
}

function describeSize(type: Resource, size: bigint): string {
  return type.kind === 'memory' ? formatBytes(size * BigInt(type.pageSizeBytes)) : `${size} entries`
}

function describeLimit(type: Resource, limits: ResourceLimits): string {
  const limit =
    type.kind === 'memory' ? formatBytes(BigInt(limits.memoryBytes!)) : `${limits.tableEntries} entries`
  return `the session allows each ${type.kind} ${limit} (${OPTIONS[type.kind]})`
}
