/** Makes instances of the guest, and initializes them as their kind asks. */
import { makeError } from '../contract/error-codes.ts'
import type { InspectorError, Result } from '../contract/result.ts'
import { failure, success } from '../contract/result.ts'
import { findExportName } from '../wasm/function-map.ts'
import { narrowTrapName } from '../wasm/trap-names.ts'
import type { ExportShape, ExternType, ImportShape, ModuleShape } from '../wasm/types.ts'
import { formatValueType } from '../wasm/types.ts'
import type { CallableExport } from './exports.ts'
import { callExport, toGuestValues } from './exports.ts'
import type { CompiledGuest } from './guest.ts'
import { instantiationError } from './guest.ts'
import type { KnownTag } from './guest-exception.ts'
import { describeException } from './guest-exception.ts'
import type { BoundarySettings } from './imports.ts'
import type { PromiseIntegration } from './jspi.ts'
import type { TracedFunction } from './recorder.ts'
import type { LiveResource } from './resource-limits.ts'
import { describeReached } from './resource-limits.ts'
import { ShadowStacks } from './shadow-stack.ts'
import type { Slices } from './slices.ts'

/** What a command exports: each call gets an instance of its own (WASI application ABI). */
const COMMAND_EXPORT = '_start'
/** What a reactor exports: called once, before any other export (WASI application ABI). */
const REACTOR_EXPORT = '_initialize'

/** One instance, and what the host sees of it. */
export interface GuestInstance {
  /** What host code sees: the first that it exports, else the first that it imports. */
  memory: WebAssembly.Memory | null
  /** What its pointers point into: `memory`; of a guest that shows none its first, which host code does not see. */
  pointedMemory: WebAssembly.Memory | null
  /** What host code sees as `context.exports`; null until the instance is initialized. */
  exports: Record<string, unknown> | null
  callables: Map<string, CallableExport>
  /** Null for a guest without a known stack in its memory. */
  shadowStacks: ShadowStacks | null
  /** Names a trap by the instruction at an offset in the guest's file: see `narrowTrapName`. */
  narrowTrapName: (name: string, offsetBytes: number) => string
  /** Says what an exception is that left it: see `describeException`. */
  describeException: (exception: WebAssembly.Exception) => string
  /** The name under which a function is exported, by its index; null where it is not. */
  findExport: (functionIndex: number) => string | null
  /** Says of its memories and tables that they stand at a limit of the session; empty where none does. */
  describeReached: () => string
}

/** Makes instances of one module. Functions are announced to the trace once, however many there are. */
export class Instances {
  readonly #compiled: CompiledGuest
  readonly #shape: ModuleShape
  readonly #boundary: BoundarySettings
  readonly #integration: PromiseIntegration
  readonly #slices: Slices | null
  /** By export name. */
  readonly #traced = new Map<string, TracedFunction>()
  readonly #tracedStart: TracedFunction

