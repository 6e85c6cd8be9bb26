/** Compiles a guest, and says why it cannot be instantiated; failures are values that name what to do. */
import { makeError } from '../contract/error-codes.ts'
import type { InspectorError, Result } from '../contract/result.ts'
import { failure, success } from '../contract/result.ts'
import type { SlicedModule } from '../wasm/instrument/slice-points.ts'
import { addSlicePoints } from '../wasm/instrument/slice-points.ts'
import type { ResourceLimits } from '../wasm/clamp-limits.ts'
import { clampLimits } from '../wasm/clamp-limits.ts'
import type { HiddenDefinition } from '../wasm/hidden-resources.ts'
import { exposeHidden, listHidden } from '../wasm/hidden-resources.ts'
import { exposeStackPointer, liftStart } from '../wasm/rewrite-module.ts'
import { SECTIONS } from '../wasm/binary-codes.ts'
import { listSectionRanges } from '../wasm/section-ranges.ts'
import type { MemoryType, ModuleShape, TableType } from '../wasm/types.ts'
import { describeThrown } from './failures.ts'
import { refuseInitial, warnOfMaximum } from './resource-limits.ts'

/**
 * V8's words for a valid encoding of something that it does not implement or has switched off. The file's own
 * bytes are well-formed as far as the section structure goes: `readModule` has read it before.
 */
const MISSING_FEATURE =
  /--experimental-wasm|enable with|invalid (numeric |simd |gc |table |atomic )?opcode|not (supported|enabled)|unknown section|invalid value type|invalid (memory |table )?limits flags|unsupported/i

/** A guest that is ready to be instantiated. */
export interface CompiledGuest {
  module: WebAssembly.Module
  /** The export that is its start function, which instantiation then does not call. */
  startExportName: string | null
  /** The export that is the pointer of its stack in linear memory, where that is known. */
  stackPointerExportName: string | null
  /** The memories, tables and tags that are exported for the session alone. */
  hidden: readonly HiddenDefinition[]
  /** The export through which its points call the host; null without points. */
  sliceTableExportName: string | null
  /** Where an instruction of the module is in the guest's file; null for one that was added. */
  toFileOffset(offsetBytes: number): number | null
  /** Of limits that are lower than what the guest declares, and of points that it cannot have. */
  warnings: InspectorError[]
  /** The guest's file, in which its stacks count. */
  guestBytes: Uint8Array
  /** What its memories and tables are held to. */
  limits: ResourceLimits
}

const UNLIMITED: ResourceLimits = { memoryBytes: null, tableEntries: null }

/**
 * Compiles the module: GUEST_MALFORMED or GUEST_NEEDS_FEATURE with V8's reason and offset. A start function is
 * lifted out, because the engine would call it where it cannot be suspended (`WebAssembly.promising` wraps
 * exports only); called as an export it may await, as in wasmtime's `Instance::new_async`. Memories and tables are
 * held to `limits`: LIMIT_EXCEEDED where one begins with more. With a `sliceCount` the module gets points at which it can
 * be stopped while it computes, and comes to the host after so many of them; where that cannot be, SLICES_UNAVAILABLE
 * is among the warnings.
 */
export function compileGuest(
  bytes: Uint8Array,
  shape: ModuleShape,
  { limits = UNLIMITED, sliceCount = null }: { limits?: ResourceLimits; sliceCount?: number | null } = {},
): Result<CompiledGuest> {
  try {
    const isLimited = limits.memoryBytes !== null || limits.tableEntries !== null
    const clamped = isLimited ? clampLimits(bytes, limits) : null
    const lifted = liftStart(clamped?.bytes ?? bytes, shape)
    const exposed = exposeStackPointer(lifted?.bytes ?? clamped?.bytes ?? bytes, shape)
    // The original is compiled as well: what is wrong with it is said by its own offsets.
    const concealed = listHidden(bytes, shape, limits)
    if (clamped || lifted || exposed || concealed.length > 0) void new WebAssembly.Module(bytes)
    const defined = nameDefined(clamped?.defined ?? [], shape)
    const refused = defined
      .map(({ type, what }) => refuseInitial(type, what, limits))
      .find((error) => error !== null)
    if (refused) return failure(refused)
    const { module, rewritten, hidden } = compileExposed(
      exposed?.bytes ?? lifted?.bytes ?? clamped?.bytes ?? bytes,
      concealed,
    )
    const sliced = sliceCount === null ? success(null) : compileSliced(rewritten, shape, sliceCount)
    const codeShiftBytes = findCodeStart(rewritten) - findCodeStart(bytes)
    const points = sliced.ok ? sliced.value : null
    return success({
      module: points?.module ?? module,
      startExportName: lifted?.exportName ?? null,
      stackPointerExportName: exposed?.exportName ?? null,
      hidden,
      sliceTableExportName: points?.tableExportName ?? null,
      toFileOffset(offsetBytes) {
        const offset = points ? points.toOriginalOffset(offsetBytes) : offsetBytes
        return offset === null ? null : offset - codeShiftBytes
      },
      warnings: [
        ...defined.flatMap(({ type, what }) => warnOfMaximum(type, what, limits) ?? []),
        ...(sliced.ok ? [] : [sliced.error]),
      ],
      guestBytes: bytes,
      limits,
    })
  } catch (thrown) {
    const reason = describeThrown(thrown).message.replace(/^WebAssembly\.Module\(\):\s*/, '')
    const code = MISSING_FEATURE.test(reason) ? 'GUEST_NEEDS_FEATURE' : 'GUEST_MALFORMED'
    return failure(makeError(code, { why: `V8 ${process.versions.v8}: ${reason}.` }))
  }
}

