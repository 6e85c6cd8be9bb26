/** The guest of a session: what its file says, and what the user and the worker say of it. */
import { basename, dirname } from 'node:path'
import { makeError } from '../contract/error-codes.ts'
import type { DebugInfo, StackFrame } from '../contract/calls.ts'
import type { Binding, ExportInfo, GuestInfo, ImportInfo, Stub } from '../contract/guests.ts'
import type { SessionInfo } from '../contract/sessions.ts'
import type { InspectorError, Result } from '../contract/result.ts'
import { failure, success } from '../contract/result.ts'
import type { ImportStub, MessageFromWorker, MessageToWorker, WorkerInput } from '../host/protocol.ts'
import type { RawStack } from '../trace/stack-store.ts'
import type { NamedReadings } from './api.ts'
import {
  describeExports,
  describeImports,
  describeProducers,
  hidesStack,
  sharesInstance,
} from './describe-module.ts'
import type { LoadedGuest } from './guest-file.ts'
import { GuestReadings } from './guest-readings.ts'
import { GuestStackReader } from './guest-stack.ts'
import { ImportStubs } from './import-stubs.ts'
import { keepImportWrappers } from './import-wrappers.ts'
import type { SessionOptions } from './session-options.ts'

/** What the guest needs of its session. */
export interface SessionGuestOwner {
  /** Tells the worker, if there is one. */
  post(message: MessageToWorker): void
  /** To be called when something else is shown of the session. */
  changed(): void
}

/** One for each session. What the user said of it outlives reloads, by which the guest may become another. */
export class SessionGuest {
  readonly path: string
  readonly #isUploaded: boolean
  readonly #owner: SessionGuestOwner
  readonly #stubs = new ImportStubs()
  readonly #readings = new GuestReadings()
  /** Given before it was known what the guest imports. */
  readonly #namedReadings: NamedReadings[]
  #loaded: LoadedGuest | null = null
  #stackReader: GuestStackReader | null = null
  #debugPath: string | null = null
  #bindings: Binding[] = []
  /** Described once: there may be very many, and what is shown of a session is asked for often. */
  #exports: ExportInfo[] = []

  constructor(
    { guestPath, uploaded, readings }: Pick<SessionOptions, 'guestPath' | 'uploaded' | 'readings'>,
    owner: SessionGuestOwner,
  ) {
    this.path = guestPath
    this.#isUploaded = uploaded
    this.#namedReadings = [...readings]
    this.#owner = owner
  }

  /** As it was read last; null before it was. */
  get loaded(): LoadedGuest | null {
    return this.#loaded
  }

  /** Takes over the guest as its file is now. READING_INVALID for readings that it was opened with and do not fit. */
  use(loaded: LoadedGuest): Result<null> {
    this.#loaded = loaded
    this.#exports = describeExports(loaded.shape)
    void keepImportWrappers(loaded.shape)
    this.#stackReader = new GuestStackReader(loaded, dirname(this.path), this.#debugPath)
    for (const { importName, readings } of this.#namedReadings.splice(0)) {
      const set = this.#readings.setNamed(loaded.shape, importName, readings)
      if (!set.ok) return set
    }
    return success(null)
  }

  /** What its worker is started with. */
  workerInput({
    bytes,
    shape,
  }: LoadedGuest): Pick<WorkerInput, 'guestBytes' | 'guestName' | 'shape' | 'stubs' | 'readings'> {
    return {
      guestBytes: bytes,
      guestName: basename(this.path),
      shape,
      stubs: this.#stubs.list(),
      readings: this.#readings.list(),
    }
  }

  /** Takes in what the worker has bound its imports to. */
  setBound({ bindings, declared }: Extract<MessageFromWorker, { type: 'bound' }>): void {
    this.#bindings = bindings
    this.#readings.declared = declared
  }

  /** Takes in readings that the worker offers for an import. */
  suggest(suggested: Extract<MessageFromWorker, { type: 'suggested' }>): void {
    this.#readings.suggest(suggested)
    this.#owner.changed()
  }

  /** Forgets what a worker has said, because another follows. */
  forgetWorker(): void {
    this.#bindings = []
    this.#readings.forgetWorker()
  }

  /** Uses a stub for an import from the next load on; null takes it away. */
  setStub(module: string, name: string, stub: Stub | null): Result<null> {
    return this.#stubs.set(this.#loaded?.shape ?? null, module, name, stub)
  }

  /** Uses stubs for several imports; none where one does not fit. */
  setStubs(stubs: readonly ImportStub[]): Result<null> {
    return this.#stubs.setAll(this.#loaded?.shape ?? null, stubs)
  }

  /** Reads an import as the text says, from the next call on; null as the host module declares. */
  setReadings(module: string, name: string, readings: string | null): Result<null> {
    const set = this.#readings.set(this.#loaded?.shape ?? null, module, name, readings)
    if (!set.ok) return set
    this.#owner.post({ type: 'set-readings', module, name, readings })
    this.#owner.changed()
    return set
  }

  /** Takes its debug information from a file, also after a reload; null: from where the guest has it. */
  setDebugFile(path: string | null): Result<null> {
    const set = this.#stackReader?.useDebugFile(path)
    if (!set) return failure(makeError('SESSION_NOT_READY', { why: 'Its guest has not been read.' }))
    if (!set.ok) return set
    this.#debugPath = path
    this.#owner.changed()
    return set
  }

  /** Names and lines of a stack; null where there is none. */
  describeStack(stack: RawStack | null): StackFrame[] | null {
    return stack && this.#stackReader ? this.#stackReader.describe(stack) : null
  }

  /** Where the lines of stacks are from; null before it was read. */
  describeDebug(): DebugInfo | null {
    return this.#stackReader?.describeDebug() ?? null
  }

  /** What is shown of it. */
  describe(): {
    guest: GuestInfo
    debugFile: SessionInfo['debugFile']
    exports: ExportInfo[]
    imports: ImportInfo[]
  } {
    const loaded = this.#loaded
    return {
      guest: {
        name: basename(this.path),
        ...(this.#isUploaded ? {} : { path: this.path }),
        sizeBytes: loaded?.sizeBytes ?? 0,
        producers: loaded ? describeProducers(loaded.shape) : [],
      },
      debugFile: this.#debugPath ? { name: basename(this.#debugPath), path: this.#debugPath } : null,
      exports: this.#exports,
      imports: loaded
        ? describeImports(loaded.shape, this.#bindings).map((info, index) =>
            this.#readings.describe(info, index),
          )
        : [],
    }
  }

  /** What its user should know of before it runs, where its calls interleave, and where it has slices. */
  listWarnings(interleaved: boolean, hasSlices: boolean): InspectorError[] {
    const shape = this.#loaded?.shape
    if (!shape) return []
    const mayOverlap = interleaved && hidesStack(shape)
    const mayInterrupt = interleaved && hasSlices && sharesInstance(shape)
    return [
      ...this.#readings.findProblems(shape),
      ...(mayOverlap ? [makeError('STACK_HIDDEN')] : []),
      ...(mayInterrupt ? [makeError('SLICES_OVERLAP')] : []),
    ]
  }
}
