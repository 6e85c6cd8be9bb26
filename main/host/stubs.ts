/** Handlers that stand in for imports that nobody binds. */
import { makeError } from '../contract/error-codes.ts'
import type { Stub } from '../contract/guests.ts'
import type { Result } from '../contract/result.ts'
import { failure, success } from '../contract/result.ts'
import type { FunctionType } from '../wasm/types.ts'
import { parseResults } from '../wasm/value-text.ts'
import type { ImportHandler } from './api.ts'

/** The stub that returns zeros and nulls at once. */
export function zeroStub(type: FunctionType): Stub {
  return {
    kind: 'return',
    values: type.results.map((result) => (typeof result === 'string' ? '0' : 'null')),
    delayMs: 0,
  }
}

/** Makes the handler of a stub; STUB_INVALID when its values do not fit the import's results. */
export function makeStubHandler(importName: string, type: FunctionType, stub: Stub): Result<ImportHandler> {
  if (stub.kind === 'throw') {
    const fail = (): never => {
      throw new Error(stub.message)
    }
    return success(stub.delayMs > 0 ? () => delay(stub.delayMs).then(fail) : fail)
  }
  const parsed = parseResults(stub.values, type.results)
  if (!parsed.ok) {
    const { message, fix } = parsed.error
    return failure(makeError('STUB_INVALID', { why: `${importName}: ${message}`, fix }))
  }
  const results = parsed.value
  const returned = results.length > 1 ? results : results[0]
  return success(stub.delayMs > 0 ? () => delay(stub.delayMs).then(() => returned) : () => returned)
}

function delay(timeMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, timeMs))
}
