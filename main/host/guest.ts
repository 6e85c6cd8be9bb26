/** Compiles a guest, and says why it cannot be instantiated; failures are values that name what to do. */
import { makeError } from '../contract/error-codes.ts'
import type { InspectorError, Result } from '../contract/result.ts'
import { failure, success } from '../contract/result.ts'
import type { ResourceLimits } from '../wasm/clamp-limits.ts'
import { clampLimits } from '../wasm/clamp-limits.ts'
import { exposeStackPointer, liftStart } from '../wasm/rewrite-module.ts'
import { listSectionRanges, SECTIONS } from '../wasm/section-ranges.ts'
import type { ModuleShape } from '../wasm/types.ts'
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
  /** How much later the code lies in the module than in the guest's file. */
  codeShiftBytes: number
  /** Of limits that are lower than what the guest declares. */
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
 * held to `limits`: LIMIT_EXCEEDED where one begins with more.
 */
export function compileGuest(
  bytes: Uint8Array,
  shape: ModuleShape,
  limits: ResourceLimits = UNLIMITED,
): Result<CompiledGuest> {
  try {
    const isLimited = limits.memoryBytes !== null || limits.tableEntries !== null
    const clamped = isLimited ? clampLimits(bytes, limits) : null
    const lifted = liftStart(clamped?.bytes ?? bytes, shape)
    const exposed = exposeStackPointer(lifted?.bytes ?? clamped?.bytes ?? bytes, shape)
    // The original is compiled as well: what is wrong with it is said by its own offsets.
    if (clamped || lifted || exposed) void new WebAssembly.Module(bytes)
    const defined = clamped?.defined ?? []
    const refused = defined
      .map((type) => refuseInitial(type, type.kind, limits))
      .find((error) => error !== null)
    if (refused) return failure(refused)
    const compiled = exposed?.bytes ?? lifted?.bytes ?? clamped?.bytes ?? bytes
    return success({
      module: new WebAssembly.Module(compiled),
      startExportName: lifted?.exportName ?? null,
      stackPointerExportName: exposed?.exportName ?? null,
      warnings: defined.flatMap((type) => warnOfMaximum(type, type.kind, limits) ?? []),
      guestBytes: bytes,
      limits,
      codeShiftBytes: findCodeStart(compiled) - findCodeStart(bytes),
    })
  } catch (thrown) {
    const reason = describeThrown(thrown).message.replace(/^WebAssembly\.Module\(\):\s*/, '')
    const code = MISSING_FEATURE.test(reason) ? 'GUEST_NEEDS_FEATURE' : 'GUEST_MALFORMED'
    return failure(makeError(code, { why: `V8 ${process.versions.v8}: ${reason}.` }))
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
