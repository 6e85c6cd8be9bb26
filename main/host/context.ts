/** The context that a host module receives. */
import type { AsyncLocalStorage } from 'node:async_hooks'
import type { Activation } from './activation.ts'
import type { HostConsole, HostContext, ImportHandler, MemoryReader, MemoryWriter } from './api.ts'
import { GuestExit } from './failures.ts'
import type { DeclaredReadings } from './import-readers.ts'
import type { GuestInstance } from './instance.ts'
import { showValues } from './show.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const NEVER = new AbortController().signal

/** Handlers that were marked with `sync()`. */
export type SyncHandlers = WeakSet<ImportHandler>

/**
 * The context of a session. A class, because what is read at the time of a call (memory, exports, signal) is
 * then on the prototype, and `{ console, ...rest }` in a host module does not read it too early.
 */
export class SessionContext implements HostContext {
  readonly read: MemoryReader
  readonly write: MemoryWriter
  readonly console: HostConsole
  readonly show: HostContext['show']
  readonly exit: HostContext['exit']
  readonly sync: HostContext['sync']
  readonly reads: HostContext['reads']
  readonly #activations: AsyncLocalStorage<Activation>
  readonly #findInstance: () => GuestInstance | null

  /** `findInstance` gives the session's instance, once there is one. */
  constructor(
    activations: AsyncLocalStorage<Activation>,
    findInstance: () => GuestInstance | null,
    syncHandlers: SyncHandlers,
    declaredReadings: DeclaredReadings,
    hostConsole: HostConsole,
  ) {
    this.#activations = activations
    this.#findInstance = findInstance
    this.console = hostConsole
    this.read = createReader(() => this.memory)
    this.write = createWriter(() => this.memory)
    this.show = (...values) => {
      const params = activations.getStore()?.importFunction?.definition.params
      return showValues(values, params?.length === values.length ? params : null)
    }
    this.exit = (status) => {
      if (!Number.isInteger(status))
        throw new TypeError(`exit() takes an integer, and not ${String(status)}.`)
      throw new GuestExit(status)
    }
    this.sync = (handler) => {
      syncHandlers.add(handler)
      return handler
    }
    this.reads = (readings, handler) => {
      if (typeof readings !== 'string') throw new TypeError('reads() takes the readings first: a text.')
      declaredReadings.set(handler, readings)
      return handler
    }
  }

  get memory(): WebAssembly.Memory {
    const instance = this.#instance
    if (instance?.memory) return instance.memory
    throw new Error(
      instance
        ? 'The guest has no memory that the host can see: it neither exports nor imports one.'
        : 'The guest is not instantiated yet: read context.memory inside of a handler.',
    )
  }

  get exports(): Record<string, unknown> {
    const exports = this.#instance?.exports
    if (exports) return exports
    throw new Error('The guest is not instantiated yet: read context.exports inside of a handler.')
  }

  /** Of the current call; outside of calls, that of the session. */
  get #instance(): GuestInstance | null {
    return this.#activations.getStore()?.instance ?? this.#findInstance()
  }

  get signal(): AbortSignal {
    return this.#activations.getStore()?.signal ?? NEVER
  }
}

/** A view of the bytes; throws a RangeError that names address and length when they lie outside. */
function viewBytes(memory: WebAssembly.Memory, address: number | bigint, lengthBytes: number): Uint8Array {
  const { buffer } = memory
  // An i32 address comes as a signed number: addresses above 2 GiB are negative.
  const start = typeof address === 'bigint' ? Number(address) : address < 0 ? address >>> 0 : address
  if (!(lengthBytes >= 0) || !(start >= 0) || start + lengthBytes > buffer.byteLength) {
    throw new RangeError(
      `The guest's memory has ${buffer.byteLength} bytes: ${lengthBytes} bytes at address ${start} lie outside.`,
    )
  }
  return new Uint8Array(buffer, start, lengthBytes)
}

function createReader(findMemory: () => WebAssembly.Memory): MemoryReader {
  const bytes = (address: number | bigint, lengthBytes: number | bigint): Uint8Array =>
    // A copy: the guest may change its memory, or grow it, while the handler waits.
    viewBytes(findMemory(), address, Number(lengthBytes)).slice()
  return {
    bytes,
    utf8: (address, lengthBytes) => decoder.decode(bytes(address, lengthBytes)),
    cString(address) {
      const rest = viewBytes(findMemory(), address, 0)
      const whole = new Uint8Array(rest.buffer, rest.byteOffset)
      const end = whole.indexOf(0)
      if (end < 0) throw new RangeError(`No zero byte follows address ${rest.byteOffset}.`)
      return decoder.decode(whole.slice(0, end))
    },
  }
}

function createWriter(findMemory: () => WebAssembly.Memory): MemoryWriter {
  const bytes = (address: number | bigint, data: Uint8Array): void =>
    viewBytes(findMemory(), address, data.length).set(data)
  return {
    bytes,
    utf8(address, text) {
      const data = encoder.encode(text)
      bytes(address, data)
      return data.length
    },
  }
}
