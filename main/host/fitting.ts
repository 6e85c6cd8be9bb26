/** Memories, tables, globals and tags that a guest imports and nobody provides: made to fit its types. */
import type { ResourceLimits } from '../wasm/clamp-limits.ts'
import { clampMaximum } from '../wasm/clamp-limits.ts'
import type { ExternType } from '../wasm/types.ts'
import { formatValueType } from '../wasm/types.ts'

/** Whether a host module's value is of the kind that the guest imports. The engine checks the type. */
export function matchesKind(value: unknown, type: ExternType): boolean {
  switch (type.kind) {
    case 'function':
      return typeof value === 'function'
    case 'memory':
      return value instanceof WebAssembly.Memory
    case 'table':
      return value instanceof WebAssembly.Table
    case 'tag':
      return value instanceof WebAssembly.Tag
    case 'global':
      return value instanceof WebAssembly.Global || typeof value === 'number' || typeof value === 'bigint'
  }
}

/**
 * Makes the smallest thing of the type, with zeros and nulls, that can grow as far as `allowed` says; null where that is not possible: for references
 * that cannot be null, and for types that the JavaScript interface cannot spell.
 */
export function makeToFit(type: Exclude<ExternType, { kind: 'function' }>, allowed: ResourceLimits): unknown {
  try {
    switch (type.kind) {
      case 'memory':
        return new WebAssembly.Memory({
          ...limits(type.minimumPages, clampMaximum(type, allowed), type.addressType),
          shared: type.shared,
        })
      case 'table':
        return new WebAssembly.Table(
          {
            element: spellType(formatValueType(type.element)),
            ...limits(type.minimum, clampMaximum(type, allowed), type.addressType),
          },
          null,
        )
      case 'global': {
        const value = spellType(formatValueType(type.type))
        return new WebAssembly.Global({ value, mutable: type.mutable }, zeroOf(value))
      }
      case 'tag':
        return new WebAssembly.Tag({
          parameters: type.params.map((param) => spellType(formatValueType(param))),
        })
    }
  } catch (thrown) {
    // Too large a memory is the engine's to report: a RangeError says more than "unbound".
    if (thrown instanceof RangeError) throw thrown
    return null
  }
}

/** The JavaScript interface's older name for functions, which every engine knows. */
function spellType(type: string): string {
  return type === 'funcref' ? 'anyfunc' : type
}

function zeroOf(type: string): unknown {
  if (type === 'i64') return 0n
  return type === 'i32' || type === 'f32' || type === 'f64' ? 0 : null
}

/** With 64-bit addresses the interface takes BigInts. */
function limits(
  minimum: bigint,
  maximum: bigint | undefined,
  address: 'i32' | 'i64',
): { initial: number | bigint; maximum?: number | bigint; address?: 'i64' } {
  const convert = (value: bigint): number | bigint => (address === 'i64' ? value : Number(value))
  return {
    initial: convert(minimum),
    ...(maximum === undefined ? {} : { maximum: convert(maximum) }),
    ...(address === 'i64' ? { address } : {}),
  }
}
