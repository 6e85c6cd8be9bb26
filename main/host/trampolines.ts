/** Binds suspending imports through trampolines, which suspend the guest only where there is something to wait for. */
import { importKey } from '../wasm/import-key.ts'
import { formatExternType } from '../wasm/format.ts'
import { hasTrampoline, makeTrampolines, pendingResult, TRAMPOLINE_NAMES } from '../wasm/trampolines.ts'
import type { FunctionType, ImportShape, ModuleShape } from '../wasm/types.ts'
import type { PromiseIntegration } from './jspi.ts'

/** A module with more imports has the rest of them without: each takes up three functions of V8's million. */
const TRAMPOLINE_LIMIT = 10_000

/** What the engine calls for an import. */
export type HostFunction = (...values: unknown[]) => unknown

/** Takes the promise that the guest is to wait for; returns what an import's wrapper is to return to the engine. */
export type Suspend = (promise: Promise<unknown>) => unknown

/** Without a trampoline: the engine takes the promise itself. */
export const suspendDirectly: Suspend = (promise) => promise

/** Stands for a trampoline until it is made. */
export class TrampolineIndex {
  readonly index: number

  constructor(index: number) {
    this.index = index
  }
}

/** The trampolines of one session: functions are added, then all are made at once. */
export class Trampolines {
  readonly #integration: PromiseIntegration
  readonly #types: FunctionType[] = []
  readonly #calls: HostFunction[] = []
  /** Imports that a module has twice, with different types: a trampoline is of one type. */
  readonly #ambiguous: ReadonlySet<string>
  readonly #isPending = new WebAssembly.Global({ value: 'i32', mutable: true }, 0)
  #pending: Promise<unknown> | null = null

  constructor(integration: PromiseIntegration, shape: ModuleShape) {
    this.#integration = integration
    this.#ambiguous = findAmbiguous(shape)
  }

  /**
   * Adds an import; null where it has to be bound without a trampoline. `wrap` makes the function that is called,
   * and is given how to wait.
   */
  add(
    imported: ImportShape,
    type: FunctionType,
    wrap: (suspend: Suspend) => HostFunction,
  ): TrampolineIndex | null {
    if (this.#types.length === TRAMPOLINE_LIMIT || !hasTrampoline(type)) return null
    if (this.#ambiguous.has(importKey(imported))) return null
    const result = pendingResult(type)
    const suspend: Suspend = (promise) => {
      this.#pending = promise
      this.#isPending.value = 1
      return result
    }
    this.#types.push(type)
    return new TrampolineIndex(this.#calls.push(wrap(suspend)) - 1)
  }

  /** Makes them: the functions to bind, by index. */
  link(): unknown[] {
    if (this.#types.length === 0) return []
    const { host, call, wait, isPending } = TRAMPOLINE_NAMES
    const waiting = new this.#integration.Suspending(() => {
      const promise = this.#pending
      this.#pending = null
      return promise
    })
    const members: Record<string, unknown> = { [isPending]: this.#isPending }
    for (const [index, function_] of this.#calls.entries()) {
      members[`${call}${index}`] = function_
      members[`${wait}${index}`] = waiting
    }
    const module = new WebAssembly.Module(makeTrampolines(this.#types))
    const { exports } = new WebAssembly.Instance(module, { [host]: members } as WebAssembly.Imports)
    return this.#types.map((_, index) => exports[String(index)])
  }
}

function findAmbiguous(shape: ModuleShape): Set<string> {
  const types = new Map<string, string>()
  const ambiguous = new Set<string>()
  for (const imported of shape.imports) {
    const key = importKey(imported)
    const type = formatExternType(imported.type)
    const before = types.get(key)
    if (before !== undefined && before !== type) ambiguous.add(key)
    types.set(key, type)
  }
  return ambiguous
}
