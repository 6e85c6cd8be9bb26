/** JavaScript promise integration, once it is known to be there. */
import { makeError } from '../contract/error-codes.ts'
import type { InspectorError } from '../contract/result.ts'

/** The engine's promise integration. */
export interface PromiseIntegration {
  Suspending: NonNullable<typeof WebAssembly.Suspending>
  promising: NonNullable<typeof WebAssembly.promising>
}

/** The engine's promise integration, or JSPI_MISSING on an engine that lacks it. */
export function findPromiseIntegration(): PromiseIntegration | InspectorError {
  const { Suspending, promising } = WebAssembly
  return Suspending && promising
    ? { Suspending, promising }
    : makeError('JSPI_MISSING', { why: `This is Node ${process.versions.node}, V8 ${process.versions.v8}.` })
}
