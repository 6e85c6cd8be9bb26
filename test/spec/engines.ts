/** The two ways in which a script's modules are run: by V8 alone, and wrapped as a session's worker does it. */
import type { InspectorError, Result } from '../../main/contract/result.ts'
import { callExport } from '../../main/host/exports.ts'
import { guestFailure, trapName } from '../../main/host/failures.ts'
import type { CompiledGuest } from '../../main/host/guest.ts'
import { compileGuest } from '../../main/host/guest.ts'
import { wrapImport } from '../../main/host/imports.ts'
import type { GuestInstance } from '../../main/host/instance.ts'
import { Instances } from '../../main/host/instance.ts'
import type { PromiseIntegration } from '../../main/host/jspi.ts'
import { findPromiseIntegration } from '../../main/host/jspi.ts'
import { Slices } from '../../main/host/slices.ts'
import { suspendDirectly } from '../../main/host/trampolines.ts'
import { readModule } from '../../main/wasm/read-module.ts'
import type { FunctionType, ModuleShape } from '../../main/wasm/types.ts'
import { formatValueType } from '../../main/wasm/types.ts'
import type { CallCounts } from './boundary.ts'
import { TestBoundary } from './boundary.ts'

/** How an action, or an instantiation, ended. */
export type Outcome =
  | { kind: 'returned'; values: readonly unknown[] }
  /** `reason` is the trap's name in the specification's words, or what was thrown. */
  | { kind: 'trapped' | 'exhausted' | 'exception' | 'invalid' | 'unlinkable' | 'failed'; reason: string }

/** An instance of a script's module. */
export interface ScriptInstance {
  shape: ModuleShape
  exports: Record<string, WebAssembly.ExportValue>
}

/** One of the two ways. */
export interface Engine {
  instantiate(
    bytes: Uint8Array,
    imports: WebAssembly.Imports,
  ): Promise<{ instance: ScriptInstance | null; outcome: Outcome }>
  call(instance: ScriptInstance, name: string, values: readonly unknown[]): Promise<Outcome>
  /** Makes a function of the host, for a module to import. */
  hostFunction(name: string, type: FunctionType, handler: (...values: unknown[]) => void): unknown
}

const RETURNED_NOTHING: Outcome = { kind: 'returned', values: [] }

/** The shape of a module that V8 has compiled already. */
export function shapeOf(bytes: Uint8Array): ModuleShape {
  const shape = readModule(bytes)
  if (!shape.ok) throw new Error(`readModule: ${shape.error.message}`)
  return shape.value
}

function functionType(instance: ScriptInstance, name: string): FunctionType {
  const type = instance.shape.exports.find((exported) => exported.name === name)?.type
  if (type?.kind !== 'function') throw new Error(`no function "${name}" is exported`)
  return type
}

function listValues(type: FunctionType, returned: unknown): readonly unknown[] {
  if (type.results.length === 0) return []
  return type.results.length === 1 ? [returned] : (returned as unknown[])
}

function classify(thrown: unknown): Outcome {
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  if (thrown instanceof WebAssembly.RuntimeError) {
    return { kind: 'trapped', reason: trapName(message.replace(/^WebAssembly\.Instance\(\):\s*/, '')) }
  }
  if (thrown instanceof WebAssembly.Exception) return { kind: 'exception', reason: '' }
  if (thrown instanceof WebAssembly.CompileError) return { kind: 'invalid', reason: message }
  // An import object that lacks the module is a TypeError, for the script the same as a missing field.
  if (thrown instanceof WebAssembly.LinkError || message.startsWith('WebAssembly.Instance()')) {
    return { kind: 'unlinkable', reason: message }
  }
  const { error } = guestFailure(thrown)
  if (/stack overflow/.test(error!.why)) return { kind: 'exhausted', reason: 'call stack exhausted' }
  return { kind: 'failed', reason: message }
}

/** V8 alone. */
export function createBareEngine(): Engine {
  return {
    async instantiate(bytes, imports) {
      try {
        const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports)
        return { instance: { shape: shapeOf(bytes), exports }, outcome: RETURNED_NOTHING }
      } catch (thrown) {
        return { instance: null, outcome: classify(thrown) }
      }
    },
    async call(instance, name, values) {
      const type = functionType(instance, name)
      try {
        const returned = (instance.exports[name] as (...values: unknown[]) => unknown)(...values)
        return { kind: 'returned', values: listValues(type, returned) }
      } catch (thrown) {
        return classify(thrown)
      }
    },
    hostFunction: (_name, _type, handler) => handler,
  }
}

/** Gives the raw exports of what it makes, which other modules of a script import. */
export class LinkingInstances extends Instances {
  exports: Record<string, WebAssembly.ExportValue> = {}

  override link(imports: WebAssembly.Imports): Result<WebAssembly.Instance> {
    const linked = super.link(imports)
    if (linked.ok) this.exports = linked.value.exports
    return linked
  }
}

