/** Binds every import of a guest: to the host module, to a stub, or to something made to fit. */
import { makeError } from '../contract/error-codes.ts'
import type { Binding } from '../contract/guests.ts'
import type { InspectorError } from '../contract/result.ts'
import { importKey } from '../wasm/import-key.ts'
import type { ResourceLimits } from '../wasm/clamp-limits.ts'
import { formatExternType } from '../wasm/format.ts'
import type { FunctionType, ImportShape, ModuleShape } from '../wasm/types.ts'
import { formatValueType } from '../wasm/types.ts'
import type { ImportHandler } from './api.ts'
import type { SyncHandlers } from './context.ts'
import { makeToFit, matchesKind } from './fitting.ts'
import type { LoadedHostModule } from './host-module.ts'
import type { DeclaredReadings, ImportReaders, ReaderSlot } from './import-readers.ts'
import { checkDeclared } from './import-readers.ts'
import type { BoundarySettings } from './imports.ts'
import { wrapImport } from './imports.ts'
import type { PromiseIntegration } from './jspi.ts'
import type { ImportStub } from './protocol.ts'
import { refuseInitial, warnOfMaximum } from './resource-limits.ts'
import { isExportedFunction } from './results.ts'
import { makeStubHandler, zeroStub } from './stubs.ts'
import type { HostFunction, Suspend } from './trampolines.ts'
import { suspendDirectly, TrampolineIndex, Trampolines } from './trampolines.ts'

/** Of many unbound imports an error names the first; clients list all, and so does `inspect`. */
const UNBOUND_NAMED_LIMIT = 20

/** What there is to bind with. */
export interface BindingSources {
  host: LoadedHostModule | null
  stubs: readonly ImportStub[]
  stubUnbound: boolean
  /** Of memories and tables that are made to fit. */
  limits: ResourceLimits
  syncHandlers: SyncHandlers
  declaredReadings: DeclaredReadings
  readers: ImportReaders
}

/** The import object, and what the user is told about it. */
export interface BoundImports {
  imports: WebAssembly.Imports
  /** One for each import, in the module's order. */
  bindings: Binding[]
  /** The readings that the host module declares, in the same order; null for none. */
  declared: (string | null)[]
  warnings: InspectorError[]
  /** Why the guest cannot be instantiated. */
  error: InspectorError | null
  /** Whether `error` is that imports are unbound. */
  unbound: boolean
}

/** Binds the imports of `shape`. Functions are wrapped so that their calls are recorded. */
export function bindImports(
  shape: ModuleShape,
  sources: BindingSources,
  boundary: BoundarySettings,
  integration: PromiseIntegration,
): BoundImports {
  const imports: WebAssembly.Imports = Object.create(null)
  const bindings: Binding[] = []
  const declared: (string | null)[] = []
  const errors: InspectorError[] = []
  const warnings = sources.host ? findUnused(shape, sources.host) : []
  const stubs = new Map(sources.stubs.map(({ module, name, stub }) => [importKey({ module, name }), stub]))
  const binder = { boundary, integration, trampolines: new Trampolines(integration, shape) }
  const bounds = shape.imports.map((imported) => bindImport(imported, stubs, sources, binder))
  const trampolines = binder.trampolines.link()
  for (const [index, { module, name }] of shape.imports.entries()) {
    const bound = bounds[index]!
    if (bound.error) errors.push(bound.error)
    bindings.push(bound.binding)
    declared.push(bound.declared ?? null)
    if (bound.warning) warnings.push(bound.warning)
    const members = (imports[module] ??= Object.create(null) as Record<string, unknown>)
    members[name] ??= bound.value instanceof TrampolineIndex ? trampolines[bound.value.index] : bound.value
  }
  const unboundImports = shape.imports.filter((_, index) => bindings[index]?.by === 'nobody')
  const unbound = errors.length === 0 && unboundImports.length > 0
  return {
    imports,
    bindings,
    declared,
    warnings,
    error: errors[0] ?? (unbound ? unboundError(unboundImports) : null),
    unbound,
  }
}

/** The same imports for another instance: what the inspector made to fit is made anew, so that none is shared. */
export function refitImports(
  shape: ModuleShape,
  { imports, bindings }: BoundImports,
  limits: ResourceLimits,
): WebAssembly.Imports {
  const refitted: WebAssembly.Imports = Object.create(null)
  for (const [index, { module, name, type }] of shape.imports.entries()) {
    const members = (refitted[module] ??= Object.create(null) as Record<string, unknown>)
    const isMade = bindings[index]?.by === 'inspector' && type.kind !== 'function'
    members[name] ??= isMade ? makeToFit(type, limits) : imports[module]?.[name]
  }
  return refitted
}

function unboundError(imports: ImportShape[]): InspectorError {
  const list = imports
    .slice(0, UNBOUND_NAMED_LIMIT)
    .map(({ module, name, type }) => `${module}.${name} ${formatExternType(type)}`)
  if (imports.length > list.length) list.push(`and ${imports.length - list.length} more`)
  const why = `Unbound: ${list.join('; ')}.`
  // With stubs, which WASI takes for success, a program loops or misreads.
  const isWasi = imports.some(({ module }) => module === 'wasi_snapshot_preview1')
  const fix = 'WASI is not built in: bind it in a host module, as docs/host-modules.md#wasi shows.'
  return makeError('IMPORT_UNBOUND', { why, ...(isWasi ? { fix } : {}) })
}

/** What functions are wrapped with. */
interface Binder {
  boundary: BoundarySettings
  integration: PromiseIntegration
  trampolines: Trampolines
}

