/**
 * Memory of what is recorded. V8 counts what array buffers hold, and marks its whole heap anew after every 64 MiB of
 * them: ten times a second and more while a guest is busy, for a fifth of all time. Shared memory it does not count
 * (`BackingStore::PerIsolateAccountingLength`). So blocks to record in, which live as long as their session or are
 * used again, are of shared memory, and whoever lets go of a session says so; all others are counted.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Makes memory of a size, all zeros. */
export type MakeMemory = (sizeBytes: number) => ArrayBufferLike

/** For what comes and goes. */
export const makeCounted: MakeMemory = (sizeBytes) => new ArrayBuffer(sizeBytes)

/** For what stays: nothing but {@link freeUncounted} gives it back before long. */
export const makeUncounted: MakeMemory = (sizeBytes) => new SharedArrayBuffer(sizeBytes)

/** What V8 itself lets be before it looks for garbage. */
const UNNOTICED_BYTES = 64 * 1024 * 1024

/**
 * To be called when about `sizeBytes` of recorded calls are let go: collects the garbage if that is much, which takes
 * some ten milliseconds, once whoever calls has come to an end.
 */
export function freeUncounted(sizeBytes: number): void {
  if (sizeBytes < UNNOTICED_BYTES) return
  setImmediate(() => {
    // There is no other way to ask for it. V8 looks at the flag when it makes a context.
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    setFlagsFromString('--no-expose-gc')
    collect()
  })
}
