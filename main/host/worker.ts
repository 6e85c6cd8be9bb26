/** The entry of a session's worker thread: binds, instantiates, calls, cancels, records. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { parentPort, workerData } from 'node:worker_threads'
import { makeError } from '../contract/error-codes.ts'
import type { CallId, RunId } from '../contract/ids.ts'
import type { InspectorError, Result } from '../contract/result.ts'
import { InFlightCounts } from '../trace/in-flight-counts.ts'
import { RingWriter } from '../trace/ring.ts'
import type { Activation } from './activation.ts'
import type { ImportHandler } from './api.ts'
import type { BoundImports } from './bindings.ts'
import { capWarnings } from './cap-warnings.ts'
import { bindImports, refitImports } from './bindings.ts'
import { captureOutput, createHostConsole } from './console.ts'
import { SessionContext } from './context.ts'
import { callExport } from './exports.ts'
import { SLICE_COUNT } from '../wasm/instrument/slice-points.ts'
import { describeThrown, makeGenuineTrap } from './failures.ts'
import { compileGuest, instantiationError } from './guest.ts'
import { GuestStacks } from './guest-stack.ts'
import { InFlight } from './in-flight.ts'
import { IgnoredSignals } from './ignored-signals.ts'
import { ImportReaders } from './import-readers.ts'
import type { LoadedHostModule } from './host-module.ts'
import { loadHostModule, stripInstalledTypes } from './host-module.ts'
import type { BoundarySettings } from './imports.ts'
import type { GuestInstance } from './instance.ts'
import { Instances } from './instance.ts'
import { findPromiseIntegration } from './jspi.ts'
import type { MessageFromWorker, MessageToWorker, WorkerInput } from './protocol.ts'
import { PendingWork } from './pending-work.ts'
import { Recorder } from './recorder.ts'
import { References } from './references.ts'
import { Slices } from './slices.ts'

const input = workerData as WorkerInput

// Taken together, so that the inspector can tell what time it is on this clock.
const zero = process.hrtime()
const zeroHrtimeNs = BigInt(zero[0]) * 1_000_000_000n + BigInt(zero[1])
parentPort!.postMessage({ type: 'clock', zeroHrtimeNs, zeroWallMs: Date.now() } satisfies MessageFromWorker)

const ring = new RingWriter(input.ring, () =>
  parentPort!.postMessage({ type: 'wake' } satisfies MessageFromWorker),
)
/** What was recorded before a message is there when it is read. */
function post(message: MessageFromWorker): void {
  ring.flush()
  parentPort!.postMessage(message)
}
const recorder = new Recorder(ring, new References(), zero)
recorder.recordsImports = input.recordImports
const boundary: BoundarySettings = {
  recorder,
  activations: new AsyncLocalStorage<Activation>(),
  trap: makeGenuineTrap(),
  inFlight: new InFlight(new InFlightCounts(input.inFlightCounts), input.slot),
  stacks: new GuestStacks(input.captureStacks),
  ignoredSignals: new IgnoredSignals(recorder),
  stackBytes: input.stackBytes,
}
/** Finds the instance for a run, once the session is ready. */
let findInstance: (() => Promise<Result<GuestInstance>>) | null = null
const running = new Map<RunId, Activation>()
let slices: Slices | null = null
const readers = new ImportReaders(input.readings, (module, name, readings) =>
  post({ type: 'suggested', module, name, readings }),
)

stripInstalledTypes()

// A stack that a failing guest shows should reach its export.
Error.stackTraceLimit = 50

// From the beginning: a host module or start function that never settles must not let the worker run out.
parentPort!.on('message', receive)
// After our own listener is there, and before the host module has anything pending.
const pendingWork = new PendingWork()
void start().then(post)