interface BoundImport {
  /** What to bind; a {@link TrampolineIndex} where that is made once all imports are known. */
  value: unknown
  binding: Binding
  error: InspectorError | null
  /** The readings that the host module declares. */
  declared?: string
  warning?: InspectorError
}

function bindImport(
  imported: ImportShape,
  stubs: ReadonlyMap<string, ImportStub['stub']>,
  sources: BindingSources,
  binder: Binder,
): BoundImport {
  const { module, name, type } = imported
  const stub = stubs.get(importKey({ module, name }))
  if (stub && type.kind === 'function') return bindStub(imported, type, stub, sources, binder)

  const provided = sources.host && readOwn(readOwn(sources.host.imports, module), name)
  if (sources.host && provided !== undefined && provided !== null) {
    const line = sources.host.findLine(name)
    const location = { file: sources.host.path, ...(line === undefined ? {} : { line }) }
    if (!matchesKind(provided, type)) {
      const error = makeError('IMPORT_MISMATCH', {
        why: `${module}.${name} is ${typeof provided === 'object' ? 'an' : 'a'} ${typeof provided}, but the guest imports ${formatExternType(type)}.`,
        location,
      })
      return { value: undefined, binding: { by: 'nobody' }, error }
    }
    if (type.kind !== 'function') {
      return { value: provided, binding: { by: 'host', suspending: false, ...location }, error: null }
    }
    const handler = provided as ImportHandler
    const suspending = !sources.syncHandlers.has(handler)
    const declared = sources.declaredReadings.get(handler)
    const wrong = declared === undefined ? null : checkDeclared(imported, declared)
    const slot = sources.readers.open(imported, declared ?? null)
    return {
      value: wrapFunction(imported, type, handler, suspending, slot, binder),
      binding: { by: 'host', suspending, ...location },
      error: null,
      ...(declared === undefined ? {} : { declared }),
      ...(wrong ? { warning: { ...wrong, location } } : {}),
    }
  }
  if (type.kind === 'function') {
    if (!sources.stubUnbound) return { value: undefined, binding: { by: 'nobody' }, error: null }
    return bindStub(imported, type, zeroStub(type), sources, binder)
  }
  return fitImport(imported, type, sources.limits)
}

function fitImport(
  { module, name }: ImportShape,
  type: Exclude<ImportShape['type'], FunctionType>,
  limits: ResourceLimits,
): BoundImport {
  const isLimited = type.kind === 'memory' || type.kind === 'table'
  const what = `${type.kind} ${module}.${name}`
  const refused = isLimited ? refuseInitial(type, what, limits) : null
  if (refused) return { value: undefined, binding: { by: 'nobody' }, error: refused }
  const made = makeToFit(type, limits)
  if (made === null) return { value: undefined, binding: { by: 'nobody' }, error: null }
  const warning = isLimited ? warnOfMaximum(type, what, limits) : null
  return { value: made, binding: { by: 'inspector' }, error: null, ...(warning ? { warning } : {}) }
}

function bindStub(
  imported: ImportShape,
  type: FunctionType,
  stub: ImportStub['stub'],
  { readers }: BindingSources,
  binder: Binder,
): BoundImport {
  const handler = makeStubHandler(`${imported.module}.${imported.name}`, type, stub)
  if (!handler.ok) return { value: undefined, binding: { by: 'nobody' }, error: handler.error }
  const slot = readers.open(imported, null)
  return {
    value: wrapFunction(imported, type, handler.value, true, slot, binder),
    binding: { by: 'stub', stub },
    error: null,
  }
}

function wrapFunction(
  imported: ImportShape,
  type: FunctionType,
  handler: ImportHandler,
  suspending: boolean,
  slot: ReaderSlot,
  { boundary, integration, trampolines }: Binder,
): unknown {
  const { module, name } = imported
  const traced = boundary.recorder.define({
    kind: 'import',
    module,
    name,
    params: type.params.map(formatValueType),
    results: type.results.map(formatValueType),
  })
  if (!suspending) return wrapImport(boundary, traced, handler, null, slot)
  // The export of another instance may suspend as well: on a stack of its own, since ours is JavaScript.
  const called = (isExportedFunction(handler) ? integration.promising(handler) : handler) as ImportHandler
  const wrap = (suspend: Suspend): HostFunction => wrapImport(boundary, traced, called, suspend, slot)
  // An async function always returns a promise: to ask first would be a detour.
  const trampoline = isAsyncFunction(called) ? null : trampolines.add(imported, type, wrap)
  return trampoline ?? new integration.Suspending(wrap(suspendDirectly))
}

const asyncFunctionPrototype: unknown = Object.getPrototypeOf(async () => {})

function isAsyncFunction(handler: ImportHandler): boolean {
  return Object.getPrototypeOf(handler) === asyncFunctionPrototype
}

/** Own properties only: a guest may import `env.toString`. */
function readOwn(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined
}

/** What the host module binds by name. What it takes from a library whole is no misspelling. */
function findUnused(shape: ModuleShape, host: LoadedHostModule): InspectorError[] {
  const wanted = new Set(shape.imports.map(importKey))
  return Object.entries(host.imports).flatMap(([module, members]) =>
    Object.keys(members)
      .filter((name) => !wanted.has(importKey({ module, name })))
      .flatMap((name) => {
        const line = host.findLine(name)
        if (line === undefined) return []
        const why = `The guest does not import ${module}.${name}.`
        return makeError('HOST_IMPORT_UNUSED', { why, location: { file: host.path, line } })
      }),
  )
}
