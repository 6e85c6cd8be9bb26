import { makeError } from '../contract/error-codes.ts'
import type { Stub } from '../contract/guests.ts'
import type { Result } from '../contract/result.ts'
import { failure, success } from '../contract/result.ts'
import type { ImportStub } from '../host/protocol.ts'
import { importKey } from '../wasm/import-key.ts'
import type { ImportShape, ModuleShape } from '../wasm/types.ts'
import { parseResults } from '../wasm/value-text.ts'

/** The stubs that a user gave to imports of one guest. */
export class ImportStubs {
  /** By import. */
  readonly #stubs = new Map<string, ImportStub>()

  list(): ImportStub[] {
    return [...this.#stubs.values()]
  }

  /**
   * Gives an import a stub, or takes it away (null). STUB_INVALID for no such import, or for values that do not
   * fit its results.
   */
  set(shape: ModuleShape | null, module: string, name: string, stub: Stub | null): Result<null> {
    const checked = checkStub(indexImports(shape), module, name, stub)
    if (checked.ok) this.#put(module, name, stub)
    return checked
  }

  /** Gives several imports stubs; none where one does not fit. */
  setAll(shape: ModuleShape | null, stubs: readonly ImportStub[]): Result<null> {
    const imports = indexImports(shape)
    for (const { module, name, stub } of stubs) {
      const checked = checkStub(imports, module, name, stub)
      if (!checked.ok) return checked
    }
    for (const { module, name, stub } of stubs) this.#put(module, name, stub)
    return success(null)
  }

  #put(module: string, name: string, stub: Stub | null): void {
    const key = importKey({ module, name })
    if (stub) this.#stubs.set(key, { module, name, stub })
    else this.#stubs.delete(key)
  }
}

/** Of an import that a module has twice it is the first that a stub has to fit. */
function indexImports(shape: ModuleShape | null): Map<string, ImportShape> {
  const imports = shape?.imports ?? []
  return new Map(imports.toReversed().map((entry) => [importKey(entry), entry]))
}

function checkStub(
  imports: ReadonlyMap<string, ImportShape>,
  module: string,
  name: string,
  stub: Stub | null,
): Result<null> {
  const imported = imports.get(importKey({ module, name }))
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