/** What messages call the memories and tables that a module defines: `memory`, or `memory 3` where it has several. */
function nameDefined<Type extends MemoryType | TableType>(
  defined: readonly Type[],
  { imports }: ModuleShape,
): { type: Type; what: string }[] {
  const counts = { memory: 0, table: 0 }
  for (const { type } of imports) if (type.kind === 'memory' || type.kind === 'table') counts[type.kind]++
  const indexed = defined.map((type) => ({ type, index: counts[type.kind]++ }))
  return indexed.map(({ type, index }) => ({
    type,
    what: counts[type.kind] > 1 ? `${type.kind} ${index}` : type.kind,
  }))
}

/** With what is hidden exported, where the engine takes so many exports; else without. */
function compileExposed(
  bytes: Uint8Array,
  hidden: readonly HiddenDefinition[],
): { module: WebAssembly.Module; rewritten: Uint8Array; hidden: readonly HiddenDefinition[] } {
  if (hidden.length > 0) {
    const rewritten = exposeHidden(bytes, hidden)
    try {
      return { module: new WebAssembly.Module(rewritten), rewritten, hidden }
    } catch {
      // The guest runs all the same: what looks at them does without.
    }
  }
  return { module: new WebAssembly.Module(bytes), rewritten: bytes, hidden: [] }
}

/** With points, where it needs any; SLICES_UNAVAILABLE for a module that they cannot be put into. */
function compileSliced(
  bytes: Uint8Array,
  shape: ModuleShape,
  count: number,
): Result<(SlicedModule & { module: WebAssembly.Module }) | null> {
  const sliced = addSlicePoints(bytes, shape, count)
  if (!sliced.ok) return failure(makeError('SLICES_UNAVAILABLE', { why: sliced.error }))
  if (sliced.value === null) return success(null)
  try {
    return success({ ...sliced.value, module: new WebAssembly.Module(sliced.value.bytes) })
  } catch (thrown) {
    // With the points a function may have more locals, or be larger, than V8 accepts.
    // Its offset is one in the module with points.
    const reason = describeThrown(thrown).message.replace(/ @\+\d+$/, '')
    return failure(makeError('SLICES_UNAVAILABLE', { why: `${reason}.` }))
  }
}

/** Where the contents of the code section begin; 0 in a module without code. */
function findCodeStart(bytes: Uint8Array): number {
  const sections = listSectionRanges(bytes)
  return sections.find(({ identifier }) => identifier === SECTIONS.code)?.startBytes ?? 0
}

/** Why instantiation failed, before any of the guest's code ran. */
export function instantiationError(thrown: unknown): InspectorError {
  const { message, cause } = describeThrown(thrown)
  const reason = message.replace(/^WebAssembly\.Instance\(\):\s*/, '')
  if (thrown instanceof WebAssembly.LinkError) {
    return makeError('IMPORT_MISMATCH', { why: `${reason}.`, cause })
  }
  const fix =
    thrown instanceof WebAssembly.RuntimeError
      ? 'Give the guest a larger memory or table, or move the segment.'
      : 'Lower the limits of its memory or table.'
  return makeError('INSTANTIATE_FAILED', { why: `${reason}.`, fix, cause })
}