  constructor(
    compiled: CompiledGuest,
    shape: ModuleShape,
    boundary: BoundarySettings,
    integration: PromiseIntegration,
    slices: Slices | null = null,
  ) {
    this.#slices = slices
    this.#compiled = compiled
    this.#shape = shape
    this.#boundary = boundary
    this.#integration = integration
    const { recorder } = boundary
    this.#tracedStart = recorder.define({
      kind: 'start',
      module: null,
      name: '(start)',
      params: [],
      results: [],
    })
    for (const { name, type } of shape.exports) {
      if (type.kind !== 'function') continue
      const params = type.params.map(formatValueType)
      const results = type.results.map(formatValueType)
      this.#traced.set(name, recorder.define({ kind: 'export', module: null, name, params, results }))
    }
  }

  /** Whether each call is to have an instance of its own. */
  get isCommand(): boolean {
    return this.#isInitializer(COMMAND_EXPORT)
  }

  /** Links the module with its imports; none of the guest's code runs. */
  link(imports: WebAssembly.Imports): Result<WebAssembly.Instance> {
    try {
      const { module, sliceTableExportName } = this.#compiled
      const instance = new WebAssembly.Instance(module, imports)
      if (sliceTableExportName !== null) {
        this.#slices?.attach(instance.exports[sliceTableExportName] as WebAssembly.Table)
      }
      return success(instance)
    } catch (thrown) {
      return failure(instantiationError(thrown))
    }
  }

  /**
   * Makes an instance whose exports can be called: its start function and, for a reactor, `_initialize` have
   * returned. Both may await imports; until then host code sees the instance's memory, and none of its exports.
   */
  async create(imports: WebAssembly.Imports): Promise<Result<GuestInstance>> {
    const linked = this.link(imports)
    if (!linked.ok) return linked
    const exported = linked.value.exports
    const { startExportName, stackPointerExportName } = this.#compiled
    const memory = this.#findMemory(exported, imports)
    const pointer =
      stackPointerExportName === null ? null : (exported[stackPointerExportName] as WebAssembly.Global)
    const pointedMemory = memory ?? this.#findHiddenMemory(exported)
    const instance: GuestInstance = {
      memory,
      pointedMemory,
      exports: null,
      callables: new Map(),
      narrowTrapName: (name, offsetBytes) => narrowTrapName(name, this.#compiled.guestBytes, offsetBytes),
      describeException: (exception) => describeException(exception, this.#listTags(exported, imports)),
      findExport: (functionIndex) => findExportName(this.#compiled.guestBytes, functionIndex),
      describeReached: () => describeReached(this.#listResources(exported, imports), this.#compiled.limits),
      shadowStacks: pointer && pointedMemory ? new ShadowStacks(pointer, pointedMemory) : null,
    }
    for (const [name, traced] of this.#traced) {
      instance.callables.set(name, { traced, call: this.#integration.promising(exported[name]), instance })
    }
    if (startExportName !== null) {
      const call = this.#integration.promising(exported[startExportName])
      const error = await this.#initialize({ traced: this.#tracedStart, call, instance })
      if (error) return failure(error)
    }
    if (this.#isInitializer(REACTOR_EXPORT)) {
      const error = await this.#initialize(instance.callables.get(REACTOR_EXPORT)!)
      if (error) return failure(error)
    }
    instance.exports = this.#wrapExports(exported, instance)
    return success(instance)
  }

  async #initialize(callable: CallableExport): Promise<InspectorError | null> {
    const ended = await callExport(this.#boundary, callable, [])
    if (ended.outcome === 'returned') return null
    if (ended.outcome === 'exited') return makeError('START_FAILED', { why: ended.exit.message })
    const { code, what, why, cause } = ended.error
    const told = code === 'GUEST_EXCEPTION' ? `${what} ${why}`.trim() : why || what
    return makeError('START_FAILED', { why: told, ...(cause === undefined ? {} : { cause }) })
  }

  #isInitializer(name: string): boolean {
    const type = this.#shape.exports.find((exported) => exported.name === name)?.type
    return type?.kind === 'function' && type.params.length === 0 && type.results.length === 0
  }

  /** Only what the guest shows: a memory that it hides is exported for the session alone. */
  #findMemory(exported: Record<string, unknown>, imports: WebAssembly.Imports): WebAssembly.Memory | null {
    const shown = this.#shape.exports.find(isMemory)
    if (shown) return exported[shown.name] as WebAssembly.Memory
    const given = this.#shape.imports.find(isMemory)
    return given ? (imports[given.module]![given.name] as WebAssembly.Memory) : null
  }

  #findHiddenMemory(exported: Record<string, unknown>): WebAssembly.Memory | null {
    const first = this.#compiled.hidden.find(({ type, index }) => type.kind === 'memory' && index === 0)
    return first ? (exported[first.exportName] as WebAssembly.Memory) : null
  }

  #listResources(exported: Record<string, unknown>, imports: WebAssembly.Imports): LiveResource[] {
    const resources: LiveResource[] = []
    for (const { type, name } of this.#shape.exports) {
      if (isResource(type)) resources.push({ type, name, value: exported[name] })
    }
    for (const { type, module, name } of this.#shape.imports) {
      if (isResource(type)) resources.push({ type, name, value: imports[module]?.[name] })
    }
    for (const { type, name, index, exportName } of this.#compiled.hidden) {
      if (isResource(type)) resources.push({ type, name, index, value: exported[exportName] })
    }
    return resources
  }

  #listTags(exported: Record<string, unknown>, imports: WebAssembly.Imports): KnownTag[] {
    const tags: KnownTag[] = []
    const add = (type: ExternType, name: string, value: unknown): void => {
      if (type.kind !== 'tag') return
      tags.push({ tag: value as WebAssembly.Tag, name, types: type.params.map(formatValueType) })
    }
    for (const { type, name } of this.#shape.exports) add(type, name, exported[name])
    for (const { type, module, name } of this.#shape.imports) add(type, name, imports[module]?.[name])
    for (const { type, name, index, exportName } of this.#compiled.hidden) {
      add(type, name ?? `of tag ${index}`, exported[exportName])
    }
    return tags
  }

  /** Functions traced and promising, all else as it is. */
  #wrapExports(exported: Record<string, unknown>, instance: GuestInstance): Record<string, unknown> {
    const wrapped: Record<string, unknown> = Object.create(null)
    for (const { name } of this.#shape.exports) {
      const callable = instance.callables.get(name)
      wrapped[name] = callable
        ? async (...values: unknown[]) => {
            const converted = toGuestValues(callable.traced, values)
            if (this.#slices && !isInsideImport(this.#boundary)) {
              await this.#slices.whenNobodyComputes(instance)
            }
            const ended = await callExport(this.#boundary, callable, converted)
            if (ended.outcome === 'returned') return ended.returned
            throw ended.thrown
          }
        : exported[name]
    }
    return Object.freeze(wrapped)
  }
}

function isMemory({ type }: ExportShape | ImportShape): boolean {
  return type.kind === 'memory'
}

function isResource(type: ExternType): type is LiveResource['type'] {
  return type.kind === 'memory' || type.kind === 'table'
}

/** Whether host code runs for a guest that waits for it. */
function isInsideImport({ activations }: BoundarySettings): boolean {
  return (activations.getStore()?.importFunction ?? null) !== null
}
