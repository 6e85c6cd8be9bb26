/** Gives back the memory of recorded calls, which the engine does not count: see `trace/memory.ts`. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

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
