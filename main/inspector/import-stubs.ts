import { makeError } from '../contract/error-codes.ts'
import type { Stub } from '../contract/guests.ts'
import type { Result } from '../contract/result.ts'
import { failure, success } from '../contract/result.ts'
import type { ImportStub } from '../host/protocol.ts'
import type { ModuleShape } from '../wasm/types.ts'
import { parseResults } from '../wasm/value-text.ts'

/** The stubs that a user gave to imports of one guest. */
export class ImportStubs {
  readonly #stubs: ImportStub[] = []

  list(): readonly ImportStub[] {
    return this.#stubs
  }

  /**
   * Gives an import a stub, or takes it away (null). STUB_INVALID for no such import, or for values that do not
   * fit its results.
   */
  set(shape: ModuleShape | null, module: string, name: string, stub: Stub | null): Result<null> {
    const checked = checkStub(shape, module, name, stub)
    if (checked.ok) this.#put(module, name, stub)
    return checked
  }

  /** Gives several imports stubs; none where one does not fit. */
  setAll(shape: ModuleShape | null, stubs: readonly ImportStub[]): Result<null> {
    for (const { module, name, stub } of stubs) {
      const checked = checkStub(shape, module, name, stub)
      if (!checked.ok) return checked
    }
    for (const { module, name, stub } of stubs) this.#put(module, name, stub)
    return success(null)
  }

  #put(module: string, name: string, stub: Stub | null): void {
    const at = this.#stubs.findIndex((entry) => entry.module === module && entry.name === name)
    if (at >= 0) this.#stubs.splice(at, 1)
    if (stub) this.#stubs.push({ module, name, stub })
  }
}

function checkStub(shape: ModuleShape | null, module: string, name: string, stub: Stub | null): Result<null> {
  const imported = shape?.imports.find((entry) => entry.module === module && entry.name === name)
  if (imported?.type.kind !== 'function') {
    return failure(makeError('STUB_INVALID', { why: `The guest imports no function ${module}.${name}.` }))
  }
  if (stub?.kind === 'return') {
    const parsed = parseResults(stub.values, imported.type.results)
    if (!parsed.ok) {
      return failure(makeError('STUB_INVALID', { why: parsed.error.message, fix: parsed.error.fix }))
    }
  }
  return success(null)
}
