/** Lowers how far the memories and tables of a module may grow. All else stays, though bytes behind them may move. */
import { ByteReader } from './byte-reader.ts'
import { skipConstantExpression } from './constant-expression.ts'
import { concatenate, encodeSection, encodeU32, encodeU64 } from './encoding.ts'
import { headerSizeBytes } from './header.ts'
import { SECTIONS } from './binary-codes.ts'
import { listSectionRanges } from './section-ranges.ts'
import { createDeclarations } from './sections.ts'
import { readMemoryType, readReferenceType, readTableType } from './type-reader.ts'
import type { AddressType, MemoryType, TableType } from './types.ts'

/** How large each memory and each table may become; null: as large as its own maximum and the engine allow. */
export interface ResourceLimits {
  memoryBytes: number | null
  tableEntries: number | null
}

/** A module whose memories and tables grow no further than the limits. */
export interface ClampedModule {
  bytes: Uint8Array<ArrayBuffer>
  /** What the module defines itself, as it declares it. */
  defined: (MemoryType | TableType)[]
}

/** More than any memory or table may declare (specification 3.0, "Validation", "Limits"). */
const LARGEST_PAGES: Record<AddressType, bigint> = { i32: 2n ** 16n, i64: 2n ** 48n }
const LARGEST_ENTRIES: Record<AddressType, bigint> = { i32: 2n ** 32n - 1n, i64: 2n ** 64n - 1n }

/** How many pages or entries the limits allow; null without a limit. */
export function findAllowed(type: MemoryType | TableType, limits: ResourceLimits): bigint | null {
  const limit = type.kind === 'memory' ? limits.memoryBytes : limits.tableEntries
  if (limit === null) return null
  return type.kind === 'memory' ? BigInt(Math.floor(limit / type.pageSizeBytes)) : BigInt(limit)
}

/** The maximum that the type has under the limits: its own or, where that is lower, what they allow. */
export function clampMaximum(type: MemoryType | TableType, limits: ResourceLimits): bigint | undefined {
  const allowed = findAllowed(type, limits)
  const declared = type.kind === 'memory' ? type.maximumPages : type.maximum
  const largest =
    declared ?? (type.kind === 'memory' ? LARGEST_PAGES[type.addressType] : LARGEST_ENTRIES[type.addressType])
  return allowed === null || allowed >= largest ? declared : allowed
}

/**
 * Writes the module with the maximum of every memory and table that it defines clamped, so that growing further
 * fails as the specification has it: with -1. An initial size above the limits is left to the caller, who is to
 * refuse it. `bytes` are those of a module that `readModule` has read.
 */
export function clampLimits(bytes: Uint8Array, limits: ResourceLimits): ClampedModule {
  const defined: ClampedModule['defined'] = []
  const parts: Uint8Array[] = [bytes.subarray(0, headerSizeBytes)]
  let atBytes = headerSizeBytes
  for (const { identifier, startBytes, endBytes } of listSectionRanges(bytes)) {
    const clamp = CLAMPED_SECTIONS.get(identifier)
    if (clamp) {
      const reader = new ByteReader(bytes, startBytes, endBytes, 'section')
      const count = reader.u32()
      const content: Uint8Array[] = [Uint8Array.from(encodeU32(count))]
      for (let index = 0; index < count; index++) content.push(clamp({ bytes, reader, defined, limits }))
      parts.push(encodeSection(identifier, content))
    } else parts.push(bytes.subarray(atBytes, endBytes))
    atBytes = endBytes
  }
  return { bytes: concatenate(parts), defined }
}

interface Clamping {
  bytes: Uint8Array
  reader: ByteReader
  defined: ClampedModule['defined']
  limits: ResourceLimits
}

const CLAMPED_SECTIONS = new Map<number, (clamping: Clamping) => Uint8Array<ArrayBuffer>>([
  [SECTIONS.memory, clampMemory],
  [SECTIONS.table, clampTable],
])

function clampMemory({ bytes, reader, defined, limits }: Clamping): Uint8Array<ArrayBuffer> {
  const flags = bytes[reader.offsetBytes]!
  const type = readMemoryType(reader)
  defined.push(type)
  const hasPageSize = (flags & 0x08) !== 0
  return Uint8Array.from([
    ...encodeLimits(flags, type.minimumPages, clampMaximum(type, limits)),
    ...(hasPageSize ? encodeU32(Math.log2(type.pageSizeBytes)) : []),
  ])
}

function clampTable({ bytes, reader, defined, limits }: Clamping): Uint8Array<ArrayBuffer> {
  const startBytes = reader.offsetBytes
  const { types } = createDeclarations()
  const hasInitializer = reader.peek() === 0x40
  if (hasInitializer) reader.skip(2)
  const typeBytes = reader.offsetBytes
  readReferenceType(reader, types)
  const limitsBytes = reader.offsetBytes
  const flags = bytes[limitsBytes]!
  const type = readTableType(new ByteReader(bytes, typeBytes, reader.endBytes, 'table'), types)
  defined.push(type)
  reader.byte()
  reader.u64()
  if (type.maximum !== undefined) reader.u64()
  const initializerBytes = reader.offsetBytes
  if (hasInitializer) skipConstantExpression(reader)
  return concatenate([
    bytes.subarray(startBytes, limitsBytes),
    Uint8Array.from(encodeLimits(flags, type.minimum, clampMaximum(type, limits))),
    bytes.subarray(initializerBytes, reader.offsetBytes),
  ])
}

function encodeLimits(flags: number, minimum: bigint, maximum: bigint | undefined): number[] {
  return maximum === undefined
    ? [flags, ...encodeU64(minimum)]
    : [flags | 0x01, ...encodeU64(minimum), ...encodeU64(maximum)]
}
