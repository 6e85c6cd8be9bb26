/**
 * Memory of what is recorded. V8 counts what array buffers hold, and marks its whole heap anew after every 64 MiB of
 * them: many times a second while a guest is busy. Shared memory it does not count
 * (`BackingStore::PerIsolateAccountingLength`). So blocks to record in, which live as long as their session or are
 * used again, are of shared memory, and whoever lets go of a session says so; all others are counted.
 */

/** Makes memory of a size, all zeros. */
export type MakeMemory = (sizeBytes: number) => ArrayBufferLike

/** For what comes and goes. */
export const makeCounted: MakeMemory = (sizeBytes) => new ArrayBuffer(sizeBytes)

/** For what stays: whoever lets go of much of it has garbage collected. */
export const makeUncounted: MakeMemory = (sizeBytes) => new SharedArrayBuffer(sizeBytes)