/** With a count of 0 and slices of 0 ms a guest is stopped at every point that it comes to. */
const EVERY_POINT = { count: 0, sliceMs: 0 } as const

/** V8 wrapped as in a session's worker, with a trace of which only the number of calls is kept. */
export class HostEngine implements Engine {
  readonly #integration: PromiseIntegration
  readonly #boundary = new TestBoundary()
  readonly #guests = new WeakMap<ScriptInstance, { guest: GuestInstance; compiled: CompiledGuest }>()
  readonly #slices: Slices | null

  /** `hasSlices`: whether guests are stopped wherever they can be while they compute. */
  constructor(hasSlices: boolean) {
    const integration = findPromiseIntegration()
    if ('code' in integration) throw new Error(integration.why)
    this.#integration = integration
    const { settings } = this.#boundary
    this.#slices = hasSlices ? new Slices(settings, integration, EVERY_POINT.sliceMs) : null
  }

  /** How many calls the trace has seen begin and end, and how often a guest was stopped in between. */
  countCalls(): CallCounts {
    return this.#boundary.countCalls()
  }

  async instantiate(
    bytes: Uint8Array,
    imports: WebAssembly.Imports,
  ): Promise<{ instance: ScriptInstance | null; outcome: Outcome }> {
    try {
      // A module that V8 rejects is not ours to read.
      void new WebAssembly.Module(bytes)
    } catch (thrown) {
      return { instance: null, outcome: classify(thrown) }
    }
    const shape = shapeOf(bytes)
    const compiled = compileGuest(bytes, shape, { sliceCount: this.#slices ? EVERY_POINT.count : null })
    if (compiled.ok && compiled.value.warnings.length > 0) throw new Error(compiled.value.warnings[0]!.why)
    if (!compiled.ok) return { instance: null, outcome: { kind: 'invalid', reason: compiled.error.why } }
    const instances = new LinkingInstances(
      compiled.value,
      shape,
      this.#boundary.settings,
      this.#integration,
      this.#slices,
    )
    this.#enter(compiled.value)
    const created = await instances.create(imports)
    if (!created.ok) return { instance: null, outcome: classifyInstantiation(created.error) }
    const instance = { shape, exports: instances.exports }
    this.#guests.set(instance, { guest: created.value, compiled: compiled.value })
    return { instance, outcome: RETURNED_NOTHING }
  }

  async call(instance: ScriptInstance, name: string, values: readonly unknown[]): Promise<Outcome> {
    const known = this.#guests.get(instance)
    const callable = known?.guest.callables.get(name)
    if (!callable) throw new Error(`no function "${name}" is exported`)
    this.#enter(known!.compiled)
    const ended = await callExport(this.#boundary.settings, callable, values)
    return ended.outcome === 'returned'
      ? { kind: 'returned', values: ended.values }
      : classifyError(ended.error!, ended.thrown)
  }

  /** Traps are named by their place: in this guest's file, until another is entered. */
  #enter(compiled: CompiledGuest): void {
    this.#boundary.settings.stacks.toFileOffset = (offsetBytes) => compiled.toFileOffset(offsetBytes)
  }

  hostFunction(name: string, type: FunctionType, handler: (...values: unknown[]) => void): unknown {
    const traced = this.#boundary.settings.recorder.define({
      kind: 'import',
      module: 'host',
      name,
      params: type.params.map(formatValueType),
      results: type.results.map(formatValueType),
    })
    // Waits on every call, so that every call of the host suspends the guest.
    const suspending = async (...values: unknown[]): Promise<void> => handler(...values)
    const { settings } = this.#boundary
    // Not through a trampoline, which has one type: scripts import the same function with several.
    const wrapped = wrapImport(settings, traced, suspending, suspendDirectly, { reader: null })
    return new this.#integration.Suspending(wrapped)
  }
}

/** The host tells of a start function's failure by the same words as of a call's. */
function classifyInstantiation(error: InspectorError): Outcome {
  if (error.code === 'START_FAILED') return classifyError(error, null)
  const reason = error.why.replace(/\.$/, '')
  const isLinkError = error.code === 'IMPORT_MISMATCH' || reason.startsWith('Import #')
  return isLinkError
    ? { kind: 'unlinkable', reason: `WebAssembly.Instance(): ${reason}` }
    : { kind: 'trapped', reason: trapName(reason) }
}

function classifyError({ code, why }: InspectorError, thrown: unknown): Outcome {
  const trap = /^Trap: (.*)\.$/.exec(why)?.[1]
  if (trap === 'stack overflow') return { kind: 'exhausted', reason: 'call stack exhausted' }
  if (trap !== undefined) return { kind: 'trapped', reason: trap }
  if (code === 'GUEST_EXCEPTION') return { kind: 'exception', reason: '' }
  return { kind: 'failed', reason: thrown instanceof Error ? thrown.message : why }
}
