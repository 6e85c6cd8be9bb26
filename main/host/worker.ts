/** The entry of a session's worker thread: binds, instantiates, calls, cancels, records. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { parentPort, workerData } from 'node:worker_threads'
import { makeError } from '../contract/error-codes.ts'
import type { RunId } from '../contract/model.ts'
import type { InspectorError } from '../contract/result.ts'
import { RingWriter } from '../trace/ring.ts'
import { formatValueType } from '../wasm/types.ts'
import type { Activation } from './activation.ts'
import type { ImportHandler } from './api.ts'
import { bindImports } from './bindings.ts'
import { captureOutput, createHostConsole } from './console.ts'
import type { GuestAccess } from './context.ts'
import { SessionContext } from './context.ts'
import type { CallableExport } from './exports.ts'
import { callExport, toGuestValues } from './exports.ts'
import { describeThrown, makeGenuineTrap } from './failures.ts'
import { compileGuest, instantiationError } from './guest.ts'
import type { LoadedHostModule } from './host-module.ts'
import { loadHostModule } from './host-module.ts'
import type { BoundarySettings } from './imports.ts'
import type { PromiseIntegration } from './jspi.ts'
import { findPromiseIntegration } from './jspi.ts'
import type { MessageFromWorker, MessageToWorker, WorkerInput } from './protocol.ts'
import { Recorder } from './recorder.ts'
import { References } from './references.ts'
import { ShadowStacks } from './shadow-stack.ts'

const input = workerData as WorkerInput
const post = (message: MessageFromWorker): void => parentPort!.postMessage(message)

// Taken together, so that the inspector can tell what time it is on this clock.
const zeroMs = performance.now()
post({ type: 'clock', zeroHrtimeNs: process.hrtime.bigint(), zeroWallMs: Date.now() })

const recorder = new Recorder(
  new RingWriter(input.ring, () => post({ type: 'wake' })),
  new References(),
  zeroMs,
)
const boundary: BoundarySettings = {
  recorder,
  activations: new AsyncLocalStorage<Activation>(),
  trap: makeGenuineTrap(),
  inFlight: { count: 0 },
  shadowStacks: null,
}
const callables = new Map<string, CallableExport>()
const running = new Map<RunId, Activation>()

// A stack that a failing guest shows should reach its export.
Error.stackTraceLimit = 50

// From the beginning: a host module or start function that never settles must not let the worker run out.
parentPort!.on('message', receive)
void start().then(post)

async function start(): Promise<MessageFromWorker> {
  const integration = findPromiseIntegration()
  if ('code' in integration) return { type: 'failed', error: integration }
  const compiled = compileGuest(input.guestBytes, input.shape)
  if (!compiled.ok) return { type: 'failed', error: compiled.error }

  const hostConsole = createHostConsole(recorder)
  captureOutput(recorder, hostConsole)
  const access: GuestAccess = { memory: null, exports: null }
  const syncHandlers = new WeakSet<ImportHandler>()
  const context = new SessionContext(boundary.activations, access, syncHandlers, hostConsole)
  let host: LoadedHostModule | null = null
  if (input.hostPath !== null) {
    const loaded = await loadHostModule(input.hostPath, context)
    if (!loaded.ok) return { type: 'failed', error: loaded.error }
    host = loaded.value
  }

  let instance: WebAssembly.Instance
  try {
    const sources = { host, stubs: input.stubs, stubUnbound: input.stubUnbound, syncHandlers }
    const bound = bindImports(input.shape, sources, boundary, integration)
    post({ type: 'bound', bindings: bound.bindings, warnings: bound.warnings })
    if (bound.error) return { type: bound.unbound ? 'unbound' : 'failed', error: bound.error }
    access.memory = findImportedMemory(bound.imports)
    instance = new WebAssembly.Instance(compiled.value.module, bound.imports)
  } catch (thrown) {
    return { type: 'failed', error: instantiationError(thrown) }
  }
  const exportedMemory = Object.values(instance.exports).find((value) => value instanceof WebAssembly.Memory)
  access.memory = exportedMemory ?? access.memory
  const { startExportName, stackPointerExportName } = compiled.value
  if (stackPointerExportName !== null && access.memory) {
    const pointer = instance.exports[stackPointerExportName] as WebAssembly.Global
    boundary.shadowStacks = new ShadowStacks(pointer, access.memory)
  }
  if (startExportName !== null) {
    const error = await callStart(instance.exports[startExportName], integration)
    if (error) return { type: 'failed', error }
  }
  access.exports = wrapExports(instance, integration)
  return { type: 'ready' }
}

/** Calls the start function. Until it has returned nobody calls another export. */
async function callStart(
  exported: unknown,
  { promising }: PromiseIntegration,
): Promise<InspectorError | null> {
  const traced = recorder.define({ kind: 'start', module: null, name: '(start)', params: [], results: [] })
  const ended = await callExport(boundary, { traced, call: promising(exported) }, [])
  if (ended.outcome === 'returned') return null
  const { why, cause } = ended.error
  return makeError('START_FAILED', { why, ...(cause === undefined ? {} : { cause }) })
}

function findImportedMemory(imports: WebAssembly.Imports): WebAssembly.Memory | null {
  for (const { module, name, type } of input.shape.imports) {
    const value = imports[module]?.[name]
    if (type.kind === 'memory' && value instanceof WebAssembly.Memory) return value
  }
  return null
}

/** What host code sees as `context.exports`: functions traced and promising, all else as it is. */
function wrapExports(
  instance: WebAssembly.Instance,
  { promising }: PromiseIntegration,
): Record<string, unknown> {
  const wrapped: Record<string, unknown> = Object.create(null)
  for (const { name, type } of input.shape.exports) {
    const exported = instance.exports[name]
    if (type.kind !== 'function') {
      wrapped[name] = exported
      continue
    }
    const traced = recorder.define({
      kind: 'export',
      module: null,
      name,
      params: type.params.map(formatValueType),
      results: type.results.map(formatValueType),
    })
    const callable = { traced, call: promising(exported) }
    callables.set(name, callable)
    wrapped[name] = async (...values: unknown[]) => {
      const ended = await callExport(boundary, callable, toGuestValues(traced, values))
      if (ended.outcome === 'returned') return ended.returned
      throw ended.thrown
    }
  }
  return Object.freeze(wrapped)
}

function receive(message: MessageToWorker): void {
  if (message.type === 'call') void run(message.runId, message.exportName, message.values)
  else running.get(message.runId)?.cancel(message.error, boundary.activations)
}

async function run(runId: RunId, exportName: string, values: unknown[]): Promise<void> {
  const callable = callables.get(exportName)
  const end = (state: 'threw', error: InspectorError): void =>
    post({ type: 'run-ended', runId, state, results: null, error })
  if (!callable) return end('threw', makeError('EXPORT_NOT_FOUND', { why: `It is "${exportName}".` }))
  try {
    const ended = await callExport(boundary, callable, values, (activation) => {
      running.set(runId, activation)
      post({ type: 'run-began', runId, callId: activation.callId })
    })
    if (ended.outcome === 'returned') {
      const results = recorder.describeValues(callable.traced.definition.results, ended.values)
      post({ type: 'run-ended', runId, state: 'returned', results, error: null })
    } else {
      post({ type: 'run-ended', runId, state: ended.outcome, results: null, error: ended.error })
    }
  } catch (thrown) {
    end(
      'threw',
      makeError('INTERNAL', { why: describeThrown(thrown).message, cause: describeThrown(thrown).cause }),
    )
  } finally {
    running.delete(runId)
  }
}
