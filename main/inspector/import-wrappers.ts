/**
 * Keeps the engine's wrappers of imports alive. V8 compiles code for the way from a guest into JavaScript once for each
 * type of function in the whole process, and frees it when the last instance that uses it is gone. Where that is in one
 * thread at the moment in which another thread takes the same wrapper, V8 13.6 uses freed memory and the process dies
 * (in `WasmEngine::FreeDeadCode`, out of `WasmCodeRefScope`). Sessions come and go in threads of their own, and have
 * mostly the same few types. So this thread, which ends with the process, uses each of them as well; and what Node
 * strips types with, a guest of its own that each thread with a host module in TypeScript has. Later versions of V8
 * do not give out a wrapper that is about to be freed (`WasmCodeRefScope::AddRefIfNotDying`).
 */
import { stripTypeScriptTypes } from 'node:module'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { hasTrampoline, makeTrampolines, pendingResult, TRAMPOLINE_NAMES } from '../wasm/trampolines.ts'
import type { FunctionType, ModuleShape, ValueType } from '../wasm/types.ts'
import { formatValueType } from '../wasm/types.ts'

/** Calls after which V8 has compiled a wrapper: its flag `wasm_wrapper_tiering_budget` is 1000. */
const CALL_COUNT = 1100
/** Types that are kept; a guest may have any number. */
const TYPE_LIMIT = 200

/** The engine's promise integration. */
interface PromiseIntegration {
  Suspending: new (handler: (...values: unknown[]) => unknown) => object
  promising: (exported: unknown) => (...values: unknown[]) => Promise<unknown>
}

/** The newest major version of V8 of which it is known. */
const LAST_V8 = 13
/** Texts that are stripped between two turns of the event loop: about 3 ms. */
const STRIPPED_AT_ONCE = 50

const keptTypes = new Set<string>()
let isStripperKept = false
const keptInstances: WebAssembly.Instance[] = []

/** Keeps the wrappers for a guest's imports from now on; resolves when they are there. */
export async function keepImportWrappers(shape: ModuleShape): Promise<void> {
  const { Suspending, promising } = WebAssembly as unknown as Partial<PromiseIntegration>
  if (!Suspending || !promising || Number.parseInt(process.versions.v8) > LAST_V8) return
  await keepTypeStripper()
  for (const { type } of shape.imports) {
    if (type.kind !== 'function' || !canCall(type) || keptTypes.size >= TYPE_LIMIT) continue
    const key = [type.params, type.results].map((types) => types.map(formatValueType).join()).join('→')
    if (keptTypes.has(key)) continue
    keptTypes.add(key)
    await use(type, { Suspending, promising })
  }
}

/** Strips types until all that Node's stripper calls has a wrapper; what it calls for every text is called as often. */
async function keepTypeStripper(): Promise<void> {
  if (isStripperKept) return
  isStripperKept = true
  await nextTurn()
  const { emitWarning } = process
  // That the function may change is no news to whoever runs a guest.
  process.emitWarning = () => {}
  try {
    stripTypeScriptTypes('')
  } finally {
    process.emitWarning = emitWarning
  }
  for (let count = 0; count < CALL_COUNT; count++) {
    if (count % STRIPPED_AT_ONCE === 0) await nextTurn()
    stripTypeScriptTypes('let value: number')
  }
}

/** Whether a function of the type can be made and called without a value of the guest's. */
function canCall(type: FunctionType): boolean {
  return hasTrampoline(type) && type.params.every((param) => typeof param === 'string' || param.nullable)
}

/** Calls imports of the type as sessions bind them: plain and suspending, and the wait of a trampoline. */
async function use(type: FunctionType, { Suspending, promising }: PromiseIntegration): Promise<void> {
  const { host, call, wait, isPending } = TRAMPOLINE_NAMES
  const module = new WebAssembly.Module(makeTrampolines([type]))
  const pending = new WebAssembly.Global({ value: 'i32', mutable: true }, 0)
  const result = pendingResult(type)
  // As the host's own functions it takes any number of arguments: wrappers differ by how many are declared.
  const plain = (..._values: unknown[]): unknown => {
    pending.value = 1
    return result
  }
  const waiting = new Suspending(() => result)
  const defaults = type.params.map(defaultOf)
  for (const called of [plain, new Suspending(plain)]) {
    const members = { [isPending]: pending, [`${call}0`]: called, [`${wait}0`]: waiting }
    const instance = new WebAssembly.Instance(module, { [host]: members } as WebAssembly.Imports)
    keptInstances.push(instance)
    const enter = promising(instance.exports['0'] as () => unknown)
    await nextTurn()
    for (let count = 0; count < CALL_COUNT; count++) await enter(...defaults)
  }
}

function defaultOf(type: ValueType): unknown {
  return pendingResult({ kind: 'function', params: [], results: [type] })
}
