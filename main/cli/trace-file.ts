import { closeSync, openSync, writeFileSync } from 'node:fs'
import { makeError } from '../contract/error-codes.ts'
import { printError } from './output.ts'

/** A file that a trace is written to. */
export interface TraceFile {
  write(content: string | Uint8Array): void
  close(): void
}

/**
 * Opens a file for a trace and empties it. A failure, now or later, is printed once as TRACE_WRITE_FAILED, and
 * what would come after it is left out: the run goes on.
 */
export function openTraceFile(path: string): TraceFile {
  let descriptor: number | null = null

  function attempt(action: () => void): void {
    try {
      action()
    } catch (error) {
      printError(makeError('TRACE_WRITE_FAILED', { why: `${(error as Error).message}.` }))
      close()
    }
  }

  function close(): void {
    const closing = descriptor
    descriptor = null
    if (closing !== null) attempt(() => closeSync(closing))
  }

  attempt(() => {
    descriptor = openSync(path, 'w')
  })
  return {
    // Synchronous: a disk that is slower than the guest shall slow us down rather than fill the memory.
    write(content) {
      const open = descriptor
      if (open !== null) attempt(() => writeFileSync(open, content))
    },
    close,
  }
}
