/** How much stack a call of a guest has. V8 knows one size for the whole process. */
import { setFlagsFromString } from 'node:v8'

const KIBIBYTE = 1024
/** V8's own, on every system. */
const DEFAULT_STACK_BYTES = 984 * 1024

/** The smallest and the largest size: with less than the smallest no call gets far enough to return. */
export const STACK_RANGE_BYTES = [128 * KIBIBYTE, 1024 ** 3] as const

let stackBytes = DEFAULT_STACK_BYTES

/** What each call that can be suspended has, in all sessions. */
export function getStackBytes(): number {
  return stackBytes
}

/**
 * Gives another size to every call that can be suspended (wasmtime's `Config::async_stack_size`). To be called before
 * the first worker is started. V8 takes the smaller of two flags; the one for all stacks is left alone unless it is in
 * the way. Threads that run already keep theirs, and a worker has its own from Node.
 */
export function setStackBytes(bytes: number): void {
  stackBytes = Math.ceil(bytes / KIBIBYTE) * KIBIBYTE
  const kibibytes = stackBytes / KIBIBYTE
  setFlagsFromString(`--wasm-stack-switching-stack-size=${kibibytes}`)
  if (stackBytes > DEFAULT_STACK_BYTES) setFlagsFromString(`--stack-size=${kibibytes}`)
}