async function start(): Promise<MessageFromWorker> {
  const integration = findPromiseIntegration()
  if ('code' in integration) return { type: 'failed', error: integration }
  const sliceCount = input.sliceMs === null ? null : SLICE_COUNT
  const compiled = compileGuest(input.guestBytes, input.shape, { limits: input.limits, sliceCount })
  if (!compiled.ok) return { type: 'failed', error: compiled.error }
  boundary.stacks.toFileOffset = (offsetBytes) => compiled.value.toFileOffset(offsetBytes)
  if (input.sliceMs !== null) slices = new Slices(boundary, integration, input.sliceMs)

  const hostConsole = createHostConsole(recorder)
  captureOutput(recorder, hostConsole)
  let instance: GuestInstance | null = null
  const syncHandlers = new WeakSet<ImportHandler>()
  const declaredReadings = new WeakMap<ImportHandler, string>()
  const context = new SessionContext(
    boundary.activations,
    () => instance,
    syncHandlers,
    declaredReadings,
    hostConsole,
  )
  let host: LoadedHostModule | null = null
  if (input.hostPath !== null) {
    const loaded = await loadHostModule(input.hostPath, context)
    if (!loaded.ok) return { type: 'failed', error: loaded.error }
    host = loaded.value
  }

  let bound: BoundImports
  try {
    const { stubs, stubUnbound, limits } = input
    const sources = { host, stubs, stubUnbound, limits, syncHandlers, declaredReadings, readers }
    bound = bindImports(input.shape, sources, boundary, integration)
  } catch (thrown) {
    return { type: 'failed', error: instantiationError(thrown) }
  }
  const { bindings, declared } = bound
  const warnings = capWarnings([...compiled.value.warnings, ...bound.warnings])
  post({ type: 'bound', bindings, declared, warnings })
  if (bound.error) return { type: bound.unbound ? 'unbound' : 'failed', error: bound.error }

  const instances = new Instances(compiled.value, input.shape, boundary, integration, slices)
  if (instances.isCommand) {
    const linked = instances.link(bound.imports)
    if (!linked.ok) return { type: 'failed', error: linked.error }
    findInstance = () => instances.create(refitImports(input.shape, bound, input.limits))
    return { type: 'ready' }
  }
  const created = await instances.create(bound.imports)
  if (!created.ok) return { type: 'failed', error: created.error }
  instance = created.value
  findInstance = () => Promise.resolve(created)
  return { type: 'ready' }
}

function receive(message: MessageToWorker): void {
  switch (message.type) {
    case 'call':
      void run(message.runId, message.exportName, message.values)
      return
    case 'cancel':
      post({ type: 'cancelling', runId: message.runId })
      running.get(message.runId)?.cancel(message.error, boundary.activations)
      return
    case 'pause':
      if (message.enabled) slices?.pause()
      else slices?.resume()
      return
    case 'capture-stacks':
      boundary.stacks.captureAtImports = message.enabled
      return
    case 'record-imports':
      recorder.recordsImports = message.enabled
      return
    case 'set-readings':
      readers.set(message)
      return
    case 'probe':
      return probe(new Set(message.callIds))
  }
}

/** Records where in the guest these suspended calls were made, and tells what they may be waiting for. */
function probe(callIds: Set<CallId>): void {
  for (const activation of boundary.inFlight.roots) {
    activation.forEachSuspended((callId, suspended) => {
      if (callIds.has(callId)) recorder.stack(callId, suspended.readStack())
    })
  }
  post({ type: 'probed', pending: pendingWork.list() })
}

async function run(runId: RunId, exportName: string, values: unknown[]): Promise<void> {
  const fail = (error: InspectorError): void =>
    post({ type: 'run-ended', runId, state: 'threw', results: null, error, exitStatus: null })
  try {
    const found = await findInstance!()
    if (!found.ok) return fail(found.error)
    const callable = found.value.callables.get(exportName)
    if (!callable) return fail(makeError('EXPORT_NOT_FOUND', { why: `It is "${exportName}".` }))
    const ended = await callExport(boundary, callable, values, (activation) => {
      running.set(runId, activation)
      post({ type: 'run-began', runId, callId: activation.callId })
    })
    if (ended.outcome === 'returned') {
      const results = recorder.describeValues(callable.traced.definition.results, ended.values)
      post({ type: 'run-ended', runId, state: 'returned', results, error: null, exitStatus: null })
    } else {
      const { outcome: state, error } = ended
      const exitStatus = ended.outcome === 'exited' ? ended.exit.status : null
      post({ type: 'run-ended', runId, state, results: null, error, exitStatus })
    }
  } catch (thrown) {
    const { message, cause } = describeThrown(thrown)
    fail(makeError('INTERNAL', { why: message, cause }))
  } finally {
    running.delete(runId)
  }
}
