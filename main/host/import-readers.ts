/** Which readings each import has: those that its user gave it, else those that the host module declares. */
import { makeError } from '../contract/error-codes.ts'
import type { InspectorError } from '../contract/result.ts'
import type { ReadingSignature } from '../wasm/readings/model.ts'
import { readingSignature } from '../wasm/readings/model.ts'
import { describeReadingError, parseReadings } from '../wasm/readings/parse.ts'
import type { ImportShape } from '../wasm/types.ts'
import type { ImportHandler } from './api.ts'
import type { CallReader } from './call-reader.ts'
import { DeclaredReader } from './call-reader.ts'
import type { ImportReading } from './protocol.ts'

/** Handlers that were given readings with `reads()`. */
export type DeclaredReadings = WeakMap<ImportHandler, string>

/** Where an import's wrapper finds its reader; null costs a call nothing. */
export interface ReaderSlot {
  reader: CallReader | null
}

interface Entry extends ReaderSlot {
  signature: ReadingSignature
  declared: string | null
}

/** The readings of a session, in its worker. */
export class ImportReaders {
  /** Those that the user gave, by import. */
  readonly #given: Map<string, string>
  readonly #entries = new Map<string, Entry>()

  constructor(given: readonly ImportReading[]) {
    this.#given = new Map(given.map(({ module, name, readings }) => [keyOf(module, name), readings]))
  }

  /** The slot of an import that is about to be bound, with what its host module declares, if it does. */
  open(imported: ImportShape, declared: string | null): ReaderSlot {
    const key = keyOf(imported.module, imported.name)
    // An import that a module has twice is bound once.
    const known = this.#entries.get(key)
    if (known) return known
    const entry: Entry = { reader: null, signature: readingSignature(imported)!, declared }
    this.#entries.set(key, entry)
    this.#apply(key, entry)
    return entry
  }

  /** Gives an import other readings, or (null) those that the host module declares. For later calls. */
  set({ module, name, readings }: Omit<ImportReading, 'readings'> & { readings: string | null }): void {
    const key = keyOf(module, name)
    if (readings === null) this.#given.delete(key)
    else this.#given.set(key, readings)
    const entry = this.#entries.get(key)
    if (entry) this.#apply(key, entry)
  }

  #apply(key: string, entry: Entry): void {
    const parsed = parseReadings(this.#given.get(key) ?? entry.declared ?? '', entry.signature)
    const hasReadings = parsed.ok && parsed.value.length > 0
    entry.reader = hasReadings ? new DeclaredReader(parsed.value, entry.signature) : null
  }
}

/** What is wrong with what a host module declares for an import; null where it is right. */
export function checkDeclared(imported: ImportShape, declared: string): InspectorError | null {
  const parsed = parseReadings(declared, readingSignature(imported)!)
  if (parsed.ok) return null
  const why = `${imported.module}.${imported.name}: ${describeReadingError(parsed.error)}`
  return makeError('READING_INVALID', { why })
}

function keyOf(module: string, name: string): string {
  return JSON.stringify([module, name])
}
