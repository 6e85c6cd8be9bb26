/** Which readings each import has: those that its user gave it, else those that the host module declares. */
import { makeError } from '../contract/error-codes.ts'
import type { InspectorError } from '../contract/result.ts'
import { importKey } from '../wasm/import-key.ts'
import type { ReadingSignature } from '../wasm/readings/model.ts'
import { readingSignature } from '../wasm/readings/model.ts'
import { describeReadingError, parseReadings } from '../wasm/readings/parse.ts'
import type { ImportShape } from '../wasm/types.ts'
import type { ImportHandler } from './api.ts'
import type { CallReader } from './call-reader.ts'
import { DeclaredReader } from './call-reader.ts'
import type { ImportReading } from './protocol.ts'
import { SuggestionProbe } from './suggestion-probe.ts'

/** Handlers that were given readings with `reads()`. */
export type DeclaredReadings = WeakMap<ImportHandler, string>

/** Where an import's wrapper finds its reader; null costs a call nothing. */
export interface ReaderSlot {
  reader: CallReader | null
}

interface Entry extends ReaderSlot {
  signature: ReadingSignature
  declared: string | null
  /** Looks at the first calls without readings; null when it has seen enough. */
  probe: SuggestionProbe | null
}

/** Hears which readings to offer for an import; null takes the offer back. */
type SuggestionListener = (module: string, name: string, readings: string | null) => void

/** The readings of a session, in its worker. */
export class ImportReaders {
  /** Those that the user gave, by import. */
  readonly #given: Map<string, string>
  readonly #entries = new Map<string, Entry>()

  readonly #onSuggestion: SuggestionListener

  constructor(given: readonly ImportReading[], onSuggestion: SuggestionListener) {
    this.#onSuggestion = onSuggestion
    this.#given = new Map(given.map(({ module, name, readings }) => [importKey({ module, name }), readings]))
  }

  /** The slot of an import that is about to be bound, with what its host module declares, if it does. */
  open(imported: ImportShape, declared: string | null): ReaderSlot {
    const key = importKey(imported)
    // An import that a module has twice is bound once.
    const known = this.#entries.get(key)
    if (known) return known
    const signature = readingSignature(imported)!
    const entry: Entry = { reader: null, signature, declared, probe: null }
    const { module, name } = imported
    const probe = new SuggestionProbe(
      signature,
      (readings) => this.#onSuggestion(module, name, readings),
      () => {
        entry.probe = null
        entry.reader = null
      },
    )
    if (probe.isNeeded) entry.probe = probe
    this.#entries.set(key, entry)
    this.#apply(key, entry)
    return entry
  }

  /** Gives an import other readings, or (null) those that the host module declares. For later calls. */
  set({ module, name, readings }: Omit<ImportReading, 'readings'> & { readings: string | null }): void {
    const key = importKey({ module, name })
    if (readings === null) this.#given.delete(key)
    else this.#given.set(key, readings)
    const entry = this.#entries.get(key)
    if (entry) this.#apply(key, entry)
  }

  #apply(key: string, entry: Entry): void {
    const parsed = parseReadings(this.#given.get(key) ?? entry.declared ?? '', entry.signature)
    const hasReadings = parsed.ok && parsed.value.length > 0
    entry.reader = hasReadings ? new DeclaredReader(parsed.value, entry.signature) : entry.probe
  }
}

/** What is wrong with what a host module declares for an import; null where it is right. */
export function checkDeclared(imported: ImportShape, declared: string): InspectorError | null {
  const parsed = parseReadings(declared, readingSignature(imported)!)
  if (parsed.ok) return null
  const why = `${imported.module}.${imported.name}: ${describeReadingError(parsed.error)}`
  return makeError('READING_INVALID', { why })
}
