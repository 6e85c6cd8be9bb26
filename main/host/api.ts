/**
 * The types that a host module is written against. The package exports this file, and only as types:
 * `import type { HostContext } from 'jspi-inspector'`.
 */

/** A value that crosses the boundary, as the WebAssembly JavaScript interface represents it. */
export type GuestValue = number | bigint | object | string | boolean | symbol | null | undefined

/**
 * What an import handler may return: nothing, one value, an array for several results, or a promise of these.
 * A promise suspends the guest until it settles.
 */
export type HandlerResult = GuestValue | readonly GuestValue[] | void

/** A function that the guest imports. It may be async: to the guest it is an ordinary blocking call. */
// Parameters are contravariant: only `any` lets a handler declare `(a: number, b: bigint)`.
// oxlint-disable-next-line typescript/no-explicit-any
export type ImportHandler = (...args: any[]) => HandlerResult | PromiseLike<HandlerResult>

/**
 * What a host module exports by default (or a function of the context that returns it, or a promise of it):
 * an ordinary JavaScript import object, module name → import name → handler, or an own memory, table, global
 * or tag.
 */
export type HostImports = Record<
  string,
  Record<
    string,
    | ImportHandler
    | WebAssembly.Memory
    | WebAssembly.Table
    | WebAssembly.Global
    | WebAssembly.Tag
    | number
    | bigint
  >
>

/** Prints to the session's console, in order with the calls. */
export interface HostConsole {
  log(...values: unknown[]): void
  info(...values: unknown[]): void
  warn(...values: unknown[]): void
  error(...values: unknown[]): void
  debug(...values: unknown[]): void
}

/** Reads guest memory. Every method copies: what it returns stays as it was when the guest goes on. */
export interface MemoryReader {
  /** Copies `lengthBytes` bytes at `address`. Throws a `RangeError` that names both when they lie outside. */
  bytes(address: number | bigint, lengthBytes: number | bigint): Uint8Array
  /** Decodes `lengthBytes` bytes at `address` as UTF-8; malformed sequences become U+FFFD. */
  utf8(address: number | bigint, lengthBytes: number | bigint): string
  /** Decodes the UTF-8 bytes from `address` to the first zero byte. */
  cString(address: number | bigint): string
}

/** Writes guest memory. */
export interface MemoryWriter {
  /** Copies `bytes` to `address`. Throws a `RangeError` that names both when they lie outside. */
  bytes(address: number | bigint, bytes: Uint8Array): void
  /** Writes `text` as UTF-8 without a terminator and returns the number of bytes written. */
  utf8(address: number | bigint, text: string): number
}

/**
 * What a host module's function receives: wasmtime's `Caller`, in JavaScript's habits.
 * One per session; `signal` and `show` look at the call from which they are used.
 */
export interface HostContext {
  /**
   * The guest's memory: its only or first exported one, or the one it imports. Read it anew after each
   * `await`, since growth replaces the buffer.
   * Throws when the guest has no memory, or before it is instantiated.
   */
  readonly memory: WebAssembly.Memory
  /**
   * The guest's exports. Functions return promises and are traced as calls inside the current one; memories,
   * tables and globals are as the instance exports them. Throws before the guest is instantiated.
   */
  // An export's signature is the guest's to know; handlers call it as they see fit.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly exports: Record<string, any>
  /** Reads guest memory. */
  readonly read: MemoryReader
  /** Writes guest memory. */
  readonly write: MemoryWriter
  /**
   * Fires when the current call is cancelled. Read it inside the handler (`context.signal`): read while the
   * module loads, it belongs to no call and never fires.
   */
  readonly signal: AbortSignal
  /** Prints to the session's console. */
  readonly console: HostConsole
  /**
   * Formats values with their types, as wasmtime's `Val` prints: `[I32(10), I32(1)]`. When the values are as
   * many as the current call's parameters, those give the types; otherwise they are inferred.
   */
  show(...values: unknown[]): string
  /**
   * Ends the guest with a status, as WASI's `proc_exit` does: throws what the guest cannot catch. Its calls have the outcome
   * `exited`; `jspi-inspector run` exits with the status. To host code that called an export it is an error.
   */
  exit(status: number): never
  /**
   * Marks a handler that never waits. The guest is not suspended around it, so the call is cheaper and is
   * allowed where suspending is not; returning a promise from it is an error.
   */
  sync<Handler extends ImportHandler>(handler: Handler): Handler
  /**
   * Says how the arguments of a handler, and the memory that they point at, are to be read for the trace:
   * `reads('utf8(0, 1)', (address: number, lengthBytes: number) => …)`. docs/readings.md has the language. What it
   * does not fit is a warning (READING_INVALID). A handler that is bound to several imports has the same for all.
   */
  reads<Handler extends ImportHandler>(readings: string, handler: Handler): Handler
}

/** The default export of a host module. */
export type HostModule = HostImports | ((context: HostContext) => HostImports | Promise<HostImports>)
